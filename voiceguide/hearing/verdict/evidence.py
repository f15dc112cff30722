"""What reaches the decision: what an ear claims, what the other ears make of it, and whose voice it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.hearing.recognisers.recogniser import Frame

SAFETY = PAIN_FAMILY | {Command.STOP}
"""Words that may be mistaken for each other without harm: each of them ends the effort at once."""

BEFORE = samples(2.0)
"""How far back from a recogniser's decision another ear may have noticed the same command: the longest phrase,
and the wait after it."""


class Ear(StrEnum):
    """The ways in which a command can be noticed, and one in which anything is."""

    WORDS = "words"
    """The recogniser: which phrase of the grammar the whole utterance was."""
    SECOND = "second ear"
    """The spotter: how probable each command is, whoever speaks."""
    ENROLLED = "enrolled"
    """This very person's own words, from a rehearsal."""
    VOICE = "voice"
    """Somebody spoke, or cried out; what, it cannot tell."""


@dataclass(frozen=True)
class Around:
    """What is known about the room while something is heard.

    Attributes:
        guide: the guide speaks, or has so shortly before that its own words may still be decided upon.
        other: another voice was noticed shortly before.
        apart: the two can be told apart.
        stood_out: a voice was heard of late that is louder than what usually sounds here.
    """

    guide: bool = False
    other: bool = True
    apart: bool = True
    stood_out: bool = True


QUIET = Around()
"""The guide is silent, or the microphone does not hear it."""


@dataclass(frozen=True)
class Claim:
    """One ear says that something was spoken.

    Attributes:
        at: sample time at which it said so.
        command: which command; None for speech that is none.
        ear: which ear.
        engine: its name, for the records.
        text: the words as recognised.
        final: a recogniser's final result, or a partial one that has stood still.
        around: what was known about the room at that time.
    """

    at: int
    command: Command | None
    ear: Ear
    engine: str
    text: str = ""
    final: bool = True
    around: Around = QUIET


class Opinion(Protocol):
    """An ear that can be asked what it made of a command: the second ear, and a person's own words."""

    def strongest(self, command: Command, since: int) -> float:
        """Return the highest score of a command since a sample time, 0 to 1."""
        ...

    def judges(self, command: Command, since: int) -> bool:
        """Tell whether it knows the command and was awake since then."""
        ...

    def agreeing(self, command: Command) -> float:
        """Return the score that is enough when another ear claims the same."""
        ...

    def alone(self, command: Command) -> float:
        """Return the score at which this ear is sure by itself."""
        ...


class OwnWords(Protocol):
    """An ear that listens to what the guide itself says."""

    def accept(self, spoken: Frame | None, count: int) -> None:
        """Take the next `count` samples that go to the loudspeaker; None for silence."""
        ...

    def said(self, command: Command, since: int) -> bool:
        """Tell whether the guide has said what sounds like this command since a sample time."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


class Rule(StrEnum):
    """Why something counts, or does not; the table is in `decision.py`."""

    AGREED = "another ear heard it too"
    ONLY_EAR = "no other ear could tell"
    SURE = "this ear is sure by itself"
    UNKNOWN = "speech that is no command"
    PERHAPS = "in a hold this is close enough to a word of safety to ask"
    BACKGROUND = "speech that is no command, and no louder than what usually sounds here"
    DISAGREED = "no other ear heard it"
    CLOSER = "another ear finds it closer to a word of safety"
    FAINT = "a word of pain, but by a voice no louder than what usually sounds here"
    NOT_ALONE = "this command needs a second ear"
    NOT_NOW = "not possible at the moment"
    REVISED = "a partial result that did not last"
    SAME_CALL = "the same call again"
    ANSWERED = "the person has just been answered"
    OWN_VOICE = "the guide was speaking, and nobody else was noticed"
    OWN_WORDS = "the guide has just said it"


@dataclass(frozen=True)
class Verdict:
    """What became of a claim, and why.

    Attributes:
        at: sample time of the decision.
        claim: what it is about.
        rule: why.
        heard: what reaches the session; None when nothing does.
        scores: what the ears that can be asked made of the claimed command.
    """

    at: int
    claim: Claim
    rule: Rule
    heard: Heard | None
    scores: Mapping[Ear, float] = field(default_factory=dict)
