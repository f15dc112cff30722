"""What was kept, as plain values: sessions, and what was held and reported in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from voiceguide.core.pressed import Who
from voiceguide.history.dating import Dated, judge, last_day, stamp_of_now, stamps
from voiceguide.history.running import CUT_OFF, is_running
from voiceguide.wall_clock import Reading


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
        said_by: `voice`, `button`, `paired`, or `unknown`: a machine that was never paired; None: not told then.
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
    said_by: str | None = None

    @property
    def taken_back(self) -> bool:
        """Whether it was a false alarm."""
        return self.outcome == TAKEN_BACK


TAKEN_BACK = "taken_back"
"""The outcome of a report that was a false alarm."""

UNKNOWN = Who.STRANGER.called
"""Who said so, where a machine that was never paired pressed it and nobody in the room said more."""


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
        day: the day to which it belongs, where the person was; if the clock was wrong, by the sessions around it.
        date_fits: whether the date is sure, or at least fits the sessions around it.
        began: when the routine began: what the clock said, corrected where that is possible.
        ended: when it ended, or when it was last known to run.
        guided_s: seconds without pauses.
        how: `completed`, `stopped`, `pain`, `cut_off`, or None while it runs.
        plan: what was to be held.
        holds: what was held, in order.
        pains: what was reported, in order.
    """

    routine: str
    day: date
    date_fits: bool
    began: datetime
    ended: datetime
    guided_s: float
    how: str | None
    plan: tuple[Planned, ...]
    holds: tuple[PastHold, ...]
    pains: tuple[PastPain, ...]

    def day_of(self, when: datetime) -> date:
        """Return the day to which something in this session belongs."""
        return self.day + (when.date() - self.began.date())


@dataclass(frozen=True)
class Past:
    """The dates of all sessions, judged by each other and by now.

    Attributes:
        dated: the sessions in the order in which they took place; their days never go back.
        last: the day up to which a calendar reaches: today, if that can be believed.
        today_fits: whether it can.
    """

    dated: tuple[Dated, ...]
    last: date
    today_fits: bool

    @property
    def days(self) -> list[date]:
        """The day of every session."""
        return [one.day for one in self.dated]

    def first_since(self, day: date) -> int | None:
        """Return the number of the first session of that day or a later one, None when there is none."""
        return next((one.stamp.id for one in self.dated if one.day >= day), None)


def read_past(connection: sqlite3.Connection, now: Reading) -> Past:
    """Return when all sessions were, judged by what the clock says now.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    kept = stamps(connection)
    *earlier, today = judge([*kept, stamp_of_now(now, kept[-1].id + 1 if kept else 1)])
    last = last_day(earlier, today)
    return Past(tuple(earlier), last, last == now.now.date())


def read_sessions(
    connection: sqlite3.Connection, since: date = date.min, past: Past | None = None
) -> list[PastSession]:
    """Return the sessions that were kept, in the order in which they took place.

    Args:
        connection: an open history.
        since: leave out those of earlier days.
        past: when they were; None has them judged by each other alone.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    if past is None:
        dated_alone = tuple(judge(stamps(connection)))
        past = Past(dated_alone, max((one.day for one in dated_alone), default=date.min), today_fits=True)
    first = past.first_since(since)
    if first is None:
        return []
    dated = {one.stamp.id: one for one in past.dated}
    rows = connection.execute("SELECT * FROM session WHERE id >= ? ORDER BY id", (first,))
    plans, holds, pains = (_rows_by_session(connection, table, first) for table in ("plan", "hold", "pain"))
    return [
        _session(row, dated[row["id"]], *(rows.get(row["id"], []) for rows in (plans, holds, pains)))
        for row in rows
        if row["id"] in dated  # one may have begun just now
    ]


def read_settings(connection: sqlite3.Connection) -> list[SettingChange]:
    """Return the settings that were changed by voice, in order.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    return [_setting(row) for row in connection.execute("SELECT * FROM setting ORDER BY id")]


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


def _rows_by_session(connection: sqlite3.Connection, table: str, first: int) -> dict[int, list[sqlite3.Row]]:
    rows = connection.execute(
        f"SELECT * FROM {table} WHERE session >= ? ORDER BY rowid",  # noqa: S608 - the table's name is ours
        (first,),
    )
    found: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        found.setdefault(row["session"], []).append(row)
    return found


def _session(
    row: sqlite3.Row, dated: Dated, plan: list[sqlite3.Row], holds: list[sqlite3.Row], pains: list[sqlite3.Row]
) -> PastSession:
    def when(written: str) -> datetime:
        return datetime.fromisoformat(written) + dated.correction

    return PastSession(
        routine=row["routine"],
        day=dated.day,
        date_fits=dated.believed,
        began=dated.when,
        ended=when(row["ended"]),
        guided_s=row["guided_s"],
        how=row["how"] or (None if is_running(row["process"]) else CUT_OFF),
        plan=tuple(Planned(one["exercise"], one["side"], one["planned_s"]) for one in plan),
        holds=tuple(
            PastHold(
                ended=when(one["ended"]),
                exercise=one["exercise"],
                side=one["side"],
                repeat=one["repeat"],
                planned_s=one["planned_s"],
                held_s=one["held_s"],
            )
            for one in holds
        ),
        pains=tuple(
            PastPain(
                reported=when(one["reported"]),
                exercise=one["exercise"],
                side=one["side"],
                repeat=one["repeat"],
                kind=one["kind"],
                exercise_over=bool(one["exercise_over"]),
                answered=tuple((one["answered"] or "").split()),
                advised=tuple((one["advised"] or "").split()),
                outcome=one["outcome"],
                said_by=one["said_by"],
            )
            for one in pains
        ),
    )


def _setting(row: sqlite3.Row) -> SettingChange:
    return SettingChange(datetime.fromisoformat(row["changed"]), row["name"], row["value"])
