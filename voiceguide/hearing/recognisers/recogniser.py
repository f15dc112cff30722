"""The protocol every speech recognition engine is reached through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.int16]
"""One block of microphone samples: int16, mono, 16 kHz, usually 160 of them (10 ms)."""


@dataclass(frozen=True)
class Hypothesis:
    """What an engine believes it has heard.

    Attributes:
        text: words in lower case, single spaces; empty when it was speech but none of the phrases.
        final: False for a partial result, which the engine may still revise.
        at: sample time (end of the frame) at which the engine said so.
        engine: the engine's name.
    """

    text: str
    final: bool
    at: int
    engine: str


class Recogniser(Protocol):
    """A speech recogniser with a changeable grammar.

    Implementations keep no clock: time is the number of samples they were given since they were made or restarted.
    """

    @property
    def name(self) -> str:
        """Short name for logs, such as "pocketsphinx"."""
        ...

    def expect(self, phrases: Sequence[str]) -> None:
        """Set the phrases that can be heard from now on. Cheap when they did not change."""
        ...

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        """Take the next frame and return the hypotheses it led to, in order.

        Raises:
            RecogniserError: the engine failed and cannot go on.
        """
        ...

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero. The phrases stay."""
        ...

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Return the phrases, by name, that contain words this engine's model does not know."""
        ...

    def close(self) -> None:
        """Free the model. The recogniser is not used again."""
        ...


@runtime_checkable
class Revivable(Protocol):
    """A recogniser that can be brought back after it failed."""

    def revive(self) -> None:
        """Begin anew, with no phrases.

        Raises:
            RecogniserError: it does not come back.
        """
        ...
