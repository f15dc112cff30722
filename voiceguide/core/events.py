"""What can happen to a session. Each event carries `at`: samples since the audio began."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voiceguide.core.commands import Command
from voiceguide.core.takes import Learned, Taken


@dataclass(frozen=True)
class Begun:
    """The audio is running; the guide may speak."""

    at: int


@dataclass(frozen=True)
class Tick:
    """The time asked for by `Session.next_deadline` has come."""

    at: int


@dataclass(frozen=True)
class Heard:
    """Somebody spoke and a recogniser has decided.

    Attributes:
        at: when the decision fell.
        command: the command, or None for speech that is no known command.
        text: the words as recognised.
        engine: which ear noticed it.
        perhaps: without a command, the one that it probably was, though not surely.
    """

    at: int
    command: Command | None
    text: str = ""
    engine: str = ""
    perhaps: Command | None = None


@dataclass(frozen=True)
class VoiceBegan:
    """A voice is heard that is not the guide's own."""

    at: int


@dataclass(frozen=True)
class VoiceEnded:
    """That voice is no longer heard."""

    at: int


@dataclass(frozen=True)
class SpeechStarted:
    """The first sample of an utterance went to the speaker."""

    at: int
    utterance: int


@dataclass(frozen=True)
class SpeechFinished:
    """The last sample of an utterance went to the speaker."""

    at: int
    utterance: int


@dataclass(frozen=True)
class SpeechCut:
    """An utterance was faded out, or dropped before it began, because of `Hush`."""

    at: int
    utterance: int


class Trouble(StrEnum):
    """Why the guide cannot hear."""

    MICROPHONE = "microphone"
    """It delivers nothing but silence."""
    CARD = "card"
    """Microphone or loudspeaker are gone, or hang."""
    MACHINE = "machine"
    """It is far behind with what it hears."""
    RECOGNISER = "recogniser"
    """It failed, or hangs."""


class Poor(StrEnum):
    """What makes hearing poor, though not impossible."""

    CLIPPING = "clipping"
    QUIET = "quiet"


@dataclass(frozen=True)
class HearingLost:
    """The guide cannot hear. Told again of the same trouble when it can be said again, or more is known."""

    at: int
    reason: str
    trouble: Trouble = Trouble.MICROPHONE


@dataclass(frozen=True)
class HearingSlow:
    """The machine cannot keep up: words are heard with a delay."""

    at: int


@dataclass(frozen=True)
class HearingPoor:
    """Not everything that is said can be heard."""

    at: int
    why: Poor


@dataclass(frozen=True)
class HearingBack:
    """A trouble is over. The guide can hear again when no other is left."""

    at: int
    trouble: Trouble = Trouble.MICROPHONE


@dataclass(frozen=True)
class HistoryLost:
    """What happens cannot be written down: the disk is full, the file damaged."""

    at: int
    reason: str


@dataclass(frozen=True)
class ReportKept:
    """A report of pain is safe on the disk (S6).

    Attributes:
        report: its number within the session; those before it are safe, too.
    """

    at: int
    report: int


@dataclass(frozen=True)
class ToldToEnd:
    """The program is told to end, as when the machine is shut down: there is a second for a last word."""

    at: int


@dataclass(frozen=True)
class CodeAsked:
    """Somebody wants to pair a phone and needs digits that can only be heard in this room.

    Attributes:
        digits: to be said one by one.
    """

    at: int
    digits: str


Event = (
    Begun
    | Tick
    | Heard
    | VoiceBegan
    | VoiceEnded
    | SpeechStarted
    | SpeechFinished
    | SpeechCut
    | HearingLost
    | HearingSlow
    | HearingPoor
    | HearingBack
    | HistoryLost
    | ReportKept
    | ToldToEnd
    | CodeAsked
    | Taken
    | Learned
)
