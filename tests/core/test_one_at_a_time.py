"""Whoever asks for another routine in the middle of one is neither led on in this one nor out of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_routine import ROUTINE

from voiceguide.core.commands import Command
from voiceguide.core.phrases import Phrases
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession, spoken_length

ANOTHER = "start the other one"
ANSWER = f"This is still {ROUTINE.title}. To begin another one, tell me to stop the session first."


@pytest.fixture
def begun(phrases: Phrases) -> VirtualSession:
    session = Session(
        ROUTINE, phrases, spoken_length, first_time=False, names_another=lambda text: text == ANOTHER
    )
    virtual = VirtualSession(session)
    virtual.begin()
    return virtual


def getting_ready(virtual: VirtualSession) -> None:
    virtual.hear(Command.START)
    virtual.run_until_idle()


def paused(virtual: VirtualSession) -> None:
    virtual.hear(Command.START)
    virtual.hear(Command.PAUSE)
    virtual.run_until_silent()


def asked_about_pain(virtual: VirtualSession) -> None:
    virtual.hear(Command.START)
    virtual.hear(Command.PAIN)
    virtual.run_until_silent()


def texts(virtual: VirtualSession) -> list[str]:
    return [said.text for said in virtual.spoken]


@pytest.mark.parametrize("way", [VirtualSession.run_until_silent, getting_ready, paused])
def test_it_is_told_which_one_this_is_and_stays_where_it_was(
    begun: VirtualSession, way: Callable[[VirtualSession], None]
) -> None:
    way(begun)
    before = begun.session.view(begun.now).state
    begun.hear(Command.START, ANOTHER)
    begun.run_until_silent()
    assert texts(begun)[-1] == ANSWER
    assert begun.session.view(begun.now).state is before
    begun.hear(Command.START, "start")
    begun.run(5)
    assert begun.session.view(begun.now).state is not before, "a bare start still leads on"


def test_after_pain_it_is_no_answer(begun: VirtualSession) -> None:
    asked_about_pain(begun)
    begun.hear(Command.START, ANOTHER)
    begun.run_until_silent()
    assert begun.session.view(begun.now).state is State.SAFETY
    assert ANSWER not in texts(begun)
