"""`voiceguide render`: the guide's voice alone, as a sound file."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from voiceguide.app import render_session
from voiceguide.audio.recording import Recording
from voiceguide.cli.options import VoiceName
from voiceguide.cli.progress import counting
from voiceguide.core.clock import seconds


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(render)


def render(
    routine: Annotated[str, typer.Argument(help="Name of a routine (see `routines`) or path of a routine file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="WAV or FLAC file to write.")],
    *,
    voice: VoiceName = None,
    ready_after: Annotated[
        float, typer.Option(min=0, help="Seconds from the guide's question until the person is ready.")
    ] = 5.0,
) -> None:
    """Write a whole session as the guide would speak it to somebody who is always ready."""
    console = Console()
    with ExitStack() as stack:
        recording = stack.enter_context(closing(Recording(output)))
        with counting(console, "preparing the voice") as progress:
            length = render_session(routine, voice, recording, ready_after, progress)
    console.print(f"{output}: {seconds(length) / 60:.1f} minutes", highlight=False)
