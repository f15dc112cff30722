"""The week rule (S9): pain reported over more than seven days leads to the advice to see a professional.

The dates of a machine without a clock of its own can be wrong by years, so they are never all that is looked at.
What cannot be wrong is the order of the sessions, and within one start of the machine the time that went by. Three
numbers say what is known of the time between two moments:

- it was *at least* so long: by the dates when both are sure, else by the time the machine has been running;
- it was *at most* so long: by the sure dates around them;
- it is *taken for* so long: by the dates where they go forward by no more than a fortnight, and for a day a
  session at least, as a date may stand still. A date that goes back or leaps tells nothing. Then it is as long as
  the sure dates around it allow, and where there are none a day for each session.

In doubt it is the longer time, and only what is certain ends a count: a wrong date may bring the advice too early,
but takes no report away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

WEEK = 7
"""Days. Pain that persists for more than a week is a reason to see a professional, says the article (S9)."""

FORTNIGHT = 14
"""Days. Reports further apart than this are two troubles rather than one that lasts. Our choice: whoever practises
once a week and has pain each time leaves a week between two reports, and a session may be missed."""

QUIET_SESSIONS = 28
"""Where the dates are not sure, so many sessions in a row without a report end a count. Our choice: a fortnight at
two sessions a day, so that the advice does not go on for ever on a machine whose clock is never set."""

_DAY_S = 86_400


@dataclass(frozen=True)
class Moment:
    """When something was, by everything that is known of it.

    Attributes:
        day: what the calendar said: any number that grows by one each day, such as `date.toordinal()`.
        session: the running number of the session, which grows whatever the calendar says.
        earliest: the day before which it surely was not; None when that is unknown.
        latest: the day after which it surely was not. A date that is sure has both, and both are `day`.
        boot: the start of the machine in which it was; None when that is unknown.
        up_s: seconds since that start.
    """

    day: int = 0
    session: int = field(default=0, kw_only=True)
    earliest: int | None = field(default=None, kw_only=True)
    latest: int | None = field(default=None, kw_only=True)
    boot: str | None = field(default=None, kw_only=True)
    up_s: float = field(default=0.0, kw_only=True)


def lasts_over_a_week(reports: Iterable[Moment], now: Moment) -> bool:
    """Tell whether pain has been reported over more than seven days, up to now (S9).

    A gap of more than a fortnight begins a new count.

    Args:
        reports: when pain was reported, in the order in which that was.
        now: this session.
    """
    moments = [*reports]
    for number in range(len(moments) - 1, 0, -1):
        if _begins_a_new_count(moments[number - 1], moments[number]):
            moments = moments[number:]
            break
    if not moments or _begins_a_new_count(moments[-1], now):
        return False
    return _count(moments) > WEEK


def _count(moments: list[Moment]) -> float:
    """Return over how many days the moments reach, in doubt the more."""
    lasted: list[float] = []
    for number, later in enumerate(moments):
        before = list(zip(lasted, moments[:number], strict=True))
        taken = max((days + _taken_for(earlier, later) for days, earlier in before), default=0.0)
        most = min((days + _at_most(earlier, later) for days, earlier in before), default=inf)
        lasted.append(min(taken, most))
    return max(lasted)


def _begins_a_new_count(earlier: Moment, later: Moment) -> bool:
    if (exactly := _exactly(earlier, later)) is not None:
        return exactly > FORTNIGHT
    return _at_least(earlier, later) > FORTNIGHT or later.session - earlier.session > QUIET_SESSIONS


def _exactly(earlier: Moment, later: Moment) -> float | None:
    """Return the days from one moment to the other where they are certain, else None."""
    if _is_sure(earlier) and _is_sure(later):
        return max(0, later.day - earlier.day)
    if earlier.boot is not None and earlier.boot == later.boot:
        return max(0.0, later.up_s - earlier.up_s) / _DAY_S
    return None


def _at_least(earlier: Moment, later: Moment) -> float:
    if (exactly := _exactly(earlier, later)) is not None:
        return exactly
    known = [0.0]
    if earlier.latest is not None and later.earliest is not None:
        known.append(later.earliest - earlier.latest)
    if earlier.boot is not None and later.boot is not None:
        known.append(later.up_s / _DAY_S)  # the machine was started anew after the earlier one
    return max(known)


def _at_most(earlier: Moment, later: Moment) -> float:
    if (exactly := _exactly(earlier, later)) is not None:
        return exactly
    if earlier.earliest is not None and later.latest is not None:
        return max(later.latest - earlier.earliest, _at_least(earlier, later))
    return inf


def _taken_for(earlier: Moment, later: Moment) -> float:
    if (exactly := _exactly(earlier, later)) is not None:
        return exactly
    least, most = _at_least(earlier, later), _at_most(earlier, later)
    forward = later.day - earlier.day
    if 0 <= forward <= FORTNIGHT and _is_possible(earlier) and _is_possible(later):
        return min(max(least, forward, later.session - earlier.session), most)
    if most < inf:
        return max(least, min(most, FORTNIGHT))
    return max(least, later.session - earlier.session)


def _is_possible(moment: Moment) -> bool:
    return (moment.earliest is None or moment.earliest <= moment.day) and (
        moment.latest is None or moment.day <= moment.latest
    )


def _is_sure(moment: Moment) -> bool:
    return moment.earliest == moment.latest == moment.day
