"""What the guide itself says, heard by a second ear of its own.

The echo canceller leaves a rest of the guide's voice, and while it converges all of it. A command that is claimed
from the microphone just when the guide has said what sounds like it is suspect: most likely it is that echo.
"""

from __future__ import annotations

import numpy as np

from voiceguide.core.commands import Command
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.spotter.spotter import Spotter
from voiceguide.hearing.verdict.evidence import SAFETY

LIKE_IT = 0.3
"""Score from which the guide's words sound like a command: less than what it takes to believe somebody else."""

_LOOK_EVERY = 2
"""Hops. A claim is compared with a whole second of the guide's words, so that half the looks are enough."""


class OwnWords:
    """Listens to the loudspeaker's samples before they have left it.

    Args:
        language: which second ear.

    Raises:
        RecogniserError: there is none for the language, or what it needs is missing.
    """

    def __init__(self, language: str = "en") -> None:
        self._ear = Spotter(language, hops_at_once=_LOOK_EVERY)

    def accept(self, spoken: Frame | None, count: int) -> None:
        """Take the next `count` samples that go to the loudspeaker; None for silence."""
        self._ear.accept(np.zeros(count, np.int16) if spoken is None else spoken)

    def said(self, command: Command, since: int) -> bool:
        """Tell whether the guide has said what sounds like this command since a sample time."""
        alike = SAFETY if command in SAFETY else (command,)
        return any(self._ear.strongest(one, since) >= LIKE_IT for one in alike)

    def close(self) -> None:
        """Free the networks."""
        self._ear.close()
