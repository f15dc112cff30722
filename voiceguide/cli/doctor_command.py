"""`voiceguide doctor`: whether this machine is fit for a session."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voiceguide.audio.card import CardPort
from voiceguide.audio.files import FilePort
from voiceguide.cli.alone import be_alone
from voiceguide.cli.options import (
    CancelEcho,
    Engine,
    InputDevice,
    MicFile,
    OtherCard,
    OutputDevice,
    SessionVoice,
    SettingsFrom,
    SpeakerFile,
    card_or_files,
)
from voiceguide.cli.terminal import Terminal, say
from voiceguide.doctor.check import Check, Verdict, safe
from voiceguide.doctor.configuration import routines, settings
from voiceguide.doctor.examination import Sound, Wanted, examine
from voiceguide.hearing.recognisers.apart import RecogniserApart
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.speaking.chosen import kept

_STYLES = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.FAILS: "bold red", Verdict.NOT_TRIED: "dim"}

SAFE = "A session is safe to start."
UNSAFE = "A session is not safe to start: see what fails."
UNTRIED = "Whether it hears you was not tried: run doctor without {options}."


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(doctor)


def doctor(
    *,
    language: Annotated[
        str | None, typer.Option(help="Language of the sessions.", show_default="that of the first routine")
    ] = None,
    words: Annotated[
        bool, typer.Option(help="Ask aloud for two words of safety; without, nobody needs to be there.")
    ] = True,
    sound: Annotated[bool, typer.Option(help="Try the microphone and the loudspeaker.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    mic: MicFile = None,
    speaker: SpeakerFile = None,
    input_device: InputDevice = None,
    output_device: OutputDevice = None,
    other_card: OtherCard = False,
    cancel_echo: CancelEcho = None,
    settings_from: SettingsFrom = None,
    engine: Engine = None,
    voice: SessionVoice = None,
) -> None:
    """Look whether a session is safe to start, and what to do if not.

    The exit code is 0 when nothing fails, 1 when something does, and 2 when the command is wrong.
    """
    card_or_files(mic, speaker, input_device, output_device, other_card=other_card)

    chosen, settings_check = settings(settings_from)
    loaded, routines_check = routines(chosen.routines)
    audio = chosen.audio

    stack = ExitStack()

    def open_sound() -> Sound:
        if mic is not None:
            return Sound(FilePort(mic, speaker, silence_after_s=math.inf))
        be_alone(stack, on_card=True, other_card=other_card)
        card = CardPort(input_device or audio.input, output_device or audio.output)
        return Sound(card, card.rates)

    live = mic is None
    speaks = language or next((routine.language for routine in loaded), "en")
    wanted = Wanted(
        language=speaks,
        voice=voice or kept(speaks) or chosen.voice,
        engine=engine or chosen.engine,
        sound=sound,
        words=words,
        cancel_echo=live and (audio.cancel_echo if cancel_echo is None else cancel_echo),
        live=live,
    )
    aside = Terminal(stderr=True)
    load = RecogniserApart if live else choose_recogniser
    examined = examine(wanted, open_sound, load=load, tell=lambda what: aside.print(Text(what, style="dim")))
    with stack:
        checks = [settings_check, routines_check, *examined]
    if as_json:
        say(json.dumps({"safe": safe(checks), "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        _print(Terminal(), checks, [name for name, on in (("--no-sound", sound), ("--no-words", words)) if not on])
    if not safe(checks):
        raise typer.Exit(1)


def _print(console: Console, checks: Iterable[Check], left_out: list[str]) -> None:
    checks = list(checks)
    table = Table("check", "", box=None, pad_edge=False)
    for title in ("found", "what to do"):
        # Paths and commands are there to be copied, so they are folded and never cut.
        table.add_column(title, overflow="fold")
    for check in checks:
        verdict = Text(check.verdict.value, style=_STYLES[check.verdict])
        # Text, because what was found may hold brackets that would be taken for markup.
        table.add_row(Text(check.name), verdict, Text(check.found), Text(check.remedy))
    console.print(table)
    console.print()
    is_safe = safe(checks)
    console.print(Text(SAFE if is_safe else UNSAFE, style="green" if is_safe else "bold red"))
    if left_out:
        console.print(Text(UNTRIED.format(options=" and ".join(left_out)), style="yellow"))
