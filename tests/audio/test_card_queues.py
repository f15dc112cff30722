from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.audio.queues import MICROPHONE_BACKLOG, SPEAKER_ROOM, Counters, MicrophoneQueue, SpeakerQueue

CUSHION = 3


def numbered(number: int) -> np.ndarray:
    return np.array([number], np.int16)


def test_the_microphone_keeps_the_newest() -> None:
    counters = Counters()
    queue = MicrophoneQueue(counters)
    for number in range(MICROPHONE_BACKLOG + 5):
        queue.put(numbered(number))
    taken = [queue.take(0) for _ in range(MICROPHONE_BACKLOG)]
    assert [int(block[0]) for block in taken if block is not None] == list(range(5, MICROPHONE_BACKLOG + 5))
    assert queue.take(0) is None
    assert (counters.microphone_blocks, counters.microphone_dropped) == (MICROPHONE_BACKLOG + 5, 5)


def test_after_a_gap_the_speaker_waits_for_its_cushion_again() -> None:
    counters = Counters()
    queue = SpeakerQueue(counters, CUSHION)
    played = []
    for number in range(CUSHION):
        queue.put(numbered(number))
    played += [queue.take() for _ in range(CUSHION + 2)]  # the session is late
    for number in range(CUSHION, 2 * CUSHION):
        queue.put(numbered(number))
        played.append(queue.take())
    numbers = [None if block is None else int(block[0]) for block in played]
    assert numbers == [0, 1, 2, None, None, None, None, 3]
    assert counters.speaker_gaps == 1


def test_at_the_end_less_than_a_cushion_is_played_and_running_out_is_no_gap() -> None:
    counters = Counters()
    queue = SpeakerQueue(counters, CUSHION)
    queue.put(numbered(1))
    assert queue.take() is None
    assert queue.take(closing=True) is not None
    assert queue.take(closing=True) is None
    assert counters.speaker_gaps == 0


@pytest.mark.parametrize("backlog", [CUSHION + SPEAKER_ROOM + 1, 200])
def test_after_a_stall_the_voice_does_not_lag(backlog: int) -> None:
    counters = Counters()
    queue = SpeakerQueue(counters, CUSHION)
    for number in range(backlog):
        queue.put(numbered(number))
    first = queue.take()
    assert first is not None
    assert int(first[0]) >= backlog - CUSHION - SPEAKER_ROOM
    assert counters.speaker_dropped > 0


@given(st.lists(st.booleans(), max_size=400))
def test_whatever_happens_order_holds_lag_is_bounded_and_losses_are_counted(puts: list[bool]) -> None:
    counters = Counters()
    queue = SpeakerQueue(counters, CUSHION)
    put = 0
    played = []
    for is_put in puts:
        if is_put:
            queue.put(numbered(put))
            put += 1
        elif (block := queue.take()) is not None:
            played.append(int(block[0]))
            assert put - played[-1] <= CUSHION + SPEAKER_ROOM
    assert played == sorted(set(played))
    waiting = put - len(played) - counters.speaker_dropped
    assert 0 <= waiting <= CUSHION + SPEAKER_ROOM
