"""Sound in blocks: through a buffer with two clocks, through a loudspeaker, through the air."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.speaking.voice import Samples

_SPARE = 5
"""Blocks that may gather in the buffer above what it began with, before sound is dropped."""
_TAPS = 32
_BEFORE = _TAPS // 2 - 1
"""Samples that interpolation needs before the place it reads; it needs one more after it."""
_PHASES = 512
_KAISER_BETA = 8.0


class Playback:
    """What lies between the program and the loudspeaker: a buffer, read with the microphone's clock.

    Each microphone block takes a block's worth of the speaker's time, which is a little more or less than a block
    when the clocks differ; it is read between the samples, with a windowed sinc of 32 taps (measured: errors 79 dB
    below the sound up to 6.5 kHz, 0.1 dB too little at 7 kHz). As in a sound server, a buffer that runs dry plays
    silence until it is as full as in the beginning, and one with 50 ms too much in it drops that: the delay then
    jumps back to where it began, to within a block.

    Args:
        delay: samples that wait in the buffer at the beginning, at least 32.
        drift: samples that the speaker plays more in each microphone sample.

    Attributes:
        underruns: times that the buffer ran dry.
        overruns: times that it was too full.
    """

    def __init__(self, delay: float, drift: float) -> None:
        self._delay = delay
        self._rate = 1.0 + drift
        # The sound of the last while, ending with the newest sample; reading happens `_behind` samples before.
        self._buffer = np.zeros(int(delay) + (_SPARE + 4) * BLOCK + 2 * _TAPS, np.float32)
        self._windows = np.lib.stride_tricks.sliding_window_view(self._buffer, _TAPS)
        self._behind = delay
        self._filling = False
        self.underruns = 0
        self.overruns = 0

    @property
    def delay(self) -> float:
        """Samples between a sample's exchange and its playing, now."""
        return self._behind

    def write(self, block: Samples) -> None:
        """Take the next `(160,)` samples."""
        self._buffer[:-BLOCK] = self._buffer[BLOCK:]
        self._buffer[-BLOCK:] = block
        self._behind += BLOCK
        if self._behind > self._delay + (_SPARE + 1) * BLOCK:
            self._behind = self._delay + BLOCK
            self.overruns += 1

    def read(self) -> Samples:
        """Return what the loudspeaker plays during the next 160 samples of the microphone."""
        taken = BLOCK * self._rate
        if self._behind - taken <= _TAPS // 2:
            self.underruns += not self._filling
            self._filling = True
        if self._filling and self._behind < self._delay + BLOCK:
            return np.zeros(BLOCK, np.float32)
        self._filling = False
        places = len(self._buffer) - self._behind + self._rate * np.arange(BLOCK)
        self._behind -= taken
        return _between(self._windows, places)


class Convolver:
    """One stream of sound heard in several places: convolution in blocks, without delay.

    Overlap-save, with the impulse responses cut into partitions of one block.

    Args:
        responses: impulse responses, each `(n,)`.
    """

    def __init__(self, responses: Sequence[Samples]) -> None:
        parts = max(-(-len(response) // BLOCK) for response in responses)
        padded = np.zeros((len(responses), parts, 2 * BLOCK), np.float32)
        for row, response in zip(padded, responses, strict=True):
            whole = np.pad(response, (0, parts * BLOCK - len(response)))
            row[:, :BLOCK] = whole.reshape(parts, BLOCK)
        self._responses = np.fft.rfft(padded).astype(np.complex64)
        # The spectrum of each block and the one before it, the newest at `_newest`.
        self._spectra = np.zeros((parts, BLOCK + 1), np.complex64)
        self._newest = 0
        self._window = np.zeros(2 * BLOCK, np.float32)

    def feed(self, block: Samples) -> Samples:
        """Take `(160,)` samples and return what is heard meanwhile, `(places, 160)`."""
        self._window[:BLOCK] = self._window[BLOCK:]
        self._window[BLOCK:] = block
        parts = len(self._spectra)
        self._newest = (self._newest - 1) % parts
        self._spectra[self._newest] = np.fft.rfft(self._window)
        wrap = parts - self._newest
        heard = np.einsum("pkf,kf->pf", self._responses[:, :wrap], self._spectra[self._newest :])
        heard += np.einsum("pkf,kf->pf", self._responses[:, wrap:], self._spectra[: self._newest])
        return np.fft.irfft(heard, 2 * BLOCK)[:, BLOCK:].astype(np.float32)


def saturate(sound: Samples, limit: float | None) -> Samples:
    """Return what a loudspeaker makes of `(n,)` samples that ask for more than it can give.

    Rapp's model of soft saturation with a smoothness of 2, y = x / sqrt(1 + (x / limit)^2): linear when quiet,
    3 dB down at the limit, never above it. Distortion is odd and without memory; a real small loudspeaker also has
    even distortion and memory.

    Args:
        sound: float32 samples.
        limit: amplitude that is never reached; None for no saturation.
    """
    return sound if limit is None else sound / np.sqrt(1 + np.square(sound / np.float32(limit)))


def _kernels() -> Samples:
    """Return interpolation filters, `(phases + 1, taps)`: row p reads p / phases after tap `_BEFORE`."""
    offsets = np.arange(_TAPS) - _BEFORE - np.arange(_PHASES + 1)[:, np.newaxis] / _PHASES
    inside = np.clip(1 - np.square(offsets / (_TAPS / 2)), 0, None)
    window = np.i0(_KAISER_BETA * np.sqrt(inside)) / np.i0(_KAISER_BETA)
    return (np.sinc(offsets) * window).astype(np.float32)


_KERNELS = _kernels()


def _between(windows: Samples, places: NDArray[np.floating[Any]]) -> Samples:
    """Return a sound, given as windows of `_TAPS` samples, at `(n,)` places between its samples."""
    whole = np.floor(places).astype(np.intp)
    phase = (places - whole) * _PHASES
    row = phase.astype(np.intp)
    between = (phase - row).astype(np.float32)[:, np.newaxis]
    kernels = _KERNELS[row] * (1 - between) + _KERNELS[np.minimum(row + 1, _PHASES)] * between
    read: Samples = np.einsum("nt,nt->n", windows[whole - _BEFORE], kernels)
    return read
