"""`voiceguide render`: the guide's voice alone, as a sound file with chapters."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from voiceguide.app import render_session
from voiceguide.audio.recording import Recording
from voiceguide.cli.options import ReadyAfter, VoiceName
from voiceguide.cli.progress import counting
from voiceguide.cli.terminal import Terminal
from voiceguide.core.clock import seconds
from voiceguide.language.pack import load_language
from voiceguide.preview.account import Onlooker
from voiceguide.preview.cue_sheet import write_cue_sheet
from voiceguide.routine.load import find_routine, load_routine


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(render)


def render(
    routine: Annotated[str, typer.Argument(help="Name of a routine (see `routines`) or path of a routine file.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Sound file to write: .wav, .flac, .mp3 or .ogg.")
    ],
    *,
    voice: VoiceName = None,
    ready_after: ReadyAfter = 5.0,
) -> None:
    """Write a whole session as the guide would speak it to somebody who is always ready.

    A cue sheet of the same name beside it marks where each exercise and side begins.
    """
    console = Terminal()
    plan = load_routine(find_routine(routine))
    phrases = load_language(plan.language).phrases
    onlooker = Onlooker(plan, phrases)
    with closing(Recording(output)) as recording, counting(console, "preparing the voice") as progress:
        ends = render_session(plan, voice, recording, ready_after, progress=progress, notice=onlooker.notice)
    sheet = write_cue_sheet(onlooker.account(ends), output, phrases)
    console.print(f"{output}: {seconds(ends) / 60:.1f} minutes\n{sheet}: its chapters", highlight=False)
