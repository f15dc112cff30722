"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.places import settings_file
from voiceguide.settings import Settings, read_settings

Engine = Annotated[
    str | None,
    typer.Option(
        help="Recogniser: vosk or pocketsphinx. By default vosk if a model is installed for the language."
    ),
]
VoiceName = Annotated[
    str | None, typer.Option(help="Voice: hibari or pyttsx3. By default hibari if it is installed.")
]
SettingsFrom = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="By default settings.yaml in your config folder."),
]


def settings_here(path: Path | None) -> Settings:
    """Return what whoever set up the speaker has written; the usual settings where there is no file.

    Args:
        path: a file that was named on the command line; None for the one in the user's config folder.

    Raises:
        SettingsError: it has mistakes, or one that was named is not there.
    """
    if path is None and not settings_file().exists():
        return Settings()
    return read_settings(path or settings_file())
