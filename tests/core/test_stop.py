"""In a position "stop" and a call of pain may be taken for each other without harm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.actions import Hush, Say
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]

IN_A_POSITION = [State.SETTING_UP, State.HOLDING, State.RESTING, State.CHANGING, State.PAUSED, State.DOUBT]


def keys(virtual: VirtualSession, since: int) -> list[str]:
    return [said.key for said in virtual.spoken if said.starts >= since]


@pytest.mark.parametrize("state", IN_A_POSITION)
def test_stop_silences_at_once_and_asks_whether_something_hurts(reach: Reach, state: State) -> None:
    virtual = reach(state)
    was_speaking = virtual.playing is not None or bool(virtual._queue)
    actions = virtual.hear(Command.STOP)
    assert virtual.session.state is State.STOPPING
    assert virtual.session.view(virtual.now).hold_left is None
    hushed = [action for action in actions if isinstance(action, Hush)]
    assert bool(hushed) == was_speaking
    assert all(action.at == virtual.now for action in hushed)
    assert [action.key for action in actions if isinstance(action, Say)] == ["stop_hurts"]


@pytest.mark.parametrize("state", [State.WAITING, State.INTRODUCING, State.CHECKING, State.RETURNING])
def test_outside_of_a_position_stop_asks_whether_to_end(reach: Reach, state: State) -> None:
    virtual = reach(state)
    virtual.hear(Command.STOP)
    assert virtual.session.state is State.ENDING


@pytest.mark.parametrize(
    "answer",
    [Command.YES, Command.UNSURE, Command.SOMEWHERE, Command.TIGHT, *sorted(PAIN_FAMILY)],
)
def test_whatever_is_not_a_plain_no_leads_into_the_pain_conversation(reach: Reach, answer: Command) -> None:
    virtual = reach(State.STOPPING)
    first = next(action for action in virtual.hear(answer) if isinstance(action, Say))
    assert virtual.session.state is State.SAFETY
    assert first.key == "release"
    assert len(virtual.records("pain")) == 1


def test_no_asks_whether_to_end_and_no_again_takes_the_hold_up(reach: Reach) -> None:
    virtual = reach(State.STOPPING)
    virtual.hear(Command.NO)
    assert virtual.session.state is State.ENDING
    virtual.run_until_silent()
    virtual.hear(Command.NO)
    virtual.run_until(State.HOLDING)
    assert virtual.records("hold")[-1].fields["complete"] is False
    virtual.run_until(State.RESTING)
    assert virtual.records("hold")[-1].fields["complete"] is True


def test_no_and_yes_end_the_session_out_of_the_position_first(reach: Reach) -> None:
    virtual = reach(State.STOPPING)
    at = virtual.now
    virtual.hear(Command.NO)
    virtual.run_until_silent()
    virtual.hear(Command.YES)
    virtual.run_until_idle()
    assert virtual.ended
    assert [key for key in keys(virtual, at) if key not in ("stop_hurts", "stop_ask")] == ["release", "goodbye"]
    assert virtual.records("finished")[0].fields["how"] == "stopped"


def test_stop_again_ends_and_says_what_to_do_about_pain_that_was_never_denied(reach: Reach) -> None:
    virtual = reach(State.STOPPING)
    virtual.run_until_silent()
    virtual.hear(Command.STOP)
    at = virtual.now
    virtual.run_until_idle()
    assert virtual.ended
    assert keys(virtual, at)[-3:] == ["release", "safety_stop_unasked", "goodbye"]


@pytest.mark.parametrize("asked", [State.STOPPING, State.ENDING])
def test_the_same_sound_again_confirms_nothing_while_the_question_is_being_said(
    reach: Reach, asked: State
) -> None:
    virtual = reach(asked)
    virtual.run(1.2)  # a dog barks twice
    assert virtual.playing is not None
    virtual.hear(Command.STOP)
    virtual.run(600)
    assert not virtual.ended
    virtual.hear(Command.STOP)
    virtual.run_until_idle()
    assert virtual.ended or asked is State.ENDING, "a second act: that question has lapsed into a pause"


@pytest.mark.parametrize("by", ["button", "page", "typed"])
def test_what_is_no_sound_confirms_at_once(reach: Reach, by: str) -> None:
    virtual = reach(State.STOPPING)
    virtual.feed(Heard(virtual.now, Command.STOP, engine=by))
    assert virtual.session.state is State.FINISHED


def test_silence_is_asked_once_more_and_then_waited_for(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    at = virtual.now
    virtual.hear(Command.STOP)
    virtual.run(3600)
    assert virtual.session.state is State.STOPPING
    assert virtual.spoken[-1].key == "hurts_wait"
    first, again = (said for said in virtual.spoken if said.starts >= at and said.key == "stop_hurts")
    assert again.starts - first.ends == samples(15)
    assert virtual.session.next_deadline() is None


def test_the_question_whether_to_end_is_asked_once_more_as_well(reach: Reach) -> None:
    virtual = reach(State.ENDING)
    at = virtual.now
    virtual.run(3600)
    assert virtual.session.state is State.PAUSED
    assert keys(virtual, at) == ["stop_ask"] * 2


def test_talk_that_is_no_answer_is_waited_for(reach: Reach) -> None:
    virtual = reach(State.STOPPING)
    at = virtual.now
    for _ in range(3):
        virtual.run_until_silent()
        virtual.run(2)
        virtual.hear(None)
    assert virtual.session.state is State.STOPPING
    assert keys(virtual, at)[:2] == ["stop_hurts"] * 2


def test_stop_in_doubt_asks_about_pain_again(reach: Reach) -> None:
    virtual = reach(State.DOUBT)
    virtual.hear(Command.STOP)
    virtual.run(3600)
    assert virtual.session.state is State.STOPPING
