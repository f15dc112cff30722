"""What a session knows of the ones before it, as plain frozen values, and what follows from them.

`history/` reads these from its file and hands them in; the core looks at no calendar. A day is any number that
grows by one each day, such as `date.toordinal()`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voiceguide.core.plan import Routine, Side
from voiceguide.core.week_rule import Moment

NEGLECTED = 0.8
"""A side is neglected that was held for less than this share of its plan relative to the other side. Our choice:
one hold of six left out is not yet a habit, two are."""


@dataclass(frozen=True)
class PainReport(Moment):
    """One report of pain that was not taken back, and when it was.

    Attributes:
        kind: as in the record `pain_kind`: `unknown`, `dull`, `sharp`, ...
        red_flag: it closed an exercise (S4).
        known: somebody said so who can be relied on; False: a machine that was never paired pressed it, and nobody
            in the room said more.
    """

    kind: str = "unknown"
    red_flag: bool = False
    known: bool = True


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


_UNKNOWN = Moment()


@dataclass(frozen=True)
class Remembered:
    """Everything a session knows of the ones before it.

    Attributes:
        now: when this session is.
        today: its day in the calendar.
        sessions: how many there were before, of any routine; one that nobody started does not count.
        last_day: the day of the last session of this routine, None when there was none.
        last_is_sure: how long ago that was can be told; otherwise the clock was wrong at one end or may have been.
        cut_off: where the very last session was cut off, if it was, and if it was of this routine; None after a
            red flag in it, and when it was ended by words.
        pain: the first and the last report of each session with pain of the last weeks, of any routine, in the
            order in which they were made, whatever the calendar says.
        sides: time on each side over the last sessions of this routine.
        pace: the factor on the breath that the person chose last.
        volume_db: the volume that the person chose last, relative to the voice as rendered.
    """

    now: Moment = _UNKNOWN
    today: int = 0
    sessions: int = 0
    last_day: int | None = None
    last_is_sure: bool = True
    cut_off: CutOff | None = None
    pain: tuple[PainReport, ...] = ()
    sides: tuple[SideTime, ...] = ()
    pace: float = 1.0
    volume_db: float = 0.0


NOTHING = Remembered()
"""The memory of somebody who has never been here."""


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
