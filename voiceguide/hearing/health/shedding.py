"""What the ears leave out when the machine cannot keep up with the sound, and when they take it up again.

How far they are behind is counted in samples that wait to be heard, here and on the way from the sound card: a
machine that does not let the guide run at all must not go unnoticed.

| level  | left out                                       |
|--------|------------------------------------------------|
| `ALL`  | nothing                                        |
| `LESS` | looks at an utterance while it still goes on   |

The echo canceller stays: without it nobody is heard through the guide's voice. If hearing still falls behind, the
guide first says that it takes longer, then that it cannot hear, and pauses (S7).
"""

from __future__ import annotations

import logging
from enum import IntEnum
from typing import Protocol

from voiceguide.core.clock import samples, seconds
from voiceguide.core.events import HearingBack, HearingLost, HearingSlow, Trouble
from voiceguide.hearing.noticed import Noticed, Remark

SHED_AT = samples(1.0)
"""So far behind, one level deeper. A look at an utterance alone takes Moonshine up to 0.2 s on x86, and four times
that on a small machine."""

SETTLES = samples(1.0)
"""A level has this long to show what it spares before the next one."""

CALM = samples(30.0)
CALM_AT = samples(0.2)
"""Never further behind than this for so long, one level up."""

SLOW_AT = samples(1.5)
"""Behind by this at the deepest level: who speaks must know that an answer takes longer."""

LOST_AT = samples(2.5)
LOST_AFTER = samples(0.5)
"""Behind by this for so long: a report of pain would be answered three seconds late, or be dropped."""


class Level(IntEnum):
    """How much the ears leave out."""

    ALL = 0
    LESS = 1


_SAYS = {
    Level.ALL: "everything is listened for again",
    Level.LESS: "an utterance is looked at only when it has ended",
}

_log = logging.getLogger(__name__)


class Thrifty(Protocol):
    """Ears that can do with less."""

    @property
    def deepest(self) -> Level:
        """The most that they can leave out."""
        ...

    def shed(self, level: Level) -> None:
        """Leave out what belongs to a level, from the next frame on."""
        ...


class Shedding:
    """Decides the level. Keeps no clock: it counts samples.

    Args:
        deepest: the most that the ears can leave out.
    """

    def __init__(self, deepest: Level) -> None:
        self._deepest = deepest
        self._level = Level.ALL
        self._at = 0
        self._changed = -SETTLES
        self._calm_since = 0
        self._late_since: int | None = None
        self._told_slow = False
        self._lost = False

    @property
    def level(self) -> Level:
        """What the ears should leave out now."""
        return self._level

    def look(self, behind: int, count: int) -> list[Noticed]:
        """Take how many samples wait, `count` samples after the last look, and return what there is to tell."""
        self._at += count
        noticed: list[Noticed] = []
        if behind > CALM_AT:
            self._calm_since = self._at
        settled = self._at - self._changed >= SETTLES
        if behind >= SHED_AT and self._level < self._deepest and settled:
            noticed.append(self._change(Level(self._level + 1), behind))
        elif self._level > Level.ALL and self._at - max(self._calm_since, self._changed) >= CALM:
            noticed.append(self._change(Level(self._level - 1), behind))
        if behind >= SLOW_AT and self._level == self._deepest and settled and not self._told_slow:
            self._told_slow = True
            noticed.append(HearingSlow(self._at))
        return [*noticed, *self._lost_or_back(behind)]

    def _change(self, level: Level, behind: int) -> Remark:
        deeper = level > self._level
        self._level, self._changed = level, self._at
        if level is Level.ALL:
            self._told_slow = False
        if deeper:
            _log.warning("Hearing is %.1f s behind, so %s", seconds(behind), _SAYS[level])
        else:
            _log.info("Hearing keeps up: %s", _SAYS[level])
        return Remark("shed", {"level": int(level), "why": _SAYS[level], "behind_s": seconds(behind)})

    def _lost_or_back(self, behind: int) -> list[Noticed]:
        if behind < LOST_AT:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = self._at
        if self._lost and behind <= CALM_AT:
            self._lost = False
            return [HearingBack(self._at, Trouble.MACHINE)]
        if not self._lost and self._late_since is not None and self._at - self._late_since >= LOST_AFTER:
            self._lost = True
            return [
                HearingLost(
                    self._at,
                    f"hearing is {seconds(behind):.0f} s behind and cannot keep up. Close other "
                    "programs, or use a faster machine",
                    Trouble.MACHINE,
                )
            ]
        return []
