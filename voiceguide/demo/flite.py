"""The person's English voice: flite, another engine than any of the guide's."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import soundfile
import soxr

from voiceguide.core.clock import RATE
from voiceguide.errors import VoiceError
from voiceguide.speaking.voice import Samples

TIME_LIMIT_S = 10.0


class FliteVoice:
    """Renders text with the `flite` program.

    Args:
        speaker: one of flite's built-in voices, such as "slt" or "rms".

    Raises:
        VoiceError: flite is not installed.
    """

    name = "flite"

    def __init__(self, speaker: str = "slt") -> None:
        program = shutil.which("flite")
        if program is None:
            raise VoiceError(
                "The person in the demo speaks with flite, which is not installed. "
                "Install it with: sudo apt-get install flite"
            )
        self._program = program
        self._speaker = speaker

    @property
    def fingerprint(self) -> str:
        """Engine and speaker."""
        return f"flite {self._speaker}"

    def render(self, text: str) -> Samples:
        """Return the words at 16 kHz.

        Raises:
            VoiceError: flite failed or took longer than `TIME_LIMIT_S`.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "words.wav"
            command = [self._program, "-voice", self._speaker, "-t", text, "-o", str(path)]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=TIME_LIMIT_S)
                sound, rate = soundfile.read(path, dtype="float32")
            except (subprocess.SubprocessError, OSError, soundfile.SoundFileError) as error:
                raise VoiceError(f"flite could not say {text!r}: {error}") from error
        samples: Samples = soxr.resample(sound, rate, RATE)
        return samples

    def close(self) -> None:
        """Nothing runs between utterances."""
