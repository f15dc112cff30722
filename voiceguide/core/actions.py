"""What a session asks of the outside world, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from voiceguide.core.commands import Command
from voiceguide.core.takes import Capture, Learn


class Sound(StrEnum):
    """A short sound made by the program."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Say:
    """Speak one utterance, its first sample at `at` (or as soon as the one before it has ended).

    Attributes:
        at: sample time of the first sample; never in the past.
        utterance: id, unique within the session; playback events carry it.
        text: the words.
        key: what kind of line it is, such as "setup" or "breathe_in"; for logs and for the demo's user.
    """

    at: int
    utterance: int
    text: str
    key: str


@dataclass(frozen=True)
class Hush:
    """Fade out what is being spoken and drop what is queued."""

    at: int


@dataclass(frozen=True)
class Chime:
    """Play a short sound, mixed over speech if there is any."""

    at: int
    sound: Sound


@dataclass(frozen=True)
class Listen:
    """These commands are possible from now on; the recogniser's grammar follows.

    Attributes:
        commands: which.
        hold: a position is being held, or it was just asked whether something hurts: whoever speaks and is not
            understood is reason enough to ask (S8).
    """

    at: int
    commands: frozenset[Command]
    hold: bool = False


@dataclass(frozen=True)
class SetVolume:
    """Change the guide's volume.

    Attributes:
        gain_db: relative to the levelled voice, in decibels; 0 is as rendered.
    """

    at: int
    gain_db: float


@dataclass(frozen=True)
class Record:
    """Something worth keeping happened. Written before the actions that follow are carried out.

    Attributes:
        kind: `state`, `cue`, `pain`, `finished`, ...: see docs/events.md.
        fields: JSON-ready details.
    """

    at: int
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class End:
    """The session is over; the audio may be closed."""

    at: int


Action = Say | Hush | Chime | Listen | SetVolume | Record | Capture | Learn | End
