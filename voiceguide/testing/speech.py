"""Speech of a plausible length, without a voice."""

from __future__ import annotations

import numpy as np

from voiceguide.core.clock import RATE, samples
from voiceguide.speaking.voice import Samples

TONE_HZ = 250
"""A whole number of samples a period, so that cuts can be measured to the sample."""

AMPLITUDE = 0.1

LETTER = 1039
"""Samples a letter: 65 ms."""


def spoken_length(text: str) -> int:
    """Return a plausible length for a text, in samples: 65 ms a letter and at least 0.3 s.

    The prime keeps speech from ending on the boundary of a block by chance.
    """
    return samples(0.3) + LETTER * len(text)


class VirtualSpeech:
    """Stands in for a store of rendered speech: every text is a steady tone of its `spoken_length`."""

    def samples(self, text: str) -> Samples:
        """Return `(spoken_length(text),)` float32 at 16 kHz, no sample of it zero."""
        phase = (np.arange(spoken_length(text)) + 0.5) * (2 * np.pi * TONE_HZ / RATE)
        tone: Samples = (AMPLITUDE * np.sin(phase)).astype(np.float32)
        return tone

    def length(self, text: str) -> int:
        """Return the number of samples of a text."""
        return spoken_length(text)
