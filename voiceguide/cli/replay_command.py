"""`voiceguide replay`: go through a recorded session again, and hear its microphone again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voiceguide.app import listening
from voiceguide.audio.recording import Recording
from voiceguide.audio.slips import Slips
from voiceguide.cli.options import Engine
from voiceguide.cli.terminal import Terminal
from voiceguide.core.clock import seconds
from voiceguide.errors import RecordingError
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.recognisers.choose import ENGINES, choose_recogniser
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import read_language
from voiceguide.replay.again import Outcome, replay
from voiceguide.replay.folder import Names
from voiceguide.replay.heard_again import Pair, hear_again
from voiceguide.replay.recorded import Recorded, read_recording


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("replay")(replay_recording)


def replay_recording(
    folder: Annotated[Path, typer.Argument(help="Folder that `voiceguide run --record` has made.")],
    *,
    speaker: Annotated[
        Path | None, typer.Option(help="Write the guide's voice, as it is now, to this WAV or FLAC file.")
    ] = None,
    hear: Annotated[
        bool, typer.Option(help="Hear the microphone again as well, and show what counted then and now, and why.")
    ] = False,
    engine: Engine = None,
) -> None:
    """Go through a recorded session again, as fast as the machine can.

    What was heard comes at the very samples where it came then, so the guide's sound and the events must be the
    same, bit by bit. The first difference is shown, and the exit code is 1 if there is one.
    """
    console = Terminal()
    recorded = read_recording(folder)
    _introduce(recorded, console)
    with ExitStack() as stack:
        sink = stack.enter_context(closing(Recording(speaker, private=True))) if speaker else None
        outcome = replay(recorded, sink)
    _tell(outcome, console)
    if hear:
        _hear(recorded, engine, console)
    if not outcome.same:
        raise typer.Exit(1)


def _introduce(recorded: Recorded, console: Console) -> None:
    about = recorded.circumstances
    minutes = len(recorded.speaker) / 16_000 / 60
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", justify="right")
    facts.add_row("routine", about.routine)
    facts.add_row("recorded", f"{about.recorded_at:%Y-%m-%d %H:%M} UTC, {minutes:.1f} minutes, {about.audio}")
    facts.add_row("by", f"voiceguide {about.voiceguide}, Python {about.python}, {about.machine}")
    facts.add_row("heard by", f"{about.recogniser}{', live' if about.live else ', in step'}")
    facts.add_row("spoken by", about.voice)
    console.print(facts)
    if not recorded.whole:
        console.print(Text("The recording breaks off: it is replayed as far as it goes.", style="yellow"))


def _tell(outcome: Outcome, console: Console) -> None:
    if outcome.same:
        console.print(
            Text(f"The same: every sample of {outcome.blocks / 100:.1f} s and {outcome.events} events.", "green")
        )
    for difference in outcome.differences:
        console.print(Text(f"Different from {seconds(difference.at):.3f} s on: {difference.what}.", "bold red"))


def _hear(recorded: Recorded, engine: str | None, console: Console) -> None:
    about = recorded.circumstances
    if about.recogniser not in ENGINES:
        raise RecordingError(
            f"This session's words were not heard but {about.recogniser}: --hear has nothing to hear."
        )
    pack = read_language(recorded.folder / Names.LANGUAGE)
    with closing(choose_recogniser(about.language, engine or about.recogniser)) as recogniser:

        def chain(slips: Callable[[], Slips]) -> Hearing:
            return listening(
                recogniser,
                pack,
                cancel_echo=about.cancel_echo,
                enrolment=recorded.folder / Names.ENROLMENT,
                slips=slips,
            )

        pairs = hear_again(recorded, chain)
    for pair in pairs:
        for line in _lines(pair):
            console.print(Text(line, style="" if pair.same else "bold red"), soft_wrap=True)
    same = sum(pair.same for pair in pairs)
    console.print(Text(f"Heard again: {same} of {len(pairs)} verdicts are the same, to the sample."))


def _lines(pair: Pair) -> list[str]:
    if pair.same:
        return [f"      {_explained(pair.now)}"]
    return [f"then  {_explained(pair.then)}", f"now   {_explained(pair.now)}"]


def _explained(verdict: Verdict | None) -> str:
    if verdict is None:
        return "nothing was claimed"
    meant = f"{verdict.command or 'no command'} {verdict.sure:.2f}"
    words = f"“{verdict.text}”{'' if verdict.final else ' so far'} ({meant})"
    counted = "counted" if verdict.heard else "did not count"
    return f"{seconds(verdict.at):8.2f} s  {verdict.engine}: {words}: {counted}, {verdict.rule.value}"
