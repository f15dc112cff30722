from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.audio.card_link import Counters
from voiceguide.audio.port import BLOCK
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.audio.speaker_line import FEWER, GROWS, MORE, MOST_MORE, OFTEN, SECOND, SPARE, SpeakerLine

CUSHION = 4


@dataclass
class Devices:
    """A microphone, a session that answers each of its blocks, and a loudspeaker, all stepped by hand."""

    counters: Counters = field(default_factory=Counters)
    played: list[int | None] = field(default_factory=list)
    heard: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self.line = SpeakerLine(self.counters, CUSHION)

    def hear(self) -> None:
        self.heard += 1

    def answer(self) -> None:
        self.line.put(self.sent, np.array([self.sent], np.int16))
        self.sent += 1

    def play(self) -> None:
        block = self.line.take()
        self.played.append(None if block is None else int(block[0]))

    def run(self, blocks: int, *, answers: bool = True) -> None:
        for _ in range(blocks):
            self.hear()
            if answers:
                self.answer()
            self.play()

    @property
    def lag(self) -> int:
        """Blocks from a block's answer to its playing."""
        assert self.played[-1] is not None
        return self.heard - self.played[-1]


def test_silence_until_the_cushion_is_there_and_then_every_block() -> None:
    devices = Devices()
    devices.run(300)
    assert devices.played == [None] * (CUSHION - 1) + list(range(300 - CUSHION + 1))
    assert not any(devices.counters.troubles.values())


@pytest.mark.parametrize("late", [6, 12, 90])
def test_a_session_that_is_late_leaves_a_hole_and_every_other_block_keeps_its_place(late: int) -> None:
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    devices.run(late, answers=False)
    for _ in range(late):  # it catches up
        devices.answer()
    devices.run(50)
    assert devices.lag == lag
    hole = [at for at, number in enumerate(devices.played) if number is None and at >= CUSHION]
    assert hole == list(range(150, 150 + late))[-len(hole) :]
    assert len(hole) == late - (CUSHION - 1) == devices.counters.speaker_dropped
    assert (devices.counters.speaker_gaps, devices.counters.speaker_shifts) == (1, 0)
    assert devices.counters.slips == NO_SLIPS


def test_a_session_that_stays_late_is_played_again_within_three_seconds() -> None:
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    devices.run(20, answers=False)  # and these are never answered
    devices.run(5 * SECOND)
    assert None not in devices.played[150 + 3 * SECOND + CUSHION :]
    assert devices.counters.speaker_shifts == 1
    assert devices.counters.slips == Slips(later=(devices.lag - lag) * BLOCK)


def test_when_a_late_session_recovers_the_voice_does_not_lag_behind_for_long() -> None:
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    devices.run(20, answers=False)
    devices.run(5 * SECOND)
    for _ in range(20):
        devices.answer()
    devices.run(5 * SECOND)
    assert lag <= devices.lag <= lag + MORE
    assert None not in devices.played[-SECOND:]


def test_a_session_that_does_nothing_for_seconds_and_catches_up_keeps_its_place() -> None:
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    devices.run(3 * SECOND, answers=False)
    for _ in range(2 * SECOND):  # four answers in the time of one
        for _ in range(4 if devices.sent < devices.heard else 1):
            devices.answer()
        devices.hear()
        devices.play()
    devices.run(SECOND)
    assert lag - 4 <= devices.lag <= lag
    assert devices.counters.speaker_gaps == 1
    assert devices.counters.speaker_shifts == 0


def test_a_card_that_wakes_up_late_begins_with_the_newest() -> None:
    devices = Devices()
    for _ in range(160):
        devices.hear()
        devices.answer()
    devices.run(10)
    assert devices.played[0] == 161 - CUSHION
    assert devices.counters.speaker_dropped == 161 - CUSHION
    assert None not in devices.played


def test_a_burst_of_the_microphone_is_no_reason_to_drop_anything() -> None:
    devices = Devices()
    for _ in range(100):
        for _ in range(CUSHION + SPARE):
            devices.hear()
            devices.answer()
        for _ in range(CUSHION + SPARE):
            devices.play()
    assert devices.played == list(range(100 * (CUSHION + SPARE)))


@pytest.mark.parametrize("every", [503, 1003, -503, -1003])
def test_two_clocks_that_drift_apart_are_brought_together_now_and_then(every: int) -> None:
    seconds = 120
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    for count in range(seconds * SECOND):
        step = count % abs(every) == 0
        if not (step and every > 0):  # above zero the speaker is the faster one
            devices.hear()
            devices.answer()
        if not (step and every < 0):
            devices.play()
        if devices.played[-1] is not None:
            # Two seconds pass until a shift, with up to one more block of drift in each.
            assert lag - CUSHION <= devices.lag <= lag + MORE + 4
    parted = seconds * SECOND / abs(every)
    bound = FEWER if every > 0 else MORE
    assert 0 < devices.counters.speaker_shifts <= parted / bound + 1
    silent = sum(number is None for number in devices.played[CUSHION:])
    assert silent <= (2 * parted if every > 0 else 0)


def test_what_a_card_that_ran_dry_did_not_play_is_left_out() -> None:
    devices = Devices()
    devices.run(250)
    lag = devices.lag
    for _ in range(8):  # 80 ms without a call of the speaker
        devices.hear()
        devices.answer()
    devices.run(3 * SECOND)
    assert devices.lag == lag
    assert devices.counters.speaker_dropped == 8
    assert devices.counters.speaker_shifts == 1


def test_a_session_that_is_late_again_and_again_gets_more_time_and_every_block_of_it_is_counted() -> None:
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    lags = []
    for _ in range(6):
        devices.run(2 * CUSHION + 2, answers=False)
        for _ in range(2 * CUSHION + 2):
            devices.answer()
        devices.run(SECOND)
        lags.append(devices.lag - lag)
        assert devices.counters.slips == Slips(later=lags[-1] * BLOCK)
    assert lags == [0, GROWS, *[2 * GROWS] * 4], "as much as it takes"
    assert devices.counters.speaker_gaps == 3, "then no hole is left"


def test_a_card_that_runs_dry_again_and_again_gets_more_but_not_without_end() -> None:
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    for _ in range(20):
        devices.line.ran_dry()
        devices.run(SECOND)
    assert devices.lag - lag == MOST_MORE
    assert devices.counters.slips == Slips(later=MOST_MORE * BLOCK)


def test_a_session_that_is_late_now_and_then_keeps_its_place() -> None:
    devices = Devices()
    devices.run(150)
    lag = devices.lag
    for _ in range(6):
        devices.run(CUSHION + 2, answers=False)
        for _ in range(CUSHION + 2):
            devices.answer()
        devices.run(OFTEN)
    assert devices.lag == lag
    assert devices.counters.slips == NO_SLIPS


def test_at_the_end_what_is_left_is_played() -> None:
    devices = Devices()
    devices.hear()
    devices.answer()
    devices.play()
    assert devices.played == [None]
    last = devices.line.take(closing=True)
    assert last is not None
    assert last.tolist() == [0]
    assert devices.line.take(closing=True) is None
    assert devices.counters.speaker_gaps == 0


@given(st.lists(st.sampled_from(["hear", "answer", "play"]), max_size=600))
def test_whatever_happens_order_holds_and_every_block_is_accounted_for(steps: list[str]) -> None:
    devices = Devices()
    for step in steps:
        getattr(devices, step)()
    numbers = [number for number in devices.played if number is not None]
    assert numbers == sorted(set(numbers))
    left = 0
    while devices.line.take(closing=True) is not None:
        left += 1
    assert len(numbers) + devices.counters.speaker_dropped + left == devices.sent


def test_it_is_told_which_block_is_due_before_it_is_missed() -> None:
    devices = Devices()
    devices.run(100)
    assert devices.counters.speaker_due == devices.sent - CUSHION + 1
    devices.run(50, answers=False)
    assert devices.counters.speaker_due == devices.sent + 50 - CUSHION + 1


def test_after_blocks_that_the_microphone_lost_the_session_is_in_time_again_at_once() -> None:
    devices = Devices()
    devices.run(100)
    for _ in range(450):  # it stands still; after 330 blocks the link is full
        devices.hear()
        if devices.heard > 100 + 330:
            devices.counters.microphone_dropped += 1
        devices.play()
    for _ in range(330):
        devices.answer()
    first = devices.sent
    devices.run(20)
    assert [number for number in devices.played[-20:] if number is not None][-1] == first + 19 - CUSHION + 1
    assert devices.played[-20:].count(None) == 0


def test_blocks_that_the_microphone_lost_move_no_echo_once_the_session_is_in_time_again() -> None:
    """What arrives earlier by them is played later by as many."""
    devices = Devices()
    devices.run(100)
    lag = devices.lag
    for number in range(450):  # it stands still; after 330 blocks the link is full
        devices.hear()
        if number >= 330:
            devices.counters.microphone_dropped += 1
        devices.play()
    for _ in range(330):
        devices.answer()
    devices.run(20)
    assert devices.lag - devices.counters.microphone_dropped == lag, "by the blocks that the session got"
    assert devices.counters.slips == NO_SLIPS


def test_what_was_lost_before_the_first_block_was_played_delays_nothing() -> None:
    devices = Devices()
    devices.counters.microphone_dropped = 200
    devices.run(50)
    assert devices.played == [None] * (CUSHION - 1) + list(range(50 - CUSHION + 1))
