"""What can happen to a session. Each event carries `at`: samples since the audio began."""

from __future__ import annotations

from dataclasses import dataclass

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
        perhaps: without a command, the word of safety that it may have been.
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


@dataclass(frozen=True)
class HearingLost:
    """Microphone frames stopped or the recogniser failed."""

    at: int
    reason: str


@dataclass(frozen=True)
class HearingSlow:
    """The machine cannot keep up: words are heard with a delay."""

    at: int


@dataclass(frozen=True)
class HearingBack:
    """The guide can hear again."""

    at: int


@dataclass(frozen=True)
class HistoryLost:
    """What happens cannot be written down: the disk is full, the file damaged."""

    at: int
    reason: str


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
    | HearingBack
    | HistoryLost
    | Taken
    | Learned
)
