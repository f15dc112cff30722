"""How far the microphone's sound has moved against the loudspeaker's since a port was opened.

What was dropped or played again by this program is counted in samples, and an echo canceller moves its reference
by as much. A card that ran dry says only that it did; then the echo itself has to tell (`front_end/delay.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from voiceguide.core.clock import samples

_BLOCK = samples(0.01)


@dataclass(frozen=True)
class Slips:
    """What was lost or added so far.

    Attributes:
        unknown: times that sound was lost or added, nobody knows how much.
        later: samples at 16 kHz by which an echo comes later than at first because of what was counted; below
            zero when it comes earlier.
    """

    unknown: int = 0
    later: int = 0

    @property
    def times(self) -> int:
        """How often something was lost or added, if it was a block each time."""
        return self.unknown + abs(self.later) // _BLOCK

    def __add__(self, other: Slips) -> Slips:
        return Slips(self.unknown + other.unknown, self.later + other.later)

    def __sub__(self, other: Slips) -> Slips:
        return Slips(self.unknown - other.unknown, self.later - other.later)


NO_SLIPS = Slips()
