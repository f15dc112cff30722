"""Which recogniser hears a language."""

from __future__ import annotations

from pathlib import Path

from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import LanguagePack, load_language
from voiceguide.models.catalogue import find_model, how_to_install

ENGINES = ("moonshine", "vosk")
"""Engines that hear speech, the preferred one first."""

_POCKETSPHINX_LANGUAGES = ("en",)


def choose_recogniser(language: str, preferred: str | None = None) -> Recogniser:
    """Load the engine that was asked for, or else the best one that can hear the language here.

    Args:
        language: language code.
        preferred: one of `ENGINES`, or None for Vosk where a model for it is installed, otherwise PocketSphinx.

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
    language = pack.language
    model = find_model(language) if preferred in (None, "vosk") else None
    if model is not None:
        return _vosk(model, pack)
    if preferred == "vosk":
        raise RecogniserError(
            f"No Vosk model for {pack.name} is installed. Install one with: {how_to_install(language)}"
        )
    if language in _POCKETSPHINX_LANGUAGES:
        return _moonshine(pack)
    if preferred == "pocketsphinx":
        raise RecogniserError(f"PocketSphinx hears English only, not {pack.name}. Leave the engine open.")
    raise RecogniserError(
        f"Nothing here can hear {pack.name} yet. Install a model with: {how_to_install(language)}"
    )


# Engines are imported when chosen: each loads a C library of its own.


def _vosk(model: Path, pack: LanguagePack) -> Recogniser:
    from voiceguide.hearing.recognisers.vosk_engine import VoskRecogniser  # noqa: PLC0415 - see above

    return VoskRecogniser(model, pack.decoys)


def _moonshine(pack: LanguagePack) -> Recogniser:
    import importlib.util

    from voiceguide.hearing.recognisers.moonshine_engine import MoonshineRecogniser

    folder = Path(importlib.util.find_spec("moonshine_voice").submodule_search_locations[0]) / "assets/tiny-en"
    return MoonshineRecogniser(folder, pack.phrases_for(Command), pack.fillers.before, pack.fillers.after)
