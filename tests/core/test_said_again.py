"""What was said last is said again, a side is asked for by name, and a hold carries on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.actions import Action, Chime, Say, Sound
from voiceguide.core.commands import Command
from voiceguide.core.plan import Side
from voiceguide.core.states import TABLE, State, Step
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]


def texts(actions: list[Action]) -> list[str]:
    return [action.text for action in actions if isinstance(action, Say)]


def said_after(virtual: VirtualSession, command: Command) -> list[str]:
    before = len(virtual.spoken)
    virtual.hear(command)
    virtual.run_until_silent()
    return [spoken.text for spoken in virtual.spoken[before:] if not spoken.cut]


# --- say again ----------------------------------------------------------------------------------------------


def test_in_a_set_up_the_last_instructions_are_said_again(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    virtual.run_until_idle()
    assert said_after(virtual, Command.SAY_AGAIN) == ["Kneel on the left knee.", "Shift forward."]
    assert virtual.session.state is State.SETTING_UP


def test_over_a_line_the_one_before_is_said_again_and_all_that_follows(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    while virtual.playing is None or virtual.playing.text != "Shift forward.":
        virtual.run(0.1)
    said = said_after(virtual, Command.SAY_AGAIN)
    assert said[:2] == ["Kneel on the left knee.", "Shift forward."]
    assert len(said) == 3, "and then it asks for ready"


def test_in_a_hold_the_last_instruction_is_said_beside_the_breath(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    virtual.run_until_idle()
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    virtual.run(6.5)
    left = virtual.session.view(virtual.now).hold_left
    assert texts(virtual.hear(Command.SAY_AGAIN)) == ["Shift forward."]
    assert virtual.session.view(virtual.now).hold_left == left
    virtual.run(9)
    assert texts(virtual.hear(Command.SAY_AGAIN)) == ["Tailbone down."]
    virtual.run_until(State.RESTING)
    assert virtual.records("hold")[-1].fields["complete"] is True


def test_in_a_hold_an_answer_is_said_again_from_its_start(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(4.5)
    virtual.hear(Command.HOW_LONG)
    virtual.run(0.8)
    answer = virtual.playing
    assert answer is not None
    said = said_after(virtual, Command.SAY_AGAIN)
    assert said[0] == answer.text
    assert len(said) >= 2


def test_in_a_hold_taken_up_after_a_pause_it_is_the_set_up_in_short(reach: Reach) -> None:
    virtual = reach(State.PAUSED)
    virtual.hear(Command.RESUME)
    virtual.run_until(State.HOLDING)
    assert texts(virtual.hear(Command.SAY_AGAIN)) == ["The left knee again."]


@pytest.mark.parametrize(
    "state", [state for state in State if TABLE[state].get(Command.SAY_AGAIN) in (Step.SAY_AGAIN, Step.SAY_LAST)]
)
@pytest.mark.parametrize("silent", [True, False])
def test_it_is_answered_everywhere_and_changes_nothing(reach: Reach, state: State, *, silent: bool) -> None:
    virtual = reach(state)
    if silent and state is not State.HOLDING:
        virtual.run_until_silent()
    state = virtual.session.state
    actions = virtual.hear(Command.SAY_AGAIN)
    assert actions[0] == Chime(virtual.now, Sound.ACCEPTED)
    assert texts(actions)
    assert virtual.session.state is state


def test_it_is_missing_nowhere_but_at_the_end() -> None:
    assert {state for state in State if Command.SAY_AGAIN not in TABLE[state]} == {State.FINISHED}


# --- naming a side ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.SETTING_UP, State.HOLDING, State.RESTING, State.PAUSED])
def test_the_other_side_is_gone_to(reach: Reach, state: State) -> None:
    virtual = reach(state)
    assert virtual.session.view(virtual.now).side is Side.LEFT
    virtual.hear(Command.RIGHT_SIDE)
    assert virtual.session.view(virtual.now).side is Side.RIGHT
    assert virtual.session.state is State.CHANGING


def test_back_to_the_side_before(reach: Reach) -> None:
    virtual = reach(State.CHANGING)
    assert virtual.session.view(virtual.now).side is Side.RIGHT
    virtual.hear(Command.LEFT_SIDE)
    view = virtual.session.view(virtual.now)
    assert (view.side, view.exercise, view.repeat) == (Side.LEFT, "The stretch", 1)


def test_the_side_we_are_on_is_said(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(4.5)
    left = virtual.session.view(virtual.now).hold_left
    assert texts(virtual.hear(Command.LEFT_SIDE)) == ["This is the left side."]
    assert virtual.session.state is State.HOLDING
    assert virtual.session.view(virtual.now).hold_left == left


def test_an_exercise_without_sides_says_so(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    virtual.hear(Command.SKIP)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.SKIP)
    virtual.run_until(State.SETTING_UP)
    assert virtual.session.view(virtual.now).side is None
    assert texts(virtual.hear(Command.LEFT_SIDE))[0] == "This exercise has no sides."
    assert virtual.session.state is State.SETTING_UP


@pytest.mark.parametrize("state", [State.DOUBT, State.STOPPING])
def test_a_side_where_it_was_asked_whether_something_hurts_is_where_it_hurts(reach: Reach, state: State) -> None:
    virtual = reach(state)
    virtual.hear(Command.LEFT_SIDE)
    assert virtual.session.state is State.SAFETY


def test_a_side_leads_nowhere_in_the_pain_conversation(reach: Reach) -> None:
    virtual = reach(State.SAFETY)
    virtual.run_until_silent()
    virtual.hear(Command.DULL)
    virtual.run_until_silent()
    virtual.hear(Command.RIGHT_SIDE)
    assert virtual.session.state is State.SAFETY


# --- a hold carries on --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [Command.RESUME, Command.READY, Command.START, Command.NO, Command.NO_PAIN])
def test_a_hold_carries_on(reach: Reach, command: Command) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(6.5)
    assert [type(action) for action in virtual.hear(command)] == [Chime]
    assert virtual.session.state is State.HOLDING
    assert command not in virtual.session.view(virtual.now).commands, "no button for what changes nothing"


def test_a_late_yes_in_a_hold_is_asked_about(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(6.5)
    virtual.hear(Command.YES)
    assert virtual.session.state is State.HOLDING
    assert Command.YES not in TABLE[State.HOLDING], "the ears make unknown speech of it, and that is doubt"
