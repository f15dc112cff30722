"""Ears that rest while nothing they could claim would count: hours of the guide's own voice, and cheap."""

from __future__ import annotations

from collections import deque

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.verdict.situation import QUIET, Around

REACHES_BACK = samples(6.0)
"""What was missed before the ears wake is heard first: the longest utterance of the recogniser and a pause."""


class RestingEars:
    """Ears that listen only where the decision would not put aside every claim as the guide's own voice.

    That is its rule while the guide speaks, the two voices can be told apart, and nobody else was noticed
    (`voiceguide/hearing/verdict/decision.py`, third line of the table). Before the canceller has converged, in
    pauses of the guide and as soon as another voice is noticed, they hear everything, the last `REACHES_BACK`
    included.

    Args:
        ears: what listens; closed with these.
    """

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._unheard: deque[tuple[Frame, Around]] = deque(maxlen=REACHES_BACK // BLOCK)

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Hand it on."""
        self._ears.listen_for(commands, hold=hold)

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Noticed]:
        """Take the next frame and return what is decided by it, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        self._unheard.append((frame, around))
        if around.guide and around.apart and not around.other:
            return []
        noticed: list[Noticed] = []
        while self._unheard:
            noticed += self._ears.accept(*self._unheard.popleft())
        return noticed

    def close(self) -> None:
        """Close the ears."""
        self._ears.close()
