"""The voice that speaks and the recogniser that hears: that they are there and work."""

from __future__ import annotations

from voiceguide.doctor.check import Check, Verdict, failing
from voiceguide.errors import VoiceError, VoiceguideError
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.models.find import find_model, name_of
from voiceguide.models.layout import LAYOUTS
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
    layout = LAYOUTS.get(recogniser.name)
    model = find_model(language, recogniser.name) if layout is not None else None
    if layout is None or model is None:
        return Check("recogniser", Verdict.GOOD, recogniser.name)
    return Check("recogniser", Verdict.GOOD, f"{layout.title} with {name_of(model)}")
