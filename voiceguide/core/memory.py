"""What a session knows of the ones before it, as plain frozen values, and what follows from them.

`history/` reads these from its file and hands them in; the core looks at no calendar. A day is any number that
grows by one each day, such as `date.toordinal()`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from voiceguide.core.plan import Routine, Side

WEEK = 7
"""Days. Pain that persists for more than a week is a reason to see a professional, says the article (S9)."""

FORTNIGHT = 14
"""Days. Reports further apart than this are two troubles rather than one that lasts. Our choice: whoever practises
once a week and has pain each time leaves a week between two reports, and a session may be missed."""

NEGLECTED = 0.8
"""A side is neglected that was held for less than this share of its plan relative to the other side. Our choice:
one hold of six left out is not yet a habit, two are."""


@dataclass(frozen=True)
class PainReport:
    """One report of pain that was not taken back.

    Attributes:
        day: when it was reported.
        kind: as in the record `pain_kind`: `unknown`, `dull`, `sharp`, ...
        red_flag: it closed an exercise (S4).
    """

    day: int
    kind: str
    red_flag: bool


@dataclass(frozen=True)
class CutOff:
    """Where the last session of this routine was cut off: power, a crash.

    Attributes:
        exercise: id of the exercise.
        side: its side, None where it has none.
        repeat: number of the repeat, from 1.
    """

    exercise: str
    side: Side | None
    repeat: int


@dataclass(frozen=True)
class SideTime:
    """Time spent on one side of one exercise over the last sessions.

    Attributes:
        exercise: id of the exercise.
        side: which side.
        held_s: seconds that were held.
        planned_s: seconds that the routine planned for this side in these sessions, also for holds never reached.
    """

    exercise: str
    side: Side
    held_s: float
    planned_s: float


@dataclass(frozen=True)
class Remembered:
    """Everything a session knows of the ones before it.

    Attributes:
        today: the day of this session.
        sessions: how many there were before, of any routine; one that nobody started does not count.
        last_day: the day of the last session of this routine, None when there was none.
        cut_off: where the very last session was cut off, if it was, and if it was of this routine; None after a
            red flag in it, and when it was ended by words.
        pain: reports of pain of the last weeks, of any routine, in the order in which they were made, whatever
            the calendar says: a clock that was set back must not hide how long it has lasted.
        sides: time on each side over the last sessions of this routine.
        pace: the factor on the breath that the person chose last.
        volume_db: the volume that the person chose last, relative to the voice as rendered.
    """

    today: int = 0
    sessions: int = 0
    last_day: int | None = None
    cut_off: CutOff | None = None
    pain: tuple[PainReport, ...] = ()
    sides: tuple[SideTime, ...] = ()
    pace: float = 1.0
    volume_db: float = 0.0


NOTHING = Remembered()
"""The memory of somebody who has never been here."""


def lasts_over_a_week(reports: Iterable[PainReport], today: int) -> bool:
    """Tell whether pain has been reported over more than seven days, up to now (S9).

    A gap of more than a fortnight begins a new count. A step back in time counts as no time: the days before it
    are not forgotten.
    """
    days = [report.day for report in reports]
    if not days or today - days[-1] > FORTNIGHT:
        return False
    lasted = 0
    for earlier, later in pairwise(days):
        lasted = 0 if later - earlier > FORTNIGHT else lasted + max(0, later - earlier)
    return lasted > WEEK


def neglected_side(times: Iterable[SideTime], routine: Routine) -> Side | None:
    """Return the side that had clearly less of its time than the other, None when they are about even.

    Only exercises count that the routine still has on both sides.
    """
    both = {exercise.id for exercise in routine.exercises if len(exercise.sides) == len(Side)}
    held = dict.fromkeys(Side, 0.0)
    planned = dict.fromkeys(Side, 0.0)
    for time in times:
        if time.exercise in both:
            held[time.side] += time.held_s
            planned[time.side] += time.planned_s
    if not all(planned.values()):
        return None
    share = {side: held[side] / planned[side] for side in Side}
    less, more = sorted(Side, key=lambda side: share[side])
    return less if share[less] < NEGLECTED * share[more] else None
