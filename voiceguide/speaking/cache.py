"""Finished speech by text: rendered once, then read from disk, and kept in memory for the session.

Files are FLAC: lossless for the 16 bits kept here, half the size of WAV, playable by anything, and with check
sums inside, so that a damaged file is noticed instead of heard (all of 300 flipped bits and 100 cut-off files).
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
from numpy.typing import NDArray

from voiceguide import places
from voiceguide.core.clock import RATE
from voiceguide.speaking import finish
from voiceguide.speaking.patient_disk import PatientDisk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from voiceguide.speaking.voice import Samples, Voice

LIMIT_BYTES = 200_000_000
"""Default size limit of the folder: some three hours of speech at 19 kB a second (measured)."""

_FULL_SCALE = 32_768
_SUFFIX = ".flac"

_Pcm = NDArray[np.int16]
_log = logging.getLogger(__name__)


class SpeechStore:
    """What one voice says, ready to be placed by the sample.

    Samples are the same whether they come from the voice, from memory or from disk. A damaged file is rendered
    again and replaced. A folder that cannot be written, or a disk that does not answer, is warned about once;
    speech is then kept in memory only.

    Args:
        voice: renders what is not there yet; closed by whoever made it.
        folder: where the files are; created when first needed. None is `speech` in the user's cache folder.
        limit_bytes: when the files grow beyond it, those not used for longest are deleted.
    """

    def __init__(self, voice: Voice, folder: Path | None = None, *, limit_bytes: int = LIMIT_BYTES) -> None:
        self._voice = voice
        self._folder = folder if folder is not None else places.cache_folder() / "speech"
        self._limit_bytes = limit_bytes
        self._memory: dict[str, _Pcm] = {}
        self._writable = self._usable = True
        self._grown = False

    def prepare(self, texts: Iterable[str], progress: Callable[[int, int], None] | None = None) -> None:
        """Make sure that all these texts can be played without waiting.

        Args:
            texts: what will be said; repeats cost nothing.
            progress: called after each different text with how many are ready, and of how many.

        Raises:
            VoiceError: the voice could not speak one of them.
        """
        different = list(dict.fromkeys(texts))
        with PatientDisk() as disk:
            for ready, text in enumerate(different, start=1):
                if text not in self._memory:
                    self._memory[text] = self._from(disk, text)
                if progress is not None:
                    progress(ready, len(different))
            if self._grown:
                self._grown = False
                with suppress(OSError):  # another session may be tidying at the same moment
                    disk.ask(self._shrink)

    def samples(self, text: str) -> Samples:
        """Return the finished utterance, `(n,)` float32 at 16 kHz; a copy that the caller owns. Asks no disk.

        Raises:
            VoiceError: it was not prepared, and the voice could not speak it.
        """
        return self._remember(text).astype(np.float32) / np.float32(_FULL_SCALE)

    def length(self, text: str) -> int:
        """Return the utterance's number of samples. Asks no disk.

        Raises:
            VoiceError: as for `samples`.
        """
        return len(self._remember(text))

    def _remember(self, text: str) -> _Pcm:
        if text not in self._memory:
            self._memory[text] = self._rendered(text)
        return self._memory[text]

    def _rendered(self, text: str) -> _Pcm:
        sound = finish.finish(self._voice.render(text))
        return np.rint(sound * _FULL_SCALE).astype(np.int16)

    def _from(self, disk: PatientDisk, text: str) -> _Pcm:
        path = self._path(text)
        pcm = self._read(disk, path)
        if pcm is None:
            pcm = self._rendered(text)
            self._write(disk, path, pcm)
        return pcm

    def _path(self, text: str) -> Path:
        key = "\n".join((str(finish.VERSION), self._voice.fingerprint, text))
        return self._folder / (hashlib.sha256(key.encode()).hexdigest() + _SUFFIX)

    def _read(self, disk: PatientDisk, path: Path) -> _Pcm | None:
        if not self._usable:
            return None
        try:
            pcm, rate = disk.ask(lambda: _sound_of(path))
        except FileNotFoundError:
            return None
        except TimeoutError as error:
            self._give_up(error)
            return None
        except (OSError, soundfile.SoundFileError) as error:
            _log.info("Rendering %s again, because it cannot be read: %s", path, error)
            return None
        if rate != RATE or pcm.ndim != 1 or len(pcm) == 0:
            _log.info("Rendering %s again, because it is not mono speech at %d Hz", path, RATE)
            return None
        return np.asarray(pcm, np.int16)

    def _write(self, disk: PatientDisk, path: Path, pcm: _Pcm) -> None:
        if not self._writable:
            return

        def write() -> None:
            self._folder.mkdir(parents=True, exist_ok=True)
            _replace(path, pcm)

        try:
            disk.ask(write)
            self._grown = True
        except (OSError, soundfile.SoundFileError) as error:
            self._give_up(error, reads=not isinstance(error, TimeoutError))

    def _give_up(self, error: Exception, *, reads: bool = False) -> None:
        """Keep no more speech on the disk, and read none from it unless that works."""
        self._writable, self._usable = False, reads
        _log.warning(
            "Speech cannot be kept in %s (%s), so it is rendered anew each time. Make that folder writable, "
            "or set XDG_CACHE_HOME to a folder that is.",
            self._folder,
            getattr(error, "strerror", None) or error,
        )

    def _shrink(self) -> None:
        files = [(entry.stat(), entry) for entry in self._folder.iterdir()]
        excess = sum(stat.st_size for stat, _ in files) - self._limit_bytes
        for stat, entry in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if excess <= 0:
                break
            entry.unlink(missing_ok=True)
            excess -= stat.st_size


def _sound_of(path: Path) -> tuple[NDArray[np.int16], int]:
    # By its descriptor: given an object of Python's, libsndfile calls back into Python, and what a signal raises
    # there is lost.
    with path.open("rb") as file:
        pcm, rate = soundfile.read(file.fileno(), dtype="int16", closefd=False)
    with suppress(OSError):
        os.utime(path)  # used now: the last to be deleted
    return pcm, rate


def _replace(path: Path, pcm: _Pcm) -> None:
    # Written beside and renamed: a reader sees the whole file or none.
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            soundfile.write(part.fileno(), pcm, RATE, format="FLAC", subtype="PCM_16", closefd=False)
            part.close()
            Path(part.name).replace(path)
        except (OSError, soundfile.SoundFileError):
            Path(part.name).unlink(missing_ok=True)
            raise
