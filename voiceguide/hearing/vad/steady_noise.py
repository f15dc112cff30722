"""How far what is heard stands out from a steady noise: a fan, a hum, rain.

The noise is the least that was heard of late, as in Martin's minimum statistics (2001): what goes on for seconds
without a pause is no speech. A television has pauses, so it stands out from them and never counts as noise.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from voiceguide.hearing.recognisers.recogniser import Frame

_FLAT = 16
"""Samples, 1 ms, around whose mean the power is taken. What is slower than that, the rumble of a fan, where its
unsteadiness is, counts little, and speech as much as ever."""

_SMOOTH = 5
_SECOND, _SECONDS = 31, 4
"""Windows whose mean counts, and windows and number of the stretches from which the least is taken."""

_DITHER = 1.0
"""Power of the last bit: digital silence is no noise to stand out from."""


class SteadyNoise:
    """Follows the noise of a room. Keeps no clock: it counts windows."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=_SMOOTH)
        self._least: deque[float] = deque(maxlen=_SECONDS)  # of whole stretches
        self._here = float("inf")  # of the present one
        self._windows = 0

    def stands_out_db(self, window: Frame) -> float:
        """Take the next `(512,)` samples and return how far they stand out, in decibels; infinite at first."""
        sound = window.astype(np.float64)
        sums = sound.reshape(-1, _FLAT).sum(axis=1)
        power = float(sound @ sound - sums @ sums / _FLAT) / len(sound) + _DITHER
        self._last.append(power)
        if len(self._last) < _SMOOTH:
            return float("inf")
        self._here = min(self._here, sum(self._last) / _SMOOTH)
        noise = min([self._here, *self._least])
        self._windows += 1
        if self._windows == _SECOND:
            self._least.append(self._here)
            self._here, self._windows = float("inf"), 0
        return 10 * math.log10(power / noise)
