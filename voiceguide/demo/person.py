"""The person on the floor, as an audio port: hears the guide's every move, speaks into the microphone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.demo.script import Line, Prompter, Script
from voiceguide.errors import AudioError
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples, Voice

LEVEL_DB = -6.0
"""The person is further from the microphone than a voice in a studio: their speech lies at -26 dBFS."""

NOISE_DB = -66.0
"""RMS of the room's noise, 40 dB below the person: a quiet room."""

GIVES_UP_AFTER = samples(240)
"""A person whose moment does not come within this long leaves: the demo ends and its verdict says why."""


@dataclass(frozen=True)
class Uttered:
    """Words as the person truly spoke them.

    Attributes:
        line: the line of the script.
        starts: sample time of the first sample.
        ends: the sample after the last.
    """

    line: Line
    starts: int
    ends: int


class PersonPort:
    """A microphone that hears one person, and a speaker that this person reacts to.

    Args:
        script: what the person says, and when.
        voice: how the person sounds.
        recording: stereo WAV file to write: the guide left, the person right.
        seed: of the room's noise.

    Attributes:
        uttered: what was said so far.

    Raises:
        AudioError: the recording cannot be written.
        VoiceError: the person's voice failed.
    """

    name = "a simulated person"

    def __init__(self, script: Script, voice: Voice, recording: Path, seed: int = 1) -> None:
        self._prompter = Prompter(script.lines)
        loudness = np.float32(10 ** (LEVEL_DB / 20))
        self._sounds = {line.say: finish(voice.render(line.say)) * loudness for line in script.lines}
        self._noise = np.random.default_rng(seed)
        self._now = 0
        self._moved = 0
        self._speaking: tuple[int, Samples] | None = None
        self.uttered: list[Uttered] = []
        try:
            self._file = soundfile.SoundFile(recording, "w", RATE, 2, "PCM_16")
        except (OSError, soundfile.SoundFileError) as error:
            raise AudioError(f"{recording} cannot be written: {error}") from error

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry: if it is what the person waits for, they speak a little later."""
        if self._speaking and self._now < self._speaking[0] + len(self._speaking[1]):
            return
        line = self._prompter.notice(entry)
        if line is not None:
            sound = self._sounds[line.say]
            starts = max(self._now, samples(entry["time_s"]) + samples(line.wait_s))
            self._speaking = (starts, sound)
            self._moved = starts
            self.uttered.append(Uttered(line, starts, starts + len(sound)))

    @property
    def unspoken(self) -> list[Line]:
        """The lines whose moment has not come."""
        return self._prompter.unspoken

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Hear a block of the guide and return a block of the person; None when they have left."""
        said = self._person(len(block))
        self._file.write(np.column_stack((block, said)))
        self._now += len(block)
        return None if self._now - self._moved > GIVES_UP_AFTER else to_int16(said)

    def close(self) -> None:
        """Finish the recording."""
        self._file.close()

    def _person(self, count: int) -> Samples:
        level = 10 ** (NOISE_DB / 20)
        block = (self._noise.standard_normal(count) * level).astype(np.float32)
        if self._speaking is not None:
            starts, sound = self._speaking
            low, high = max(starts, self._now), min(starts + len(sound), self._now + count)
            if low < high:
                block[low - self._now : high - self._now] += sound[low - starts : high - starts]
        return block
