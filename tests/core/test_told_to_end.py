"""A program that is told to end says so and leads out of the position, in less than two seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.commands import Command
from voiceguide.core.events import ToldToEnd
from voiceguide.core.states import State
from voiceguide.guide import LAST_WORDS
from voiceguide.language.pack import available_languages, load_language
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voices.espeak import EspeakVoice
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]

IN_POSITION = {State.HOLDING, State.RESTING, State.PAUSED, State.SETTING_UP, State.CHANGING, State.DOUBT}
ON_THE_WAY = {*IN_POSITION, State.INTRODUCING, State.ENDING, State.STOPPING, State.SAFETY, State.QUIET}


@pytest.mark.parametrize("state", list(State))
def test_in_every_state_it_says_so_and_the_session_can_be_gone_on_with(reach: Reach, state: State) -> None:
    virtual = reach(state)
    closing = state is State.FINISHED
    virtual.feed(ToldToEnd(virtual.now))
    virtual.run_until_silent()
    assert virtual.ended
    assert virtual.spoken[-1].key == "stopping_now"
    assert virtual.records("finished")[-1].fields["how"] == (virtual.session._walk.how if closing else "cut_off")
    if state in IN_POSITION:
        assert virtual.spoken[-1].text == "Stopping now so ease out."
    elif state not in ON_THE_WAY and not closing:
        assert virtual.spoken[-1].text == "Stopping now."


def test_what_was_ended_by_the_person_stays_ended_by_them(reach: Reach) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.STOP)
    virtual.hear(Command.NO)
    virtual.run_until_silent()
    virtual.hear(Command.YES)
    assert virtual.session.state is State.FINISHED
    virtual.feed(ToldToEnd(virtual.now))
    assert virtual.records("finished")[-1].fields["how"] == "stopped"


@pytest.mark.parametrize("language", available_languages())
@pytest.mark.parametrize("words", ["stopping_now", "stopping_in_position"])
def test_the_last_words_are_over_in_time(language: str, words: str) -> None:
    """The voice that is always there is the slower one."""
    voice = EspeakVoice(language)
    try:
        (text,) = load_language(language).phrases.lines(words)
        assert len(finish(voice.render(text))) < LAST_WORDS - 400, "what was being said fades out first"
    finally:
        voice.close()
