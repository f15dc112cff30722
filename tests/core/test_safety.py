"""The pain conversation, word by word, and the safety promises but S8 (test_doubt.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_routine import BALL, REST, STRETCH

from voiceguide.core.actions import Hush, Record, Say
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]
NewSession = Callable[..., VirtualSession]


def spoken_since(virtual: VirtualSession, at: int) -> list[str]:
    return [said.key for said in virtual.spoken if said.starts >= at]


def in_ball(new_session: NewSession) -> VirtualSession:
    virtual = new_session()
    virtual.hear(Command.START)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.SKIP)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    virtual.run(3)
    assert virtual.session.view(virtual.now).exercise == BALL.title
    return virtual


# --- S1 and S5: at once, and the release first ---------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in State if state is not State.SAFETY])
def test_s1_pain_stops_the_voice_in_the_same_step(reach: Reach, state: State) -> None:
    for command in PAIN_FAMILY:
        virtual = reach(state)
        was_speaking = virtual.playing is not None or bool(virtual._queue)
        actions = virtual.hear(command)
        assert virtual.session.state is State.SAFETY, command
        said = [action for action in actions if isinstance(action, Say)]
        hushed = [action for action in actions if isinstance(action, Hush)]
        assert bool(hushed) == was_speaking, command
        if hushed:
            assert actions.index(hushed[0]) < actions.index(said[0]), command
            assert hushed[0].at == virtual.now, command
        assert said[0].at - virtual.now <= samples(0.5), command


@pytest.mark.parametrize("stage_s", [0.0, 1.0, 4.0, 8.0, 12.0, 30.0, 60.0])
def test_s1_pain_within_the_conversation_begins_it_anew(reach: Reach, stage_s: float) -> None:
    virtual = reach(State.SAFETY)
    virtual.run(stage_s)
    actions = virtual.hear(Command.PAIN)
    first = next(action for action in actions if isinstance(action, Say))
    assert first.key == "release"
    assert first.text == STRETCH.release[0].format(side="left")


def test_s5_the_first_words_are_this_positions_release(reach: Reach, new_session: NewSession) -> None:
    for state in (State.SETTING_UP, State.HOLDING, State.RESTING, State.PAUSED, State.STOPPING, State.ENDING):
        virtual = reach(state)
        first = next(action for action in virtual.hear(Command.PAIN) if isinstance(action, Say))
        assert first.text == "Hands to the floor, off the left hip.", state
    ball = in_ball(new_session)
    first = next(action for action in ball.hear(Command.PAIN) if isinstance(action, Say))
    assert first.text == BALL.release[0]


def test_s5_the_release_is_finished_whatever_is_answered_in_it(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    at = virtual.now
    virtual.hear(Command.PAIN)
    virtual.run(0.8)
    for answer in (Command.SHARP, Command.DULL, Command.STOP, Command.NO_PAIN, None, *[Command.LOUDER] * 4):
        virtual.hear(answer)
    virtual.run_until_idle()
    release = next(said for said in virtual.spoken if said.starts >= at and said.key == "release")
    assert not release.cut


def test_nobody_in_a_position_is_told_to_leave_it(reach: Reach) -> None:
    for state in (State.WAITING, State.INTRODUCING):
        first = next(action for action in reach(state).hear(Command.PAIN) if isinstance(action, Say))
        assert first.key == "safety_release_anywhere"


# --- S2 and S3: still, and no way back by silence ------------------------------------------------------------


def test_s2_s3_silence_is_asked_once_more_and_then_respected_for_good(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    at = virtual.now
    virtual.hear(Command.PAIN)
    virtual.run(3600)
    assert virtual.session.state is State.SAFETY
    assert spoken_since(virtual, at) == ["release", "safety_ask", "safety_ask_again"]
    asked, again = (said for said in virtual.spoken if said.key in ("safety_ask", "safety_ask_again"))
    assert again.starts - asked.ends == samples(15)
    assert virtual.session.next_deadline() is None


@pytest.mark.parametrize(
    "noise", [None, Command.NEXT, Command.READY, Command.RESUME, Command.NEXT_SIDE, Command.YES]
)
def test_s3_nothing_but_an_answer_leads_on(reach: Reach, noise: Command | None) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.PAIN)
    for _ in range(30):
        virtual.run(2)
        virtual.hear(noise)
    assert virtual.session.state is State.SAFETY


# --- what each kind of pain means ----------------------------------------------------------------------------


def answer(virtual: VirtualSession, *commands: Command) -> list[str]:
    at = virtual.now
    for command in commands:
        virtual.hear(command)
        virtual.run_until_silent()
    return spoken_since(virtual, at)


def test_dull_in_the_stretch_goes_on_with_less_from_the_set_up(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    said = answer(virtual, Command.PAIN, Command.DULL)
    assert said == ["release", "safety_ask", "safety_dull", "safety_offer_go_on"]
    assert answer(virtual, Command.RESUME) == ["setup", "ask_ready"]
    assert virtual.session.state is State.SETTING_UP
    virtual.run(600)
    assert virtual.session.state is State.SETTING_UP, "never straight into the hold"
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    assert virtual.records("state")[-1].fields["repeat"] == 1


def test_after_pain_even_a_timed_set_up_waits_for_ready(new_session: NewSession) -> None:
    virtual = new_session()
    virtual.hear(Command.START)
    for _ in range(2):
        virtual.run_until(State.SETTING_UP)
        virtual.hear(Command.SKIP)
    virtual.run_until(State.HOLDING)
    assert virtual.session.view(virtual.now).exercise == REST.title
    answer(virtual, Command.PAIN, Command.DULL, Command.RESUME)
    virtual.run(600)
    assert virtual.session.state is State.SETTING_UP


def test_sharp_in_the_stretch_ends_the_exercise(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    said = answer(virtual, Command.PAIN, Command.SHARP)
    assert said == [
        "release",
        "safety_ask",
        "safety_sharp",
        "safety_see_professional",
        "safety_exercise_over",
        "safety_offer_rest",
    ]
    for refused in (Command.RESUME, Command.NEXT, Command.SKIP, Command.NEXT_SIDE, Command.READY):
        assert answer(virtual, refused) == ["safety_offer_rest"]
        assert virtual.session.state is State.SAFETY
    assert answer(virtual, Command.REST) == ["safety_rest"]
    assert virtual.session.state is State.QUIET
    for refused in (Command.RESUME, Command.NEXT, Command.START):
        virtual.hear(refused)
        assert virtual.session.state is State.QUIET
    virtual.hear(Command.STOP)
    virtual.run_until_idle()
    assert virtual.ended


def test_sharp_under_the_ball_repositions_once(new_session: NewSession) -> None:
    virtual = in_ball(new_session)
    said = answer(virtual, Command.PAIN, Command.SHARP)
    assert said == ["release", "safety_ask", "safety_sharp", "safety_offer_go_on"]
    answer(virtual, Command.RESUME)
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    said = answer(virtual, Command.SHARP)
    assert said == [
        "release",
        "safety_see_professional",
        "safety_exercise_over",
        "safety_offer_rest",
    ]


def test_two_sharp_reports_in_one_conversation_end_the_ball_too(new_session: NewSession) -> None:
    virtual = in_ball(new_session)
    said = answer(virtual, Command.PAIN, Command.SHARP, Command.PAIN, Command.SHARP)
    assert said[-1] == "safety_offer_rest"


@pytest.mark.parametrize(
    "state", [State.WAITING, State.INTRODUCING, State.SETTING_UP, State.HOLDING, State.PAUSED]
)
def test_shooting_pain_is_over_everywhere_and_advises_a_professional(reach: Reach, state: State) -> None:
    virtual = reach(state)
    said = answer(virtual, Command.SHOOTING)
    assert "safety_ask" not in said, "the kind was named already"
    assert "safety_shooting" in said
    assert said[-1] == "safety_offer_rest"


def test_s4_stop_in_the_middle_still_gets_the_advice(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    at = virtual.now
    virtual.hear(Command.SHOOTING)
    virtual.run(1)
    virtual.hear(Command.STOP)
    virtual.run_until_idle()
    said = spoken_since(virtual, at)
    assert said == ["release", "safety_shooting", "safety_shooting", "safety_exercise_over", "goodbye"]
    assert virtual.ended
    assert virtual.records("finished")[0].fields["how"] == "pain"


def test_stop_before_the_kind_is_known_still_says_when_to_see_somebody(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    assert answer(virtual, Command.PAIN, Command.STOP)[-2:] == ["safety_stop_unasked", "goodbye"]
    assert virtual.ended


def test_a_more_serious_answer_is_taken_up_and_a_milder_one_is_not(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    said = answer(virtual, Command.PAIN, Command.DULL, Command.SHOOTING, Command.DULL)
    assert said[-1] == "safety_offer_rest"
    assert "safety_shooting" in said


def test_a_red_flag_in_one_exercise_is_not_forgotten_by_a_later_report(reach: Reach) -> None:
    virtual = reach(State.QUIET)
    assert answer(virtual, Command.PAIN, Command.DULL)[-1] == "safety_offer_rest"


def test_rest_after_mild_pain_can_be_left_but_not_straight_into_the_hold(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    answer(virtual, Command.PAIN, Command.DULL, Command.REST)
    assert virtual.session.state is State.PAUSED
    answer(virtual, Command.RESUME)
    assert virtual.session.state is State.SETTING_UP


def test_after_mild_pain_the_other_side_or_the_next_exercise_may_be_chosen(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    answer(virtual, Command.PAIN, Command.DULL, Command.NEXT_SIDE)
    assert virtual.session.state is State.CHANGING
    virtual = reach(State.HOLDING)
    answer(virtual, Command.PAIN, Command.DULL)
    virtual.hear(Command.SKIP)
    virtual.run_until(State.SETTING_UP)
    assert virtual.session.view(virtual.now).exercise == BALL.title


def test_pain_in_the_goodbye_is_heard_and_ends_in_a_goodbye(reach: Reach) -> None:
    virtual = reach(State.FINISHED)
    answer(virtual, Command.PAIN, Command.DULL, Command.RESUME)
    assert virtual.ended


# --- S6, S7, S10 ---------------------------------------------------------------------------------------------


def test_s6_the_report_is_recorded_before_the_guidance(reach: Reach) -> None:
    actions = reach(State.HOLDING).hear(Command.PAIN)
    recorded = next(i for i, action in enumerate(actions) if isinstance(action, Record) and action.kind == "pain")
    assert recorded < next(i for i, action in enumerate(actions) if isinstance(action, Say))


def test_s10_is_said_once_before_the_first_session(new_session: NewSession) -> None:
    first, later = new_session(first_time=True), new_session(first_time=False)
    for virtual in (first, later):
        virtual.run_until_idle()
    assert [said.key for said in first.spoken].count("not_a_device") == 1
    assert "not_a_device" not in [said.key for said in later.spoken]


def test_s10_is_said_even_to_those_who_start_at_once(new_session: NewSession) -> None:
    virtual = new_session(first_time=True)
    virtual.run(1)
    virtual.hear(Command.START)
    virtual.run_until_silent()
    said = [line.key for line in virtual.spoken if not line.cut]
    assert said[:4] == ["not_a_device", "four_reasons", "four_reasons", "welcome"]
