"""`voiceguide listen`: wait to be asked for a session, guide it, wait again."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from voiceguide.audio.files import FilePort
from voiceguide.audio.lasting import LastingPort
from voiceguide.audio.port import AudioPort
from voiceguide.cli.lasting_output import lasting_output
from voiceguide.cli.options import (
    Engine,
    EventsFile,
    HistoryFile,
    InputDevice,
    MicFile,
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
from voiceguide.history.journal import Journal
from voiceguide.loudness import loudness
from voiceguide.page.begin import board_of
from voiceguide.page.elsewhere import PageElsewhere
from voiceguide.places import history_file, page_socket
from voiceguide.presses import Presses
from voiceguide.rehearsing import worth_offering
from voiceguide.service.ending import ending_in_good_order, leave_at_once
from voiceguide.service.logging_events import EventLog, log_to, tell
from voiceguide.service.notifying import Systemd
from voiceguide.service.ready import make_ready
from voiceguide.service.service import Service


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
    history: HistoryFile = None,
    settings_from: SettingsFrom = None,
    engine: Engine = None,
    voice: SessionVoice = None,
) -> None:
    """Wait until somebody says “start”, guide the session, wait again.

    This is what the service runs, see packaging/voiceguide.service. With --mic it runs on sound files, on sample
    time and faster than real time, without companions; without, on the card, until it is told to end.
    """
    on_files = mic is not None
    card_or_files(mic, speaker, input_device, output_device)
    log_to()
    settings = settings_here(settings_from)
    if routines:
        settings = settings.model_copy(update={"routines": routines})
    audio = settings.audio
    with ExitStack() as stack:
        stack.enter_context(lasting_output(live=not on_files))
        ending = stack.enter_context(ending_in_good_order())
        systemd = Systemd()
        stack.callback(systemd.close)
        tell("loading recogniser and voice")
        ready = make_ready(
            settings.routines,
            voice,
            engine or settings.engine,
            usual_voice=settings.voice,
            apart=not on_files,
        )
        stack.enter_context(ready.prepared)
        kept = history or (None if on_files else history_file())
        first_time = kept is None or not is_introduced(kept)
        if not on_files and worth_offering(ready.named.pack.language, first_time=first_time):
            ready = replace(ready, rehearses=True)
        journal = stack.enter_context(closing(Journal(events)))
        port: AudioPort
        if on_files:
            port = stack.enter_context(closing(FilePort(mic, speaker, silence_after_s=0)))
        else:
            devices = input_device or audio.input, output_device or audio.output
            port = stack.enter_context(closing(LastingPort(*devices, patient=True)))
        tell("making ready what will be said; the first time this takes a while, then it is kept")
        ready.render(systemd.preparing)
        presses = Presses()
        language, speaks = ready.named.pack.language, ready.prepared.voice.name
        chosen: list[Companion] = []
        if not on_files:
            board = board_of(language, speaks, settings.routines)
            chosen = [
                PageElsewhere(presses, board, page_socket()),
                *choose_companions(settings, presses, language, speaks),
            ]
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
                loudness=lambda: loudness(datetime.now().astimezone().time(), settings.night, audible.kept()),
            )
        )
        ending.tells(service)
        systemd.ready()
        tell(f"ready: waits for somebody to ask for {', '.join(offer.title for offer in ready.offers)}")
        service.run()
    if ending.told:
        leave_at_once()
