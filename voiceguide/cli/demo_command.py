"""`voiceguide demo`: a whole session without microphone, loudspeaker or downloaded model."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voiceguide.app import Choices, prepare
from voiceguide.cli.lasting_output import lasting_output
from voiceguide.cli.options import Engine, VoiceName
from voiceguide.cli.panel import line_for
from voiceguide.cli.progress import counting
from voiceguide.cli.terminal import Terminal
from voiceguide.core.clock import seconds
from voiceguide.core.view import View
from voiceguide.demo.person import PersonPort
from voiceguide.demo.persons import person_voice
from voiceguide.demo.picture import draw_timeline
from voiceguide.demo.script import Script, load_script
from voiceguide.demo.verdict import Verdict, judge
from voiceguide.errors import ChoiceError, VoiceguideError
from voiceguide.history.journal import Journal


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(demo)


def demo(
    *,
    language: Annotated[str, typer.Option(help="Language of the demo: en or ko.")] = "en",
    folder: Annotated[Path, typer.Option("--to", help="Folder for the sound, the events and the picture.")] = Path(
        "demo"
    ),
    engine: Engine = None,
    voice: VoiceName = None,
) -> None:
    """Guide a simulated person, who speaks with another voice, through a session with pain in it.

    Everything is real but the room: both voices are synthesised, the recogniser hears the person's samples. Exit
    code 1 if something the person said was not heard.
    """
    with lasting_output(live=False):
        verdict = converse(load_script(language), folder, Terminal(), engine=engine, voice=voice)
    if not verdict.passed:
        raise typer.Exit(1)


def converse(
    script: Script, folder: Path, console: Console, *, engine: str | None = None, voice: str | None = None
) -> Verdict:
    """Play a demo conversation, show it as it goes, and leave its sound, events and picture in a folder.

    Args:
        script: what the person says, and when.
        folder: made if it is not there.
        console: where to show it.
        engine: name of a recogniser; None for the best one installed.
        voice: name of the guide's voice; None for the best one installed.

    Raises:
        VoiceguideError: something that a demo needs is missing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ChoiceError(f"{folder} cannot be made: {error.strerror}. Choose another with --to.") from error
    entries: list[dict[str, Any]] = []
    views: list[View] = []
    with ExitStack() as stack:
        prepared = stack.enter_context(prepare(Choices(script.routine, voice, engine)))
        with counting(console, "preparing the voice") as progress:
            prepared.render(progress)
        person_speaks = stack.enter_context(closing(person_voice(prepared.routine.language)))
        person = stack.enter_context(closing(PersonPort(script, person_speaks, folder / "session.wav")))
        journal = stack.enter_context(closing(Journal(folder / "events.jsonl")))
        console.print(
            Text(
                f"{prepared.voice.name} guides, {person_speaks.name} answers, {prepared.recogniser.name} hears.\n"
            )
        )

        told = 0

        def tell_person(until_s: float) -> None:
            nonlocal told
            while told < len(person.uttered) and seconds(person.uttered[told].starts) <= until_s:
                words = person.uttered[told]
                time = (f"{seconds(words.starts):8.2f} s  ", "dim")
                console.print(Text.assemble(time, ("person  ", "bold"), f"“{words.line.say}”"))
                told += 1

        def tell(entry: dict[str, Any]) -> None:
            tell_person(entry["time_s"])
            if (line := line_for(entry)) is not None:
                console.print(line, soft_wrap=True)
            person.notice(entry)

        journal.watch(entries.append)
        journal.watch(tell)
        prepared.guide(person, journal, watch=views.append).run()
    verdict = judge(script, person.uttered, person.unspoken, entries)
    _print(verdict, console)
    console.print(Text(f"Listen to {folder}/session.wav, read {folder}/events.jsonl."))
    try:
        draw_timeline(folder / "timeline.png", entries, person.uttered, views)
        console.print(Text(f"Look at {folder}/timeline.png."))
    except VoiceguideError as missing:  # the conversation and its verdict stand without a picture
        console.print(Text(str(missing)))
    return verdict


def _print(verdict: Verdict, console: Console) -> None:
    console.print()
    table = Table(title="What was said and what was heard", box=None, title_justify="left")
    for column in ("at", "words", "command", "decided after the words"):
        table.add_column(column, justify="right" if column in ("at", "decided after the words") else "left")
    for reaction in verdict.reactions:
        words = reaction.uttered
        delay = Text("not heard", "bold red") if reaction.delay_s is None else Text(f"{reaction.delay_s:+.2f} s")
        table.add_row(f"{seconds(words.starts):.2f} s", words.line.say, words.line.expect or "none", delay)
    console.print(table)
    for line in verdict.unspoken:
        console.print(Text(f"Never came to say “{line.say}”: nothing like {line.when} happened.", "bold red"))
    for entry in verdict.misheard:
        console.print(Text(f"Heard {entry['command']} at {entry['time_s']:.2f} s, which nobody said.", "bold red"))
    if verdict.ended != verdict.wanted:
        console.print(Text(f"The session ended by {verdict.ended}, not by {verdict.wanted}.", "bold red"))
    heard = sum(reaction.delay_s is not None for reaction in verdict.reactions)
    style = "bold green" if verdict.passed else "bold red"
    word = "passed" if verdict.passed else "FAILED"
    console.print(Text(f"\nDemo {word}: {heard} of {len(verdict.reactions)} commands heard and obeyed.", style))
