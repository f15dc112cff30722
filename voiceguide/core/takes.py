"""What is said about one take of a word in a rehearsal, and about the word after all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voiceguide.core.commands import Command


class Problem(StrEnum):
    """Why nothing can be learned from a take."""

    SILENCE = "silence"
    """Nobody spoke within the time given."""
    QUIET = "quiet"
    """The word lies so low that the microphone's own noise is near."""
    CLIPPED = "clipped"
    """The microphone was overdriven."""
    NOISE = "noise"
    """What was heard is no voice, or hardly stands out from the noise around it."""
    SHORT = "short"
    """A knock or a syllable cut off."""
    LONG = "long"
    """More than one short phrase."""
    UNLIKE = "unlike"
    """It does not sound like the other takes of the same word."""
    ALIKE = "alike"
    """It sounds like a take of another word, and the two would be mistaken for each other."""


@dataclass(frozen=True)
class Recall:
    """How well a word was heard in the rehearsal.

    Attributes:
        takes: how many takes could be used.
        by_ears: in how many of them the ears that were there before noticed a word of safety.
        by_own: how many of them are recognised by what was learned from the others.
        over_guide: whether it was heard, by either, while the guide spoke; None when that was not tried.
        level_dbfs: mean level of the takes where they are loud.
        problem: why the word was not learned; None when it was.
    """

    takes: int
    by_ears: int
    by_own: int
    over_guide: bool | None
    level_dbfs: float
    problem: Problem | None = None

    @property
    def learned(self) -> bool:
        """True when the word will be recognised by the person's own takes from now on."""
        return self.problem is None


@dataclass(frozen=True)
class Capture:
    """Record what is said from now on as a take of a word, or stop doing so.

    Attributes:
        at: sample time.
        command: whose word; None: a take that has not come to its end is given up.
        over_guide: the guide speaks meanwhile. All of it is kept until it is given up or the word was heard, and
            nothing is learned from it.
    """

    at: int
    command: Command | None
    over_guide: bool = False


@dataclass(frozen=True)
class Learn:
    """Learn from the takes, forget their sound, and report."""

    at: int


@dataclass(frozen=True)
class Taken:
    """A take has come to its end.

    Attributes:
        at: sample time.
        command: whose word it was to be.
        heard: what the ears that were there before took it for; None for nothing.
        problem: why nothing can be learned from it; None when something can.
    """

    at: int
    command: Command
    heard: Command | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class Learned:
    """What the rehearsal has come to.

    Attributes:
        at: sample time.
        words: how well each word was heard, in the order in which they were rehearsed.
        kept: False when it could not be written down.
    """

    at: int
    words: Mapping[Command, Recall]
    kept: bool = True
