"""S7: a guide that cannot hear says so, pauses, and goes nowhere until it can."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_routine import ROUTINE

from voiceguide.core.actions import Record
from voiceguide.core.commands import Command
from voiceguide.core.events import HearingBack, HearingLost, HearingPoor, Poor, Trouble
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]

ON_THE_WALK = [State.INTRODUCING, State.SETTING_UP, State.HOLDING, State.RESTING, State.CHANGING]


def lose(virtual: VirtualSession, trouble: Trouble = Trouble.CARD) -> None:
    virtual.feed(HearingLost(virtual.now, "no frames", trouble))


def hear_again(virtual: VirtualSession, trouble: Trouble = Trouble.CARD) -> None:
    virtual.feed(HearingBack(virtual.now, trouble))


def said_since(virtual: VirtualSession, at: int) -> list[str]:
    return [said.key for said in virtual.spoken if said.starts >= at]


@pytest.mark.parametrize("state", [*ON_THE_WALK, State.PAUSED, State.STOPPING, State.ENDING, State.DOUBT])
def test_s7_a_deaf_guide_says_so_pauses_and_waits(reach: Reach, state: State) -> None:
    virtual = reach(state)
    at = virtual.now
    lose(virtual)
    virtual.run(600)
    assert virtual.session.state is State.PAUSED
    told = said_since(virtual, at)
    assert told[:2] == ["hearing_lost", "hearing_lost_card"]
    assert told[-1] == "hearing_lost_for_now"
    at = virtual.now
    hear_again(virtual)
    virtual.run(600)
    assert virtual.session.state is State.PAUSED
    assert set(said_since(virtual, at)) == {"hearing_back", "hearing_back_paused"}
    virtual.hear(Command.RESUME)
    assert virtual.session.state in ON_THE_WALK


@pytest.mark.parametrize("state", [State.SETTING_UP, State.HOLDING, State.RESTING, State.STOPPING])
def test_s7_whoever_is_in_a_position_is_told_the_way_out_of_this_one_and_led_in_again(
    reach: Reach, state: State
) -> None:
    virtual = reach(state)
    at = virtual.now
    lose(virtual)
    virtual.run(600)
    release = [said.text for said in virtual.spoken if said.starts >= at and said.key == "release"]
    assert release == [line.format(side="left") for line in ROUTINE.exercises[0].release]
    hear_again(virtual)
    virtual.run(60)
    virtual.hear(Command.RESUME)
    virtual.run(600)
    assert virtual.session.state is State.SETTING_UP, "nothing but a spoken ready begins the hold"
    assert virtual.spoken[-1].key == "ask_ready"


@pytest.mark.parametrize("command", [Command.RESUME, Command.NEXT, Command.SKIP, Command.BACK])
def test_s7_a_button_leads_nowhere_while_nobody_could_hear_pain(reach: Reach, command: Command) -> None:
    virtual = reach(State.HOLDING)
    lose(virtual)
    virtual.run(60)
    at = virtual.now
    virtual.hear(command)
    assert virtual.session.state is State.PAUSED
    virtual.run(600)
    assert virtual.session.state is State.PAUSED
    assert "hearing_lost" in said_since(virtual, at)


def test_s7_a_button_does_not_begin_the_routine_either(reach: Reach) -> None:
    virtual = reach(State.WAITING)
    lose(virtual)
    virtual.hear(Command.START)
    virtual.run(600)
    assert virtual.session.state is State.PAUSED


def test_s7_two_troubles_must_both_be_over(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    lose(virtual, Trouble.MICROPHONE)
    lose(virtual, Trouble.CARD)
    virtual.run(60)
    at = virtual.now
    hear_again(virtual, Trouble.CARD)
    virtual.run(60)
    assert said_since(virtual, at) == []
    assert virtual.session.view(virtual.now).deaf
    hear_again(virtual, Trouble.MICROPHONE)
    virtual.run(60)
    assert "hearing_back" in said_since(virtual, at)
    assert not virtual.session.view(virtual.now).deaf


def test_s7_the_same_trouble_told_again_is_said_again_and_over_at_once(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    for _ in range(2):
        lose(virtual)
        virtual.run(60)
    assert [said.key for said in virtual.spoken].count("hearing_lost") == 2
    hear_again(virtual)
    virtual.hear(Command.RESUME)
    assert virtual.session.state is State.SETTING_UP


def test_s7_before_the_start_it_waits_for_it_again(reach: Reach) -> None:
    virtual = reach(State.WAITING)
    lose(virtual)
    virtual.run(60)
    at = virtual.now
    hear_again(virtual)
    virtual.run(60)
    assert said_since(virtual, at) == ["hearing_back", "waiting"]


@pytest.mark.parametrize("why", list(Poor))
def test_a_poor_microphone_is_told_and_the_session_goes_on(reach: Reach, why: Poor) -> None:
    virtual = reach(State.HOLDING)
    at = virtual.now
    virtual.feed(HearingPoor(virtual.now, why))
    assert virtual.session.state is State.HOLDING
    virtual.run(20)
    assert said_since(virtual, at)[0] == f"hearing_{why.value}"


def test_every_trouble_has_words_and_is_recorded(reach: Reach) -> None:
    for trouble in Trouble:
        virtual = reach(State.HOLDING)
        actions = virtual.feed(HearingLost(virtual.now, "why", trouble))
        recorded = [action.fields for action in actions if isinstance(action, Record)]
        assert {"trouble": trouble.value, "reason": "why"} in recorded
        virtual.run(60)
        assert f"hearing_lost_{trouble.value}" in [said.key for said in virtual.spoken]
