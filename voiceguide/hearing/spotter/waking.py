"""When an ear that works on the embedding is awake: while somebody may be speaking, and a while longer."""

from __future__ import annotations

import numpy as np
from pocketsphinx import Vad

from voiceguide.core.clock import RATE, samples
from voiceguide.hearing.recognisers.recogniser import Frame

STAYS_AWAKE = samples(1.2)
"""How long an ear goes on after the last sign of speech: an ending may be soft, and a command is at its most
probable up to 0.36 s after its end."""

_MODE = 1
"""WebRTC's voice activity detector, second most willing of four: a missed word costs more than a look in vain."""

_WINDOW = samples(0.03)


class Waking:
    """Looks for signs of speech. Keeps no clock: times come with the calls.

    Args:
        stays_awake: samples for which it is awake after the last sign.
    """

    def __init__(self, stays_awake: int = STAYS_AWAKE) -> None:
        self._stays_awake = stays_awake
        self._detector = Vad(mode=_MODE, sample_rate=RATE, frame_length=_WINDOW / RATE)
        self._unjudged = np.zeros(0, np.int16)
        self._awake_until = 0

    def awake(self, sound: Frame, at: int) -> bool:
        """Take the next samples, which end at sample time `at`, and tell whether to listen."""
        self._unjudged = np.concatenate([self._unjudged, sound])
        while len(self._unjudged) >= _WINDOW:
            if self._detector.is_speech(self._unjudged[:_WINDOW].tobytes()):
                self._awake_until = at + self._stays_awake
            self._unjudged = self._unjudged[_WINDOW:]
        return at <= self._awake_until
