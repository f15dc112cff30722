"""S8: doubt means pause, and neither a cough nor a television stalls the session."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.actions import Listen, Say
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]


def quiet_moment_of_a_hold(reach: Reach) -> VirtualSession:
    virtual = reach(State.HOLDING)
    virtual.run(6.5)  # between "out" and the next "in"
    assert virtual.playing is None
    return virtual


def test_s8_unknown_speech_in_a_hold_pauses_and_asks(reach: Reach) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    virtual.hear(None)
    assert virtual.session.state is State.DOUBT
    assert virtual.records("hold")[-1].fields["complete"] is False
    virtual.run_until_silent()
    assert virtual.spoken[-1].key == "doubt_ask"


def test_s8_yes_is_a_report_of_pain(reach: Reach) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    virtual.hear(None)
    first = next(action for action in virtual.hear(Command.YES) if isinstance(action, Say))
    assert virtual.session.state is State.SAFETY
    assert first.key == "release"


@pytest.mark.parametrize("answer", [Command.NO, Command.RESUME, None])
def test_s8_a_false_stop_costs_seconds_and_goes_on_with_the_same_breath(
    reach: Reach, answer: Command | None
) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    virtual.hear(None)
    virtual.run_until_silent()
    asked = virtual.now
    if answer is not None:
        virtual.hear(answer)
    virtual.run_until(State.HOLDING)
    assert virtual.now - asked < samples(14)
    begun = virtual.now
    virtual.run_until(State.RESTING)
    assert virtual.now - begun == samples(30), "it was in the first breath"


def test_s8_who_goes_on_talking_is_waited_for(reach: Reach) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    for _ in range(3):
        virtual.hear(None)
        virtual.run_until_silent()
    assert virtual.session.state is State.PAUSED
    virtual.run(600)
    assert virtual.session.state is State.PAUSED


def test_s8_a_television_does_not_stall_the_session(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    doubts = 0
    for _ in range(400):
        virtual.run(1.5)
        if virtual.session.state is State.HOLDING:
            virtual.hear(None)
            doubts += virtual.session.state is State.DOUBT
        elif virtual.session.next_deadline() is None and virtual.playing is None:
            virtual.hear(Command.READY)
    assert doubts >= 2
    assert len([record for record in virtual.records("hold") if record.fields["complete"]]) >= 3


def test_s8_the_echo_of_the_guides_own_words_raises_no_doubt(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(3.5)
    assert virtual.now - virtual.spoken[-1].ends < samples(1)
    virtual.hear(None)
    assert virtual.session.state is State.HOLDING


def test_s8_what_may_have_been_a_word_of_safety_counts_also_right_after_the_guides_own(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(3.5)
    assert virtual.now - virtual.spoken[-1].ends < samples(1)
    virtual.feed(Heard(virtual.now, None, "plain", "test", perhaps=Command.PAIN))
    assert virtual.session.state is State.DOUBT


@pytest.mark.parametrize("state", [State.INTRODUCING, State.SETTING_UP, State.RESTING, State.CHANGING])
def test_s8_what_may_be_a_word_of_pain_is_asked_about_everywhere_on_the_walk(reach: Reach, state: State) -> None:
    virtual = reach(state)
    virtual.feed(Heard(virtual.now, None))
    assert virtual.session.state is state, "other speech is none of its business there"
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    assert virtual.session.state is State.DOUBT
    virtual.hear(Command.NO)
    virtual.run(0.5)
    assert virtual.session.state is state


def test_s8_what_may_be_a_word_of_pain_answers_the_question_whether_something_hurts(reach: Reach) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    assert virtual.session.state is State.DOUBT
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    assert virtual.session.state is State.SAFETY


@pytest.mark.parametrize("state", list(State))
def test_s8_where_it_was_asked_whether_something_hurts_any_voice_is_listened_for_as_in_a_hold(
    reach: Reach, state: State
) -> None:
    virtual = reach(state)
    listened = [action for action in virtual.actions if isinstance(action, Listen)]
    assert listened[-1].hold == (state in (State.HOLDING, State.DOUBT, State.STOPPING))
