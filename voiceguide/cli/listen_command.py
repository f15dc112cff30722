"""`voiceguide listen`: wait to be asked for a session, guide it, wait again."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from voiceguide.audio.files import FilePort
from voiceguide.audio.lasting import LastingPort
from voiceguide.audio.port import AudioPort
from voiceguide.cli.alone import be_alone, journal_alone
from voiceguide.cli.lasting_output import lasting_output
from voiceguide.cli.options import (
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
from voiceguide.companions.choose import choose_companions
from voiceguide.companions.companion import Companion
from voiceguide.doctor import audible
from voiceguide.history.history import is_introduced
from voiceguide.loudness import loudness
from voiceguide.own_thread import Lately
from voiceguide.page.begin import board_of
from voiceguide.page.elsewhere import PageElsewhere
from voiceguide.places import history_file, page_socket
from voiceguide.presses import Presses
from voiceguide.rehearsing import worth_offering
from voiceguide.service.ending import ending_in_good_order, leave_at_once
from voiceguide.service.last_words import FOR_GOOD, LastWords
from voiceguide.service.logging_events import EventLog, log_to, tell
from voiceguide.service.notifying import Systemd
from voiceguide.service.ready import Ready, make_ready
from voiceguide.service.service import Service
from voiceguide.settings import Audio, Settings
from voiceguide.wall_clock import read_clock


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(listen)


def listen(
    routines: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names or paths of routines; “start” means the first. By default those of the settings."
        ),
    ] = None,
    *,
    mic: MicFile = None,
    speaker: SpeakerFile = None,
    events: EventsFile = None,
    input_device: InputDevice = None,
    output_device: OutputDevice = None,
    other_card: OtherCard = False,
    history: HistoryFile = None,
    settings_from: SettingsFrom = None,
    engine: Engine = None,
    voice: SessionVoice = None,
    last_words: Annotated[
        bool,
        typer.Option(
            "--last-words", help="Say that the guide has failed and stays silent, and leave; for systemd."
        ),
    ] = False,
) -> None:
    """Wait until somebody says “start”, guide the session, wait again.

    This is what the service runs, see packaging/voiceguide.service. With --mic it runs on sound files, on sample
    time and faster than real time, without companions; without, on the card, until it is told to end. When it
    cannot go on it says why before it leaves.
    """
    on_files = mic is not None
    card_or_files(mic, speaker, input_device, output_device, other_card=other_card)
    audio = Audio()

    def open_port(*, patient: bool) -> AudioPort:
        if on_files:
            return FilePort(mic, speaker, silence_after_s=0)
        devices = input_device or audio.input, output_device or audio.output
        return LastingPort(*devices, patient=patient, deaf=not patient)

    with ExitStack() as stack:
        ending = stack.enter_context(ending_in_good_order())
        stack.enter_context(lasting_output(live=not on_files))
        log_to()
        systemd = stack.enter_context(closing(Systemd()))
        last = LastWords(lambda: open_port(patient=False), look=ending.look)
        if last_words:  # another guide would hear them, and it goes on
            be_alone(stack, on_card=not on_files, other_card=other_card)
            last.say(FOR_GOOD, "gave_up_help")
            return
        try:
            be_alone(stack, on_card=not on_files, other_card=other_card)
            settings = settings_here(settings_from)
            if routines:
                settings = settings.model_copy(update={"routines": routines})
            audio, last.names = settings.audio, settings.routines
            kept = history or (None if on_files else history_file())
            be_alone(stack, history=kept)
            tell("loading recogniser and voice")
            ready = make_ready(
                settings.routines,
                voice,
                engine or settings.engine,
                usual_voice=settings.voice,
                apart=not on_files,
            )
            stack.enter_context(ready.prepared)
            last.speech = ready.prepared.speech
            if kept and not on_files and _offers_rehearsal(ready, kept):
                ready = replace(ready, rehearses=True)
            journal = journal_alone(stack, events, live=not on_files)
            port = last.port = stack.enter_context(closing(open_port(patient=True)))
            tell("making ready what will be said; the first time this takes a while, then it is kept")
            ready.render(ending.looking(systemd.preparing))
            audible_lately = Lately(audible.kept, "What looks up how softly to speak")
            presses = Presses()
            chosen = [] if on_files else _companions(settings, presses, ready)
            service = stack.enter_context(
                Service(
                    ready,
                    port,
                    journal,
                    history=kept,
                    companions=[EventLog(), systemd, *chosen],
                    presses=presses,
                    live=not on_files,
                    cancel_echo=audio.cancel_echo,
                    loudness=lambda: loudness(read_clock(), settings.night, audible_lately()),
                )
            )
            last.in_session = lambda: service.in_session
            ending.tells(service)
            systemd.ready()
            tell(f"ready: waits for somebody to ask for {', '.join(offer.title for offer in ready.offers)}")
            service.run()
        except Exception as error:
            ending.tells(None)
            systemd.failing(error)
            last.because_of(error)
            raise
    if ending.told:
        leave_at_once()


def _offers_rehearsal(ready: Ready, history: Path) -> bool:
    return worth_offering(ready.named.pack.language, first_time=not is_introduced(history))


def _companions(settings: Settings, presses: Presses, ready: Ready) -> list[Companion]:
    language, speaks = ready.named.pack.language, ready.prepared.voice.name
    board = board_of(language, speaks, settings.routines)
    elsewhere = PageElsewhere(presses, board, page_socket())
    return [elsewhere, *choose_companions(settings, presses, language, speaks)]
