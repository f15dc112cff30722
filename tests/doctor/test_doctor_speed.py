"""How fast it listens, by a clock that goes as told."""

from __future__ import annotations

import numpy as np
import pytest

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE
from voiceguide.core.commands import Command
from voiceguide.doctor.check import Verdict
from voiceguide.doctor.speed import speed
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.speaking.voice import Samples


class Slow:
    """Hearing that takes its time: so many seconds a block by its own clock, and once longer."""

    def __init__(self, block_s: float) -> None:
        self._block_s = block_s
        self.now = 0.0
        self.blocks = 0

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        assert hold

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        assert microphone is not None
        assert len(microphone) == len(spoken) == BLOCK
        self.blocks += 1
        self.now += self._block_s + (0.2 if self.blocks % 401 == 50 else 0.0)
        return []

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("block_s", "verdict"), [(0.001, Verdict.GOOD), (0.006, Verdict.WARNING), (0.012, Verdict.FAILS)]
)
def test_what_takes_too_long_is_told(block_s: float, verdict: Verdict) -> None:
    hearing = Slow(block_s)
    speech = np.random.default_rng(1).normal(0, 0.1, 4 * RATE + 7).astype(np.float32)
    check = speed(hearing, speech, clock=lambda: hearing.now)
    assert hearing.blocks == 401 * (1 if verdict is Verdict.GOOD else 3)
    assert check.verdict is verdict
    assert check.figures["real_time_factor"] == pytest.approx((401 * block_s + 0.2) / 4.01)
    assert check.figures["longest_block_ms"] == pytest.approx((block_s + 0.2) * 1000)


def test_one_slow_moment_does_not_count() -> None:
    hearing = Slow(0.02)

    def faster_later() -> float:
        if hearing.blocks >= 401:
            hearing._block_s = 0.001
        return hearing.now

    speech = np.random.default_rng(1).normal(0, 0.1, 4 * RATE + 7).astype(np.float32)
    assert speed(hearing, speech, clock=faster_later).verdict is Verdict.GOOD
    assert hearing.blocks == 2 * 401
