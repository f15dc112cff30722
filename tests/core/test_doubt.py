"""S8: doubt means pause, and neither a cough nor a television stalls the session."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.actions import Listen, Say
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.core.interruptions import DOES_IT_HURT
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]

ASKED_AS_PAIN = {State.SAFETY, State.QUIET, State.FINISHED}
"""States that are over but for their end: what may be pain begins the conversation about it."""


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


@pytest.mark.parametrize("answer", [Command.NO, Command.RESUME])
def test_s8_a_false_stop_costs_seconds_and_goes_on_with_the_same_breath(reach: Reach, answer: Command) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    virtual.hear(None)
    virtual.run_until_silent()
    asked = virtual.now
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
    virtual.run(600)
    assert virtual.session.state is State.DOUBT
    virtual.hear(Command.NO)
    virtual.run_until(State.HOLDING)


@pytest.mark.parametrize("heard", [None, Command.HELP, Command.HOW_LONG, Command.PAIN, Command.STOP])
def test_s8_the_question_whether_something_hurts_never_ends_in_movement_by_itself(
    reach: Reach, heard: Command | None
) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    virtual.hear(None)
    virtual.run_until_silent()
    virtual.run(2)
    if heard is not None:
        virtual.hear(heard)
    virtual.run(3600)
    assert virtual.session.state in {State.DOUBT, State.STOPPING, State.SAFETY}
    asked = [said.key for said in virtual.spoken if said.key in ("doubt_ask", "stop_hurts", "hurts_wait")]
    assert asked[-1] == "hurts_wait" or heard is Command.PAIN


def test_s8_a_television_is_not_told_again_and_again_that_the_guide_waits(reach: Reach) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    for _ in range(100):
        virtual.hear(None)
        virtual.run(3)
    assert virtual.session.state is State.DOUBT
    assert [said.key for said in virtual.spoken].count("hurts_wait") <= 5


def test_s8_an_answer_that_comes_late_still_answers(reach: Reach) -> None:
    virtual = quiet_moment_of_a_hold(reach)
    virtual.hear(None)
    virtual.run(600)
    virtual.hear(Command.YES)
    assert virtual.session.state is State.SAFETY


def test_s8_a_television_does_not_stall_the_session(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    doubts = 0
    for _ in range(400):
        virtual.run(1.5)
        if virtual.session.state is State.HOLDING:
            virtual.hear(None)
            doubts += virtual.session.state is State.DOUBT
        elif virtual.session.next_deadline() is None and virtual.playing is None:
            virtual.hear(Command.NO if virtual.session.state is State.DOUBT else Command.READY)
    assert doubts >= 2
    assert len([record for record in virtual.records("hold") if record.fields["complete"]]) >= 3


@pytest.mark.parametrize(
    "seconds_into_the_hold", [0.5, 1.0, 3.2, 3.5, 4.5, 6.5, 9.0, 12.0, 15.5, 20.0, 24.5, 29.0]
)
@pytest.mark.parametrize("perhaps", [None, Command.PAIN])
def test_s8_the_guides_own_lines_are_no_shelter(
    reach: Reach, seconds_into_the_hold: float, perhaps: Command | None
) -> None:
    virtual = reach(State.SETTING_UP)
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    virtual.run(seconds_into_the_hold)
    virtual.feed(Heard(virtual.now, None, "aargh", "test", perhaps=perhaps))
    assert virtual.session.state is State.DOUBT


@pytest.mark.parametrize("state", sorted(set(State) - {State.HOLDING, *DOES_IT_HURT, *ASKED_AS_PAIN}))
def test_s8_what_may_be_a_word_of_pain_is_asked_about_everywhere(reach: Reach, state: State) -> None:
    virtual = reach(state)
    virtual.feed(Heard(virtual.now, None))
    assert virtual.session.state is state, "other speech is none of its business there"
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    assert virtual.session.state is State.DOUBT
    virtual.run_until_silent()
    virtual.hear(Command.NO)
    virtual.run(0.5)
    assert virtual.session.state is state


@pytest.mark.parametrize("state", [State.CHECKING, State.WAITING, State.RETURNING])
@pytest.mark.parametrize("move", [Command.NEXT, Command.SKIP, Command.BACK, Command.NEXT_SIDE])
def test_s8_nothing_moves_from_the_question_where_no_walk_was_interrupted(
    reach: Reach, state: State, move: Command
) -> None:
    virtual = reach(state)
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    virtual.run_until_silent()
    virtual.hear(move)
    virtual.run(1)
    assert virtual.session.state is State.DOUBT


def test_s8_the_question_in_a_pause_leads_back_to_the_pause(reach: Reach) -> None:
    virtual = reach(State.PAUSED)
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    virtual.hear(Command.NO)
    virtual.run(600)
    assert virtual.session.state is State.PAUSED
    virtual.hear(Command.RESUME)
    virtual.run_until(State.HOLDING)


@pytest.mark.parametrize("state", [State.QUIET, State.FINISHED])
def test_s8_where_only_the_end_is_left_what_may_be_pain_is_taken_for_it(reach: Reach, state: State) -> None:
    virtual = reach(state)
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    assert virtual.session.state is State.SAFETY
    virtual.hear(Command.NO_PAIN)
    virtual.run_until_idle()
    assert virtual.session.state is state


def test_s8_what_may_be_pain_is_asked_about_after_the_advice_as_well(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.SHOOTING)
    virtual.run_until_idle()
    virtual.feed(Heard(virtual.now, None, "pain", "engine", Command.PAIN))
    virtual.run_until_silent()
    assert virtual.spoken[-1].key == "safety_narrow"
    assert virtual.session._safeguard.talk.over, "what was named closes the exercise for good (S4)"


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
