"""A microphone in a silent room and a speaker that remembers."""

from __future__ import annotations

import math

import numpy as np

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import RATE
from voiceguide.speaking.voice import Samples


class VirtualPort:
    """An audio port without sound card or files, as fast as the caller.

    Args:
        mic_s: seconds of silence that the microphone delivers before it comes to its end; by default never.
    """

    name = "a virtual port"
    slipped = NO_SLIPS

    def __init__(self, mic_s: float = math.inf) -> None:
        self._mic_ends = mic_s * RATE
        self._blocks: list[SpeakerBlock] = []
        self._now = 0

    @property
    def now(self) -> int:
        """Samples exchanged so far."""
        return self._now

    @property
    def played(self) -> Samples:
        """Everything that went to the speaker, `(n,)` float32 at 16 kHz."""
        return np.concatenate([np.zeros(0, np.float32), *self._blocks])

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Keep a block and return silence; None when the microphone is at its end."""
        self._blocks.append(block)
        self._now += len(block)
        return np.zeros(len(block), np.int16) if self._now <= self._mic_ends else None

    def close(self) -> None:
        """Nothing to close."""
