"""When it is night, and what doctor found audible."""

from __future__ import annotations

from datetime import time

import pytest

from voiceguide.core.volume import AS_CHOSEN, Loudness
from voiceguide.loudness import loudness
from voiceguide.settings import Night


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
    for at in nights:
        assert loudness(time.fromisoformat(at), night).night_db == -9.0
    for at in days:
        assert loudness(time.fromisoformat(at), night).night_db == 0.0


def test_what_is_not_known_leaves_the_volume_free() -> None:
    assert loudness(time(3)) == AS_CHOSEN
    assert loudness(time(3), None, -7.5) == Loudness(least_db=-7.5)
