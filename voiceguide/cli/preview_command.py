"""`voiceguide preview`: what a routine is like as a session, second by second, before anybody lies down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceguide.app import render_session
from voiceguide.cli.options import ReadyAfter, VoiceName
from voiceguide.cli.progress import counting
from voiceguide.cli.terminal import Terminal
from voiceguide.errors import RoutineError
from voiceguide.handwritten.nearest import nearest
from voiceguide.language.pack import load_language
from voiceguide.preview.account import Account, Chapter, Onlooker
from voiceguide.preview.picture import draw
from voiceguide.preview.told import told
from voiceguide.rendition import Nowhere
from voiceguide.routine.load import find_routine, load_routine


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(preview)


def preview(
    routine: Annotated[str, typer.Argument(help="Name of a routine (see `routines`) or path of a routine file.")],
    *,
    start: Annotated[
        str | None, typer.Option("--from", metavar="EXERCISE", help="Tell it from this exercise on, by its id.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw all of it as well: a PNG or SVG file.")
    ] = None,
    voice: VoiceName = None,
    ready_after: ReadyAfter = 5.0,
) -> None:
    """Tell a routine second by second, as it is for somebody who is always ready.

    The real session runs, with the real voice and without a person, as fast as the machine can; every second of it
    is accounted for, with the time on each side and the breaths of each hold.
    """
    console = Terminal()
    plan = load_routine(find_routine(routine))
    phrases = load_language(plan.language).phrases
    onlooker = Onlooker(plan, phrases)
    with counting(console, "preparing the voice") as progress:
        ends = render_session(
            plan, voice, Nowhere(), ready_after, progress=progress, notice=onlooker.notice, watch=onlooker.show
        )
    account = onlooker.account(ends)
    for part in told(account, phrases, _chapters(account, start), ready_after):
        console.print(part, highlight=False)
    if plot is not None:
        draw(account, phrases, plot)
        console.print(f"\n{plot}: written", highlight=False)


def _chapters(account: Account, start: str | None) -> tuple[Chapter, ...]:
    """Return the chapters from an exercise on; all of them without one.

    Raises:
        RoutineError: there is no such exercise.
    """
    if start is None:
        return account.chapters
    names = [exercise.id for exercise in account.routine.exercises]
    if start not in names:
        meant = nearest(start.lower(), names)
        hint = f" Did you mean {meant}?" if meant else ""
        raise RoutineError(f'There is no exercise "{start}" in it.{hint} There are: {", ".join(names)}.')
    ids = [chapter.exercise.id if chapter.exercise else None for chapter in account.chapters]
    return account.chapters[ids.index(start) :]
