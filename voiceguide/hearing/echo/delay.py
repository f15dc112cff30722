"""Where the echo is: how many samples after the speaker's sound the microphone hears it.

Every quarter of a second the last half second of the microphone is compared with the last second of the speaker
by their phases alone (GCC-PHAT: Knapp and Carter 1976, "The generalized correlation method for estimation of time
delay"): where both hold the same sound, their correlation is one sharp peak, whatever the room and the loudness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE, samples
from voiceguide.hearing.recogniser import Frame
from voiceguide.speaking.voice import Samples

EARLIEST = -samples(0.1)
"""Shortest delay that is looked for. Below zero the echo is heard before its reference arrives."""

LATEST = 8192
"""Longest delay that is looked for: 512 ms. Bluetooth speakers stay below 300 ms."""

STRONG = 12.0
"""Least height of a peak, in root mean squares of the whole correlation. Measured on 1,110 looks at the guide's
speech with and without drift and noise: wrong peaks reach 8, nineteen of twenty right ones exceed 11.7."""

_EVERY = 25 * BLOCK
_SPEAKER = 2 * LATEST
_MICROPHONE = LATEST

# Below, rooms hum and small speakers are silent; above, speech has little to tell.
_BAND_HZ = (200.0, 6500.0)

_SILENT = 1e-6
"""Mean square of the speaker's samples (-60 dBFS) below which there is nothing to look for."""


@dataclass(frozen=True)
class Sighting:
    """One look at the echo.

    Attributes:
        at: sample time in the middle of the sound it was seen in, weighted by power.
        delay: samples from the speaker to the microphone, with fractions; below zero when the reference is late.
        strength: height of the peak over the root mean square of the correlation.
    """

    at: float
    delay: float
    strength: float


class DelayFinder:
    """Looks for the echo in every quarter of a second in which the guide has spoken."""

    def __init__(self) -> None:
        self._now = 0
        frequencies = np.fft.rfftfreq(_SPEAKER, 1 / RATE)
        self._band = (frequencies > _BAND_HZ[0]) & (frequencies < _BAND_HZ[1])
        self.restart()

    def restart(self) -> None:
        """Forget the sound so far: what comes next does not continue it."""
        self._speaker = np.zeros(_SPEAKER)
        self._microphone = np.zeros(_MICROPHONE)
        self._filled = 0

    def accept(self, microphone: Frame, reference: Samples) -> Sighting | None:
        """Take the next `(160,)` samples of both.

        Returns:
            The echo, when it was looked for and is clearly there.
        """
        start = self._filled - _EVERY
        stop = start + BLOCK
        self._speaker[start : stop or None] = reference
        self._microphone[start : stop or None] = microphone
        self._now += BLOCK
        self._filled += BLOCK
        if self._filled < _EVERY:
            return None
        sighting = self._look()
        self._filled = 0
        for past in (self._speaker, self._microphone):
            past[:-_EVERY] = past[_EVERY:]
        return sighting

    def _look(self) -> Sighting | None:
        if np.mean(np.square(self._speaker)) < _SILENT:
            return None
        correlation = self._correlate()
        power = float(np.sqrt(np.mean(np.square(correlation))))
        peak = int(np.argmax(correlation))
        # A peak at an edge belongs to something outside.
        if power == 0.0 or not 0 < peak < len(correlation) - 1:
            return None
        strength = float(correlation[peak]) / power
        if strength < STRONG:
            return None
        before, top, after = correlation[peak - 1 : peak + 2]
        fraction = 0.5 * (before - after) / (before - 2 * top + after)
        return Sighting(self._centre(), EARLIEST + peak + float(fraction), strength)

    def _correlate(self) -> NDArray[np.float64]:
        """Return the correlation of both at delays from `EARLIEST` on, one value a sample."""
        padded = np.zeros(_SPEAKER)
        padded[-_MICROPHONE:] = self._microphone
        cross = np.fft.rfft(padded) * np.conj(np.fft.rfft(self._speaker))
        size = np.abs(cross)
        heard = self._band & (size > 0)
        phases = np.zeros_like(cross)
        phases[heard] = cross[heard] / size[heard]
        whole = np.fft.irfft(phases, _SPEAKER)
        return np.concatenate([whole[EARLIEST:], whole[:LATEST]])

    def _centre(self) -> float:
        """Return the moment around which the microphone's sound lies: with drift, the delay is that moment's."""
        power = np.square(self._microphone)
        ages = np.arange(_MICROPHONE, 0, -1)
        return self._now - float(np.dot(power, ages) / np.sum(power))
