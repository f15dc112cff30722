"""How the delay of the echo changes: two devices have two clocks, and one of them is faster.

A Kalman filter with two numbers, the delay and its growth, follows the sightings of the echo. It knows how sure
it is: after a silence it expects less, and it says nothing about drift before it can. A sighting far from what is
expected is an error until others agree with it; then sound was lost or a device changed: the delay has jumped.
"""

from __future__ import annotations

import numpy as np

from voiceguide.core.clock import RATE
from voiceguide.hearing.front_end.delay import Sighting

SURE_PPM = 3.0
"""Standard deviation below which the drift counts as known, from then on."""

_USUAL_DRIFT = 60e-6
"""Standard deviation of drift before anything is known: crystals are sold with up to 50 ppm, and there are two."""

_WANDER = 0.05e-6
"""By how much drift may wander in a second: a crystal that warms up moves by a few ppm in minutes."""

_READING = 0.2
"""Standard deviation of a sighting in samples. Measured: 0.02 without drift and 0.2 at 100 ppm."""

_SHAKEN = 10e-6
"""What a jump of the delay adds to the standard deviation of drift: another device has another clock."""

_LOOSE = 0.02
"""By how much the delay may wander in a second besides drift, in samples: somebody moves."""

_SIGMAS = 5.0
_SLACK = 1.5
"""A sighting is expected within so many samples, and so many standard deviations, of where the echo should be."""

_AGREEING = 3
_CLOSE = 3.0
"""So many sightings in a row within so many samples of each other make a new delay. Where one has been known and
sound was lost, the first sighting is taken: a wrong one is higher than `STRONG` in one look of hundreds, and the
next looks would put it right."""


class DelayTrack:
    """The delay as a straight line in time, from sightings of the echo."""

    def __init__(self) -> None:
        self._state = np.zeros(2)  # delay (samples), drift (samples a sample)
        self._spread = np.diag([0.0, _USUAL_DRIFT**2])
        self._at = 0.0
        self._found = False
        self._known = False  # it was found once
        self._sure = False
        self._strays: list[Sighting] = []

    @property
    def found(self) -> bool:
        """Whether the delay is known."""
        return self._found

    @property
    def lost(self) -> bool:
        """Whether the delay was known and is not any more."""
        return self._known and not self._found

    @property
    def certain(self) -> bool:
        """Whether the delay is known and no sighting speaks against it."""
        return self._found and not self._strays

    @property
    def drift(self) -> float | None:
        """Samples by which the delay grows each sample; None until its standard deviation has reached `SURE_PPM`.

        Above zero the microphone's clock is the faster one. One millionth is 1 ppm.
        """
        return float(self._state[1]) if self._sure else None

    def delay(self, at: float) -> float:
        """Return the delay at a sample time, in samples."""
        return float(self._state[0] + self._state[1] * (at - self._at))

    def shift(self, by: float) -> None:
        """The echo comes so many samples later from now on."""
        self._state[0] += by
        self._strays.clear()

    def lose(self) -> None:
        """The delay is no longer known; the drift is taken to be what it was until sightings say otherwise."""
        self._found = False
        self._strays.clear()

    def observe(self, sighting: Sighting) -> bool:
        """Take a sighting.

        Returns:
            Whether a delay was found by it: the first one, or another than was expected.
        """
        if self._found:
            self._predict(sighting.at)
            surprise = sighting.delay - self._state[0]
            expected = _SIGMAS * np.sqrt(self._spread[0, 0] + _READING**2) + _SLACK
            if abs(surprise) < expected:
                self._correct(surprise)
                self._strays.clear()
                return False
        return self._settle(sighting)

    def _predict(self, at: float) -> None:
        passed = max(0.0, at - self._at)
        step = np.array([[1.0, passed], [0.0, 1.0]])
        wander = np.diag([_LOOSE**2, _WANDER**2]) * passed / RATE
        self._state = step @ self._state
        self._spread = step @ self._spread @ step.T + wander
        self._at = max(self._at, at)

    def _correct(self, surprise: float) -> None:
        gain = self._spread[:, 0] / (self._spread[0, 0] + _READING**2)
        self._state = self._state + gain * surprise
        self._spread = self._spread - np.outer(gain, self._spread[0])
        self._sure = self._sure or self._spread[1, 1] < (SURE_PPM * 1e-6) ** 2

    def _settle(self, sighting: Sighting) -> bool:
        """Collect sightings that are elsewhere; enough of them in one place are the new delay."""
        if self._strays and abs(sighting.delay - self._strays[-1].delay) > _CLOSE:
            self._strays.clear()
        self._strays.append(sighting)
        if not self.lost and len(self._strays) < _AGREEING:
            return False
        self._strays.clear()
        self._predict(sighting.at)
        self._state[0] = sighting.delay
        self._spread = np.diag([_READING**2, self._spread[1, 1] + _SHAKEN**2])
        self._found = self._known = True
        return True
