"""Which voice plays the person, per language: never the one that guides."""

from __future__ import annotations

from voiceguide.demo.piper import PiperVoice
from voiceguide.errors import VoiceError
from voiceguide.speaking.voice import Voice
from voiceguide.speaking.voices.espeak import EspeakVoice

KOREAN_VARIANT = "f2"


def person_voice(language: str) -> Voice:
    """Return the person's voice.

    Raises:
        VoiceError: there is none for this language, or its program is not installed.
    """
    match language:
        case "en":
            return PiperVoice()
        case "ko":
            return EspeakVoice("ko", variant=KOREAN_VARIANT)
        case _:
            raise VoiceError(f"Nobody plays the person in {language!r}. Choose en or ko.")
