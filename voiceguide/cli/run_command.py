"""`voiceguide run`: guide a session on the sound card, or on sound files."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from voiceguide.app import Choices, Prepared, prepare
from voiceguide.audio.files import FilePort
from voiceguide.audio.lasting import LastingPort
from voiceguide.audio.port import AudioPort
from voiceguide.cli.alone import be_alone, journal_alone
from voiceguide.cli.lasting_output import lasting_output
from voiceguide.cli.options import (
    CancelEcho,
    Engine,
    EventsFile,
    HistoryFile,
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
from voiceguide.cli.page_command import Lan, Port, Show, page_settings, pages_beside
from voiceguide.cli.panel import Panel
from voiceguide.cli.progress import counting
from voiceguide.cli.terminal import Terminal
from voiceguide.core.memory import NOTHING
from voiceguide.doctor import audible
from voiceguide.errors import ChoiceError
from voiceguide.hearing.recognisers.typed import TypedRecogniser, read_lines
from voiceguide.history.history import History, is_introduced
from voiceguide.history.journal import Journal
from voiceguide.loudness import loudness
from voiceguide.places import history_file
from voiceguide.presses import Presses
from voiceguide.rehearsing import everything_said as everything_rehearsed
from voiceguide.rehearsing import rehearse, worth_offering
from voiceguide.replay.recorder import Recorder
from voiceguide.routine.load import find_routine
from voiceguide.service.ending import Ending, ending_in_good_order, leave_at_once
from voiceguide.settings import Settings
from voiceguide.wall_clock import read_clock

RECORDED = "This session is recorded: everything the microphone hears goes into {folder}, until you delete it."


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(run)


def run(
    routine: Annotated[str, typer.Argument(help="Name of a routine (see `routines`) or path of a routine file.")],
    *,
    mic: MicFile = None,
    speaker: SpeakerFile = None,
    events: EventsFile = None,
    input_device: InputDevice = None,
    output_device: OutputDevice = None,
    other_card: OtherCard = False,
    typed: Annotated[bool, typer.Option(help="Type the commands instead of speaking them.")] = False,
    cancel_echo: CancelEcho = None,
    record: Annotated[
        Path | None,
        typer.Option(
            help="Record the whole session, microphone included, into this new folder, for a bug report."
        ),
    ] = None,
    history: HistoryFile = None,
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Keep nothing, and remember nothing of earlier sessions.")
    ] = False,
    engine: Engine = None,
    voice: SessionVoice = None,
    introduce: Annotated[
        bool | None,
        typer.Option(help="Say what the guide is and is not; by default before the first session only."),
    ] = None,
    settings_from: SettingsFrom = None,
    page: Annotated[bool, typer.Option("--page", help="Show the session on a page, for a phone.")] = False,
    lan: Lan = None,
    page_port: Port = None,
) -> None:
    """Guide a session.

    With --mic a session runs on sound files, on sample time and faster than real time; without, on the card.
    """
    console = Terminal()
    on_files = mic is not None
    card_or_files(mic, speaker, input_device, output_device, other_card=other_card)
    _see_that_they_agree(
        on_files=on_files, typed=typed, page=page, keeps=history is not None, no_history=no_history
    )
    settings = Settings() if on_files else settings_here(settings_from)  # a session on files is a trial
    audio = settings.audio
    with ExitStack() as stack:
        ending = stack.enter_context(ending_in_good_order(ctrl_c_at_once=True))
        stack.enter_context(lasting_output(live=not on_files))
        kept_in = None if no_history or (on_files and history is None) else history or history_file()
        be_alone(stack, on_card=not on_files, other_card=other_card, history=kept_in)
        recorder = None
        if record is not None:  # closed last, so entered first
            recorder = stack.enter_context(closing(Recorder(record, find_routine(routine), live=not on_files)))
            console.print(Text(RECORDED.format(folder=record), style="yellow"))
        listener = TypedRecogniser(lines=read_lines()) if typed else None
        choices = Choices(routine, voice, engine or settings.engine, settings.voice, as_kept=not on_files)
        prepared = stack.enter_context(prepare(choices, listener, apart=not on_files))
        journal = journal_alone(stack, events, live=not on_files)
        kept = None
        if kept_in is not None:
            kept = stack.enter_context(closing(History(kept_in, prepared.routine, live=not on_files)))
            journal.watch(kept.notice)
        introduced = kept.introduced if kept else is_introduced(history_file())
        devices = input_device or audio.input, output_device or audio.output
        port = stack.enter_context(closing(_port(mic, speaker, devices, deaf=typed)))
        cancel = audio.cancel_echo if cancel_echo is None else cancel_echo
        live, cancel_echo = not on_files, cancel and not on_files and not typed
        offers = live and not typed and worth_offering(prepared.language.language, first_time=not introduced)
        with counting(console, "preparing the voice") as progress:  # the longest wait, so the last
            prepared.render(ending.looking(progress))
        if offers:
            _offer_rehearsal(prepared, port, ending, cancel_echo=cancel_echo)
        panel = stack.enter_context(Panel(console, prepared.routine.title, live=live))
        presses = Presses()
        watch: Show | None = None
        if not live:
            journal.watch(panel.notice)
        else:
            watch = stack.enter_context(
                pages_beside(
                    console,
                    page_settings(settings, lan, page_port) if page else None,
                    presses,
                    journal,
                    panel,
                    language=prepared.language.language,
                    voice=prepared.voice.name,
                    history=history,
                )
            )
        guide = prepared.guide(
            port,
            journal,
            first_time=not introduced if introduce is None else introduce,
            watch=watch,
            live=live,
            cancel_echo=cancel_echo,
            rehearsed=live and not typed,
            remembered=kept.remembered if kept else NOTHING,
            loudness=loudness(read_clock(), settings.night, audible.kept() if live else None),
            recorder=recorder,
            presses=presses,
            awaits_disk=kept is not None,
        )
        stack.callback(guide.close)
        if kept is not None:
            kept.on_loss(lambda reason: console.print(Text(reason, style="yellow"), soft_wrap=True))
            kept.on_loss(guide.history_lost)
            kept.on_kept(guide.report_kept)
        ending.runs(guide)
    if ending.told:
        leave_at_once()


def _port(
    mic: Path | None, speaker: Path | None, devices: tuple[str | None, str | None], *, deaf: bool
) -> AudioPort:
    return LastingPort(*devices, deaf=deaf) if mic is None else FilePort(mic, speaker, silence_after_s=0)


def _offer_rehearsal(prepared: Prepared, port: AudioPort, ending: Ending, *, cancel_echo: bool) -> None:
    prepared.speech.prepare(everything_rehearsed(prepared.language), ending.looking(lambda *_: None))
    rehearse(
        port,
        Journal(),
        recogniser=prepared.recogniser,
        pack=prepared.language,
        speech=prepared.speech,
        live=True,
        cancel_echo=cancel_echo,
        offered=True,
        begins=ending.tells,
    )
    ending.tells(None)


def _see_that_they_agree(*, on_files: bool, typed: bool, page: bool, keeps: bool, no_history: bool) -> None:
    if on_files and typed:
        raise ChoiceError("--mic hears a file, --typed the keyboard: use only one.")
    if page and on_files:
        raise ChoiceError("--page shows a session on the card, --mic runs one on files: use one or the other.")
    if keeps and no_history:
        raise ChoiceError("--history names a file to keep, --no-history keeps nothing: use only one.")
