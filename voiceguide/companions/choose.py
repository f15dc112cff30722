"""The companions that the settings ask for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from voiceguide.companions.companion import Companion
from voiceguide.companions.home import HomeAutomation
from voiceguide.companions.hooks import HookRunner
from voiceguide.companions.pins import PinButton, PinLight
from voiceguide.companions.stream import EventStream
from voiceguide.errors import VoiceguideError
from voiceguide.page.begin import board_of, put_up
from voiceguide.places import events_socket
from voiceguide.presses import Presses
from voiceguide.settings import Hooks, Settings

_log = logging.getLogger(__name__)


def choose_companions(
    settings: Settings, presses: Presses, language: str = "en", voice: str = ""
) -> list[Companion]:
    """Return the companions that the settings ask for, at work already. The caller closes them.

    If one cannot start, the log says so and the guide goes on without it.

    Args:
        settings: of whoever set up the speaker.
        presses: where commands go that are not spoken.
        language: of the guide, for what people read.
        voice: name of the voice that speaks.
    """
    chosen: list[Companion] = []

    def add(make: Callable[[], Companion]) -> None:
        try:
            chosen.append(make())
        except VoiceguideError as error:
            _log.error("%s The guide goes on without it.", error)
        except Exception:  # noqa: BLE001 - whatever it is, the guide goes on
            _log.exception("A companion cannot be had. The guide goes on without it.")

    if settings.light is not None:
        add(partial(PinLight, settings.light))
    if settings.button is not None:
        add(partial(PinButton, settings.button, presses))
    if settings.hooks != Hooks():
        add(partial(HookRunner, settings.hooks))
    if settings.stream:
        add(partial(EventStream, events_socket()))
    if settings.page.on:
        add(partial(put_up, settings, presses, board=board_of(language, voice, settings.routines)))
    if settings.home is not None:
        add(partial(HomeAutomation, settings.home, presses))
    return chosen
