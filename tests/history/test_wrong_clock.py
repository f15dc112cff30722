"""What is remembered, shown and forgotten when the clock was wrong."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from told_session import Told

from voiceguide.cli.history_view import history_view
from voiceguide.core.week_rule import lasts_over_a_week
from voiceguide.history.database import open_to_read
from voiceguide.history.export import as_csv, as_json
from voiceguide.history.forget import forget
from voiceguide.history.past import Past, PastSession, read_past, read_sessions
from voiceguide.history.plot import plot
from voiceguide.history.schema import MIGRATIONS
from voiceguide.page.past import past as past_for_the_page
from voiceguide.testing import FakeMachine
from voiceguide.wall_clock import Reading, Trust

NewTold = Callable[..., Told]
Rows = Callable[[str], list[tuple[Any, ...]]]

NOVEMBER = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
IN_2036 = datetime(2036, 5, 1, 12, 0, tzinfo=UTC)


def on(day: int) -> datetime:
    """A day of November 2026."""
    return NOVEMBER + timedelta(days=day - 1)


def practised(told: NewTold, clock: Any, *, hurts: bool = False) -> None:
    session = told(clock)
    session.start()
    session.hold("stretch", "left", 1)
    if hurts:
        session.hurt()
        session.close_report("dull", "end", "dull", "stop")
    session.finish()


def advises(told: NewTold, clock: Any) -> bool:
    session = told(clock)
    session.history.close()
    known = session.history.remembered
    return lasts_over_a_week(known.pain, known.now)


def looked_at(path: Path, now: Reading) -> tuple[Past, list[PastSession]]:
    connection = open_to_read(path)
    assert connection is not None
    with closing(connection):
        past = read_past(connection, now)
        return past, read_sessions(connection, past=past)


def days(path: Path, now: Reading) -> list[int]:
    """The days of November to which the sessions belong."""
    return [session.day.day for session in looked_at(path, now)[1]]


def shown(path: Path, now: Reading, weeks: int = 4) -> str:
    past, sessions = looked_at(path, now)
    console = Console(width=120, record=True, file=io.StringIO())
    for part in history_view(sessions, past, weeks):
        console.print(part)
    return " ".join(console.export_text().split())


# --- the week rule -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [datetime(2026, 9, 20, 8, 0, tzinfo=UTC), IN_2036, datetime(1970, 1, 1, tzinfo=UTC)]
)
def test_s9_one_wrong_date_neither_takes_a_report_away_nor_ends_the_count(told: NewTold, wrong: datetime) -> None:
    """A machine that a time server reaches, but for once."""
    pi = FakeMachine(on(1))
    for dated in (on(1), on(5), wrong):
        pi.starts_anew(dated, Trust.NONE if dated is wrong else Trust.SYNCHRONISED)
        practised(told, pi, hurts=True)
        assert not advises(told, pi)
    for day in (9, 10, 11):
        pi.starts_anew(on(day), Trust.SYNCHRONISED)
        practised(told, pi, hurts=True)
        assert advises(told, pi)
    pi.starts_anew(IN_2036)
    assert advises(told, pi), "today's date is wrong, too"
    pi.starts_anew(on(26), Trust.SYNCHRONISED)
    assert not advises(told, pi), "the last report is more than a fortnight ago, for sure"


def test_s9_the_same_where_no_time_server_is_ever_reached(told: NewTold) -> None:
    pi = FakeMachine(on(1))
    for dated in (on(1), on(5), datetime(2026, 9, 20, tzinfo=UTC), on(9)):
        pi.starts_anew(dated)
        practised(told, pi, hurts=True)
    assert advises(told, pi)


def test_s9_a_clock_set_back_does_not_hide_a_week_of_pain(told: NewTold) -> None:
    for day in (1, 5, 9):
        practised(told, on(day), hurts=True)
    assert advises(told, lambda: Reading(on(1) - timedelta(days=5000)))


def test_s9_many_reports_at_one_standing_date_count_by_sessions(told: NewTold) -> None:
    pi, advised = FakeMachine(on(1)), []
    for _ in range(9):
        pi.starts_anew()
        advised.append(advises(told, pi))
        practised(told, pi, hurts=True)
    assert advised == [False] * 9
    assert advises(told, pi)


def test_s9_a_machine_that_runs_on_needs_no_date(told: NewTold) -> None:
    pi = FakeMachine(datetime(1970, 1, 1, tzinfo=UTC))
    practised(told, pi, hurts=True)
    pi.passes(days=4)
    pi.is_set(IN_2036, Trust.NONE)
    practised(told, pi, hurts=True)
    pi.passes(days=3)
    assert not advises(told, pi)
    practised(told, pi, hurts=True)
    assert not advises(told, pi), "seven days, to the minute"
    pi.passes(days=1)
    practised(told, pi, hurts=True)
    assert advises(told, pi)


def test_s9_two_hundred_reports_in_one_session_push_no_earlier_one_out(told: NewTold) -> None:
    practised(told, on(1), hurts=True)
    practised(told, on(5), hurts=True)
    session = told(on(9))
    session.start()
    for _ in range(250):
        session.hurt()
    session.finish()
    assert advises(told, on(9))


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", "2026-10-24T08:00"),  # the clocks go back in the night to the 25th
        ("Europe/Berlin", "2026-03-28T23:30"),  # and forward: eight nights, less one hour
        ("America/New_York", "2026-10-31T00:30"),
        ("Asia/Seoul", "2026-10-24T08:00"),  # 08:00 there is the evening before in UTC
    ],
)
def test_s9_summer_time_and_time_zones_move_no_day(told: NewTold, zone: str, first: str) -> None:
    began = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone))
    practised(told, began, hurts=True)
    week_later = began + timedelta(days=7)  # at the same time of day there
    practised(told, week_later, hurts=True)
    assert not advises(told, week_later), "a week is not more than a week, on whichever side an hour was added"
    day_later = began + timedelta(days=8)
    practised(told, day_later, hurts=True)
    assert advises(told, day_later)


def test_s9_a_flight_over_the_date_line_takes_no_day_away(told: NewTold) -> None:
    tonga, samoa = timezone(timedelta(hours=13)), timezone(timedelta(hours=-11))
    practised(told, datetime(2026, 11, 1, 8, tzinfo=tonga), hurts=True)
    practised(told, datetime(2026, 11, 9, 8, tzinfo=tonga), hurts=True)
    practised(told, datetime(2026, 11, 8, 9, tzinfo=samoa), hurts=True)
    assert advises(told, datetime(2026, 11, 8, 10, tzinfo=samoa))


# --- the time server comes later ---------------------------------------------------------------------------------


def test_a_time_server_dates_every_session_since_the_machine_started(
    told: NewTold, path: Path, rows: Rows
) -> None:
    pi = FakeMachine(datetime(1970, 1, 1, tzinfo=UTC))
    practised(told, pi, hurts=True)
    pi.passes(days=2)
    practised(told, pi)
    pi.passes(days=1)
    pi.is_set(on(9))
    assert days(path, pi()) == [6, 8], "now is enough to know"
    practised(told, pi)
    pi.starts_anew(IN_2036)
    past, sessions = looked_at(path, pi())
    assert [session.day.day for session in sessions] == [6, 8, 9], "and is kept with the next session"
    assert all(session.date_fits for session in sessions)
    (pain,) = sessions[0].pains
    assert abs(pain.reported - on(6)) < timedelta(minutes=2)
    assert past.days[0] == date(2026, 11, 6)
    assert rows("SELECT began FROM session")[0] == ("1970-01-01T00:00:00+00:00",), "what the clock said is kept"


def test_a_time_server_that_comes_in_the_middle_of_a_session_dates_it(told: NewTold, path: Path) -> None:
    pi = FakeMachine(datetime(1970, 1, 1, tzinfo=UTC))
    session = told(pi)
    session.start()
    pi.is_set(on(9))
    session.hold("stretch", "left", 1)
    session.finish()
    pi.starts_anew()
    assert days(path, Reading(IN_2036)) == [9]


# --- the last time ---------------------------------------------------------------------------------------------


def last_time(told: NewTold, clock: Any) -> tuple[int | None, bool]:
    session = told(clock)
    session.history.close()
    known = session.history.remembered
    ago = None if known.last_day is None else known.today - known.last_day
    return ago, known.last_is_sure


def test_the_last_time_is_told_where_it_is_known(told: NewTold) -> None:
    pi = FakeMachine(on(1))
    practised(told, pi)
    pi.passes(days=3)
    assert last_time(told, pi) == (3, True), "it ran all the time"
    pi.is_set(on(20))
    assert last_time(told, pi) == (3, True), "and a time server moves both"
    pi.starts_anew()
    assert last_time(told, pi)[1] is False, "who knows how long it was without power"
    pi.starts_anew(on(25), Trust.SYNCHRONISED)
    assert last_time(told, pi) == (8, True)


@pytest.mark.parametrize(("now", "sure"), [(on(4), True), (on(1) - timedelta(days=3), False)])
def test_a_clock_with_a_battery_is_believed_as_long_as_it_goes_forward(
    told: NewTold, now: datetime, *, sure: bool
) -> None:
    practised(told, lambda: Reading(on(1), Trust.HARDWARE, "start 1"))
    assert last_time(told, lambda: Reading(now, Trust.HARDWARE, "start 2"))[1] is sure


# --- what is shown -----------------------------------------------------------------------------------------------


def with_one_wrong(told: NewTold, wrong: datetime) -> None:
    for dated in (on(2), on(5), wrong, on(9)):
        sure = Trust.NONE if dated is wrong else Trust.SYNCHRONISED
        practised(
            told, lambda dated=dated, sure=sure: Reading(dated, sure, f"start {dated}"), hurts=dated is wrong
        )


NOW = Reading(on(11), Trust.SYNCHRONISED, "start now")


@pytest.mark.parametrize("wrong", [IN_2036, datetime(1970, 1, 1, tzinfo=UTC), on(1)])
def test_a_session_dated_wrongly_stands_on_the_day_of_the_next_one(
    told: NewTold, path: Path, wrong: datetime, tmp_path: Path
) -> None:
    with_one_wrong(told, wrong)
    assert days(path, NOW) == [2, 5, 9, 9]
    text = shown(path, NOW)
    assert "4 sessions in these weeks, 4 in all" in text
    assert "~ Mon 9 Nov stretch, left side dull" in text
    assert "The clock was wrong." in text
    page = past_for_the_page(path, NOW, 56)
    assert [(one["day"], one["began"]) for one in page["sessions"]][2:] == [
        ("2026-11-09", "~"),
        ("2026-11-09", "07:30"),
    ]
    assert [len(one["pains"]) for one in page["sessions"]] == [0, 0, 1, 0]
    past, sessions = looked_at(path, NOW)
    assert '"date_fits": false' in as_json(sessions, [])
    assert [row.endswith("2026-11-09,False") for row in as_csv(sessions, []).splitlines()].count(True) == 1
    pytest.importorskip("matplotlib")
    picture = tmp_path / "weeks.svg"
    plot(sessions, date(2026, 11, 1), past.last, picture)
    assert picture.stat().st_size > 1000


def test_where_no_date_is_sure_most_of_them_outvote_the_odd_one(told: NewTold, path: Path) -> None:
    pi = FakeMachine(on(1))
    for dated in (on(2), on(5), IN_2036, on(9), on(10)):
        pi.starts_anew(dated)
        practised(told, pi)
    assert days(path, pi()) == [2, 5, 9, 9, 10]


@pytest.mark.parametrize("now", [IN_2036, datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_wrong_date_of_today_puts_no_session_out_of_sight(told: NewTold, path: Path, now: datetime) -> None:
    for day in (8, 9, 10):
        practised(told, on(day))
    reading = Reading(now)
    text = shown(path, reading)
    assert "3 sessions in these weeks, 3 in all" in text
    assert "Today's date cannot be right" in text
    page = past_for_the_page(path, reading, 56)
    assert (page["last"], len(page["sessions"]), page["days_in_a_row"]) == ("2026-11-10", 3, 3)
    assert "cannot be right" not in shown(path, NOW)


# --- forgetting --------------------------------------------------------------------------------------------------


def test_forgetting_goes_by_when_it_was_and_not_by_what_the_clock_said(
    told: NewTold, path: Path, rows: Rows
) -> None:
    with_one_wrong(told, datetime(1970, 1, 1, tzinfo=UTC))
    forgotten = forget(path, date(2026, 11, 6), NOW)
    assert (forgotten.sessions, forgotten.reports) == (2, 0)
    assert rows("SELECT count(*) FROM pain") == [(1,)], "a report of some day after the fifth"
    assert forget(path, date(2026, 11, 10), NOW).reports == 1, "and it does not stay for ever"


def test_what_was_dated_in_2036_is_forgotten_with_its_days(told: NewTold, path: Path, rows: Rows) -> None:
    with_one_wrong(told, IN_2036)
    assert forget(path, date(2026, 11, 10), NOW).sessions == 4
    assert rows("SELECT count(*) FROM session") == [(0,)]


# --- what earlier versions wrote -----------------------------------------------------------------------------


def test_a_history_of_the_first_format_keeps_everything_and_counts(told: NewTold, path: Path, rows: Rows) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {0x766F6963}")
        connection.execute("PRAGMA user_version = 1")
        for number, began in enumerate((on(1), on(5), IN_2036, on(9)), 1):
            when = began.isoformat()
            connection.execute(
                "INSERT INTO session VALUES (?, 'r', ?, ?, 60, 1, 'pain', NULL, NULL, NULL, NULL)",
                (number, when, when),
            )
            connection.execute(
                "INSERT INTO pain VALUES (?, ?, 1, ?, 'stretch', 'left', 1, 'dull', 0, 'dull', NULL, 'end')",
                (number, number, when),
            )
        connection.commit()
        before = connection.execute("SELECT * FROM pain").fetchall()
    assert advises(told, lambda: Reading(on(9), Trust.SYNCHRONISED, "start 1"))
    assert rows("SELECT * FROM pain") == [(*row, None) for row in before], "nobody was asked who said so"
    assert rows("SELECT began, boot, up_s, clock, truly_began FROM session WHERE id = 3") == [
        (IN_2036.isoformat(), None, None, None, None)
    ]
    assert days(path, Reading(on(10), Trust.SYNCHRONISED)) == [1, 5, 9, 9]
