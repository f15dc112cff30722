"""The natural voice: hibari-tts, a small neural model in the wheel. American English only."""

from __future__ import annotations

import os
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import numpy as np
import soxr

from voiceguide.core.clock import RATE
from voiceguide.errors import VoiceError

if TYPE_CHECKING:
    from voiceguide.speaking.voice import Samples

LANGUAGE = "en"

_VOICE = "heart"  # the one inside the wheel; any other would be downloaded
_SEED = 0  # fixes the noise component: the same text gives the same samples, bit by bit


def is_installed() -> bool:
    """Return whether the package is there; loading it may still fail."""
    return find_spec("hibari") is not None


class HibariVoice:
    """hibari-tts on one thread.

    Args:
        language: must be "en".
        speed: 0.5-2, relative to the voice it was trained on.

    Raises:
        VoiceError: the language is another one, the package is missing, or its model cannot be loaded.
    """

    name = "hibari"

    def __init__(self, language: str = LANGUAGE, *, speed: float = 1.0) -> None:
        if language != LANGUAGE:
            raise VoiceError(f"The voice hibari speaks English only, not '{language}'. Use the voice pyttsx3.")
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before it loads onnxruntime
        try:
            from hibari import Hibari  # noqa: PLC0415 - an optional extra

            self._synthesise = Hibari(voice=_VOICE, threads=1)
            self._version = version("hibari-tts")
        except ModuleNotFoundError as error:
            raise VoiceError(
                f"The voice hibari needs the Python package {error.name}, which is not installed. "
                "Install it: pip install 'voiceguide[natural]'"
            ) from error
        except Exception as error:
            raise VoiceError(
                f"The voice hibari cannot be loaded: {error}. "
                "Install it again: pip install --force-reinstall 'voiceguide[natural]'"
            ) from error
        self._speed = speed

    @property
    def fingerprint(self) -> str:
        """Engine, version, voice, speed and seed."""
        return f"hibari {self._version}, voice {_VOICE}, speed {self._speed:g}, seed {_SEED}"

    def render(self, text: str) -> Samples:
        """Return the utterance at 16 kHz; the same samples each time.

        Raises:
            VoiceError: the engine failed or found nothing to speak.
        """
        try:
            sound = self._synthesise(text, speed=self._speed, seed=_SEED)
        except Exception as error:
            raise VoiceError(
                f"The voice hibari failed to speak {text!r}: {error}. Use the voice pyttsx3."
            ) from error
        if not np.any(sound):
            raise VoiceError(f"There is nothing to speak in {text!r}. Give it at least one word.")
        return cast("Samples", soxr.resample(sound, self._synthesise.sample_rate, RATE))

    def close(self) -> None:
        """Let go of the model."""
        del self._synthesise
