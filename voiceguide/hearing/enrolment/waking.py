"""When an ear that works on the embedding is awake: while somebody may be speaking, and a while longer."""

from __future__ import annotations

from voiceguide.core.clock import samples
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.detector import Detector, Windows
from voiceguide.hearing.vad.steady_noise import SteadyNoise

STAYS_AWAKE = samples(1.2)
"""How long an ear goes on after the last sign of speech: an ending may be soft."""

_SPEECH, _STANDS_OUT_DB = 0.2, 3.0
"""Probability of speech that is a sign of it, as for the endpointer."""


class Waking:
    """Looks for signs of speech. Keeps no clock: times come with the calls."""

    def __init__(self) -> None:
        self._detector = Detector()
        self._noise = SteadyNoise()
        self._windows = Windows()
        self._awake_until = 0

    def awake(self, sound: Frame, at: int) -> bool:
        """Take the next samples, which end at sample time `at`, and tell whether to listen."""
        for window in self._windows.accept(sound):
            if self._noise.stands_out_db(window) < _STANDS_OUT_DB:
                self._detector.pass_over(window)
            elif self._detector.probability(window) > _SPEECH:
                self._awake_until = at + STAYS_AWAKE
        return at <= self._awake_until
