"""Giving way to a voice, and not for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.actions import Hush, Say
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.core.states import State
from voiceguide.core.yielding import GO_ON_AFTER
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]


@pytest.fixture
def speaking(reach: Reach) -> VirtualSession:
    virtual = reach(State.SETTING_UP)
    assert virtual.playing is not None
    return virtual


def interrupt(virtual: VirtualSession, voice_s: float = 0.6) -> None:
    virtual.feed(VoiceBegan(virtual.now))
    virtual.run(voice_s)
    virtual.feed(VoiceEnded(virtual.now))


def test_the_guide_falls_silent_at_once_and_says_the_line_again(speaking: VirtualSession) -> None:
    line = speaking.playing
    assert line is not None
    actions = speaking.feed(VoiceBegan(speaking.now))
    assert [action.at for action in actions if isinstance(action, Hush)] == [speaking.now]
    speaking.run(0.5)
    assert speaking.playing is None
    speaking.feed(VoiceEnded(speaking.now))
    ended = speaking.now
    speaking.run_until_idle()
    texts = [(said.text, said.cut) for said in speaking.spoken]
    assert (line.text, True) in texts
    assert (line.text, False) in texts
    again = next(said for said in speaking.spoken if said.text == line.text and not said.cut)
    assert again.starts - ended == samples(0.8)
    assert speaking.spoken[-1].key == "ask_ready", "and what follows it is said too"


def test_a_command_is_obeyed_and_the_line_is_not_said_again(speaking: VirtualSession) -> None:
    line = speaking.playing
    assert line is not None
    interrupt(speaking)
    speaking.hear(Command.READY)
    speaking.run_until(State.HOLDING)
    assert (line.text, False) not in [(said.text, said.cut) for said in speaking.spoken]


def test_a_question_is_answered_before_the_line_is_said_again(speaking: VirtualSession) -> None:
    line = speaking.playing
    assert line is not None
    interrupt(speaking)
    speaking.hear(Command.WHY)
    speaking.run_until_idle()
    said = [said.text for said in speaking.spoken if not said.cut]
    assert said.index("It lengthens the muscle.", 3) < said.index(line.text)


def test_a_voice_that_never_ends_is_not_waited_for(speaking: VirtualSession) -> None:
    speaking.feed(VoiceBegan(speaking.now))
    speaking.run(4.9)
    assert speaking.playing is None
    speaking.run(0.3)
    assert speaking.playing is not None


def test_a_television_is_noticed(speaking: VirtualSession) -> None:
    gave_way = []
    for _ in range(8):
        actions = speaking.feed(VoiceBegan(speaking.now))
        gave_way.append(any(isinstance(action, Hush) for action in actions))
        speaking.run(0.3)
        speaking.feed(VoiceEnded(speaking.now))
        speaking.run(1.2)
    assert gave_way == [True, True, True, False, False, False, False, False]
    speaking.run_until_idle()
    assert speaking.spoken[-1].key == "ask_ready"


def over_a_breath_word(reach: Reach) -> VirtualSession:
    virtual = reach(State.HOLDING)
    virtual.run(2.3)
    assert virtual.playing is not None, "the out-breath is being spoken"
    return virtual


def test_in_a_hold_a_breath_word_is_dropped_and_the_breath_goes_on(reach: Reach) -> None:
    virtual = over_a_breath_word(reach)
    begun = virtual.records("state")[-1].at
    interrupt(virtual)
    virtual.hear(Command.HOW_LONG)
    virtual.run_until(State.RESTING)
    assert virtual.now - begun == samples(30)
    assert next(said for said in virtual.spoken if said.key == "breathe_out").cut


def test_s8_who_speaks_over_a_breath_word_and_is_not_understood_is_asked(reach: Reach) -> None:
    virtual = over_a_breath_word(reach)
    interrupt(virtual)
    ended = virtual.now
    virtual.run_until(State.DOUBT)
    assert virtual.now - ended == GO_ON_AFTER


def test_s8_what_an_ear_could_not_make_out_is_asked_about_at_once_and_once(reach: Reach) -> None:
    virtual = over_a_breath_word(reach)
    interrupt(virtual)
    virtual.run(0.3)
    virtual.hear(None)
    assert virtual.session.state is State.DOUBT, "right after the guide's words, and yet no echo of them"
    virtual.hear(Command.NO)
    virtual.run_until(State.HOLDING)
    virtual.run(5)
    assert virtual.session.state is State.HOLDING


def test_nobody_is_interrupted_to_be_told_that_they_were_not_understood(reach: Reach) -> None:
    virtual = over_a_breath_word(reach)
    virtual.feed(VoiceBegan(virtual.now))
    virtual.run(0.2)
    virtual.hear(None)
    assert virtual.session.state is State.HOLDING
    virtual.feed(VoiceEnded(virtual.now))
    virtual.run(1)
    assert virtual.session.state is State.DOUBT


def test_a_voice_in_the_last_moment_of_a_hold_is_not_asked_about_in_the_next_one(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.run_until(State.HOLDING)
    while virtual.session.view(virtual.now).hold_left > samples(0.9) or virtual.playing is None:
        virtual.run(0.05)
    interrupt(virtual, voice_s=0.5)
    virtual.run_until(State.RESTING)
    virtual.run_until(State.HOLDING)
    virtual.run(6)
    assert not [record for record in virtual.records("state") if record.fields["state"] == "doubt"]


def test_a_cough_at_every_breath_word_is_noticed(reach: Reach) -> None:
    virtual = over_a_breath_word(reach)
    gave_way = 0
    for _ in range(600):
        virtual.run(0.1)
        if virtual.playing is None or virtual.playing.key not in ("breathe_in", "breathe_out"):
            continue
        gave_way += any(isinstance(action, Hush) for action in virtual.feed(VoiceBegan(virtual.now)))
        virtual.run(0.3)
        virtual.feed(VoiceEnded(virtual.now))
    doubts = len([record for record in virtual.records("state") if record.fields["state"] == "doubt"])
    assert 1 <= doubts <= 2
    assert gave_way <= 6, "three times in a minute lead nowhere, then it speaks on"


def test_a_report_of_pain_was_not_said_in_vain(reach: Reach) -> None:
    virtual = over_a_breath_word(reach)
    for _ in range(3):
        interrupt(virtual)
        virtual.hear(Command.PAIN)
        virtual.run_until_silent()
        virtual.hear(Command.NO_PAIN)
        virtual.hear(Command.RESUME)
        virtual.hear(Command.READY)
        virtual.run_until(State.HOLDING)
        while virtual.playing is None:
            virtual.run(0.05)
    assert any(isinstance(action, Hush) for action in virtual.feed(VoiceBegan(virtual.now)))


def test_the_way_out_is_said_to_its_end(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.PAIN)
    virtual.run(1)
    assert virtual.playing is not None
    assert virtual.playing.key == "release"
    assert not any(isinstance(action, Hush) for action in virtual.feed(VoiceBegan(virtual.now)))
    virtual.run_until_silent()
    release = next(said for said in virtual.spoken if said.key == "release")
    assert not release.cut


def test_the_question_about_the_pain_gives_way_to_the_answer(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.PAIN)
    while virtual.playing is None or virtual.playing.key != "safety_ask":
        virtual.run(0.2)
    interrupt(virtual)
    said = [action.key for action in virtual.hear(Command.SHARP) if isinstance(action, Say)]
    assert said == ["safety_sharp"]


def test_silence_while_giving_way_does_not_count_as_waiting(reach: Reach) -> None:
    virtual = reach(State.RESTING)
    virtual.feed(VoiceBegan(virtual.now))
    assert virtual.session.state is State.RESTING
    virtual.run_until(State.HOLDING)
    assert [said.key for said in virtual.spoken if not said.cut][-1] == "setup"
