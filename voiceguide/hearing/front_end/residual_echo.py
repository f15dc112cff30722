"""What a linear filter leaves of the echo, made quiet while nobody else speaks.

The rest of the guide's voice is soft but still speech: it keeps a recogniser's utterance open, and the person's
word becomes a part of something long. So the rest is turned down as a whole, at once and only while it is as soft
as the filter usually leaves it. Whatever is clearly louder passes untouched; nothing is taken out of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples
from voiceguide.hearing.recognisers.recogniser import Frame

LOUDER_DB = 10.0
"""So much above the usual rest, something else is heard. With flite's kal16 10 dB softer than espeak-ng's voice,
an earlier recogniser heard 9, 14 and 17 of 17 reports of pain at 6, 9 and 12, and 17 at 9 and 10 with the slower
fall below; lower numbers let softer voices pass."""

LEAST_DB = 20.0
"""When more than this is left, the filter has not learnt the room or the room is noisy: nothing is turned down."""

SOFTER = 0.1
"""The gain: -20 dB, but never below the noise of the room, whose coming and going would sound like speech."""

_OPEN_BLOCKS = samples(0.15) // BLOCK
"""Words have soft places; the way stays open for as long."""

_ROOM_BLOCKS = samples(0.4) // BLOCK
"""How long the echo of a word may last after it."""

_ECHO_FALLS = 0.93
"""By how much the expected echo falls in 10 ms: 60 dB in two seconds."""

_UP_DB, _DOWN_DB = 0.04, 0.06
"""Steps by which the usual rest is learnt, per 10 ms of the guide's speech. The person's words push it up by 4 dB
a second, so steps down are larger."""

_FLOOR_RISES = 1.0023
"""1 dB a second: the noise of the room is the least that was heard of late."""

_AUDIBLE = 900.0
"""Power (-61 dBFS) below which an echo is not worth turning down."""

_SMALLEST = 1.0


class ResidueGate:
    """Turns down what is left of the guide's voice while nobody else speaks."""

    def __init__(self) -> None:
        self._rest_db = 0.0
        self._echo = 0.0
        self._floor = float("inf")
        self._since_reference = _ROOM_BLOCKS
        self._open = 0
        self._gain = 1.0

    def forget_noise(self) -> None:
        """Learn the noise of the room anew, after a time in which nobody looked."""
        self._floor = float("inf")

    def pass_on(self, clean: Frame, microphone: Frame, *, speaking: bool) -> Frame:
        """Return a block, softer when it is nothing but the rest of the echo.

        Args:
            clean: `(160,)` int16, the linear filter's output.
            microphone: `(160,)` int16, its input.
            speaking: whether the reference of this block holds the guide's voice.
        """
        left = max(power(clean), _SMALLEST)
        taken_out = max(power(np.subtract(microphone, clean, dtype=np.int32)), _SMALLEST)
        self._echo = max(taken_out, self._echo * _ECHO_FALLS)
        self._floor = min(self._floor * _FLOOR_RISES, left)
        self._since_reference = 0 if speaking else self._since_reference + 1
        gain = self._gain_for(left)
        if gain == self._gain == 1.0:
            return clean
        faded = clean * np.linspace(self._gain, gain, BLOCK)
        self._gain = gain
        return np.asarray(np.round(faded), np.int16)

    def _gain_for(self, left: float) -> float:
        if self._since_reference >= _ROOM_BLOCKS or self._echo < _AUDIBLE:
            self._open = 0
            return 1.0
        rest_db = float(10 * np.log10(left / self._echo))
        louder_db = rest_db - self._rest_db
        self._rest_db += _UP_DB if louder_db > 0 else -_DOWN_DB
        self._open = _OPEN_BLOCKS if louder_db > LOUDER_DB else self._open - 1
        if self._open > 0 or self._rest_db > -LEAST_DB:
            return 1.0
        return min(1.0, max(SOFTER, float(np.sqrt(self._floor / left))))


def power(block: NDArray[np.int16] | NDArray[np.int32]) -> float:
    """Return the mean square without direct current, which is no echo; the filter takes it out in passing."""
    values = block.astype(np.float32)
    return float(np.dot(values, values)) / BLOCK - float(np.mean(values)) ** 2
