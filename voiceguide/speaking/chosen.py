"""Which voice somebody chose on the page: kept for the sessions to come, one for each language.

The file is `voices.json` in the user's data folder: `{"en": "pyttsx3"}`. What is said on the command line goes
before it, and it goes before the settings, which hold until somebody chooses.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from voiceguide import places
from voiceguide.errors import VoiceError
from voiceguide.private import private_folder
from voiceguide.speaking.choose import choose_voice, voices_for

if TYPE_CHECKING:
    from pathlib import Path

    from voiceguide.speaking.voice import Voice

_log = logging.getLogger(__name__)


def place() -> Path:
    """Return where the choice is kept."""
    return places.data_folder() / "voices.json"


def keep(language: str, voice: str) -> None:
    """Write a choice down, in place of the one before.

    Raises:
        VoiceError: it cannot be written.
    """
    file = place()
    part = file.with_suffix(".part")
    try:
        private_folder(file.parent)
        part.write_text(json.dumps({**_read(), language: voice}) + "\n", encoding="utf-8")
        part.replace(file)
    except OSError as error:
        reason = error.strerror or error
        raise VoiceError(f"The voice cannot be kept in {file}: {reason}. Make its folder writable.") from error


def kept(language: str) -> str | None:
    """Return the voice that was chosen for a language; None when none was, or when it is not there any more."""
    voice = _read().get(language)
    return voice if voice in voices_for(language) else None


def load_voice(language: str, said: str | None, usual: str | None) -> Voice:
    """Return the voice to speak with, loaded: the one said, else the one chosen on the page, else the usual one.

    A chosen one that does not load is logged as a warning and left out: another voice is better than none.

    Args:
        language: language code of what will be said.
        said: name of a voice on the command line, or None.
        usual: name of the voice of the settings; None for the best one installed.

    Raises:
        VoiceError: the voice that was said, or the usual one, is unknown or cannot be loaded.
    """
    chosen = kept(language) if said is None else None
    if chosen is not None:
        try:
            return choose_voice(language, chosen)
        except VoiceError as error:
            _log.warning("The voice that was chosen on the page is left out: %s", error)
    return choose_voice(language, said or usual)


def _read() -> dict[str, Any]:
    try:
        read = json.loads(place().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
