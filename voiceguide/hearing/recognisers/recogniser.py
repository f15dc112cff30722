"""The protocol every speech recognition engine is reached through."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from voiceguide.core.commands import Command

Frame = NDArray[np.int16]
"""One block of microphone samples: int16, mono, 16 kHz, usually 160 of them (10 ms)."""


@dataclass(frozen=True)
class Scored:
    """How probable one phrase is in an utterance.

    Attributes:
        phrase: as it was given to the engine.
        log_p: natural logarithm of its probability, 0 at most.
    """

    phrase: str
    log_p: float


@dataclass(frozen=True)
class Hypothesis:
    """What an engine believes it has heard.

    Attributes:
        text: the words. An engine with a grammar gives one of the phrases, empty for speech that is none of them;
            an engine that writes gives the transcript.
        final: False for a partial result, which the engine may still revise.
        at: sample time (end of the frame) at which the engine said so.
        engine: the engine's name.
        scores: of the phrases, the most probable first; empty for an engine that gives none.
        text_log_p: the same for the transcript.
        length: samples of speech in the utterance, where the engine knows.
        look_s: seconds of CPU time that the look took.
        sounds: how probable the likeliest lone words are by their sound alone; empty where an utterance is too
            long to be a lone word, and for an engine that does not tell.
        speaking: somebody speaks on, so that the last word may be the beginning of a longer one.
        ahead: samples before `at` at which the look was begun: a final result may have been worked out before the
            engine was sure that the utterance had ended.
    """

    text: str
    final: bool
    at: int
    engine: str
    scores: tuple[Scored, ...] = ()
    text_log_p: float = 0.0
    length: int = 0
    look_s: float = field(default=0.0, compare=False)
    ahead: int = 0
    sounds: tuple[Scored, ...] = ()
    speaking: bool = False

    @classmethod
    def from_fields(cls, fields: Sequence[Any]) -> Hypothesis:
        """Return a hypothesis from what `dataclasses.astuple` made of it and JSON has carried."""
        values = dict(zip((one.name for one in dataclasses.fields(cls)), fields, strict=True))
        for name in ("scores", "sounds"):
            values[name] = tuple(Scored(*one) for one in values[name])
        return cls(**values)


def pattern_name(command: Command) -> str:
    """Return what stands for a command in the scores where a pattern of it was found rather than a phrase."""
    return f"<{command.value}>"


class Recogniser(Protocol):
    """A speech recogniser with a changeable grammar.

    Implementations keep no clock: time is the number of samples they were given since they were made or restarted.
    """

    @property
    def name(self) -> str:
        """Short name for logs, such as "moonshine"."""
        ...

    @property
    def listens_to_sound(self) -> bool:
        """Whether it hears; False for one that is told in another way."""
        ...

    @property
    def steady(self) -> int:
        """Samples for which a partial result must not change before it can be believed."""
        ...

    @property
    def decides_within(self) -> int:
        """Samples from the end of speech within which the final result has come."""
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


@runtime_checkable
class Sparing(Protocol):
    """A recogniser that can do with less of the processor."""

    def spare(self, *, sparing: bool) -> None:
        """Leave out what can be left out, or take it up again."""
        ...
