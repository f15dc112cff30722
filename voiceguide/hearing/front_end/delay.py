"""Where the echo is: how many samples after the speaker's sound the microphone hears it.

Every quarter of a second the last half second of the microphone is compared with the last second of the speaker
by their phases alone (GCC-PHAT: Knapp and Carter 1976, "The generalized correlation method for estimation of time
delay"): where both hold the same sound, their correlation is one sharp peak, whatever the room and the loudness.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE, samples
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.speaking.voice import Samples

EARLIEST = -samples(0.1)
"""Shortest delay that is looked for. Below zero the echo is heard before its reference arrives."""

LATEST = 8192
"""Longest delay that is looked for: 512 ms. Bluetooth speakers stay below 300 ms."""

STRONG = 12.0
"""Least height of a peak, in root mean squares of the whole correlation. Measured on 810 looks at the guide's
speech with and without drift and noise: wrong peaks reach 8, nineteen of twenty right ones exceed 11.7."""

_EVERY = 25 * BLOCK
_SPEAKER = 2 * LATEST
_MICROPHONE = LATEST

# Below, rooms hum and small speakers are silent; above, speech has little to tell.
_BAND_HZ = (200.0, 6500.0)

_TINY = 1e-9

_Sound = NDArray[np.float64]

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
        self._steps: Iterator[Sighting | None] = iter(())

    def rest(self, count: int) -> None:
        """Let so many samples pass by that hold no echo, because the speaker has been silent for long."""
        self._now += count

    def accept(self, microphone: Frame, reference: Samples) -> Sighting | None:
        """Take the next `(160,)` samples of both.

        Returns:
            The echo, a few blocks after it was looked for, when it is clearly there.
        """
        start = self._filled - _EVERY
        stop = start + BLOCK
        self._speaker[start : stop or None] = reference
        self._microphone[start : stop or None] = microphone
        self._now += BLOCK
        self._filled += BLOCK
        if self._filled == _EVERY:
            self._steps = self._look(self._now, self._speaker.copy(), self._microphone.copy())
            self._filled = 0
            for past in (self._speaker, self._microphone):
                past[:-_EVERY] = past[_EVERY:]
        return next(self._steps, None)

    def _look(self, now: int, speaker: _Sound, microphone: _Sound) -> Iterator[Sighting | None]:
        """Look for the echo, a step a block: at once it would take a small computer longer than a block lasts."""
        if np.mean(np.square(speaker)) < _SILENT:
            return
        played = np.conj(np.fft.rfft(speaker))
        yield None
        heard = np.fft.rfft(np.concatenate([np.zeros(_SPEAKER - _MICROPHONE), microphone]))
        yield None
        cross = heard * played
        yield None
        cross *= self._band / np.maximum(np.abs(cross), _TINY)
        yield None
        correlation = np.fft.irfft(cross, _SPEAKER)
        yield None
        correlation = np.concatenate([correlation[EARLIEST:], correlation[:LATEST]])
        found = _highest(correlation)
        if found is not None:
            delay, strength = found
            yield Sighting(now - _age(microphone), EARLIEST + delay, strength)


def _highest(correlation: _Sound) -> tuple[float, float] | None:
    """Return the place of the peak, between samples, and its strength; None without a clear one."""
    usual = float(np.sqrt(np.mean(np.square(correlation))))
    peak = int(np.argmax(correlation))
    # A peak at an edge belongs to something outside.
    if usual == 0.0 or not 0 < peak < len(correlation) - 1:
        return None
    strength = float(correlation[peak]) / usual
    if strength < STRONG:
        return None
    before, top, after = correlation[peak - 1 : peak + 2]
    return peak + 0.5 * float((before - after) / (before - 2 * top + after)), strength


def _age(microphone: _Sound) -> float:
    """Return how long ago most of the sound was, in samples: with drift, the delay is that moment's."""
    power = np.square(microphone)
    return float(np.dot(power, np.arange(len(power), 0, -1)) / np.sum(power))
