"""Which recogniser hears a language."""

from __future__ import annotations

import logging
from pathlib import Path

from voiceguide.core.commands import Command
from voiceguide.errors import DamagedModelError, RecogniserError
from voiceguide.hearing.recognisers.moonshine.grammar import Sayable
from voiceguide.hearing.recognisers.recogniser import Recogniser, pattern_name
from voiceguide.language.pack import LanguagePack, load_language
from voiceguide.models.catalogue import FROM_FOLDER, MOONSHINE_LANGUAGE, how_to_install, no_moonshine_wheel
from voiceguide.models.find import find_model, how_to_repair

MOONSHINE, VOSK = "moonshine", "vosk"

ENGINES = (MOONSHINE, VOSK)
"""Engines that hear speech, the preferred one first."""

log = logging.getLogger(__name__)


def choose_recogniser(language: str, preferred: str | None = None) -> Recogniser:
    """Load the engine that was asked for, or else the best one that can hear the language here.

    Args:
        language: language code.
        preferred: one of `ENGINES`, or None for Moonshine where the language is English, otherwise Vosk.

    Raises:
        LanguageError: there is no such language.
        RecogniserError: nothing here can hear it; the message says what to install.
    """
    return recogniser_for(load_language(language), preferred)


def recogniser_for(pack: LanguagePack, preferred: str | None = None) -> Recogniser:
    """Load an engine for a language pack, which need not be a shipped one; otherwise as `choose_recogniser`.

    Raises:
        RecogniserError: nothing here can hear it; the message says what to install.
    """
    if preferred not in (None, *ENGINES):
        raise RecogniserError(f'There is no engine "{preferred}". Choose one of: {", ".join(ENGINES)}.')
    english = pack.language == MOONSHINE_LANGUAGE
    if preferred == MOONSHINE and not english:
        raise RecogniserError(f"Moonshine hears English only, not {pack.name}. Leave the engine open.")
    if preferred == VOSK or not english:
        return _vosk(_vosk_model(pack), pack)
    model = find_model(pack.language, MOONSHINE)
    if model is not None:
        return _moonshine(model, pack)
    vosk_model = find_model(pack.language, VOSK)
    if preferred is None and vosk_model is not None:
        log.warning("Hearing with Vosk, because Moonshine has no model here. %s", _how_to_get_moonshine())
        return _vosk(vosk_model, pack)
    raise RecogniserError(
        f"Moonshine has no model for {pack.name} here. {_how_to_get_moonshine()} Or hear with Vosk: "
        f"{how_to_install(pack.language, VOSK)}"
    )


def _vosk_model(pack: LanguagePack) -> Path:
    model = find_model(pack.language, VOSK)
    if model is None:
        raise RecogniserError(
            f"No Vosk model for {pack.name} is installed. Install one with: {how_to_install(pack.language, VOSK)}"
        )
    return model


def _how_to_get_moonshine() -> str:
    if why := no_moonshine_wheel():
        return f"{why} Its three files, brought from elsewhere, are installed with: {FROM_FOLDER}."
    return f"Install it with: {how_to_install(MOONSHINE_LANGUAGE, MOONSHINE)}."


# Engines are imported when chosen: each loads a C library of its own.


_BEFORE_PAIN = (Command.STOP, Command.PAUSE, Command.HELP)
"""What people say right before a word of pain, without denying it. "Yes" sounds like a part of "sharp"."""


def sayable(pack: LanguagePack) -> Sayable:
    """Return what a recogniser that scores should listen for: all that people say, with fillers around it."""
    return Sayable(
        phrases=pack.phrases_for(Command),
        urgent=frozenset(pack.phrases_for(())),
        leading=frozenset(phrase for command in _BEFORE_PAIN for phrase in pack.commands[command]),
        patterns={pattern_name(command): [one.template for one in found] for command, found in pack.also.items()},
        rules=pack.rules,
        before=pack.fillers.before,
        after=pack.fillers.after,
    )


def _moonshine(model: Path, pack: LanguagePack) -> Recogniser:
    from voiceguide.hearing.recognisers.moonshine_engine import MoonshineRecogniser  # noqa: PLC0415 - see above

    try:
        return MoonshineRecogniser(model, sayable(pack))
    except DamagedModelError as error:
        remedy = how_to_repair(model, pack.language, MOONSHINE)
        raise RecogniserError(f"The Moonshine model in {model} cannot be used: {error}. {remedy}") from error


def _vosk(model: Path, pack: LanguagePack) -> Recogniser:
    from voiceguide.hearing.recognisers.vosk_engine import VoskRecogniser  # noqa: PLC0415 - see above

    return VoskRecogniser(model, pack.decoys)
