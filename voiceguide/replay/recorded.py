"""A recording, read back. What a killed process or a full disk has left is read as far as it goes."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from pydantic import ValidationError

from voiceguide import __version__
from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_float
from voiceguide.audio.slips import Slips
from voiceguide.core.clock import RATE
from voiceguide.core.commands import Command
from voiceguide.errors import RecordingError
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.presses import Press
from voiceguide.private import close_folder_to_others
from voiceguide.replay.folder import Circumstances, Names, read_lines
from voiceguide.replay.noticed import from_json
from voiceguide.speaking.voice import Samples
from voiceguide.special_files import what_else_it_is

TOLD_AGAIN = ("history_lost", "report_kept")
"""Events that came from outside, beside hearing, and come again in a replay."""

_PIECE = 4096
"""Samples in a frame of FLAC, as libsndfile writes it: the smallest piece that is whole or not."""

_LENGTH = slice(21, 26)
"""Where a FLAC file says how many samples it has: the last 36 bits of these bytes (RFC 9639, 8.2)."""

_NO_RECORDING = "Name a folder that `voiceguide run --record` has made."


@dataclass(frozen=True)
class Recorded:
    """One recorded session.

    Attributes:
        folder: where it lies.
        circumstances: how it began.
        microphone: `(n,)` int16.
        speaker: `(m,)` int16; as many whole blocks as can be replayed.
        microphone_ended: the block at which the microphone came to its end, None when it did not.
        port_failed: the block at which the sound card failed, and what it said.
        noticed: by block, what hearing told.
        deaf: the block at which hearing failed, and what it said.
        listened_for: by block, what the session listened for from that block on.
        pressed: by block, what was pressed and not spoken.
        late: blocks that came too late for the card.
        slipped: by block, what the card had lost or added from that block on.
        events: the journal's entries.
        whole: False when the process was killed or the disk full before the end.
    """

    folder: Path
    circumstances: Circumstances
    microphone: Frame
    speaker: Frame
    microphone_ended: int | None = None
    port_failed: tuple[int, str] | None = None
    noticed: dict[int, list[Noticed]] = field(default_factory=dict)
    deaf: tuple[int, str] | None = None
    listened_for: dict[int, tuple[frozenset[Command], bool]] = field(default_factory=dict)
    pressed: dict[int, list[Press]] = field(default_factory=dict)
    slipped: dict[int, Slips] = field(default_factory=dict)
    late: frozenset[int] = frozenset()
    events: list[dict[str, Any]] = field(default_factory=list)
    whole: bool = True

    @property
    def blocks(self) -> int:
        """Exchanges that can be replayed."""
        return len(self.speaker) // BLOCK

    def heard(self, block: int) -> Frame | None:
        """Return what the microphone gave in a block; None after its end."""
        frame = self.microphone[block * BLOCK : (block + 1) * BLOCK]
        return frame if len(frame) == BLOCK else None

    @property
    def routine(self) -> Path:
        """The routine's file.

        Raises:
            RecordingError: it is missing.
        """
        files = list((self.folder / Names.ROUTINE).glob("*"))
        if len(files) != 1:
            raise RecordingError(
                f"{self.folder / Names.ROUTINE} should hold one routine. Copy the recording again, all of it."
            )
        return files[0]

    def spoken(self, block: int) -> Frame:
        """Return what went to the speaker in a block."""
        return self.speaker[block * BLOCK : (block + 1) * BLOCK]


def read_recording(folder: Path) -> Recorded:
    """Read a recording.

    Raises:
        RecordingError: it is none, or damaged, or of another version's format.
    """
    if not folder.is_dir():
        what = "this is a file" if folder.exists() else "there is no such folder"
        raise RecordingError(f"{folder}: {what}. {_NO_RECORDING}")
    circumstances = _circumstances(folder / Names.SESSION)
    close_folder_to_others(folder)  # an earlier version left it open
    microphone, speaker = read_sound(folder / Names.MICROPHONE), read_sound(folder / Names.SPEAKER)
    noticed: dict[int, list[Noticed]] = {}
    listened_for: dict[int, tuple[frozenset[Command], bool]] = {}
    pressed: dict[int, list[Press]] = {}
    slipped: dict[int, Slips] = {}
    late: set[int] = set()
    ended: int | None = None
    closed: int | None = None
    failed: tuple[int, str] | None = None
    deaf: tuple[int, str] | None = None
    for entry in read_lines(folder / Names.HEARING):
        try:
            match entry:
                case {"block": int(block), "noticed": list(told)}:
                    noticed[block] = [from_json(one) for one in told]
                case {"block": int(block), "listen_for": list(commands), "hold": bool(hold)}:
                    listened_for[block] = frozenset(Command(command) for command in commands), hold
                case {"block": int(block), "pressed": list(presses)}:
                    pressed[block] = [Press(Command(one["command"]), one["by"], one["text"]) for one in presses]
                case {"block": int(block), "slipped": int(unknown)}:
                    slipped[block] = Slips(unknown, int(entry.get("later", 0)))
                case {"block": int(block), "late": True}:
                    late.add(block)
                case {"block": int(block), "microphone": "ended"}:
                    ended = block if ended is None else ended
                case {"block": int(block), "microphone": "failed", "reason": str(reason)}:
                    failed = block, reason
                case {"block": int(block), "deaf": str(reason)}:
                    deaf = block, reason
                case {"block": int(block), "closed": True}:
                    closed = block
        except (ValueError, KeyError, TypeError) as error:
            raise RecordingError(
                f"{folder / Names.HEARING}: {error!r}. {_other_version(circumstances)}"
            ) from error
    spoken, heard = len(speaker) // BLOCK, len(microphone) // BLOCK
    if ended is None or heard < ended:
        # A session that was stopped had spoken a block to which nothing came back any more.
        spoken = min(spoken, heard + (closed == heard + 1))
    return Recorded(
        folder=folder,
        circumstances=circumstances,
        microphone=microphone,
        speaker=speaker[: spoken * BLOCK],
        microphone_ended=ended,
        port_failed=failed,
        noticed=noticed,
        deaf=deaf,
        listened_for=listened_for,
        pressed=pressed,
        slipped=slipped,
        late=frozenset(late),
        events=_events(folder / Names.EVENTS),
        whole=spoken == closed,
    )


def _events(path: Path) -> list[dict[str, Any]]:
    entries = read_lines(path)
    for number, entry in enumerate(entries, start=1):
        match entry:
            case {"kind": "history_lost", "time_s": float() | int(), "reason": str()}:
                continue
            case {"kind": "report_kept", "time_s": float() | int(), "report": int()}:
                continue
            case {"kind": str(kind), "time_s": float() | int()} if kind not in TOLD_AGAIN:
                continue
        raise RecordingError(f"{path}, line {number}, is no event. Copy the recording again.")
    return entries


def read_sound(path: Path) -> Frame:
    """Return a FLAC file's samples, `(n,)` int16, as far as it goes, also when it was never closed.

    Raises:
        RecordingError: it is missing or no FLAC file of a recording.
    """
    try:
        if (kind := what_else_it_is(path)) is not None:
            raise RecordingError(f"{path} is {kind}. {_NO_RECORDING}")
        content = bytearray(path.read_bytes())
    except OSError as error:
        raise RecordingError(
            f"{path.parent} is no whole recording: {path.name} cannot be read ({error.strerror}). {_NO_RECORDING}"
        ) from error
    if len(content) > _LENGTH.stop and not content[_LENGTH.start] & 0xF and not any(content[_LENGTH][1:]):
        _say_a_length(content)
    pieces: list[Frame] = []
    try:
        with soundfile.SoundFile(io.BytesIO(bytes(content))) as file:
            if (file.samplerate, file.channels, file.format) != (RATE, 1, "FLAC"):
                raise RecordingError(f"{path} is not the sound of a recording. {_NO_RECORDING}")
            while True:
                piece = file.read(_PIECE, dtype="int16")
                if not len(piece):
                    break
                pieces.append(np.asarray(piece, np.int16))
    except soundfile.SoundFileError as error:
        if not pieces and len(content) > _PIECE:
            raise RecordingError(f"{path} is damaged: {error}. Copy the recording again.") from error
    return np.concatenate([np.zeros(0, np.int16), *pieces])


def _say_a_length(content: bytearray) -> None:
    """Tell the head of a FLAC file that was never closed a great length: libsndfile then reads to its end."""
    content[_LENGTH.start] |= 0xF
    content[_LENGTH.start + 1 : _LENGTH.stop] = b"\xff" * 4


class RecordedSpeech:
    """The guide's sentences as they were spoken.

    Args:
        folder: the recording.

    Raises:
        RecordingError: their list cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, tuple[int, int]] = {}
        for entry in read_lines(folder / Names.SPEECH):
            match entry:
                case {"number": int(number), "text": str(text), "samples": int(length)}:
                    self._texts[text] = number, length

    def length(self, text: str) -> int:
        """Return a text's number of samples.

        Raises:
            UnknownTextError: the recorded session never asked for it.
        """
        if text not in self._texts:
            raise UnknownTextError(f"the session now wants to say “{text}”, which the recorded one did not know")
        return self._texts[text][1]

    def samples(self, text: str) -> Samples:
        """Return a text as it was spoken.

        Raises:
            UnknownTextError: the recorded session never said it.
        """
        length = self.length(text)
        path = self._folder / Names.UTTERANCES / f"{self._texts[text][0]}.flac"
        if not path.exists():
            raise UnknownTextError(f"the session now says “{text}”, which the recorded one did not")
        sound = read_sound(path)
        if len(sound) != length:
            raise RecordingError(f"{path} is damaged: it should have {length} samples. Copy the recording again.")
        return to_float(sound)


class UnknownTextError(Exception):
    """The session asks for a text that was never recorded: it takes another course."""


def _circumstances(path: Path) -> Circumstances:
    try:
        if (kind := what_else_it_is(path)) is not None:
            raise RecordingError(f"{path} is {kind}. {_NO_RECORDING}")
        return Circumstances.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RecordingError(
            f"{path.parent} is no recording: {path.name} cannot be read ({error.strerror}). {_NO_RECORDING}"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RecordingError(
            f"{path} is damaged, or of another version than {__version__}: {where}: {first['msg']}. Replay it "
            "with the version that made it."
        ) from error


def _other_version(circumstances: Circumstances) -> str:
    return f"It was made by voiceguide {circumstances.voiceguide}, this is {__version__}."
