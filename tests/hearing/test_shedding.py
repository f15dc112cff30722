"""A machine that cannot keep up, as numbers: so many samples of sound come in, so many can be heard meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

import pytest
from speakers import HIBARI, blocks, in_a_room, spoken

from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import Command
from voiceguide.core.events import HearingBack, HearingLost, HearingSlow
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.ears_thread import BACKLOG
from voiceguide.hearing.health.shedding import (
    CALM,
    CALM_AT,
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
from voiceguide.hearing.recognisers.recogniser import Hypothesis, Recogniser, Scored
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.verdict.decision import Decision
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
    machine = Machine(Level.LESS, lambda _: 1.5)
    machine.run(120)
    assert machine.told == []


def test_a_hiccup_as_at_the_end_of_an_utterance_is_none() -> None:
    shedding = Shedding(Level.LESS)
    assert [shedding.look(samples(0.55) if at % 300 < 50 else 0, FRAME) for at in range(6000)] == [[]] * 6000


def test_it_leaves_out_no_more_than_it_must() -> None:
    machine = Machine(Level.LESS, by_level({Level.ALL: 0.8, Level.LESS: 1.3}))
    machine.run(20)
    assert machine.levels == [Level.LESS]
    # A fifth of a second is lost in each.
    assert machine.when(Remark) == [pytest.approx(seconds(SHED_AT) / 0.2, abs=0.02)]


def test_when_it_is_enough_nobody_is_told() -> None:
    machine = Machine(Level.LESS, by_level({Level.ALL: 0.5, Level.LESS: 1.2}))
    machine.run(20)
    assert machine.levels == [Level.LESS]
    assert machine.when(HearingSlow) == machine.when(HearingLost) == []


def test_what_was_left_out_comes_back_after_a_calm_time() -> None:
    machine = Machine(Level.LESS, by_level({Level.ALL: 0.5, Level.LESS: 1.2}))
    machine.run(10)
    caught_up_s = 2 + (seconds(SHED_AT) - seconds(CALM_AT)) / 0.2
    assert machine.levels == [Level.LESS]
    machine.speed = by_level({Level.ALL: 1.1, Level.LESS: 1.3})
    machine.run(90)
    assert machine.levels == [Level.LESS, Level.ALL]
    assert machine.when(Remark)[1] == pytest.approx(caught_up_s + seconds(CALM), abs=0.05)


def test_who_speaks_is_told_once_that_it_takes_longer() -> None:
    machine = Machine(Level.LESS, by_level({Level.ALL: 0.3, Level.LESS: 0.9}))
    machine.run(9)
    [told] = machine.when(HearingSlow)
    assert told - machine.when(Remark)[-1] >= seconds(SETTLES), "it may be enough"


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


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    with closing(choose_recogniser("en", "moonshine")) as engine:
        yield engine


def verdicts(ears: Ears, words: str, level: Level) -> list[Verdict]:
    """Return what is decided about words that are spoken at a level."""
    ears.shed(level)
    return [one for frame in blocks(in_a_room(spoken(words, HIBARI))) for one in ears.accept(frame)]


def test_words_of_safety_are_heard_at_every_level(recogniser: Recogniser) -> None:
    ears = Ears(recogniser, load_language("en"))
    assert ears.deepest is Level.LESS
    ears.listen_for(frozenset(Command))
    for level in (Level.ALL, Level.LESS, Level.ALL):
        heard = [one.heard.command for one in verdicts(ears, "it hurts", level) if one.heard]
        assert heard == [Command.PAIN], level
    ears.close()


def test_with_less_no_utterance_is_looked_at_while_it_goes_on(recogniser: Recogniser) -> None:
    words = "please wait a moment"
    ends = len(in_a_room(spoken(words, HIBARI), after_s=0))
    for level, early in ((Level.LESS, False), (Level.ALL, True)):
        ears = Ears(recogniser, load_language("en"))
        ears.listen_for(frozenset(Command))
        found = verdicts(ears, words, level)
        ears.shed(Level.ALL)
        ears.close()
        assert [one.final for one in found][-1]
        assert any(one.at < ends - samples(0.1) for one in found) is early, level


def test_ears_that_only_read_have_nothing_to_leave_out() -> None:
    ears = Ears(TypedRecogniser(), load_language("en"))
    assert ears.deepest is Level.ALL
    ears.shed(Level.LESS)


class Revived(TypedRecogniser):
    """Can do with less, and has forgotten that when it is brought back."""

    def __init__(self) -> None:
        super().__init__()
        self.sparing = False

    def spare(self, *, sparing: bool) -> None:
        self.sparing = sparing

    def revive(self) -> None:
        self.sparing = False


def test_a_recogniser_that_was_brought_back_leaves_out_the_same() -> None:
    engine = Revived()
    ears = Ears(engine, load_language("en"))
    ears.shed(Level.LESS)
    assert engine.sparing
    ears.revive()
    ears.shed(Level.LESS)
    assert engine.sparing


def test_a_call_that_was_answered_before_is_heard_again_afterwards() -> None:
    decision = Decision(load_language("en"))
    calls = []
    for start in (0, samples(60)):
        it_hurts = Hypothesis(
            "It hurts.", False, start, "scripted", (Scored("it hurts", -0.1),), -0.2, samples(0.7)
        )
        calls += [one for one in decision.recognised(it_hurts, QUIET) if one.heard]
        decision.restart_recogniser()  # its final result never came
    assert len(calls) == 2
