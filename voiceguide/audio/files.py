"""Sound files in place of a microphone and a speaker, and silence in place of either."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

import numpy as np
import soundfile

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.recording import Recording
from voiceguide.audio.samples import Resampler, to_int16
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError
from voiceguide.special_files import A_FOLDER, what_else_it_is

LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000
"""Samples per second: from telephone sound to the fastest sound cards. Beyond lies a broken header."""

MOST_CHANNELS = 32


class FilePort:
    """A microphone that is a sound file and a speaker that is one; as fast as the caller asks.

    The microphone's file may be anything that libsndfile reads (WAV, FLAC, OGG, ...), at 8 to 192 kHz, with
    any number of channels, which are averaged. It is read a second at a time. When it has ended, silence
    follows for `silence_after_s`, so that a guide can finish its sentence; then `exchange` returns None.
    Without a file there is only that silence.

    Args:
        mic: the sound file to hear, or None for silence from the start.
        speaker: the .wav or .flac file to write, or None to write nothing.
        silence_after_s: seconds of silence after the microphone's file; `math.inf` never ends.

    Raises:
        AudioError: the microphone's file is missing, no sound file or empty; the speaker's cannot be written;
            or both are the same file.
    """

    def __init__(self, mic: Path | None, speaker: Path | None, *, silence_after_s: float) -> None:
        if mic and speaker and mic.exists() and speaker.exists() and mic.samefile(speaker):
            raise AudioError(f"{speaker} is also the microphone's file. Choose another file for the speaker.")
        self._name = f"{mic or 'silence'} -> {speaker or 'nowhere'}"
        # The microphone first: an error there must not cost the speaker's previous file.
        self._file = open_sound(mic) if mic else None
        self._speaker: Recording | None = None
        heard = _blocks(self._file) if self._file else iter(())
        self._microphone = chain(heard, _silence(silence_after_s))
        try:
            if speaker:
                self._speaker = Recording(speaker, private=True)
        except AudioError:
            self.close()
            raise

    slipped = NO_SLIPS

    @property
    def name(self) -> str:
        """Both files, as "user.wav -> session.wav"."""
        return self._name

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Append a block to the speaker's file and return the next one of the microphone's.

        The block that meets the microphone's end is still written.

        Args:
            block: `(160,)` float32 in -1..1, mono, 16 kHz.

        Returns:
            `(160,)` int16, mono, 16 kHz; None after the file and the silence that follows it.

        Raises:
            AudioError: the speaker's disk is full, or the microphone's file is damaged here.
        """
        if self._speaker:
            self._speaker.write(block)
        return next(self._microphone, None)

    def close(self) -> None:
        """Finish the speaker's file and close both.

        Raises:
            AudioError: the speaker's disk is full.
        """
        if self._file:
            self._file.close()
        if self._speaker:
            self._speaker.close()


def open_sound(path: Path) -> soundfile.SoundFile:
    """Open a sound file to read.

    Raises:
        AudioError: it is missing, not a sound file, empty, or its rate is out of range.
    """
    if not path.exists():
        raise AudioError(f"{path}: there is no such sound file. Check the name and the folder.")
    if (kind := what_else_it_is(path)) is not None:
        raise AudioError(
            f"{path} is {kind}. Name {'one sound file in it' if kind == A_FOLDER else 'a sound file'}."
        )
    try:
        file = soundfile.SoundFile(path)
    except (OSError, soundfile.SoundFileError) as error:
        # libsndfile's own words: around them soundfile says the path, as this message does.
        words = getattr(error, "error_string", None) or getattr(error, "strerror", None) or "unknown format"
        reason = words.strip().rstrip(".")
        raise AudioError(
            f"{path} cannot be read as sound: {reason}. WAV, FLAC and OGG are understood; convert it first."
        ) from error
    problem = None
    if file.frames == 0:
        problem = "holds no sound, its length is zero. Record it again."
    elif not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE:
        problem = f"has {file.samplerate} samples a second; {LOWEST_RATE} to {HIGHEST_RATE} are understood."
    elif file.channels > MOST_CHANNELS:
        problem = f"has {file.channels} channels; up to {MOST_CHANNELS} are understood."
    if problem:
        file.close()
        raise AudioError(f"{path} {problem}")
    return file


def _blocks(file: soundfile.SoundFile) -> Iterator[MicrophoneBlock]:
    resampler = Resampler(file.samplerate, RATE, BLOCK)
    try:
        for chunk in file.blocks(file.samplerate, dtype="float32", always_2d=True):
            heard = np.nan_to_num(chunk, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1.0, 1.0)  # a file of floats
            for block in resampler.feed(np.ascontiguousarray(heard.mean(axis=1))):
                yield to_int16(block)
    except soundfile.SoundFileError as error:
        raise AudioError(f"{file.name} is damaged and breaks off: {error} Record or copy it again.") from error
    for block in resampler.finish():
        yield to_int16(block)


def _silence(seconds: float) -> Iterator[MicrophoneBlock]:
    number = count() if math.isinf(seconds) else range(math.ceil(seconds * RATE / BLOCK))
    return (np.zeros(BLOCK, np.int16) for _ in number)
