"""Asking by name what was probably said: what is asked, what answers it, and what never follows by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_routine import ROUTINE

from voiceguide.core.actions import Action, Chime, Hush, Listen, Say, Sound
from voiceguide.core.asking import ANSWER_WITHIN, ASKED_IN, ASKS_IN
from voiceguide.core.clock import seconds
from voiceguide.core.commands import ASKED_BY_NAME, PAIN_FAMILY, Command
from voiceguide.core.events import (
    CodeAsked,
    Heard,
    HearingLost,
    HearingSlow,
    HistoryLost,
    VoiceBegan,
    VoiceEnded,
)
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Side
from voiceguide.core.session import Session
from voiceguide.core.states import TABLE, State, Step
from voiceguide.testing import VirtualSession, spoken_length

Reach = Callable[[State], VirtualSession]

OVER_ANOTHER_QUESTION = sorted(set(State) - ASKED_IN - {State.SAFETY})


def perhaps(virtual: VirtualSession, command: Command, text: str = "words") -> list[Action]:
    return virtual.feed(Heard(virtual.now, None, text, "test", perhaps=command))


def keys(actions: list[Action]) -> list[str]:
    return [action.key for action in actions if isinstance(action, Say)]


def chimes(actions: list[Action]) -> list[Sound]:
    return [action.sound for action in actions if isinstance(action, Chime)]


def told(virtual: VirtualSession) -> list[str]:
    return [spoken.text for spoken in virtual.spoken]


def quiet_hold(reach: Reach) -> VirtualSession:
    virtual = reach(State.HOLDING)
    virtual.run(6.5)  # between "out" and the next "in"
    assert virtual.playing is None
    return virtual


# --- in a hold ----------------------------------------------------------------------------------------------


def test_in_a_hold_it_is_asked_by_name_and_the_breath_goes_on(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    ends = virtual.session.view(virtual.now).hold_left
    assert ends is not None
    ends += virtual.now
    actions = perhaps(virtual, Command.NEXT_SIDE)
    assert keys(actions) == ["did_you_say"]
    assert chimes(actions) == [Sound.UNKNOWN]
    assert {Command.YES, Command.NO} <= virtual.listening_for()
    virtual.run_until_silent()
    assert told(virtual)[-1] == "Did you say next side?"
    virtual.run_until(State.RESTING)
    assert virtual.now == ends
    assert virtual.records("hold")[-1].fields["complete"] is True
    assert virtual.records("cue")[-1].fields["cue"] == "count_1"


def test_yes_in_a_hold_does_it(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run_until_silent()
    actions = virtual.hear(Command.YES)
    assert chimes(actions) == [Sound.ACCEPTED]
    assert virtual.session.state is State.CHANGING
    assert virtual.session.view(virtual.now).side is Side.RIGHT
    assert virtual.listening_for() == frozenset(TABLE[State.CHANGING])


def test_yes_over_the_question_does_it_too(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.HOW_LONG)
    virtual.run(0.5)
    virtual.feed(VoiceBegan(virtual.now))
    virtual.run(0.4)
    virtual.feed(VoiceEnded(virtual.now))
    virtual.run(0.3)
    assert keys(virtual.hear(Command.YES))[0] == "hold_left"
    virtual.run(5)
    assert virtual.session.state is State.HOLDING


def test_the_command_itself_does_it(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run_until_silent()
    virtual.hear(Command.NEXT_SIDE)
    assert virtual.session.state is State.CHANGING


def test_what_is_probably_the_command_once_more_does_not(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run_until_silent()
    actions = perhaps(virtual, Command.NEXT_SIDE)
    assert chimes(actions) == [Sound.UNKNOWN]
    assert keys(actions) == []
    assert virtual.session.state is State.HOLDING
    virtual.hear(Command.YES)
    assert virtual.session.state is State.CHANGING


@pytest.mark.parametrize("no", [Command.NO, Command.NO_PAIN])
def test_no_leaves_the_hold_as_it_was(reach: Reach, no: Command) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.SKIP)
    virtual.run_until_silent()
    actions = virtual.hear(no)
    assert chimes(actions) == [Sound.ACCEPTED]
    assert keys(actions) == []
    assert virtual.session.state is State.HOLDING
    assert virtual.listening_for() == frozenset(TABLE[State.HOLDING])


def test_another_command_is_done_in_its_place(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.SKIP)
    virtual.run_until_silent()
    assert "hold_left" in keys(virtual.hear(Command.HOW_LONG))
    virtual.run_until_silent()
    virtual.hear(Command.YES)
    assert virtual.session.state is State.HOLDING, "nothing is asked any more"


def test_silence_in_a_hold_lets_the_question_lapse(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.SKIP)
    virtual.run_until_silent()
    virtual.run(seconds(ANSWER_WITHIN) + 3)
    assert virtual.session.state is State.HOLDING
    assert virtual.listening_for() == frozenset(TABLE[State.HOLDING])
    virtual.hear(Command.YES)
    assert virtual.session.state is not State.CHANGING


def test_unknown_speech_while_it_is_asked_in_a_hold_is_doubt(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(3.1)  # "out" has just been said
    perhaps(virtual, Command.SKIP)
    virtual.run_until_silent()
    assert virtual.session._asking.asked is Command.SKIP
    virtual.hear(None)
    assert virtual.session.state is State.DOUBT
    virtual.hear(Command.YES)
    assert virtual.session.state is State.SAFETY, "yes answers whether something hurts"


@pytest.mark.parametrize("state", sorted(ASKED_IN))
def test_pain_while_it_is_asked_is_pain(reach: Reach, state: State) -> None:
    for pain in PAIN_FAMILY:
        virtual = reach(state)
        perhaps(virtual, Command.HELP if state is State.WAITING else Command.HOW_LONG)
        virtual.hear(pain)
        assert virtual.session.state is State.SAFETY, pain
        assert "did_you_say" not in [key for key, _ in virtual.session._scene.lines.unsaid()], pain


def test_what_may_be_pain_while_it_is_asked_is_asked_about_as_pain(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.SKIP)
    assert keys(perhaps(virtual, Command.PAIN)) == ["doubt_ask"]
    assert virtual.session.state is State.DOUBT


@pytest.mark.parametrize("pause", [Command.PAUSE, Command.REST])
def test_a_probable_pause_in_a_hold_is_one(reach: Reach, pause: Command) -> None:
    virtual = quiet_hold(reach)
    actions = perhaps(virtual, pause)
    assert virtual.session.state is State.PAUSED
    assert keys(actions) == ["paused"]


@pytest.mark.parametrize("cry", [*sorted(PAIN_FAMILY), Command.STOP, Command.HELP])
def test_a_probable_cry_in_a_hold_is_asked_about_as_pain(reach: Reach, cry: Command) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(3.5)  # also right after the guide's own words
    perhaps(virtual, cry)
    assert virtual.session.state is State.DOUBT


@pytest.mark.parametrize("answer", [Command.YES, Command.NO, Command.NO_PAIN, Command.UNSURE, Command.TIGHT])
def test_a_probable_answer_in_a_hold_is_unknown_speech(reach: Reach, answer: Command) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, answer)
    assert virtual.session.state is State.DOUBT


def test_a_voice_the_guide_gave_way_to_raises_no_doubt_once_it_is_asked(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run(0.3)
    virtual.feed(VoiceBegan(virtual.now))
    virtual.run(0.5)
    virtual.feed(VoiceEnded(virtual.now))
    virtual.run(0.3)
    assert keys(perhaps(virtual, Command.NEXT_SIDE)) == ["did_you_say"]
    virtual.run(5)
    assert virtual.session.state is State.HOLDING


def asked_as_the_hold_ends(reach: Reach, command: Command) -> VirtualSession:
    virtual = quiet_hold(reach)
    left = virtual.session.view(virtual.now).hold_left
    assert left is not None
    virtual.run(seconds(left) - 3)
    perhaps(virtual, command)
    virtual.run_until(State.RESTING)
    return virtual


def test_yes_after_the_hold_has_ended_leads_on_from_nowhere(reach: Reach) -> None:
    virtual = asked_as_the_hold_ends(reach, Command.NEXT_SIDE)
    virtual.run(0.5)
    assert {Command.YES, Command.NO} <= virtual.listening_for()
    actions = virtual.hear(Command.YES)
    assert chimes(actions) == [Sound.ACCEPTED]
    assert virtual.session.state is State.RESTING
    assert virtual.session.view(virtual.now).side is Side.LEFT


def test_yes_after_the_hold_has_ended_still_answers_a_question(reach: Reach) -> None:
    virtual = asked_as_the_hold_ends(reach, Command.WHY)
    assert "purpose" in keys(virtual.hear(Command.YES))


# --- elsewhere ----------------------------------------------------------------------------------------------


def in_a_set_up(reach: Reach) -> VirtualSession:
    virtual = reach(State.SETTING_UP)
    assert virtual.playing is not None
    return virtual


def test_in_a_set_up_the_guide_waits_for_the_answer_and_goes_on(reach: Reach) -> None:
    virtual = in_a_set_up(reach)
    cut = virtual.playing
    assert cut is not None
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run_until_silent()
    asked = virtual.now
    assert told(virtual)[-1] == "Did you say next side?"
    virtual.run(seconds(ANSWER_WITHIN) + 0.1)
    assert virtual.playing is not None
    assert virtual.playing.text == cut.text
    assert virtual.playing.at >= asked + ANSWER_WITHIN
    assert virtual.listening_for() == frozenset(TABLE[State.SETTING_UP])
    virtual.run_until_idle()
    assert virtual.spoken[-1].key == "ask_ready"


def test_no_in_a_set_up_goes_on_at_once(reach: Reach) -> None:
    virtual = in_a_set_up(reach)
    cut = virtual.playing
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run_until_silent()
    said = [action for action in virtual.hear(Command.NO) if isinstance(action, Say)]
    assert cut is not None
    assert [say.text for say in said] == [cut.text]
    assert virtual.session.state is State.SETTING_UP


def test_no_over_the_question_drops_it(reach: Reach) -> None:
    virtual = in_a_set_up(reach)
    cut = virtual.playing
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run(0.6)
    actions = virtual.hear(Command.NO)
    assert any(isinstance(action, Hush) for action in actions)
    assert cut is not None
    assert [action.text for action in actions if isinstance(action, Say)] == [cut.text]


@pytest.mark.parametrize(
    ("answer", "side"), [(Command.YES, Side.RIGHT), (Command.NEXT_SIDE, Side.RIGHT), (Command.NO, Side.LEFT)]
)
def test_answers_in_a_set_up(reach: Reach, answer: Command, side: Side) -> None:
    virtual = in_a_set_up(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run_until_silent()
    virtual.hear(answer)
    assert virtual.session.view(virtual.now).side is side


def test_yes_answers_the_question_and_does_not_begin_the_hold(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    virtual.run_until_idle()
    perhaps(virtual, Command.LOUDER)
    virtual.run_until_silent()
    virtual.hear(Command.YES)
    virtual.run(5)
    assert virtual.records("volume")
    assert virtual.session.state is State.SETTING_UP


def test_ready_while_it_is_asked_begins_the_hold(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    virtual.run_until_idle()
    perhaps(virtual, Command.SKIP)
    virtual.hear(Command.READY)
    virtual.run_until(State.HOLDING)
    assert "did_you_say" not in keys(virtual.hear(Command.HOW_LONG))


def test_unknown_speech_in_a_set_up_leaves_the_question_open(reach: Reach) -> None:
    virtual = in_a_set_up(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run_until_silent()
    assert [type(action) for action in virtual.hear(None)] == [Chime]
    virtual.hear(Command.YES)
    assert virtual.session.view(virtual.now).side is Side.RIGHT


def test_a_rest_does_not_end_while_it_is_asked(reach: Reach) -> None:
    virtual = reach(State.RESTING)
    perhaps(virtual, Command.BACK)
    virtual.run_until_silent()
    virtual.run(seconds(ANSWER_WITHIN) - 0.1)
    assert virtual.session.state is State.RESTING
    virtual.run_until(State.HOLDING, within_s=30)


def test_a_pause_and_the_waiting_stay_what_they_are(reach: Reach) -> None:
    for state, command in ((State.PAUSED, Command.RESUME), (State.WAITING, Command.START)):
        virtual = reach(state)
        virtual.run_until_silent()
        perhaps(virtual, command)
        virtual.run(60)
        assert virtual.session.state is state
        perhaps(virtual, command)
        virtual.run_until_silent()
        virtual.hear(Command.YES)
        assert virtual.session.state is not state


def test_what_was_being_said_is_taken_up_after_a_pause_and_the_question_is_not(reach: Reach) -> None:
    virtual = in_a_set_up(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.run(0.6)
    virtual.hear(Command.PAUSE)
    virtual.run_until_silent()
    asked = told(virtual).count("Did you say next side?")
    virtual.hear(Command.RESUME)
    virtual.run_until_idle()
    assert told(virtual).count("Did you say next side?") == asked
    assert virtual.spoken[-1].key == "ask_ready"


@pytest.mark.parametrize("state", OVER_ANOTHER_QUESTION)
def test_nothing_is_asked_over_another_question(reach: Reach, state: State) -> None:
    for command in (Command.NEXT_SIDE, Command.REPEAT, Command.RESUME, Command.LOUDER):
        assert "did_you_say" not in keys(perhaps(reach(state), command)), command


@pytest.mark.parametrize("state", sorted(ASKED_IN - {State.HOLDING}))
def test_whatever_is_possible_is_asked_by_its_name(reach: Reach, state: State) -> None:
    for command in ASKED_BY_NAME - {Command.STOP}:
        virtual = reach(state)
        assert keys(perhaps(virtual, command)) == (["did_you_say"] if command in TABLE[state] else []), command
        assert virtual.session.state is state, command


def test_in_a_hold_too(reach: Reach) -> None:
    row = TABLE[State.HOLDING]
    for command in ASKED_BY_NAME - {Command.STOP, Command.HELP}:
        pauses = row.get(command) is Step.PAUSE
        expected = "paused" if pauses else "did_you_say" if command in row else "doubt_ask"
        assert keys(perhaps(quiet_hold(reach), command)) == [expected], command


def test_every_state_listens_to_pain_while_it_is_asked(reach: Reach) -> None:
    for state in ASKED_IN:
        virtual = reach(state)
        listened = [one for one in perhaps(virtual, Command.HELP) if isinstance(one, Listen)]
        assert all(one.commands >= PAIN_FAMILY for one in listened)


# --- not too often, and whatever comes between ---------------------------------------------------------------


def test_a_television_is_asked_twice_a_minute(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    began, asked, unheeded = virtual.now, 0, 0
    commands = [Command.HOW_LONG, Command.WHY, Command.SLOWER, Command.LOUDER]
    for number in range(6):
        actions = perhaps(virtual, commands[number % 4])
        asked += keys(actions) == ["did_you_say"]
        unheeded += keys(actions) == []
        assert chimes(actions) == [Sound.UNKNOWN]
        assert virtual.session.state is State.HOLDING
        virtual.run(2)
    assert (asked, unheeded) == (2, 4)
    virtual.run(seconds(ASKS_IN - (virtual.now - began)) + 1)
    virtual.run_until(State.HOLDING)
    assert keys(perhaps(virtual, Command.HOW_LONG)) == ["did_you_say"]


def test_while_the_guide_is_deaf_nothing_is_asked(reach: Reach) -> None:
    virtual = in_a_set_up(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    virtual.feed(HearingLost(virtual.now, "no frames"))
    assert virtual.listening_for() == frozenset(TABLE[State.PAUSED])
    assert "did_you_say" not in keys(perhaps(virtual, Command.RESUME))
    virtual.run_until_silent()
    assert "Did you say next side?" not in told(virtual)[-6:]


@pytest.mark.parametrize(
    "event", [HearingSlow, lambda at: HistoryLost(at, "full"), lambda at: CodeAsked(at, "12")]
)
@pytest.mark.parametrize("state", [State.SETTING_UP, State.PAUSED, State.RESTING])
@pytest.mark.parametrize("after_s", [0.6, 4.0])
def test_what_the_guide_has_to_say_meanwhile_is_said_and_the_rest_follows(
    reach: Reach, state: State, event: Callable[[int], object], after_s: float
) -> None:
    virtual = reach(state)
    perhaps(virtual, Command.HOW_LONG)
    virtual.run(after_s)
    virtual.feed(event(virtual.now))  # type: ignore[arg-type]
    virtual.run(25)
    assert virtual.listening_for() == frozenset(TABLE[virtual.session.state])
    if state is State.RESTING:
        assert virtual.session.state in (State.HOLDING, State.RESTING)
    else:
        assert virtual.session.state is state


def test_who_asks_for_another_routine_is_not_asked_about_this_one(phrases: Phrases) -> None:
    virtual = VirtualSession(
        Session(ROUTINE, phrases, spoken_length, first_time=False, names_another="other".__eq__)
    )
    virtual.begin()
    virtual.hear(Command.NO)
    assert keys(perhaps(virtual, Command.START, "other")) == []
    assert keys(perhaps(virtual, Command.START, "this")) == ["did_you_say"]


def test_a_page_may_ask_for_no_beginning_by_saying_yes(reach: Reach) -> None:
    virtual = reach(State.WAITING)
    perhaps(virtual, Command.START)
    virtual.run_until_silent()
    virtual.feed(Heard(virtual.now, Command.YES, "yes", "page"))
    assert virtual.session.state is State.WAITING


def test_the_question_is_on_the_record(reach: Reach) -> None:
    virtual = quiet_hold(reach)
    perhaps(virtual, Command.NEXT_SIDE)
    assert [record.fields for record in virtual.records("asked")] == [{"command": "next_side"}]
    assert virtual.session.view(virtual.now).commands >= {Command.YES, Command.NO}
