"""What was kept, as plain values: sessions, and what was held and reported in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voiceguide.history.running import CUT_OFF, is_running


@dataclass(frozen=True)
class Planned:
    """What a session was meant to hold.

    Attributes:
        exercise: id of the exercise.
        side: `left`, `right`, or None where there are no sides.
        planned_s: seconds of all repeats together.
    """

    exercise: str
    side: str | None
    planned_s: float


@dataclass(frozen=True)
class PastHold:
    """One hold, or a part of one that was interrupted.

    Attributes:
        ended: when it was over or left.
        exercise: id of the exercise.
        side: `left`, `right`, or None where there are no sides.
        repeat: number of the repeat, from 1.
        planned_s: seconds of the whole hold.
        held_s: seconds that were held.
    """

    ended: datetime
    exercise: str
    side: str | None
    repeat: int
    planned_s: float
    held_s: float


@dataclass(frozen=True)
class PastPain:
    """One report of pain.

    Attributes:
        reported: when.
        exercise: id of the exercise at which it was reported.
        side: its side.
        repeat: number of the repeat, from 1.
        kind: as far as it became known: `unknown`, `dull`, `sharp`, ...
        exercise_over: a red flag: the exercise ended there.
        answered: the commands that answered the guide, in order.
        advised: names of the lines of advice that were spoken to their end.
        outcome: how the session went on; None when the conversation was cut off.
    """

    reported: datetime
    exercise: str
    side: str | None
    repeat: int
    kind: str
    exercise_over: bool
    answered: tuple[str, ...]
    advised: tuple[str, ...]
    outcome: str | None

    @property
    def taken_back(self) -> bool:
        """Whether it was a false alarm."""
        return self.outcome == TAKEN_BACK


TAKEN_BACK = "taken_back"
"""The outcome of a report that was a false alarm."""


@dataclass(frozen=True)
class SettingChange:
    """A setting changed by voice.

    Attributes:
        changed: when.
        name: `pace` or `volume_db`.
        value: what it was changed to.
    """

    changed: datetime
    name: str
    value: float


@dataclass(frozen=True)
class PastSession:
    """One session.

    Attributes:
        routine: name of the routine.
        began: when the routine began.
        ended: when it ended, or when it was last known to run.
        guided_s: seconds without pauses.
        how: `completed`, `stopped`, `pain`, `cut_off`, or None while it runs.
        plan: what was to be held.
        holds: what was held, in order.
        pains: what was reported, in order.
    """

    routine: str
    began: datetime
    ended: datetime
    guided_s: float
    how: str | None
    plan: tuple[Planned, ...]
    holds: tuple[PastHold, ...]
    pains: tuple[PastPain, ...]

    @property
    def day(self) -> date:
        """The day on which it began, where the person was."""
        return self.began.date()


def read_sessions(connection: sqlite3.Connection, since: date = date.min) -> list[PastSession]:
    """Return the sessions that were kept, in the order in which they took place.

    Args:
        connection: an open history.
        since: leave out those of earlier days.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    rows = connection.execute("SELECT * FROM session WHERE began >= ? ORDER BY id", (since.isoformat(),))
    plans, holds, pains = (_rows_by_session(connection, table, since) for table in ("plan", "hold", "pain"))
    return [
        PastSession(
            routine=row["routine"],
            began=datetime.fromisoformat(row["began"]),
            ended=datetime.fromisoformat(row["ended"]),
            guided_s=row["guided_s"],
            how=row["how"] or (None if is_running(row["process"]) else CUT_OFF),
            plan=tuple(
                Planned(one["exercise"], one["side"], one["planned_s"]) for one in plans.get(row["id"], ())
            ),
            holds=tuple(map(_hold, holds.get(row["id"], ()))),
            pains=tuple(map(_pain, pains.get(row["id"], ()))),
        )
        for row in rows
    ]


def read_settings(connection: sqlite3.Connection) -> list[SettingChange]:
    """Return the settings that were changed by voice, in order.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    return [_setting(row) for row in connection.execute("SELECT * FROM setting ORDER BY id")]


def read_days(connection: sqlite3.Connection) -> list[date]:
    """Return the day of every session, in the order in which they took place.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    rows = connection.execute("SELECT substr(began, 1, 10) AS day FROM session ORDER BY id")
    return [date.fromisoformat(row["day"]) for row in rows]


def days_in_a_row(days: Sequence[date], today: date) -> int:
    """Return on how many days in a row, up to today or yesterday, there was a session.

    Args:
        days: days with a session, in any order.
        today: whoever has not practised yet today has not missed it either.
    """
    done = set(days)
    day = today if today in done else today - timedelta(days=1)
    count = 0
    while day in done:
        count += 1
        day -= timedelta(days=1)
    return count


def _rows_by_session(connection: sqlite3.Connection, table: str, since: date) -> dict[int, list[sqlite3.Row]]:
    # Written times begin with the day, so that text is compared as days are.
    rows = connection.execute(
        f"SELECT * FROM {table} WHERE session IN (SELECT id FROM session WHERE began >= ?) ORDER BY rowid",  # noqa: S608 - the table's name is ours
        (since.isoformat(),),
    )
    found: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        found.setdefault(row["session"], []).append(row)
    return found


def _hold(row: sqlite3.Row) -> PastHold:
    return PastHold(
        ended=datetime.fromisoformat(row["ended"]),
        exercise=row["exercise"],
        side=row["side"],
        repeat=row["repeat"],
        planned_s=row["planned_s"],
        held_s=row["held_s"],
    )


def _pain(row: sqlite3.Row) -> PastPain:
    return PastPain(
        reported=datetime.fromisoformat(row["reported"]),
        exercise=row["exercise"],
        side=row["side"],
        repeat=row["repeat"],
        kind=row["kind"],
        exercise_over=bool(row["exercise_over"]),
        answered=tuple((row["answered"] or "").split()),
        advised=tuple((row["advised"] or "").split()),
        outcome=row["outcome"],
    )


def _setting(row: sqlite3.Row) -> SettingChange:
    return SettingChange(datetime.fromisoformat(row["changed"]), row["name"], row["value"])
