"""The trial of the words of safety as a conversation: what counts as heard, and what does not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import HearingLost
from voiceguide.core.rehearsal import TAKE_WITHIN
from voiceguide.core.trial import LINES, WORDS, Trial, everything_tried
from voiceguide.language.pack import available_languages, load_language
from voiceguide.testing import VirtualSession

EN = load_language("en")


@dataclass
class World(VirtualSession):
    """The world of a trial."""

    @property
    def trial(self) -> Trial:
        assert isinstance(self.session, Trial)
        return self.session

    def until_listening(self, asked: str) -> None:
        """Let time pass until the guide has asked for a phrase and is silent."""
        for _ in range(600):
            if self.spoken and asked in self.spoken[-1].text and self.playing is None:
                self.run(0.5)
                return
            self.run(0.05)
        raise AssertionError(f"{asked} was not asked for\n{self.transcript()}")


def begun() -> World:
    world = World(Trial(EN.rehearsal.words, EN.trial))  # type: ignore[arg-type]
    world.begin()
    return world


def test_both_words_heard_at_once() -> None:
    world = begun()
    world.until_listening("it hurts")
    world.hear(Command.PAIN)
    world.until_listening("stop")
    world.hear(Command.STOP)
    world.run_until_idle()
    assert world.ended
    assert [(one.command, one.heard, one.engine, one.tries) for one in world.trial.tried] == [
        (Command.PAIN, Command.PAIN, "script", 1),
        (Command.STOP, Command.STOP, "script", 1),
    ]


def test_who_is_not_heard_is_asked_once_more_and_then_no_more() -> None:
    world = begun()
    world.run_until_idle()
    assert world.ended
    assert [(one.heard, one.tries) for one in world.trial.tried] == [(None, 2), (None, 2)]
    keys = [said.key for said in world.spoken]
    assert keys == ["trial_welcome", *["trial_ask", "trial_again"] * 2, "trial_thanks"]
    assert all(one.until - one.since == TAKE_WITHIN for one in world.trial.tried)


def test_what_is_heard_while_the_guide_asks_may_be_its_own_voice() -> None:
    world = begun()
    while world.playing is None or world.playing.key != "trial_ask":
        world.run(0.05)
    world.hear(Command.PAIN)
    assert world.trial.tried == []


@pytest.mark.parametrize("other", [None, Command.NEXT, Command.YES])
def test_another_word_is_not_the_one_asked_for(other: Command | None) -> None:
    world = begun()
    world.until_listening("it hurts")
    world.hear(other)
    assert world.trial.tried == []
    world.hear(Command.PAIN)
    assert world.trial.tried[0].heard is Command.PAIN


def test_another_word_of_safety_is_kept_as_what_it_was_taken_for() -> None:
    world = begun()
    world.until_listening("it hurts")
    world.hear(Command.STOP)
    assert world.trial.tried[0].command is Command.PAIN
    assert world.trial.tried[0].heard is Command.STOP


def test_hearing_that_fails_ends_the_trial_at_once() -> None:
    world = begun()
    world.run(1.0)
    world.feed(HearingLost(world.now, "gone"))
    world.run(samples(1.0))
    assert world.ended
    assert world.trial.deaf == "gone"


@pytest.mark.parametrize("language", available_languages())
def test_everything_that_is_said_can_be_rendered_before(language: str) -> None:
    pack = load_language(language)
    world = World(Trial(pack.rehearsal.words, pack.trial))  # type: ignore[arg-type]
    world.begin()
    world.run_until_idle()
    assert {said.text for said in world.spoken} == set(everything_tried(pack.rehearsal.words, pack.trial))


@pytest.mark.parametrize("language", available_languages())
def test_each_language_has_every_line_and_every_word(language: str) -> None:
    pack = load_language(language)
    assert set(pack.trial.prompts) == set(LINES)
    assert set(WORDS) <= set(pack.rehearsal.words)
