"""Whole breaths: how many fit into a hold, and where each begins and turns.

The pace is a factor on the length of both phases: 1 is what the routine asks for, more is slower.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from voiceguide.core.clock import samples
from voiceguide.core.plan import Breathing

PACE_STEP = Fraction(1, 8)
PACE_LEAST = Fraction(3, 4)
PACE_MOST = Fraction(3, 2)
"""With 4 s in and 6 s out: 7.5 s to 15 s a breath, in steps of 1.25 s."""


def nearest_pace(factor: float) -> Fraction:
    """Return the pace nearest to a factor that was kept."""
    return min(max(round(factor / PACE_STEP) * PACE_STEP, PACE_LEAST), PACE_MOST)


@dataclass(frozen=True)
class Breath:
    """One breath within a hold, in samples from the beginning of the hold.

    Attributes:
        begins: first sample of the in-breath.
        turns: first sample of the out-breath.
        ends: the sample after the out-breath.
    """

    begins: int
    turns: int
    ends: int


def whole_breaths(length: int, breathing: Breathing, pace: Fraction, begins: int = 0) -> tuple[Breath, ...]:
    """Return the whole breaths that fit between `begins` and `length`, at least one.

    Args:
        length: planned samples of the whole hold.
        breathing: the pattern.
        pace: factor on both phases.
        begins: sample of the hold at which the first of them begins.

    Returns:
        Breaths that follow each other without a gap. They end at or before `length`, unless not even one fits.
    """
    inward = samples(breathing.in_s * float(pace))
    outward = samples(breathing.out_s * float(pace))
    cycle = inward + outward
    count = max(1, (length - begins) // cycle)
    starts = (begins + cycle * number for number in range(count))
    return tuple(Breath(start, start + inward, start + cycle) for start in starts)
