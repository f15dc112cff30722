"""A delay line that is read between its samples, at a delay that may glide."""

from __future__ import annotations

import math

import numpy as np

from voiceguide.audio.port import BLOCK
from voiceguide.speaking.voice import Samples

LEAST = 16
"""Shortest delay that can be read, in samples (1 ms): half the interpolator's length."""

_TAPS = 2 * LEAST + 1


class DelayLine:
    """The last samples of a stream, readable at any delay from `LEAST` samples on.

    Reading between samples uses a sinc of 33 taps under a raised-cosine window: within 0.1 dB up to 6.5 kHz.

    Args:
        longest: longest delay that can be read, in samples.
    """

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self._past: Samples = np.zeros(longest + BLOCK + _TAPS, np.float32)

    def restart(self) -> None:
        """Forget the sound so far."""
        self._past[:] = 0

    def write(self, block: Samples) -> None:
        """Append a `(160,)` block."""
        self._past[:-BLOCK] = self._past[BLOCK:]
        self._past[-BLOCK:] = block

    def read(self, first: float, last: float) -> Samples:
        """Return `(160,)` samples, delayed by `first` samples at the beginning and, evenly gliding, by `last` at the end.

        Args:
            first: delay of the first sample, `LEAST` to `longest`.
            last: delay of the sample after the last one; less than a sample from `first`.
        """
        whole = math.floor(min(first, last))
        stop = len(self._past) - whole + LEAST
        stretch = self._past[stop - BLOCK - _TAPS + 1 : stop]
        at_first = np.convolve(stretch, _between(first - whole), "valid")
        if first == last:
            return at_first.astype(np.float32)
        at_last = np.convolve(stretch, _between(last - whole), "valid")
        glide = np.arange(BLOCK) / BLOCK
        return (at_first + glide * (at_last - at_first)).astype(np.float32)


def _between(fraction: float) -> Samples:
    """Return the interpolator's taps for a delay of `LEAST` and a fraction from 0 to below 2 samples."""
    offset = np.arange(_TAPS) - LEAST - fraction
    window = np.where(np.abs(offset) < LEAST, 0.5 + 0.5 * np.cos(np.pi * offset / LEAST), 0.0)
    taps: Samples = np.sinc(offset) * window
    return taps
