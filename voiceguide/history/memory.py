"""What a new session is told of the ones before it: the history, as `core.memory.Remembered`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TypeVar

from voiceguide.core.memory import CutOff, PainReport, Remembered, SideTime
from voiceguide.core.plan import Exercise, Routine, Side
from voiceguide.history.dating import Dated, Stamp, how_long_ago_is_sure, judge, stamp_of, stamp_of_now, stamps
from voiceguide.history.past import TAKEN_BACK, UNKNOWN
from voiceguide.history.reading import HistoryConnection, number_of, side_of, text_of, time_of, whole_of
from voiceguide.history.rows import INTRODUCED
from voiceguide.history.running import CUT_OFF
from voiceguide.wall_clock import Reading

T = TypeVar("T")

_COUNT = "SELECT count(*) FROM session WHERE how IS NOT NULL AND started"

LAST_SESSIONS = 5
"""Over so many sessions of a routine the two sides are compared. Our choice: a habit, not one odd day."""

_SESSIONS = 500
_PAINED = 40
"""The week rule looks back over so many sessions, and so many with pain: with more in a fortnight there is no
doubt left."""


def remember(connection: HistoryConnection, routine: Routine, now: Reading) -> Remembered:
    """Return what a session of a routine should know, as far as it can be read.

    Sessions that still run, in this process or in another, do not count.

    Args:
        connection: an open history.
        routine: the routine that is about to begin; what it no longer has is left out.
        now: the clock, as the new session begins.

    Raises:
        sqlite3.Error: another program keeps the file to itself, or the disk cannot be read.
    """
    of_routine = "SELECT * FROM session WHERE routine = ? AND how IS NOT NULL ORDER BY id DESC"
    last = next(connection.read("session", of_routine, stamp_of, (routine.id,)), None)
    *earlier, today = _judged(connection, now)
    before = {one.stamp.id: one for one in earlier}
    of_this = None
    if last is not None:
        of_this = before.get(last.id) or judge([last, today.stamp])[0]  # it may be long ago
    return Remembered(
        now=today.moment(),
        today=today.when.date().toordinal(),
        sessions=_first(connection, "session", _COUNT, lambda row: int(row[0]), otherwise=0),
        last_day=of_this.day.toordinal() if of_this else None,
        last_is_sure=of_this is None or how_long_ago_is_sure(of_this, today),
        cut_off=_cut_off(connection, routine),
        pain=_pain(connection, before, today),
        sides=_sides(connection, routine),
        pace=_last_setting(connection, "pace", 1.0, 0.25, 4.0),
        volume_db=_last_setting(connection, "volume_db", 0.0, -60.0, 20.0),
    )


def was_introduced(connection: HistoryConnection) -> bool:
    """Tell whether somebody was told to the end what the guide is and what it is not (S10).

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    asked = "SELECT rowid, what FROM told WHERE what = ?"
    return _first(connection, "told", asked, lambda _: True, (INTRODUCED,), otherwise=False)


def _first(
    connection: HistoryConnection,
    table: str,
    question: str,
    make: Callable[[sqlite3.Row], T],
    values: tuple[object, ...] = (),
    *,
    otherwise: T,
) -> T:
    """Return what is made of the first row that can be read."""
    return next(connection.read(table, question, make, values), otherwise)


def _cut_off(connection: HistoryConnection, routine: Routine) -> CutOff | None:
    exercises = {exercise.id: exercise for exercise in routine.exercises}

    def place(row: sqlite3.Row) -> tuple[int, CutOff] | None:
        exercise = exercises.get(row["exercise"])
        if row["how"] != CUT_OFF or row["routine"] != routine.id or exercise is None:
            return None
        return (row["id"], _place(row)) if _is_place_in(exercise, row) else None

    very_last = "SELECT * FROM session WHERE how IS NOT NULL ORDER BY id DESC LIMIT 1"
    found = _first(connection, "session", very_last, place, otherwise=None)
    if found is None or _forbids_going_on(connection, found[0]):
        return None
    session, cut_off = found
    at_beginning = cut_off.exercise == routine.exercises[0].id and cut_off.repeat == 1
    held = "SELECT rowid FROM hold WHERE session = ? LIMIT 1"
    if at_beginning and not _first(connection, "hold", held, lambda _: True, (session,), otherwise=False):
        return None
    return cut_off


def _place(row: sqlite3.Row) -> CutOff:
    side = side_of(row)
    return CutOff(text_of(row, "exercise"), Side(side) if side else None, whole_of(row, "repeat", least=1))


def _is_place_in(exercise: Exercise, place: sqlite3.Row) -> bool:
    """Tell whether an exercise, which may have been edited since, has such a hold."""
    return side_of(place) in (exercise.sides or (None,)) and 1 <= whole_of(place, "repeat") <= exercise.repeats


def _forbids_going_on(connection: HistoryConnection, session: int) -> bool:
    """Tell whether there was a red flag, or pain of which the guide did not learn that it was none (S4)."""

    def forbids(row: sqlite3.Row) -> tuple[bool, bool]:
        return row["exercise_over"] != 0, row["outcome"] is None and row["kind"] != "dull"

    asked = "SELECT rowid AS number, * FROM pain WHERE session = ? ORDER BY id"
    reports = [*connection.read("pain", asked, forbids, (session,))]
    unclear = bool(reports) and reports[-1][1]
    return unclear or any(red_flag for red_flag, _ in reports)


def _judged(connection: HistoryConnection, now: Reading) -> list[Dated]:
    """Return the dates of the latest sessions, and at the end that of now."""
    latest = stamps(connection, _SESSIONS)
    return judge([*latest, stamp_of_now(now, latest[-1].id + 1 if latest else 1)])


def _pain(connection: HistoryConnection, before: Mapping[int, Dated], today: Dated) -> tuple[PainReport, ...]:
    """Return the first and the last report of each session with pain, and of those an unknown machine made.

    A report of which something cannot be read is a report all the same: where its own time is lost it counts from
    the beginning of its session, and where that of its session is lost by its own.
    """
    lost = connection.set_aside.rows.get("session", set())

    def report(row: sqlite3.Row) -> tuple[int, PainReport] | None:
        session = row["session"]
        if not (session in before or session in lost):
            return None  # long ago
        try:
            when = time_of(row, "reported")
        except ValueError:
            connection.set_aside.rows.setdefault("pain", set()).add(row["id"])
            when = None
        dated = before.get(session)
        if dated is None:
            if when is None:
                return None
            dated = judge([Stamp(session, when), today.stamp])[0]
        kind = row["kind"] if isinstance(row["kind"], str) else "unknown"
        moment = asdict(dated.moment(when))
        red_flag, known = row["exercise_over"] != 0, row["said_by"] != UNKNOWN
        return session, PainReport(**moment, kind=kind, red_flag=red_flag, known=known)

    latest = """
        SELECT * FROM pain WHERE outcome IS NOT ? AND session IN (
            SELECT session FROM pain WHERE outcome IS NOT ? GROUP BY session, said_by IS ?
            ORDER BY session DESC LIMIT ?
        ) ORDER BY session, id
        """
    values = (TAKEN_BACK, TAKEN_BACK, UNKNOWN, 2 * _PAINED)
    found = [one for one in connection.read("pain", latest, report, values) if one is not None]
    ends: dict[tuple[int, bool], tuple[int, int]] = {}
    for place, (session, one) in enumerate(found):
        first, _ = ends.get((session, one.known), (place, place))
        ends[session, one.known] = first, place
    return tuple(found[place][1] for place in sorted({place for both in ends.values() for place in both}))


def _sides(connection: HistoryConnection, routine: Routine) -> tuple[SideTime, ...]:
    ours = {exercise.id for exercise in routine.exercises}
    planned = _seconds(connection, "plan", "planned_s", routine)
    held = _seconds(connection, "hold", "held_s", routine)
    return tuple(
        SideTime(exercise, Side(side), held.get((exercise, side), 0.0), planned_s)
        for (exercise, side), planned_s in sorted(planned.items())
        if exercise in ours
    )


def _seconds(
    connection: HistoryConnection, table: str, column: str, routine: Routine
) -> dict[tuple[str, str], float]:
    """Return the seconds of each exercise and side over the latest sessions of a routine."""
    found: dict[tuple[str, str], float] = {}

    def add(row: sqlite3.Row) -> None:
        place, seconds = (text_of(row, "exercise"), side_of(row) or ""), number_of(row, column)
        found[place] = found.get(place, 0.0) + seconds

    latest = f"""
        SELECT rowid AS number, exercise, side, {column} FROM {table} WHERE side IS NOT NULL AND session IN (
            SELECT id FROM session WHERE routine = ? AND how IS NOT NULL AND started ORDER BY id DESC LIMIT ?
        )
        """  # noqa: S608 - the names are ours
    for _ in connection.read(table, latest, add, (routine.id, LAST_SESSIONS)):
        pass
    return found


def _last_setting(connection: HistoryConnection, name: str, otherwise: float, least: float, most: float) -> float:
    asked = "SELECT id, value FROM setting WHERE name = ? ORDER BY id DESC"
    return _first(
        connection,
        "setting",
        asked,
        lambda row: number_of(row, "value", least, most),
        (name,),
        otherwise=otherwise,
    )
