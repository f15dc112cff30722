"""A delay line that is read between its samples, at a delay that may glide."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.speaking.voice import Samples

LEAST = 16
"""Shortest delay that can be read, in samples (1 ms): half the interpolator's length."""

_TAPS = 2 * LEAST + 1

_FINENESS = 256
"""Rows of taps a sample; between two of them is a straight line, 90 dB below the sound."""


class DelayLine:
    """The last samples of a stream, readable at any delay from `LEAST` samples on.

    Reading between samples uses a sinc of 33 taps under a raised-cosine window: within 0.03 dB up to 6.5 kHz.

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
        """Return `(160,)` samples at a delay that glides evenly from `first` to `last`.

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


def _sincs() -> NDArray[np.float64]:
    """Return the interpolator's taps for delays of `LEAST` and fractions up to two samples, a row each."""
    offset = np.arange(_TAPS) - LEAST - np.arange(2 * _FINENESS + 2)[:, None] / _FINENESS
    window = np.where(np.abs(offset) < LEAST, 0.5 + 0.5 * np.cos(np.pi * offset / LEAST), 0.0)
    return np.asarray(np.sinc(offset) * window)


_ROWS = _sincs()


def _between(fraction: float) -> NDArray[np.float64]:
    """Return the interpolator's taps for a delay of `LEAST` and a fraction from 0 to below 2 samples."""
    row = math.floor(fraction * _FINENESS)
    low, high = _ROWS[row], _ROWS[row + 1]
    return np.asarray(low + (fraction * _FINENESS - row) * (high - low))
