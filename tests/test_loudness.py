"""When it is night, and what doctor found audible."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from voiceguide.core.volume import AS_CHOSEN, Loudness
from voiceguide.loudness import loudness
from voiceguide.settings import Night
from voiceguide.wall_clock import Reading, Trust


def at(clock: str, trust: Trust = Trust.SYNCHRONISED) -> Reading:
    return Reading(datetime.combine(date(2026, 3, 2), time.fromisoformat(clock), UTC), trust)


@pytest.mark.parametrize(
    ("begins", "ends", "nights", "days"),
    [
        ("22:00", "07:00", ["22:00", "23:59", "00:00", "06:59"], ["07:00", "12:00", "21:59"]),
        ("00:30", "05:00", ["00:30", "04:59"], ["00:29", "05:00", "23:00"]),
        ("21:00", "21:00", [], ["21:00", "20:59", "03:00"]),
    ],
)
def test_it_is_night_from_one_time_until_the_other(
    begins: str, ends: str, nights: list[str], days: list[str]
) -> None:
    night = Night(begins=begins, ends=ends, gain_db=-9.0)
    for clock in nights:
        assert loudness(at(clock), night).night_db == -9.0
    for clock in days:
        assert loudness(at(clock), night).night_db == 0.0


def test_what_is_not_known_leaves_the_volume_free() -> None:
    assert loudness(at("03:00")) == AS_CHOSEN
    assert loudness(at("03:00"), None, -7.5) == Loudness(least_db=-7.5)


@pytest.mark.parametrize(("trust", "night_db"), [(Trust.NONE, 0.0), (Trust.HARDWARE, -9.0)])
def test_a_clock_that_nothing_has_set_makes_nobody_hard_to_hear(trust: Trust, night_db: float) -> None:
    night = Night(begins="22:00", ends="07:00", gain_db=-9.0)
    assert loudness(at("03:00", trust), night).night_db == night_db
