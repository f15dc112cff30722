"""The recorded microphone heard again, in step, beside what was heard at the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voiceguide.audio.samples import to_float
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.core.clock import samples
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.replay.recorded import Recorded

NEAR = samples(0.5)
"""Two verdicts on the same words may lie so far apart: a live ear changes its grammar later than one in step."""


@dataclass(frozen=True)
class Pair:
    """A verdict at the time and the same one now; one of them may be missing."""

    then: Verdict | None
    now: Verdict | None

    @property
    def at(self) -> int:
        """Sample time of the earlier one."""
        return min(one.at for one in (self.then, self.now) if one is not None)

    @property
    def same(self) -> bool:
        """Whether nothing about it has changed, to the sample and the last digit of the scores."""
        return self.then == self.now


def hear_again(recorded: Recorded, listening: Callable[[Callable[[], Slips]], Hearing]) -> list[Pair]:
    """Let a chain hear the recorded microphone and loudspeaker again.

    Args:
        recorded: the recording.
        listening: returns a fresh chain, in step; is given what tells what was lost or added so far.

    Returns:
        All verdicts of then and now in order of time, those on the same words side by side.

    Raises:
        RecogniserError: an ear failed.
    """
    now: list[Verdict] = []
    slipped = NO_SLIPS
    hearing = listening(lambda: slipped)
    try:
        for block in range(recorded.blocks):
            slipped = recorded.slipped.get(block, slipped)
            if (wanted := recorded.listened_for.get(block)) is not None:
                hearing.listen_for(wanted[0], hold=wanted[1])
            noticed = hearing.accept(recorded.heard(block), to_float(recorded.spoken(block)))
            now += [one for one in noticed if isinstance(one, Verdict)]
    finally:
        hearing.close()
    told = [one for block in sorted(recorded.noticed) for one in recorded.noticed[block]]
    return pair_up([one for one in told if isinstance(one, Verdict)], now)


def pair_up(then: list[Verdict], now: list[Verdict]) -> list[Pair]:
    """Put verdicts on the same words side by side, and everything in order of time."""
    left = list(now)
    pairs = []
    for verdict in then:
        alike = [one for one in left if _alike(verdict, one)]
        partner = min(alike, key=lambda one: abs(one.at - verdict.at), default=None)
        if partner is not None:
            left.remove(partner)
        pairs.append(Pair(verdict, partner))
    pairs += [Pair(None, verdict) for verdict in left]
    return sorted(pairs, key=lambda pair: pair.at)


def _alike(one: Verdict, other: Verdict) -> bool:
    return one.command == other.command and one.final == other.final and abs(one.at - other.at) <= NEAR
