"""Kinds of pain: which words name them, what is said about each, and which of them close the exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from voiceguide.core.commands import Command


class Kind(IntEnum):
    """Kinds of pain, the more serious the higher: a higher one replaces a lower one, never the other way."""

    UNKNOWN = 0
    """Not asked yet."""
    UNCLEAR = 1
    """Asked, and the answer was not understood: taken as serious, until something milder is truly said."""
    DULL = 2
    """A mild or dull sensation of stretching."""
    SHARP = 3
    """Sharp or throbbing."""
    SERIOUS = 4
    """"Yes" to the question whether it is sharp, travels down the leg or comes with numbness."""
    SHOOTING = 5
    NUMB = 6
    WORSE = 7
    """Worse right after a stretch."""
    CANNOT_MOVE = 8
    """Cannot move as before."""


class Closes(StrEnum):
    """Whether a kind of pain ends the exercise for this session (S4)."""

    NEVER = "never"
    AFTER_TRIES = "after tries"
    """After as many reports as the routine lets the person reposition: none in a stretch, one on the ball."""
    ALWAYS = "always"


@dataclass(frozen=True)
class Guidance:
    """What one kind of pain leads to.

    Attributes:
        closes: whether the exercise is over.
        says: prompts to speak, in order; for DULL and SHARP the exercise's own lines come in their place.
        professional: prompts added when the exercise is over.
    """

    closes: Closes
    says: tuple[str, ...]
    professional: tuple[str, ...] = ()


KIND_OF: Mapping[Command, Kind] = MappingProxyType(
    {
        Command.PAIN: Kind.UNKNOWN,
        Command.DULL: Kind.DULL,
        Command.TIGHT: Kind.DULL,
        Command.SHARP: Kind.SHARP,
        Command.SHOOTING: Kind.SHOOTING,
        Command.NUMB: Kind.NUMB,
        Command.WORSE: Kind.WORSE,
        Command.CANNOT_MOVE: Kind.CANNOT_MOVE,
    }
)
"""Which kind a word names."""

GUIDANCE: Mapping[Kind, Guidance] = MappingProxyType(
    {
        # Said only to somebody who stops before the kind is known.
        Kind.UNKNOWN: Guidance(Closes.NEVER, ("safety_stop_unasked",)),
        Kind.UNCLEAR: Guidance(Closes.ALWAYS, ("safety_unclear",)),
        Kind.DULL: Guidance(Closes.NEVER, ("safety_dull",)),
        Kind.SHARP: Guidance(Closes.AFTER_TRIES, ("safety_sharp",), ("safety_see_professional",)),
        Kind.SERIOUS: Guidance(Closes.ALWAYS, ("safety_serious",)),
        Kind.SHOOTING: Guidance(Closes.ALWAYS, ("safety_shooting",)),
        Kind.NUMB: Guidance(Closes.ALWAYS, ("safety_numb",)),
        Kind.WORSE: Guidance(Closes.ALWAYS, ("safety_worse",)),
        Kind.CANNOT_MOVE: Guidance(Closes.ALWAYS, ("safety_cannot_move",)),
    }
)
"""What follows from each kind."""
