"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Engine = Annotated[
    str | None,
    typer.Option(
        help="Recogniser: vosk or pocketsphinx. By default vosk if a model is installed for the language."
    ),
]
VoiceName = Annotated[
    str | None, typer.Option(help="Voice: hibari or pyttsx3. By default hibari if it is installed.")
]
