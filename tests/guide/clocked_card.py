"""A sound card that runs by the clock: what it is given too late is never played, whatever the guide believes."""

from __future__ import annotations

import threading
import time

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.core.clock import RATE

CUSHION = 8
"""Blocks that wait for the loudspeaker, as on the real one."""


class ClockedCard:
    """A quiet room to hear, and a loudspeaker.

    Attributes:
        missed: how many blocks were never played.
        stalls: seconds to stand still for with the next block, as a guide that waits for something would.
        ends: it is over.
    """

    name = "a card by the clock"
    slipped = 0

    def __init__(self) -> None:
        self.missed = 0
        self.stalls = 0.0
        self.ends = threading.Event()
        self._began: float | None = None
        self._number = 0
        self._played: list[SpeakerBlock] = []
        random = np.random.default_rng(1)  # as in a quiet room
        self._noise = [random.normal(0, 30 * 1.3**louder, BLOCK).astype(np.int16) for louder in range(12)]

    @property
    def played(self) -> NDArray[np.float32]:
        """What was heard in the room."""
        return np.concatenate([np.zeros(0, np.float32), *self._played])

    @property
    def late(self) -> bool:
        """Whether the next block comes too late."""
        return self._number <= self._due()

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Play a block, if there is still time for it, and wait for the next one of the microphone."""
        if self._began is None:
            self._began = time.monotonic()
        in_time = self._number >= self._due()
        self.missed += not in_time
        self._played.append(block if in_time else np.zeros(BLOCK, np.float32))
        self._number += 1
        if self.stalls:
            stalls, self.stalls = self.stalls, 0.0
            time.sleep(stalls)
        time.sleep(max(0.0, self._began + self._number * BLOCK / RATE - time.monotonic()))
        return None if self.ends.is_set() else self._noise[self._number // 10 % len(self._noise)]

    def close(self) -> None:
        """Nothing to close."""

    def _due(self) -> int:
        if self._began is None:
            return -1
        return int((time.monotonic() - self._began) * RATE / BLOCK) - CUSHION


def heard_whole(played: NDArray[np.float32], sound: NDArray[np.float32]) -> bool:
    """Tell whether a sound was heard from its beginning to its end without a hole."""
    begins = np.flatnonzero(played[: len(played) - len(sound) + 1] == sound[0])
    return any(np.array_equal(played[at : at + len(sound)], sound) for at in begins)
