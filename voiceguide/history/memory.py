"""What a new session is told of the ones before it: the history, as `core.memory.Remembered`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from voiceguide.core.memory import CutOff, PainReport, Remembered, SideTime
from voiceguide.core.plan import Exercise, Routine, Side
from voiceguide.history.dating import Dated, how_long_ago_is_sure, judge, stamp_of, stamp_of_now, stamps
from voiceguide.history.past import TAKEN_BACK, UNKNOWN
from voiceguide.history.rows import INTRODUCED
from voiceguide.history.running import CUT_OFF
from voiceguide.wall_clock import Reading

LAST_SESSIONS = 5
"""Over so many sessions of a routine the two sides are compared. Our choice: a habit, not one odd day."""

_SESSIONS = 500
_PAINED = 40
"""The week rule looks back over so many sessions, and so many with pain: with more in a fortnight there is no
doubt left."""

Ask = Callable[..., sqlite3.Cursor]


def remember(connection: sqlite3.Connection, routine: Routine, now: Reading) -> Remembered:
    """Return what a session of a routine should know.

    Sessions that still run, in this process or in another, do not count.

    Args:
        connection: an open history.
        routine: the routine that is about to begin; what it no longer has is left out.
        now: the clock, as the new session begins.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    ask = connection.execute
    same = (routine.id,)
    last = ask(
        "SELECT * FROM session WHERE routine = ? AND how IS NOT NULL ORDER BY id DESC LIMIT 1", same
    ).fetchone()
    *earlier, today = _judged(connection, now)
    before = {one.stamp.id: one for one in earlier}
    of_this = None
    if last is not None:
        of_this = before.get(last["id"]) or judge([stamp_of(last), today.stamp])[0]  # it may be long ago
    return Remembered(
        now=today.moment(),
        today=today.when.date().toordinal(),
        sessions=ask("SELECT count(*) FROM session WHERE how IS NOT NULL AND started").fetchone()[0],
        last_day=of_this.day.toordinal() if of_this else None,
        last_is_sure=of_this is None or how_long_ago_is_sure(of_this, today),
        cut_off=_cut_off(ask, routine),
        pain=_pain(ask, before),
        sides=_sides(ask, routine),
        pace=_last_setting(ask, "pace", 1.0),
        volume_db=_last_setting(ask, "volume_db", 0.0),
    )


def was_introduced(connection: sqlite3.Connection) -> bool:
    """Tell whether somebody was told to the end what the guide is and what it is not (S10).

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    return connection.execute("SELECT 1 FROM told WHERE what = ?", (INTRODUCED,)).fetchone() is not None


def _cut_off(ask: Ask, routine: Routine) -> CutOff | None:
    last = ask("SELECT * FROM session WHERE how IS NOT NULL ORDER BY id DESC LIMIT 1").fetchone()
    if last is None or last["how"] != CUT_OFF or last["routine"] != routine.id:
        return None
    exercises = {exercise.id: exercise for exercise in routine.exercises}
    exercise = exercises.get(last["exercise"])
    if exercise is None or not _is_place_in(exercise, last) or _forbids_going_on(ask, last["id"]):
        return None
    at_beginning = exercise is routine.exercises[0] and last["repeat"] == 1
    if at_beginning and not ask("SELECT 1 FROM hold WHERE session = ?", (last["id"],)).fetchone():
        return None
    side = Side(last["side"]) if last["side"] else None
    return CutOff(exercise.id, side, last["repeat"])


def _is_place_in(exercise: Exercise, place: Any) -> bool:
    """Tell whether an exercise, which may have been edited since, has such a hold."""
    return place["side"] in (exercise.sides or (None,)) and 1 <= place["repeat"] <= exercise.repeats


def _forbids_going_on(ask: Ask, session: int) -> bool:
    """Tell whether there was a red flag, or pain of which the guide did not learn that it was none (S4)."""
    reports = ask("SELECT * FROM pain WHERE session = ? ORDER BY id", (session,)).fetchall()
    unclear = bool(reports) and reports[-1]["outcome"] is None and reports[-1]["kind"] != "dull"
    return unclear or any(report["exercise_over"] for report in reports)


def _judged(connection: sqlite3.Connection, now: Reading) -> list[Dated]:
    """Return the dates of the latest sessions, and at the end that of now."""
    latest = stamps(connection, _SESSIONS)
    return judge([*latest, stamp_of_now(now, latest[-1].id + 1 if latest else 1)])


def _pain(ask: Ask, before: Mapping[int, Dated]) -> tuple[PainReport, ...]:
    latest = ask(
        """
        WITH ends AS (
            SELECT min(id) AS first, max(id) AS last FROM pain WHERE outcome IS NOT ?
            GROUP BY session, said_by IS ? ORDER BY session DESC LIMIT ?
        )
        SELECT * FROM pain WHERE id IN (SELECT first FROM ends UNION SELECT last FROM ends) ORDER BY session, id
        """,
        (TAKEN_BACK, UNKNOWN, 2 * _PAINED),
    ).fetchall()
    return tuple(
        PainReport(
            **asdict(before[report["session"]].moment(datetime.fromisoformat(report["reported"]))),
            kind=report["kind"],
            red_flag=bool(report["exercise_over"]),
            known=report["said_by"] != UNKNOWN,
        )
        for report in latest
        if report["session"] in before
    )


def _sides(ask: Ask, routine: Routine) -> tuple[SideTime, ...]:
    rows = ask(
        """
        WITH latest AS (
            SELECT id FROM session WHERE routine = ? AND how IS NOT NULL AND started ORDER BY id DESC LIMIT ?
        ), planned AS (
            SELECT exercise, side, sum(planned_s) AS seconds FROM plan
            WHERE session IN latest AND side IS NOT NULL GROUP BY exercise, side
        ), held AS (
            SELECT exercise, side, sum(held_s) AS seconds FROM hold
            WHERE session IN latest AND side IS NOT NULL GROUP BY exercise, side
        )
        SELECT exercise, side, coalesce(held.seconds, 0) AS held_s, planned.seconds AS planned_s
        FROM planned LEFT JOIN held USING (exercise, side) ORDER BY exercise, side
        """,
        (routine.id, LAST_SESSIONS),
    ).fetchall()
    ours = {exercise.id for exercise in routine.exercises}
    return tuple(
        SideTime(row["exercise"], Side(row["side"]), row["held_s"], row["planned_s"])
        for row in rows
        if row["exercise"] in ours
    )


def _last_setting(ask: Ask, name: str, otherwise: float) -> float:
    row = ask("SELECT value FROM setting WHERE name = ? ORDER BY id DESC LIMIT 1", (name,)).fetchone()
    return float(row["value"]) if row else otherwise
