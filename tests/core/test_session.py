"""The walk along a routine, and what commands do to it, by plain calls on virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_routine import BALL, REST, ROUTINE, STRETCH

from voiceguide.core.actions import Say, SetVolume
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Tick
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Routine
from voiceguide.core.script import everything_said
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession, spoken_length

Reach = Callable[[State], VirtualSession]
NewSession = Callable[..., VirtualSession]


def walk_through(virtual: VirtualSession, ready_after_s: float = 3.0) -> VirtualSession:
    virtual.hear(Command.START)
    while not virtual.ended:
        virtual.run_until_idle()
        if not virtual.ended:
            virtual.run(ready_after_s)
            virtual.hear(Command.READY)
    return virtual


@pytest.fixture
def whole(new_session: NewSession) -> VirtualSession:
    return walk_through(new_session())


def test_a_side_chosen_while_its_introduction_is_paused_is_still_explained_in_full(reach: Reach) -> None:
    virtual = reach(State.INTRODUCING)
    virtual.hear(Command.PAUSE)
    virtual.run(3)
    virtual.hear(Command.NEXT_SIDE)
    virtual.run_until_idle()
    assert "Kneel on the right knee." in [said.text for said in virtual.spoken]


def test_every_hold_is_done_once_in_order(whole: VirtualSession) -> None:
    holds = [(r.fields["exercise"], r.fields["side"], r.fields["repeat"]) for r in whole.records("hold")]
    assert holds == [
        ("stretch", "left", 1),
        ("stretch", "left", 2),
        ("stretch", "right", 1),
        ("stretch", "right", 2),
        ("ball", "left", 1),
        ("ball", "right", 1),
        ("rest", None, 1),
    ]
    assert all(record.fields["complete"] for record in whole.records("hold"))


def test_both_sides_get_the_same_time(whole: VirtualSession) -> None:
    held = {"left": 0.0, "right": 0.0}
    for record in whole.records("hold"):
        if record.fields["side"]:
            held[record.fields["side"]] += record.fields["held_s"]
    assert held["left"] == held["right"] == 90.0


def test_every_cue_is_spoken_on_its_sample(whole: VirtualSession) -> None:
    cues = whole.records("cue")
    due = [samples(record.fields["due_s"]) for record in cues]
    starts = {said.starts for said in whole.spoken}
    assert len(cues) > 60
    assert [at - record.at for at, record in zip(due, cues, strict=True)] == [0] * len(cues)
    assert set(due) <= starts
    assert whole.records("cue_left_out") == []


def test_instructions_are_long_the_first_time_and_short_after(whole: VirtualSession) -> None:
    texts = [said.text for said in whole.spoken]
    assert texts.count("Shift forward.") == 2, "once in each of the two exercises that have it"
    assert texts.count("Kneel on the left knee.") == 2
    assert texts.count("The left knee again.") == 1, "before the second repeat of the stretch"
    assert texts.count("The right knee again.") == 3, "both repeats of the stretch and the ball"


def test_what_comes_next_is_named(whole: VirtualSession) -> None:
    named = [said.text for said in whole.spoken if said.key in ("upcoming", "next_repeat")]
    assert named == [
        "This will be number 2 of 2.",
        "After this comes the right side.",
        "This will be number 2 of 2.",
        f"After this comes {BALL.title}.",
        "After this comes the right side.",
        f"After this comes {REST.title}.",
        "After this the session is done.",
    ]


def test_people_are_led_out_of_every_position(whole: VirtualSession) -> None:
    released = [said.text for said in whole.spoken if said.key == "release"]
    assert released == [
        *(line.format(side=side) for side in ("left", "right") for line in STRETCH.release),
        *BALL.release * 2,
        *REST.release,
    ]


def test_nothing_is_ever_cut_when_nobody_interrupts(whole: VirtualSession) -> None:
    assert [said for said in whole.spoken if said.cut] == []


def test_set_up_waits_for_ready_for_ever(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    virtual.run(7200)
    assert virtual.session.state is State.SETTING_UP
    assert virtual.session.next_deadline() is None


def test_a_timed_set_up_begins_by_itself_after_its_time(phrases: Phrases) -> None:
    routine = replace(ROUTINE, exercises=(REST,))
    virtual = VirtualSession(Session(routine, phrases, spoken_length))
    virtual.begin()
    virtual.hear(Command.START)
    virtual.run_until(State.HOLDING)
    setup = next(said for said in virtual.spoken if said.key == "setup")
    begin = next(said for said in virtual.spoken if said.key == "begin")
    assert 8 * RATE <= begin.starts - setup.ends <= 9 * RATE


def test_pause_stops_time_and_resume_takes_up_the_same_breath(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(10.0)  # in the second of three breaths
    virtual.hear(Command.PAUSE)
    virtual.run(500)
    assert virtual.session.state is State.PAUSED
    virtual.hear(Command.RESUME)
    virtual.run_until(State.HOLDING)
    begun = virtual.now
    virtual.run_until(State.RESTING)
    assert virtual.now - begun == 20 * RATE


def test_an_answer_in_a_hold_does_not_stop_the_breath(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    begun = virtual.records("state")[-1].at
    virtual.hear(Command.HOW_LONG)
    virtual.run_until(State.RESTING)
    assert virtual.now - begun == 30 * RATE
    answered = [said.text for said in virtual.spoken if said.key == "hold_left"]
    assert answered == ["About 30 more seconds here."]
    assert virtual.records("cue_left_out")


def test_an_answer_in_the_set_up_takes_up_the_line_it_interrupted(new_session: NewSession) -> None:
    virtual = new_session()
    virtual.hear(Command.START)
    virtual.run_until(State.SETTING_UP)
    virtual.run(3.5)
    interrupted = virtual.playing
    assert interrupted is not None
    virtual.hear(Command.WHY)
    virtual.run_until_idle()
    texts = [(said.text, said.cut) for said in virtual.spoken]
    assert (interrupted.text, True) in texts
    assert (interrupted.text, False) in texts
    assert texts.index((STRETCH.purpose[0], False), texts.index((interrupted.text, True))) < texts.index(
        (interrupted.text, False)
    )
    assert virtual.spoken[-1].key == "ask_ready"


def test_an_unanswered_stop_before_the_start_goes_on_waiting(new_session: NewSession) -> None:
    virtual = new_session()
    virtual.hear(Command.STOP)
    virtual.run(600)
    assert virtual.session.state is State.WAITING


def test_leaving_a_hold_leads_out_of_the_position_first(reach: Reach) -> None:
    for command in (Command.NEXT, Command.NEXT_SIDE, Command.SKIP, Command.BACK):
        virtual = reach(State.HOLDING)
        first = next(action for action in virtual.hear(command) if isinstance(action, Say))
        assert first.key == "release", command


def test_repeat_in_a_hold_starts_it_over(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(12)
    virtual.hear(Command.REPEAT)
    virtual.run_until_silent()
    virtual.hear(Command.READY)
    virtual.run_until(State.RESTING)
    held = [(record.fields["repeat"], record.fields["complete"]) for record in virtual.records("hold")]
    assert held == [(1, False), (1, True)]


def test_repeat_in_the_rest_does_the_last_hold_again(reach: Reach) -> None:
    virtual = reach(State.RESTING)
    virtual.hear(Command.REPEAT)
    virtual.run_until_silent()
    virtual.hear(Command.READY)
    virtual.run_until(State.RESTING)
    assert [record.fields["repeat"] for record in virtual.records("hold")] == [1, 1]


def test_repeat_while_coming_out_says_the_way_out_again(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.SKIP)
    assert virtual.session.state is State.CHANGING
    virtual.run(1)
    actions = virtual.hear(Command.REPEAT)
    assert [action.key for action in actions if isinstance(action, Say)] == ["release"]
    virtual.run_until(State.SETTING_UP)
    assert virtual.session.view(virtual.now).exercise == BALL.title


def test_pain_while_coming_out_still_begins_with_the_way_out(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.SKIP)
    virtual.run(1)
    first = next(action for action in virtual.hear(Command.PAIN) if isinstance(action, Say))
    assert first.key == "release"


def test_volume_and_pace_have_ends_and_say_so(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    gains = []
    for _ in range(10):
        gains += [action.gain_db for action in virtual.hear(Command.QUIETER) if isinstance(action, SetVolume)]
    assert gains == [-3.0, -6.0, -9.0, -12.0, -15.0, -18.0]
    for _ in range(6):
        virtual.hear(Command.SLOWER)
    paces = [record.fields["pace"] for record in virtual.records("pace")]
    assert paces == [1.125, 1.25, 1.375, 1.5]
    virtual.run_until_silent()
    assert "slowest" in [said.key for said in virtual.spoken]


def test_how_long_counts_down_over_the_session(new_session: NewSession) -> None:
    virtual = new_session()
    virtual.hear(Command.START)
    left = []
    while not virtual.ended:
        virtual.run_until_silent()
        left.append(virtual.session.view(virtual.now).minutes_left)
        if virtual.session.state in (State.SETTING_UP, State.CHANGING):
            virtual.hear(Command.READY)
        virtual.run(5)
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0
    promised = next(said.text for said in virtual.spoken if said.key == "duration")
    assert abs(int("".join(filter(str.isdigit, promised))) * 60 - virtual.now / RATE) < 90


def test_the_view_tells_what_is_going_on(reach: Reach) -> None:
    view = reach(State.HOLDING).session.view(samples(1000))
    assert view.exercise == STRETCH.title
    assert view.side is not None
    assert view.side.value == "left"
    assert (view.repeat, view.repeats) == (1, 2)


def test_events_out_of_order_change_nothing(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    before = virtual.session.view(virtual.now), virtual.session.next_deadline()
    with pytest.raises(ValueError, match="has been handled already"):
        virtual.session.handle(Tick(virtual.now - 10_000_000))
    assert (virtual.session.view(virtual.now), virtual.session.next_deadline()) == before


@settings(max_examples=150)
@given(
    commands=st.lists(st.tuples(st.sampled_from([*Command, None]), st.floats(0, 60)), max_size=50),
    routine=st.sampled_from(
        [ROUTINE, replace(ROUTINE, exercises=(REST,)), replace(ROUTINE, exercises=(BALL, REST))]
    ),
)
def test_whatever_is_said_the_guide_only_says_what_was_rendered_before(
    phrases: Phrases, routine: Routine, commands: list[tuple[Command | None, float]]
) -> None:
    known = set(everything_said(routine, phrases))
    virtual = VirtualSession(Session(routine, phrases, spoken_length))
    virtual.begin()
    for command, wait_s in commands:
        if virtual.ended:
            break
        virtual.hear(command)
        virtual.run(wait_s)
    said = {action.text for action in virtual.actions if isinstance(action, Say)}
    assert said <= known, said - known
