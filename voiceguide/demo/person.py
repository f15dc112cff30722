"""The person on the floor, as an audio port: hears the guide's every move, speaks into the microphone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import to_int16
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import RATE
from voiceguide.demo.actor import Actor, Uttered, Words
from voiceguide.demo.script import Line, Script
from voiceguide.errors import AudioError
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Voice

LEVEL_DB = -6.0
"""The person is further from the microphone than a voice in a studio: their speech lies at -26 dBFS."""

NOISE_DB = -66.0
"""RMS of the room's noise, 40 dB below the person: a quiet room."""


class PersonPort:
    """A microphone that hears one person, and a speaker that this person reacts to.

    Args:
        script: what the person says, and when.
        voice: how the person sounds.
        recording: stereo WAV file to write: the guide left, the person right.
        seed: of the room's noise.

    Raises:
        AudioError: the recording cannot be written.
        VoiceError: the person's voice failed.
    """

    name = "a simulated person"
    slipped = NO_SLIPS

    def __init__(self, script: Script, voice: Voice, recording: Path, seed: int = 1) -> None:
        loudness = np.float32(10 ** (LEVEL_DB / 20))
        sounds = {line.say: finish(voice.render(line.say)) * loudness for line in script.lines}
        self._actor = Actor(script.lines, {text: Words(sound, len(sound)) for text, sound in sounds.items()})
        self._noise = np.random.default_rng(seed)
        try:
            self._file = soundfile.SoundFile(recording, "w", RATE, 2, "PCM_16")
        except (OSError, soundfile.SoundFileError) as error:
            raise AudioError(f"{recording} cannot be written: {error}") from error

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry: if it is what the person waits for, they speak a little later."""
        self._actor.notice(entry)

    @property
    def uttered(self) -> list[Uttered]:
        """What was said so far."""
        return self._actor.uttered

    @property
    def unspoken(self) -> list[Line]:
        """The lines whose moment has not come."""
        return self._actor.unspoken

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Hear a block of the guide and return a block of the person; None when they have left."""
        noise = self._noise.standard_normal(len(block)) * 10 ** (NOISE_DB / 20)
        said = noise.astype(np.float32) + self._actor.speak(len(block))
        self._file.write(np.column_stack((block, said)))
        return None if self._actor.has_left else to_int16(said)

    def close(self) -> None:
        """Finish the recording."""
        self._file.close()
