"""Endpointing: where each utterance begins and ends, in sample time.

An utterance opens with a window in which the detector finds speech likely, and reaches back to what was heard just
before (pre-roll), because a first consonant is softer than the vowel after it. It closes after a stretch without
speech (hangover). What goes on for longer than anything a person asks for is cut, and goes on as a new utterance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from voiceguide.core.clock import samples
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.detector import WINDOW, Detector, Windows
from voiceguide.hearing.vad.steady_noise import SteadyNoise

OPENS_AT = 0.2
"""Probability of speech that opens an utterance. Of 150 words of people for tuning, 2 m away in pink noise at 10
dB, 1 was missed with it and 9 at 0.4 in two windows; two minutes of the noise alone opened none either way."""

CLOSES_BELOW, HANGOVER = 0.2, 8
"""Probability below which a window holds no speech, and how many of them in a row end an utterance: 0.26 s. A stop
consonant closes the mouth for up to 0.1 s, people pause between sentences for 0.3 s and more."""

PRE_ROLL = 10
"""Windows kept from before the opening one, 0.32 s."""

TAIL = 3
"""Windows kept after the last one with speech, 0.1 s. Cutting close is best for the recogniser."""

LONGEST = samples(6.0)
"""Samples after which an utterance is cut. A sentence about pain, said slowly, takes four seconds."""

STANDS_OUT_DB = 3.0
"""What stands out from the steady noise by less is not looked at while nobody speaks. Of 120 words of people for
tuning, 2 m away in pink noise at 10 dB, 106 were understood with it and a detector that begins anew; with 1.5 and
one that remembers the noise 100."""


@dataclass(frozen=True)
class Utterance:
    """What somebody has said so far.

    Attributes:
        windows: its sound, pre-roll included, each `(512,)` int16.
        began: sample time at which it opened.
        spoke_until: sample time of the end of the last window with speech.
        at: sample time of the end of the last window of all.
        over: it has ended, or was cut.
        cut: it was longer than `LONGEST`, and may go on.
    """

    windows: tuple[Frame, ...]
    began: int
    spoke_until: int
    at: int
    over: bool = False
    cut: bool = False

    @property
    def sound(self) -> Frame:
        """The sound up to shortly after the last speech, `(n,)` int16."""
        silent = (self.at - self.spoke_until) // WINDOW
        kept = len(self.windows) - max(0, silent - TAIL)
        return np.concatenate(self.windows[:kept])

    @property
    def length(self) -> int:
        """Samples from the opening to the last speech."""
        return self.spoke_until - self.began


class Endpointer:
    """Finds the utterances in one stream. Keeps no clock: it counts samples.

    Raises:
        RecogniserError: the detector cannot be loaded.
    """

    def __init__(self) -> None:
        self._windows = Windows()
        self._detector = Detector()
        self._noise = SteadyNoise()
        self._before: deque[Frame] = deque(maxlen=PRE_ROLL + 1)
        self._heard: list[Frame] = []
        self._at = self._began = self._spoke_until = 0

    def accept(self, frame: Frame) -> Iterator[Utterance]:
        """Take the next samples, in blocks of any size; return the utterance after each of its windows."""
        for window in self._windows.accept(frame):
            self._at += WINDOW
            found = self._within(window) if self._heard else self._outside(window)
            if found is not None:
                yield found

    def abandon(self) -> None:
        """Forget the utterance that goes on."""
        self._heard = []

    def _outside(self, window: Frame) -> Utterance | None:
        self._before.append(window.copy())
        if self._noise.stands_out_db(window) < STANDS_OUT_DB:
            self._detector.pass_over(window)
            return None
        if self._detector.probability(window) < OPENS_AT:
            return None
        self._began, self._spoke_until = self._at - WINDOW, self._at
        self._heard = list(self._before)
        self._before.clear()
        return self._utterance()

    def _within(self, window: Frame) -> Utterance:
        self._noise.stands_out_db(window)
        self._heard.append(window.copy())
        if self._detector.probability(window) >= CLOSES_BELOW:
            self._spoke_until = self._at
        cut = self._at - self._began >= LONGEST
        over = cut or self._at - self._spoke_until >= HANGOVER * WINDOW
        utterance = self._utterance(over=over, cut=cut)
        if over:
            self._before.extend(self._heard[-2:])
            self._heard = []
        return utterance

    def _utterance(self, *, over: bool = False, cut: bool = False) -> Utterance:
        return Utterance(tuple(self._heard), self._began, self._spoke_until, self._at, over, cut)
