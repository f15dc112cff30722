"""What was kept, as plain values: sessions, and what was held and reported in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from voiceguide.core.pressed import Who
from voiceguide.history.dating import Dated, judge, last_day, stamp_of_now, stamps
from voiceguide.history.reading import (
    HistoryConnection,
    number_of,
    side_of,
    text_of,
    text_or_none_of,
    time_of,
    whole_of,
)
from voiceguide.history.running import CUT_OFF, is_running
from voiceguide.wall_clock import Reading

T = TypeVar("T")


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


def read_past(connection: HistoryConnection, now: Reading) -> Past:
    """Return when all sessions were, judged by what the clock says now.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    kept = stamps(connection)
    *earlier, today = judge([*kept, stamp_of_now(now, kept[-1].id + 1 if kept else 1)])
    last = last_day(earlier, today)
    return Past(tuple(earlier), last, last == now.now.date())


def read_sessions(
    connection: HistoryConnection, since: date = date.min, past: Past | None = None
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
    plans = _by_session(connection, "plan", first, _planned, dated)
    holds = _by_session(connection, "hold", first, lambda row: _hold(row, dated[row["session"]]), dated)
    pains = _by_session(connection, "pain", first, lambda row: _pain(row, dated[row["session"]]), dated)

    def session(row: sqlite3.Row) -> PastSession | None:
        number = row["id"]
        if number not in dated:  # it has begun just now, or its date cannot be read
            return None
        return _session(row, dated[number], plans.get(number, []), holds.get(number, []), pains.get(number, []))

    kept = connection.read("session", "SELECT * FROM session WHERE id >= ? ORDER BY id", session, (first,))
    return [one for one in kept if one is not None]


def read_settings(connection: HistoryConnection) -> list[SettingChange]:
    """Return the settings that were changed by voice, in order, as far as they can be read.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    return [*connection.read("setting", "SELECT * FROM setting ORDER BY id", _setting)]


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


def _by_session(
    connection: HistoryConnection, table: str, first: int, make: Callable[[sqlite3.Row], T], dated: Container[int]
) -> dict[int, list[T]]:
    """Return what is made of the rows of a table, by the number of their session."""
    found: dict[int, list[T]] = {}

    def keep(row: sqlite3.Row) -> None:
        if row["session"] in dated:
            found.setdefault(row["session"], []).append(make(row))

    question = f"SELECT rowid AS number, * FROM {table} WHERE session >= ? ORDER BY rowid"  # noqa: S608 - the table's name is ours
    for _ in connection.read(table, question, keep, (first,)):
        pass
    return found


def _session(
    row: sqlite3.Row, dated: Dated, plan: Sequence[Planned], holds: Sequence[PastHold], pains: Sequence[PastPain]
) -> PastSession:
    return PastSession(
        routine=text_of(row, "routine"),
        day=dated.day,
        date_fits=dated.believed,
        began=dated.when,
        ended=time_of(row, "ended") + dated.correction,
        guided_s=number_of(row, "guided_s"),
        how=text_or_none_of(row, "how") or (None if is_running(row["process"]) else CUT_OFF),
        plan=tuple(plan),
        holds=tuple(holds),
        pains=tuple(pains),
    )


def _planned(row: sqlite3.Row) -> Planned:
    return Planned(text_of(row, "exercise"), side_of(row), number_of(row, "planned_s"))


def _hold(row: sqlite3.Row, dated: Dated) -> PastHold:
    return PastHold(
        ended=time_of(row, "ended") + dated.correction,
        exercise=text_of(row, "exercise"),
        side=side_of(row),
        repeat=whole_of(row, "repeat"),
        planned_s=number_of(row, "planned_s"),
        held_s=number_of(row, "held_s"),
    )


def _pain(row: sqlite3.Row, dated: Dated) -> PastPain:
    return PastPain(
        reported=time_of(row, "reported") + dated.correction,
        exercise=text_of(row, "exercise"),
        side=side_of(row),
        repeat=whole_of(row, "repeat"),
        kind=text_of(row, "kind"),
        exercise_over=bool(whole_of(row, "exercise_over", most=1)),
        answered=tuple((text_or_none_of(row, "answered") or "").split()),
        advised=tuple((text_or_none_of(row, "advised") or "").split()),
        outcome=text_or_none_of(row, "outcome"),
        said_by=text_or_none_of(row, "said_by"),
    )


def _setting(row: sqlite3.Row) -> SettingChange:
    return SettingChange(time_of(row, "changed"), text_of(row, "name"), number_of(row, "value", -1000, 1000))
