"""The companions that the settings ask for."""

from __future__ import annotations

from contextlib import ExitStack

from voiceguide.companions.companion import Companion
from voiceguide.companions.home import HomeAutomation
from voiceguide.companions.hooks import HookRunner
from voiceguide.companions.pins import PinButton, PinLight
from voiceguide.companions.stream import EventStream
from voiceguide.page.begin import board_of, put_up
from voiceguide.places import events_socket
from voiceguide.presses import Presses
from voiceguide.settings import Hooks, Settings


def choose_companions(
    settings: Settings, presses: Presses, language: str = "en", voice: str = ""
) -> list[Companion]:
    """Return the companions that the settings ask for, at work already. Whoever takes them closes them.

    Args:
        settings: of whoever set up the speaker.
        presses: where commands go that are not spoken.
        language: of the guide, for what people read.
        voice: name of the voice that speaks.

    Raises:
        VoiceguideError: what is asked for cannot be had; the message says which setting, and what to do.
    """
    chosen: list[Companion] = []
    with ExitStack() as on_error:

        def add(companion: Companion) -> None:
            chosen.append(companion)
            on_error.callback(companion.close)

        if settings.light is not None:
            add(PinLight(settings.light))
        if settings.button is not None:
            add(PinButton(settings.button, presses))
        if settings.hooks != Hooks():
            add(HookRunner(settings.hooks))
        if settings.stream:
            add(EventStream(events_socket()))
        if settings.page.on:
            add(put_up(settings, presses, board=board_of(language, voice, settings.routines)))
        if settings.home is not None:
            add(HomeAutomation(settings.home, presses))
        on_error.pop_all()
    return chosen
