"""Which voice speaks: the one asked for, else the best one that this machine can run."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from voiceguide.errors import VoiceError
from voiceguide.speaking.voices import espeak, hibari
from voiceguide.speaking.voices.espeak import EspeakVoice

if TYPE_CHECKING:
    from voiceguide.speaking.voice import Voice

VOICES = (hibari.HibariVoice.name, EspeakVoice.name)
"""Names of all voices, the best first."""

_log = logging.getLogger(__name__)


def voices_for(language: str) -> tuple[str, ...]:
    """Return the names of the voices that can speak a language on this machine, the best first; none is loaded."""
    there = {
        hibari.HibariVoice.name: language == hibari.LANGUAGE and hibari.is_installed(),
        EspeakVoice.name: language in espeak.LANGUAGES and espeak.is_installed(),
    }
    return tuple(name for name in VOICES if there[name])


def choose_voice(language: str, preferred: str | None = None) -> Voice:
    """Return the voice to speak with, loaded.

    Args:
        language: language code of what will be said, such as "en".
        preferred: a name from `VOICES`: that voice or an error. None takes hibari for English if it is installed,
            else pyttsx3; a hibari that does not load is logged as a warning and pyttsx3 taken.

    Raises:
        VoiceError: the preferred voice is unknown or cannot be loaded, or none can.
    """
    if preferred is None:
        if language == hibari.LANGUAGE and hibari.is_installed():
            try:
                return hibari.HibariVoice(language)
            except VoiceError as error:
                _log.warning("%s Speaking with the voice pyttsx3 instead.", error)
        return EspeakVoice(language)
    if preferred == hibari.HibariVoice.name:
        return hibari.HibariVoice(language)
    if preferred == EspeakVoice.name:
        return EspeakVoice(language)
    raise VoiceError(f"There is no voice '{preferred}'. Choose one of: {', '.join(VOICES)}.")
