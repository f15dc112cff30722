"""What a new session is told of the ones before it: the history, as `core.memory.Remembered`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from voiceguide.core.memory import CutOff, PainReport, Remembered, SideTime
from voiceguide.core.plan import Exercise, Routine, Side
from voiceguide.history.past import TAKEN_BACK
from voiceguide.history.rows import INTRODUCED
from voiceguide.history.running import CUT_OFF

LAST_SESSIONS = 5
"""Over so many sessions of a routine the two sides are compared. Our choice: a habit, not one odd day."""

_REPORTS = 200
"""The week rule looks at as many reports; with more in a fortnight there is no doubt left."""

Ask = Callable[..., sqlite3.Cursor]


def remember(connection: sqlite3.Connection, routine: Routine, today: date) -> Remembered:
    """Return what a session of a routine should know.

    Sessions that still run, in this process or in another, do not count.

    Args:
        connection: an open history.
        routine: the routine that is about to begin; what it no longer has is left out.
        today: the day of the new session, where the person is.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    ask = connection.execute
    same = (routine.id,)
    last = ask(
        "SELECT began FROM session WHERE routine = ? AND how IS NOT NULL ORDER BY id DESC LIMIT 1", same
    ).fetchone()
    return Remembered(
        today=today.toordinal(),
        sessions=ask("SELECT count(*) FROM session WHERE how IS NOT NULL AND started").fetchone()[0],
        last_day=_day(last["began"]) if last else None,
        cut_off=_cut_off(ask, routine),
        pain=_pain(ask),
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


def _pain(ask: Ask) -> tuple[PainReport, ...]:
    latest = ask(
        "SELECT * FROM pain WHERE outcome IS NOT ? ORDER BY id DESC LIMIT ?", (TAKEN_BACK, _REPORTS)
    ).fetchall()
    return tuple(
        PainReport(_day(report["reported"]), report["kind"], bool(report["exercise_over"]))
        for report in reversed(latest)
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


def _day(time: str) -> int:
    return datetime.fromisoformat(time).date().toordinal()
