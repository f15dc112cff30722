"""Sound written to a file while it happens."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError, UnwritableError
from voiceguide.private import private_file
from voiceguide.special_files import hold_a_pipe

_FLUSH_EVERY = RATE
"""Samples gathered before they are written: one second, which is what a killed process loses."""


class _Sink(Protocol):
    def write(self, samples: NDArray[np.int16]) -> None: ...
    def close(self) -> None: ...


class Recording:
    """A mono 16 kHz sound file by the ending of its name: WAV or FLAC with 16 bits, or MP3 or OGG (Vorbis).

    It is written under its own name from the start, not a temporary one: after a power cut the sound is
    where it was asked for. The header of a WAV file is renewed with every second: a process that was killed
    leaves a valid file up to its last second (a power cut also costs what the system had not yet put on disk,
    usually half a minute at most). A FLAC file that was never closed does not say how long it is: `flac -d`
    still decodes it, but libsndfile, and so this program, refuses it. MP3 and OGG lose some of the sound and are
    meant for listening. A file of the same name is replaced.

    Args:
        path: ends in .wav, .flac, .mp3 or .ogg.
        private: for this user alone, as the sound of a session tells what was reported in it.

    Raises:
        UnwritableError: another ending, no such folder, or the file cannot be written.
    """

    def __init__(self, path: Path, *, private: bool = False) -> None:
        sink = _SINKS.get(path.suffix.lower())
        if sink is None:
            raise UnwritableError(f"{path}: choose a name that ends in {' or '.join(_SINKS)} for the sound.")
        if not path.parent.is_dir():
            raise UnwritableError(f"{path}: there is no folder {path.parent}. Create it or choose another place.")
        self._path = path
        self._waiting: list[NDArray[np.int16]] = []
        self._waiting_samples = 0
        try:
            hold_a_pipe(path)
            self._sink: _Sink | None = sink(private_file(path) if private else path)
        except (OSError, soundfile.SoundFileError) as error:
            raise UnwritableError(self._told(error)) from error

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append `(n,)` float32 samples in -1..1; what lies beyond is clipped.

        Raises:
            AudioError: the disk is full or gone.
        """
        self._waiting.append(to_int16(samples))
        self._waiting_samples += samples.size
        if self._waiting_samples >= _FLUSH_EVERY:
            self._flush()

    def close(self) -> None:
        """Write what is left and close the file. Closing twice is harmless.

        Raises:
            AudioError: the disk is full or gone.
        """
        if self._sink is None:
            return
        try:
            self._flush()
        finally:
            sink, self._sink = self._sink, None
            try:
                sink.close()
            except (OSError, soundfile.SoundFileError) as error:
                raise AudioError(self._told(error)) from error

    def _flush(self) -> None:
        if not self._waiting or self._sink is None:
            return
        samples = np.concatenate(self._waiting)
        self._waiting.clear()
        self._waiting_samples = 0
        try:
            self._sink.write(samples)
        except (OSError, soundfile.SoundFileError) as error:
            raise AudioError(self._told(error)) from error

    def _told(self, error: Exception) -> str:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"{self._path} cannot be written: {reason}. Check the folder's permissions and the free space."


class _Wav:
    # Written here rather than by soundfile, which puts the length into the header only when it closes the file,
    # or by the standard library, whose writer complains from its destructor when the disk is full.
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._bytes = 0
        try:
            self._renew_header()
        except OSError:
            with suppress(OSError):
                self._file.close()
            raise

    def write(self, samples: NDArray[np.int16]) -> None:
        self._bytes += self._file.write(samples.astype("<i2").tobytes())
        self._renew_header()

    def close(self) -> None:
        self._file.close()

    def _renew_header(self) -> None:
        # RIFF: the size of everything after it; fmt: PCM, one channel, rate, bytes a second, bytes and bits a
        # sample; data: the size of the samples, with 32 bits, so longer than 37 hours it stays at its largest.
        size = min(self._bytes, 0xFFFF_FFFF - 36)
        layout = (b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", size)
        self._file.seek(0)
        self._file.write(struct.pack("<4sI4s4sIHHIIHH4sI", *layout))
        self._file.seek(0, os.SEEK_END)
        self._file.flush()


class _Compressed:
    def __init__(self, path: Path, *, form: str, subtype: str) -> None:
        self._file = soundfile.SoundFile(path, "w", RATE, 1, subtype, format=form)

    def write(self, samples: NDArray[np.int16]) -> None:
        self._file.write(samples)
        self._file.flush()

    def close(self) -> None:
        self._file.close()


_SINKS: dict[str, Callable[[Path], _Sink]] = {
    ".wav": _Wav,
    ".flac": partial(_Compressed, form="FLAC", subtype="PCM_16"),
    ".mp3": partial(_Compressed, form="MP3", subtype="MPEG_LAYER_III"),
    ".ogg": partial(_Compressed, form="OGG", subtype="VORBIS"),
}
