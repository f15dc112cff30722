"""The two bounded queues between the session's thread and the sound card's callbacks.

Every block is 10 ms. Neither side ever waits for the other, except that the session waits for its microphone.
What is lost is counted, never hidden.
"""

from __future__ import annotations

import queue
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CardBlock = NDArray[np.int16]
"""10 ms of mono 16-bit samples at the card's rate."""

MICROPHONE_BACKLOG = 200
"""Blocks (2 s) that wait while the session is busy. What is older would be answered too late to matter."""

SPEAKER_ROOM = 5
"""Blocks that may gather above the cushion before sound is dropped."""


@dataclass
class Counters:
    """What happened at the card since it was opened. Each field is written by one thread only.

    Attributes:
        microphone_blocks: blocks that the card delivered.
        microphone_overflows: times PortAudio said that samples were lost before they reached this program.
        microphone_dropped: blocks dropped here, the oldest first: the session was more than 2 s behind.
        speaker_blocks: blocks that the card asked for.
        speaker_underflows: times PortAudio said that the card ran dry.
        speaker_gaps: times nothing was waiting when the card asked; it played silence until the cushion was
            whole again.
        speaker_dropped: blocks dropped here, the oldest first, so that the voice does not lag behind.
    """

    microphone_blocks: int = 0
    microphone_overflows: int = 0
    microphone_dropped: int = 0
    speaker_blocks: int = 0
    speaker_underflows: int = 0
    speaker_gaps: int = 0
    speaker_dropped: int = 0

    @property
    def troubles(self) -> dict[str, int]:
        """The fields that tell of lost or late sound, by name."""
        return {name: number for name, number in vars(self).items() if not name.endswith("_blocks")}


class MicrophoneQueue:
    """Blocks from the card's callback to the session; the newest `MICROPHONE_BACKLOG` of them."""

    def __init__(self, counters: Counters) -> None:
        self._blocks: queue.Queue[CardBlock] = queue.Queue(MICROPHONE_BACKLOG)
        self._counters = counters

    def put(self, block: CardBlock) -> None:
        """Add a block (callback)."""
        self._counters.microphone_blocks += 1
        while True:
            try:
                self._blocks.put_nowait(block)
            except queue.Full:
                with suppress(queue.Empty):
                    self._blocks.get_nowait()
                    self._counters.microphone_dropped += 1
            else:
                return

    def take(self, timeout_s: float) -> CardBlock | None:
        """Wait for the next block (session); None when there is none in time."""
        try:
            return self._blocks.get(timeout=timeout_s)
        except queue.Empty:
            return None


class SpeakerQueue:
    """Blocks from the session to the card's callback, about `cushion` of them waiting.

    The session is paced by the microphone, so on one clock as many blocks come as go and the cushion stays.
    When it is used up (the session was late, or two clocks drift apart) silence is played until it is whole
    again; when too many gather, the oldest are dropped until only the cushion is left. So the time from a
    decision to the loudspeaker has a bound whatever happens.

    Args:
        counters: where losses are counted.
        cushion: blocks to hold ready.
    """

    def __init__(self, counters: Counters, cushion: int) -> None:
        self._blocks: deque[CardBlock] = deque()
        self._counters = counters
        self._cushion = cushion
        self._playing = False
        self.untaken = 0
        """Blocks put in since the card last asked for one."""

    def put(self, block: CardBlock) -> None:
        """Add a block (session)."""
        self._blocks.append(block)
        self.untaken += 1
        if len(self._blocks) > self._cushion + SPEAKER_ROOM:
            while len(self._blocks) > self._cushion:
                with suppress(IndexError):  # the callback was quicker
                    self._blocks.popleft()
                    self._counters.speaker_dropped += 1

    def take(self, *, closing: bool = False) -> CardBlock | None:
        """Return the next block (callback), or None to play silence.

        Args:
            closing: no more blocks will come: play even less than a cushion, and running out is no gap.
        """
        self._counters.speaker_blocks += 1
        self.untaken = 0
        if not (self._playing or closing) and len(self._blocks) < self._cushion:
            return None
        try:
            block = self._blocks.popleft()
        except IndexError:
            self._playing = False
            self._counters.speaker_gaps += not closing
            return None
        self._playing = True
        return block
