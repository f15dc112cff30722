"""One take of a word: where in the recording it is, and whether anything can be learned from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voiceguide.core.clock import samples, seconds
from voiceguide.core.takes import Problem
from voiceguide.hearing.recognisers.recogniser import Frame

SHORTEST, LONGEST = samples(0.12), samples(2.0)
"""Of a word or short phrase: "no" takes 0.2 s, "shooting pain" said slowly 1.3 s."""

QUIETEST_DBFS = -58.0
"""Loudest 30 ms of a usable take. At 16 bits that is 40 steps: below it the converter's own steps are heard."""

STANDS_OUT_DB = 10.0
"""How far the loudest 30 ms must stand above the softest tenth of the recording. Fifty recordings of "stop" in
pink noise 10 dB below reached 13.5 dB and more, pink and white noise by themselves at most 6."""

VOICED = 0.28
"""How alike successive periods of the voice must be in the clearest 60 ms, as a correlation. Bursts of white, pink
and brown noise stay below 0.24; of 232 words of 64 people 0.39 was the least, and 0.31 was left to 98 of 100 of
them in pink noise 10 dB below. WebRTC's voice activity detector takes such bursts for speech."""

_FRAME = samples(0.01)
_SMOOTH = 3
_SOFT_PERCENTILE = 10
_BELOW_PEAK_DB = 25.0
_ABOVE_FLOOR_DB = 8.0
_AT_LEAST_BELOW_PEAK_DB = 6.0
_GAP = samples(0.25) // _FRAME
"""A stop consonant closes the mouth for 0.1 s, two words of a phrase lie closer than this."""

_FULL_SCALE = 32_700
_CLIPPED = 8
"""Samples at full scale. A single one can be a spike."""

_WINDOW = samples(0.04)
"""Two periods of the deepest voice and more."""

_PERIODS = np.arange(samples(1 / 400), samples(1 / 60))
_CLEAREST = 3


@dataclass(frozen=True)
class Take:
    """A recording of one word.

    Attributes:
        sound: `(n,)` int16 at 16 kHz, the word with at least 0.3 s of the room before it.
        start: sample at which the word begins.
        end: sample after its last audible one.
        level_dbfs: of its loudest 30 ms.
        problem: why it cannot be used; None when it can.
    """

    sound: Frame
    start: int
    end: int
    level_dbfs: float
    problem: Problem | None

    @property
    def length_s(self) -> float:
        """Seconds from the word's beginning to its end."""
        return seconds(self.end - self.start)


def examine(sound: Frame) -> Take:
    """Find the word in a recording and judge it.

    The word is the loudest stretch that holds no silence of more than 0.25 s.

    Args:
        sound: `(n,)` int16 at 16 kHz.
    """
    if len(sound) < SHORTEST:
        return Take(sound, 0, len(sound), -np.inf, Problem.SHORT)
    levels = _levels(sound)
    peak = float(levels.max())
    floor = float(np.percentile(levels, _SOFT_PERCENTILE))
    start, end = _stretch(levels, peak, floor)
    return Take(sound, start, end, peak, _problem(sound, start, end, peak, floor))


def _levels(sound: Frame) -> np.ndarray:
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64) / 32768
    power = np.convolve(np.square(frames).mean(axis=1), np.ones(_SMOOTH) / _SMOOTH, "same")
    levels: np.ndarray = 10 * np.log10(power + 1e-12)
    return levels


def _stretch(levels: np.ndarray, peak: float, floor: float) -> tuple[int, int]:
    threshold = min(max(peak - _BELOW_PEAK_DB, floor + _ABOVE_FLOOR_DB), peak - _AT_LEAST_BELOW_PEAK_DB)
    loud = np.flatnonzero(levels > threshold)
    loudest = int(levels.argmax())
    first = last = loudest
    for frame in loud[loud > loudest].tolist():
        if frame - last > _GAP:
            break
        last = frame
    for frame in loud[loud < loudest][::-1].tolist():
        if first - frame > _GAP:
            break
        first = frame
    return first * _FRAME, (last + 1) * _FRAME


def _problem(sound: Frame, start: int, end: int, peak: float, floor: float) -> Problem | None:
    if peak < QUIETEST_DBFS:
        return Problem.QUIET
    if np.count_nonzero(np.abs(sound.astype(np.int32)) >= _FULL_SCALE) >= _CLIPPED:
        return Problem.CLIPPED
    if peak - floor < STANDS_OUT_DB:
        return Problem.NOISE
    if end - start < SHORTEST:
        return Problem.SHORT
    if end - start > LONGEST:
        return Problem.LONG
    return None if _voiced(sound[start:end]) >= VOICED else Problem.NOISE


def _voiced(word: Frame) -> float:
    """Return the correlation of the word with itself a period of the voice later, in its third clearest 40 ms."""
    # The difference between samples lifts the overtones and takes away rumble, which is periodic as well.
    sound = np.diff(word.astype(np.float64))
    found = [_periodic(sound[at : at + _WINDOW]) for at in range(0, max(len(sound) - _WINDOW, 0) + 1, _FRAME)]
    return sorted([0.0] * _CLEAREST + found)[-_CLEAREST]


def _periodic(window: np.ndarray) -> float:
    count = len(window)
    if count < _WINDOW:
        return 0.0
    products = np.fft.irfft(np.abs(np.fft.rfft(window, 2 * count)) ** 2)[:count]
    energy = np.cumsum(np.square(window))
    scale = np.sqrt(energy[count - 1 - _PERIODS] * (energy[-1] - energy[_PERIODS - 1]))
    return float(np.max(products[_PERIODS] / np.maximum(scale, 1e-9)))
