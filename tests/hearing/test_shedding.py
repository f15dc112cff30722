"""A machine that cannot keep up, as numbers: so many samples of sound come in, so many can be heard meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing

import pytest
from speakers import blocks, in_a_room, spoken
from voiceguide.hearing.spotter.spotter import Spotter, second_ear_for
from voiceguide.hearing.verdict.GONE import Ear

from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import Command
from voiceguide.core.events import HearingBack, HearingLost, HearingPoor, HearingSlow
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.ears_thread import BACKLOG
from voiceguide.hearing.health.shedding import (
    BUSY_AFTER,
    CALM,
    LOST_AFTER,
    LOST_AT,
    SETTLES,
    SHED_AT,
    SLOW_AT,
    Level,
    Shedding,
)
from voiceguide.hearing.noticed import Noticed, Remark
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Hypothesis
from voiceguide.hearing.verdict.decision import STEADY, Decision
from voiceguide.hearing.verdict.situation import QUIET
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import load_language

FRAME = 160
FULL = BACKLOG * FRAME


class Machine:
    """Hears as much of a second's sound within a second as its level allows; what waits is what it is behind."""

    def __init__(self, deepest: Level, speed: Callable[[Level], float]) -> None:
        self.shedding = Shedding(deepest)
        self.speed = speed
        self.behind = 0.0
        self.at = 0
        self.told: list[tuple[float, Noticed]] = []

    def run(self, seconds_: float) -> None:
        for _ in range(samples(seconds_) // FRAME):
            self.at += FRAME
            self.behind += FRAME - FRAME * self.speed(self.shedding.level)
            self.behind = min(max(self.behind, 0.0), FULL)
            noticed = self.shedding.look(int(self.behind), FRAME)
            self.told += [(seconds(self.at), one) for one in noticed]

    @property
    def levels(self) -> list[int]:
        return [one.fields["level"] for _, one in self.told if isinstance(one, Remark)]

    def when(self, kind: type) -> list[float]:
        return [at for at, one in self.told if isinstance(one, kind)]


def by_level(speeds: Mapping[Level, float]) -> Callable[[Level], float]:
    return lambda level: speeds[level]


def test_a_machine_that_keeps_up_leaves_nothing_out() -> None:
    machine = Machine(Level.SAFETY, lambda _: 1.5)
    machine.run(120)
    assert machine.told == []


def test_a_hiccup_as_at_the_end_of_an_utterance_is_none() -> None:
    shedding = Shedding(Level.SAFETY)
    assert [shedding.look(samples(0.55) if at % 300 < 50 else 0, FRAME) for at in range(6000)] == [[]] * 6000


def test_it_leaves_out_no_more_than_it_must() -> None:
    machine = Machine(Level.SAFETY, by_level({Level.ALL: 0.8, Level.LESS: 1.3, Level.SAFETY: 3.0}))
    machine.run(20)
    assert machine.levels == [Level.LESS]
    # A fifth of a second is lost in each.
    assert machine.when(Remark) == [pytest.approx(seconds(SHED_AT) / 0.2, abs=0.02)]


def test_the_safety_ear_is_left_when_everything_else_is_too_much() -> None:
    machine = Machine(Level.SAFETY, by_level({Level.ALL: 0.5, Level.LESS: 0.7, Level.SAFETY: 1.2}))
    machine.run(20)
    assert machine.levels == [Level.LESS, Level.SAFETY]
    first, second = machine.when(Remark)
    assert second - first >= seconds(SETTLES)
    assert machine.when(HearingLost) == []


def test_who_speaks_is_told_once_that_only_the_words_of_safety_are_heard() -> None:
    machine = Machine(Level.SAFETY, by_level({Level.ALL: 0.5, Level.LESS: 0.7, Level.SAFETY: 1.2}))
    machine.run(60)
    [told] = machine.when(HearingPoor)
    assert told - machine.when(Remark)[1] == pytest.approx(seconds(BUSY_AFTER), abs=0.02)


def test_what_was_left_out_comes_back_in_reverse_order_after_a_calm_time() -> None:
    fast = by_level({Level.ALL: 1.1, Level.LESS: 1.3, Level.SAFETY: 1.5})
    slow = by_level({Level.ALL: 0.5, Level.LESS: 0.7, Level.SAFETY: 1.2})
    machine = Machine(Level.SAFETY, slow)
    machine.run(10)
    machine.speed = fast
    machine.run(90)
    assert machine.levels == [Level.LESS, Level.SAFETY, Level.LESS, Level.ALL]
    up = machine.when(Remark)[2:]
    assert up[1] - up[0] == pytest.approx(seconds(CALM), abs=0.02)


def test_who_speaks_is_told_once_that_it_takes_longer() -> None:
    machine = Machine(Level.SAFETY, by_level({Level.ALL: 0.3, Level.LESS: 0.4, Level.SAFETY: 0.9}))
    machine.run(9)
    assert len(machine.when(HearingSlow)) == 1
    assert machine.when(HearingSlow)[0] > machine.when(Remark)[-1]


def test_ears_with_nothing_to_leave_out_are_slow_then_lost_then_back() -> None:
    machine = Machine(Level.ALL, lambda _: 0.5)
    machine.run(30)
    assert machine.levels == []
    assert machine.when(HearingSlow) == [pytest.approx(seconds(SLOW_AT) / 0.5, abs=0.02)]
    assert machine.when(HearingLost) == [pytest.approx(seconds(LOST_AT) / 0.5 + seconds(LOST_AFTER), abs=0.02)]
    machine.speed = lambda _: 2.0
    machine.run(10)
    assert len(machine.when(HearingBack)) == 1
    machine.speed = lambda _: 0.5
    machine.run(30)
    assert len(machine.when(HearingLost)) == 2, "a second time is told as well"


# --- real ears ------------------------------------------------------------------------------------------------

with_second_ear = pytest.mark.skipif(not second_ear_for("en"), reason="pyopen-wakeword is not installed")


def verdicts(ears: Ears, words: str, level: Level) -> list[Verdict]:
    """Return what is decided about words that are spoken at a level."""
    ears.shed(level)
    return [one for frame in blocks(in_a_room(spoken(words))) for one in ears.accept(frame)]


@with_second_ear
def test_words_of_safety_are_heard_at_every_level() -> None:
    pack = load_language("en")
    with closing(choose_recogniser("en", "pocketsphinx")) as recogniser:
        ears = Ears(recogniser, pack, Spotter("en"))
        assert ears.deepest is Level.SAFETY
        ears.listen_for(frozenset(Command))
        for level in (Level.ALL, Level.LESS, Level.SAFETY, Level.ALL):
            heard = [one.heard.command for one in verdicts(ears, "it hurts", level) if one.heard]
            assert heard[:1] == [Command.PAIN], level
        ears.close()


@with_second_ear
def test_the_recogniser_takes_up_again_with_the_right_time() -> None:
    pack = load_language("en")
    with closing(choose_recogniser("en", "pocketsphinx")) as recogniser:
        ears = Ears(recogniser, pack, Spotter("en"))
        ears.listen_for(frozenset(Command))
        by = {one.claim.ear for one in verdicts(ears, "please wait a moment", Level.SAFETY)}
        assert Ear.WORDS not in by
        began = ears.at
        told = [one.claim for one in verdicts(ears, "I am ready", Level.ALL)]
        [ready] = [claim for claim in told if claim.ear is Ear.WORDS and claim.final]
        assert ready.command is Command.READY
        word_ends = began + len(in_a_room(spoken("I am ready"), after_s=0))
        assert word_ends - samples(0.2) < ready.at <= word_ends + samples(1.0)
        ears.close()


def test_a_call_that_was_answered_before_is_heard_again_afterwards() -> None:
    decision = Decision()
    calls = []
    for start in (0, samples(60)):
        decision.recognised(Hypothesis("it hurts", False, start, "scripted"), Command.PAIN, QUIET)
        calls += [one for one in decision.settle(start + STEADY, QUIET) if one.heard]
        decision.restart_recogniser()  # its final result never came
    assert len(calls) == 2
