"""`voiceguide rehearse`: say the words of safety, and have the guide learn how you say them."""

from __future__ import annotations

import math
from contextlib import ExitStack, closing
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voiceguide.audio.files import FilePort
from voiceguide.audio.lasting import LastingPort
from voiceguide.audio.port import AudioPort
from voiceguide.cli.alone import be_alone, journal_alone
from voiceguide.cli.lasting_output import lasting_output
from voiceguide.cli.options import (
    CancelEcho,
    Engine,
    EventsFile,
    InputDevice,
    MicFile,
    OtherCard,
    OutputDevice,
    SessionVoice,
    SettingsFrom,
    SpeakerFile,
    card_or_files,
    settings_here,
)
from voiceguide.cli.progress import counting
from voiceguide.cli.terminal import Terminal, say
from voiceguide.core.rehearsal import RehearsalTexts, advice, grade
from voiceguide.core.takes import Problem, Recall
from voiceguide.errors import VoiceguideError
from voiceguide.hearing.enrolment.templates import forget, place
from voiceguide.hearing.recognisers.apart import RecogniserApart
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.language.pack import load_language
from voiceguide.rehearsing import Rehearsed, everything_said, rehearse
from voiceguide.service.ending import ending_in_good_order, leave_at_once
from voiceguide.settings import Settings
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.chosen import load_voice

_GRADES = {
    "heard_well": ("well", "green"),
    "heard_sometimes": ("most of the time", "yellow"),
    "heard_hardly": ("hardly", "red"),
    "not_learned": ("not learned", "red"),
}

_REASONS = {
    Problem.SILENCE: "nobody was heard",
    Problem.QUIET: "too quiet",
    Problem.CLIPPED: "too loud for the microphone",
    Problem.NOISE: "no voice that stands out from the noise",
    Problem.SHORT: "too short",
    Problem.LONG: "too long",
    Problem.UNLIKE: "the takes do not sound alike",
    Problem.ALIKE: "sounds like another of the words",
}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("rehearse")(rehearsal)


def rehearsal(
    *,
    language: Annotated[str, typer.Option(help="Language of the words.")] = "en",
    mic: MicFile = None,
    speaker: SpeakerFile = None,
    events: EventsFile = None,
    input_device: InputDevice = None,
    output_device: OutputDevice = None,
    other_card: OtherCard = False,
    cancel_echo: CancelEcho = None,
    engine: Engine = None,
    voice: SessionVoice = None,
    settings_from: SettingsFrom = None,
    forget_it: Annotated[
        bool, typer.Option("--forget", help="Delete what was learned in this language, and rehearse nothing.")
    ] = False,
) -> None:
    """Learn how you say the words of safety.

    Say each of a few words three times from where you will lie, and once while the guide speaks. No recording is
    kept, only numbers. The exit code is 1 when nothing could be learned.
    """
    console = Terminal()
    pack = load_language(language)
    if forget_it:
        say("forgotten" if forget(place(language)) else "there was nothing to forget")
        return
    card_or_files(mic, speaker, input_device, output_device, other_card=other_card)
    live = mic is None
    settings = settings_here(settings_from) if live else Settings()
    audio = settings.audio
    with ExitStack() as stack:
        ending = stack.enter_context(ending_in_good_order(ctrl_c_at_once=True))
        stack.enter_context(lasting_output(live=live))
        be_alone(stack, on_card=live, other_card=other_card)
        load = RecogniserApart if live else choose_recogniser
        recogniser = stack.enter_context(closing(load(language, engine or settings.engine)))
        speech = SpeechStore(stack.enter_context(closing(load_voice(language, voice, settings.voice))))
        journal = journal_alone(stack, events, live=live)
        port: AudioPort
        if mic is not None:
            port = stack.enter_context(closing(FilePort(mic, speaker, silence_after_s=math.inf)))
        else:
            devices = input_device or audio.input, output_device or audio.output
            port = stack.enter_context(closing(LastingPort(*devices)))
        with counting(console, "preparing the voice") as progress:
            speech.prepare(everything_said(pack), ending.looking(progress))
        journal.watch(lambda entry: _show(console, entry), apart=True)
        done = rehearse(
            port,
            journal,
            recogniser=recogniser,
            pack=pack,
            speech=speech,
            live=live,
            cancel_echo=live and (audio.cancel_echo if cancel_echo is None else cancel_echo),
            begins=ending.tells,
        )
        if ending.interrupted:
            raise KeyboardInterrupt
    if ending.told:
        leave_at_once()
    if not _report(console, done, pack.rehearsal):
        raise typer.Exit(1)


def _show(console: Console, entry: dict[str, Any]) -> None:
    if entry["kind"] == "say_started":
        console.print(Text(f"guide: {entry['text']}"))
    elif entry["kind"] == "take":
        problem = entry["problem"]
        how = "taken" if problem is None else _REASONS[Problem(problem)]
        console.print(Text(f"you: {entry['word']}: {how}", style="cyan"))


def _report(console: Console, done: Rehearsed, texts: RehearsalTexts) -> bool:
    """Print what was heard; tell whether anything was learned and kept."""
    if done.learned is None:
        console.print("The rehearsal was left before its end. Nothing was learned.")
        return False
    table = Table("words", "heard", "takes", "by the ears", "by your own voice", "while the guide spoke", "level")
    for command, recall in done.learned.words.items():
        table.add_row(texts.words[command], *_row(recall))
    console.print(table)
    for key in advice(done.learned.words):
        console.print(Text(" ".join(texts.lines.lines(key))))
    for command, recall in done.learned.words.items():
        if recall.problem is not None:
            console.print(Text(f"“{texts.words[command]}” was not learned: {_REASONS[recall.problem]}."))
        if grade(recall) != "heard_well" and command in texts.instead:
            console.print(Text(f"Instead of “{texts.words[command]}” you can say “{texts.instead[command]}”."))
    if done.failure:
        raise VoiceguideError(done.failure)
    if done.learned.kept:
        console.print(Text(f"Kept as numbers, without sound, in {done.path}"), soft_wrap=True)
    return done.learned.kept


def _row(recall: Recall) -> tuple[Text, str, str, str, str, str]:
    words, style = _GRADES[grade(recall)]
    over = {None: "not tried", True: "heard", False: "missed"}[recall.over_guide]
    of = f"of {recall.takes}"
    level = f"{recall.level_dbfs:.0f} dBFS" if math.isfinite(recall.level_dbfs) else "none"
    return (
        Text(words, style=style),
        str(recall.takes),
        f"{recall.by_ears} {of}",
        f"{recall.by_own} {of}",
        over,
        level,
    )
