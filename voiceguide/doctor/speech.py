"""The voice that speaks and the recogniser that hears: that they are there and work."""

from __future__ import annotations

from voiceguide.doctor.check import Check, Verdict, failing
from voiceguide.errors import VoiceError, VoiceguideError
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.models.catalogue import find_model
from voiceguide.speaking.voice import Voice

SENTENCE = "1, 2, 3."
"""Something that every language can say."""


def voice_check(voice: Voice | VoiceguideError) -> Check:
    """Have the voice say something.

    Args:
        voice: the one that would speak, or why there is none.
    """
    if isinstance(voice, VoiceguideError):
        return failing("voice", voice)
    try:
        voice.render(SENTENCE)
    except VoiceError as error:
        return failing("voice", error)
    return Check("voice", Verdict.GOOD, voice.name)


def recogniser_check(recogniser: Recogniser | VoiceguideError, language: str) -> Check:
    """Tell which recogniser hears, and by which model.

    Args:
        recogniser: the one that would listen, or why there is none.
        language: language code.
    """
    if isinstance(recogniser, VoiceguideError):
        return failing("recogniser", recogniser)
    model = find_model(language)
    if recogniser.name == "vosk" and model is not None:
        # In a Python package the folder is called "model", and the package tells which.
        name = model.name if model.name.startswith("vosk-model") else model.parent.name
        return Check("recogniser", Verdict.GOOD, f"Vosk with {name}")
    found = recogniser.name if model is not None else f"{recogniser.name}; no Vosk model is installed"
    return Check("recogniser", Verdict.GOOD, found)
