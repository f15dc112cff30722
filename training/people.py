"""People's recordings for training: who of them is on which side, and where their words end.

A folder with `speech_commands/WORD/SPEAKER-N.flac`, `librispeech/SPEAKER-CHAPTER-N.flac` and
`esc10/CLASS/*.flac`, all at 16 kHz. A speaker's side follows from a hash of the name and never changes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from training.voices import Sound
from voiceguide.core.clock import RATE

SIDES = ("train", "train", "tune", "report")
"""Half of the speakers, a quarter, a quarter."""

PEOPLE_SAY = ("stop", "yes", "no")
"""Words of Speech Commands that are commands here too."""

_FRAME = RATE // 100
_AUDIBLE_DB = 22.0
"""A word goes on as long as its 10 ms frames are no more than this below the loudest one."""


@dataclass(frozen=True)
class Clip:
    """One recording.

    Attributes:
        kind: speech_commands, librispeech or esc10.
        word: the word or class it is filed under; empty for read speech.
        sound: samples, about -1 to 1.
        end: sample after the word, for isolated words; else the length.
        name: of the file, without its ending.
    """

    kind: str
    word: str
    sound: Sound
    end: int
    name: str = ""


def side(name: str) -> str:
    """Return on which side a speaker, or the recording a noise was cut from, is: train, tune or report."""
    return SIDES[hashlib.sha256(name.encode()).digest()[0] % len(SIDES)]


def clips(folder: Path, wanted: str) -> list[Clip]:
    """Return the recordings of one side, in the order of their names.

    Raises:
        FileNotFoundError: there are no recordings in the folder.
    """
    found = []
    for path in sorted(folder.rglob("*.flac")):
        kind = path.relative_to(folder).parts[0]
        if side(path.stem.split("-")[1 if kind == "esc10" else 0]) != wanted:
            continue
        sound = soundfile.read(path, dtype="float32")[0]
        if kind == "speech_commands":
            start, end = _word(sound)
            begin = max(start - RATE // 10, 0)
            kept = sound[begin : end + RATE // 7]
            found.append(Clip(kind, path.parent.name, _faded(kept), end - begin, path.stem))
        else:
            word = path.parent.name if kind == "esc10" else ""
            found.append(Clip(kind, word, _faded(sound), len(sound), path.stem))
    if not found:
        raise FileNotFoundError(f"{folder}: holds no recordings such as speech_commands/stop/*.flac")
    return found


def _word(sound: Sound) -> tuple[int, int]:
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    floor = float(np.percentile(level, 10))
    loud = np.flatnonzero(level > max(level.max() - _AUDIBLE_DB, min(floor + 6, level.max() - 6)))
    return int(loud[0]) * _FRAME, (int(loud[-1]) + 1) * _FRAME


def _faded(sound: Sound) -> Sound:
    faded = sound.copy()
    ramp = np.linspace(0, 1, min(_FRAME, len(sound) // 2), dtype=np.float32)
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded
