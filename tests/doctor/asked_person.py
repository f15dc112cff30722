"""Somebody who is asked by a guide: speaks when it has fallen silent. The guide itself is not heard."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import samples
from voiceguide.speaking.voices.hibari import HibariVoice, is_installed

AFTER = samples(0.9)
"""Longer than the guide's pauses between two lines."""
HISS = 15.0
PEAK = 0.3


@cache
def spoken(text: str) -> NDArray[np.int16]:
    """Return a text as a natural voice says it, trimmed, at a peak of -10 dBFS."""
    if not is_installed():
        pytest.skip("the voice hibari is not installed: pip install 'voiceguide[natural]'")
    with closing(HibariVoice()) as voice:
        sound = voice.render(text)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return np.asarray(sound[loud[0] : loud[-1] + 1] * (PEAK * 32767 / np.abs(sound).max()), np.int16)


class Asked:
    """An audio port with a person who says one thing after the other, each when the guide has become silent.

    Args:
        says: int16 at 16 kHz; None for saying nothing this time.
    """

    name = "a person who is asked"
    slipped = NO_SLIPS

    def __init__(self, says: Sequence[NDArray[np.int16] | None]) -> None:
        self._says = list(says)
        self._rng = np.random.default_rng(3)
        self._silent = 0
        self._spoken_to = False
        self._saying = np.zeros(0, np.int16)

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        self._silent = 0 if np.abs(block).max() > 0.001 else self._silent + BLOCK
        self._spoken_to = self._spoken_to or self._silent == 0
        if self._spoken_to and self._silent >= AFTER and self._says:
            self._spoken_to = False
            said = self._says.pop(0)
            self._saying = np.zeros(0, np.int16) if said is None else said
        piece, self._saying = self._saying[:BLOCK], self._saying[BLOCK:]
        frame = self._rng.normal(0, HISS, BLOCK)
        frame[: len(piece)] += piece
        return np.asarray(np.clip(frame, -32768, 32767), np.int16)

    def close(self) -> None:
        """Nothing to close."""
