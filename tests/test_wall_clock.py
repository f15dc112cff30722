"""Whether this machine's clock can be believed, from the files in which Linux tells."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from voiceguide.wall_clock import Trust, read_clock


def hardware(folder: Path, *, ahead_s: float, sets_the_clock: bool = True) -> Path:
    clock = folder / "rtc0"
    clock.mkdir(parents=True)
    (clock / "hctosys").write_text(f"{int(sets_the_clock)}\n")
    (clock / "since_epoch").write_text(f"{round(time.time() + ahead_s)}\n")
    return folder


def test_a_time_server_leaves_a_mark_that_also_says_when(tmp_path: Path) -> None:
    mark = tmp_path / "synchronized"
    mark.write_text("")
    os.utime(mark, (1_790_000_000, 1_790_000_000))
    reading = read_clock(mark, tmp_path, kernel=lambda: False)
    assert reading.sure
    assert reading.last_set is not None
    assert reading.last_set.timestamp() == 1_790_000_000


def test_the_kernel_may_know_of_another_program_that_keeps_the_time(tmp_path: Path) -> None:
    reading = read_clock(tmp_path / "none", tmp_path, kernel=lambda: True)
    assert (reading.trust, reading.last_set) == (Trust.SYNCHRONISED, None)


@pytest.mark.parametrize(
    ("ahead_s", "sets_the_clock", "trust"),
    [(1, True, Trust.HARDWARE), (1, False, Trust.NONE), (-50 * 365 * 86_400, True, Trust.NONE)],
)
def test_a_clock_with_a_battery_counts_if_it_set_the_system_and_still_agrees(
    tmp_path: Path, *, ahead_s: float, sets_the_clock: bool, trust: Trust
) -> None:
    clocks = hardware(tmp_path / "rtc", ahead_s=ahead_s, sets_the_clock=sets_the_clock)
    assert read_clock(tmp_path / "none", clocks, kernel=lambda: False).trust is trust


def test_a_machine_without_any_of_these_is_not_believed(tmp_path: Path) -> None:
    reading = read_clock(tmp_path / "none", tmp_path / "nor this", kernel=lambda: False)
    assert reading.trust is Trust.NONE


def test_the_kernel_answers_and_time_since_the_start_only_grows() -> None:
    first, second = read_clock(), read_clock()
    assert first.trust in Trust
    assert first.boot == second.boot
    assert 0 < first.up_s <= second.up_s
    assert abs(first.now.timestamp() - time.time()) < 5


def test_a_time_zone_that_is_changed_while_the_program_runs_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def offset(zone: str) -> timedelta | None:
        monkeypatch.setenv("TZ", zone)
        now: datetime = read_clock().now
        return now.utcoffset()

    try:
        assert offset("UTC-9") == timedelta(hours=9)
        assert offset("UTC+5") == timedelta(hours=-5)
    finally:
        monkeypatch.undo()
        time.tzset()
