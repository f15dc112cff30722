"""What was cut off in a hold: long lines are said again, "halfway" is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from small_routine import ROUTINE, STRETCH

from voiceguide.core.commands import Command
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.core.plan import HoldCue
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession, spoken_length

Reach = Callable[[State], VirtualSession]
NewSession = Callable[..., VirtualSession]

LONG = "Let the hip sink a little further, and let the shoulders come down as well."


def in_a_hold(new_session: NewSession) -> VirtualSession:
    exercise = replace(STRETCH, hold_s=60.0, cues=(HoldCue(8.0, LONG),))
    virtual = new_session(replace(ROUTINE, exercises=(exercise, *ROUTINE.exercises[1:])))
    virtual.hear(Command.START)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    while virtual.playing is None or virtual.playing.text != LONG:
        virtual.run(0.1)
    virtual.run(0.8)
    return virtual


def times(virtual: VirtualSession, text: str) -> list[bool]:
    """Tell of each time that a text was spoken whether it was cut off."""
    return [line.cut for line in virtual.spoken if line.text == text]


def doubt(virtual: VirtualSession) -> None:
    virtual.hear(None)
    virtual.run_until_silent()
    virtual.hear(Command.NO)


def pause(virtual: VirtualSession) -> None:
    virtual.hear(Command.PAUSE)
    virtual.run_until_silent()
    virtual.hear(Command.RESUME)


def question(virtual: VirtualSession) -> None:
    virtual.hear(Command.HOW_LONG)


def voice(virtual: VirtualSession) -> None:
    virtual.feed(VoiceBegan(virtual.now))
    virtual.run(0.5)
    virtual.feed(VoiceEnded(virtual.now))
    virtual.run_until(State.DOUBT)
    virtual.run_until_silent()
    virtual.hear(Command.NO)


@pytest.mark.parametrize("interrupt", [doubt, pause, question, voice])
def test_a_long_line_of_a_hold_that_was_cut_off_is_said_again(
    new_session: NewSession, interrupt: Callable[[VirtualSession], None]
) -> None:
    virtual = in_a_hold(new_session)
    interrupt(virtual)
    virtual.run_until(State.RESTING)
    assert times(virtual, LONG) == [True, False]


def test_what_is_said_again_covers_no_other_line(new_session: NewSession) -> None:
    virtual = in_a_hold(new_session)
    question(virtual)
    virtual.run_until(State.RESTING)
    whole = [line for line in virtual.spoken if not line.cut]
    assert all(one.ends <= other.starts for one, other in pairwise(whole))
    assert [line.key for line in whole if line.key.startswith("count")] == ["count_3", "count_2", "count_1"]


def test_a_line_that_was_cut_off_is_not_said_in_another_hold(new_session: NewSession) -> None:
    virtual = in_a_hold(new_session)
    virtual.hear(Command.NEXT_SIDE)
    virtual.run_until(State.CHANGING)
    virtual.run_until_silent()
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    virtual.run(6)
    assert times(virtual, LONG) == [True]


@pytest.mark.parametrize("interrupt", [doubt, pause])
def test_halfway_is_said_once(reach: Reach, interrupt: Callable[[VirtualSession], None]) -> None:
    virtual = reach(State.HOLDING)
    while "halfway" not in [line.key for line in virtual.spoken]:
        virtual.run(0.2)
    interrupt(virtual)
    virtual.run_until(State.RESTING)
    assert [line.key for line in virtual.spoken].count("halfway") == 1


def test_the_next_hold_has_a_halfway_of_its_own(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run_until(State.RESTING)
    virtual.run_until(State.HOLDING)
    virtual.run_until(State.CHANGING)
    assert [line.key for line in virtual.spoken].count("halfway") == 2


def test_the_long_line_is_long() -> None:
    assert spoken_length(LONG) > 2 * 16_000
