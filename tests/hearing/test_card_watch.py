from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples
from voiceguide.core.events import HearingBack, HearingLost, Trouble
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.health.card_watch import TELL_EVERY, CardWatch
from voiceguide.hearing.health.microphone import MicrophoneWatch
from voiceguide.hearing.noticed import Noticed, Remark
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.verdict.situation import QUIET, Around


@dataclass
class FakeCard:
    lost: str | None = None
    troubles: dict[str, int] = field(default_factory=dict)
    behind_s: float = 0.0
    reopened: int = 0

    def reopen(self) -> None:
        self.reopened += 1


def watched(watch: CardWatch, length_s: float) -> list[Noticed]:
    return [one for _ in range(samples(length_s) // BLOCK) for one in watch.look(BLOCK)]


def test_a_card_that_is_lost_is_told_again_when_there_is_more_to_say_and_once_when_it_is_back() -> None:
    card = FakeCard()
    watch = CardWatch(card)
    assert watched(watch, 1) == []
    card.lost = "gone"
    assert watched(watch, 1) == [HearingLost(samples(1) + BLOCK, "gone", Trouble.CARD)]
    assert watch.deaf
    card.lost = "gone, the speaker is there"
    [again] = watched(watch, 1)
    assert isinstance(again, HearingLost)
    card.lost = None
    assert watched(watch, 1) == [HearingBack(samples(3) + BLOCK, Trouble.CARD)]
    assert not watch.deaf


def test_losses_are_counted_once_a_minute_while_they_grow() -> None:
    card = FakeCard(troubles={"speaker_gaps": 0, "microphone_overflows": 0})
    watch = CardWatch(card)
    for _ in range(3):
        card.troubles["speaker_gaps"] += 1
        watched(watch, 1)
    assert watched(watch, TELL_EVERY / 16_000) == [Remark("sound_card", {"speaker_gaps": 3})]
    assert watched(watch, 180) == []
    card.troubles["microphone_overflows"] += 1
    assert watched(watch, 60) == [Remark("sound_card", {"speaker_gaps": 3, "microphone_overflows": 1})]


class Witness:
    """Ears that remember how much they were given."""

    heard = 0

    def listen_for(self, commands: object, *, hold: bool = False) -> None:
        """Nothing to do."""

    def accept(self, frame: Frame, around: Around = QUIET, spoken: Frame | None = None) -> list[Noticed]:
        self.heard += len(frame)
        return []

    def close(self) -> None:
        """Nothing to close."""


def test_a_lost_card_is_told_as_that_and_not_as_a_silent_microphone() -> None:
    card, ears = FakeCard(), Witness()
    chain = Chain(ears, None, MicrophoneWatch(), card=CardWatch(card))
    card.lost = "gone"
    silence = np.zeros(BLOCK, np.int16), np.zeros(BLOCK, np.float32)
    noticed = [one for _ in range(samples(60) // BLOCK) for one in chain.accept(*silence)]
    assert [one.trouble for one in noticed if isinstance(one, HearingLost)] == [Trouble.CARD]
    assert ears.heard == samples(60), "their time goes on"


def test_a_microphone_that_gives_nothing_but_zeros_is_reopened_more_and_more_rarely() -> None:
    card = FakeCard()
    chain = Chain(Witness(), None, MicrophoneWatch(), card=CardWatch(card))
    voice = np.random.default_rng(1).normal(0, 200, BLOCK).astype(np.int16)
    spoken = np.zeros(BLOCK, np.float32)

    def listen(length_s: float, frame: Frame) -> int:
        before = card.reopened
        for _ in range(samples(length_s) // BLOCK):
            chain.accept(frame, spoken)
        return card.reopened - before

    assert listen(60, voice) == 0
    assert listen(12, np.zeros(BLOCK, np.int16)) == 0, "it has to count as silent first"
    assert listen(2, np.zeros(BLOCK, np.int16)) == 1
    assert listen(600, np.zeros(BLOCK, np.int16)) == 5, "after 20, 40, 80, 160 and 300 s more"
