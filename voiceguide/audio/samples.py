"""From chunks of any length at one rate to blocks of one length at another, and from float to 16-bit."""

from __future__ import annotations

from typing import Literal

import numpy as np
import soxr
from numpy.typing import NDArray

FULL_SCALE = 32_768
"""16-bit steps per 1.0. A 16-bit sample goes to float and back unchanged."""

Quality = Literal["HQ", "LQ"]


def to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return float samples (-1..1, any shape) as 16-bit, rounded; what lies beyond full scale is clipped."""
    steps = np.rint(samples * FULL_SCALE)
    return np.minimum(np.maximum(steps, -FULL_SCALE), FULL_SCALE - 1).astype(
        np.int16
    )  # np.clip takes twice as long


def to_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return 16-bit samples (any shape) as float32 in -1..1."""
    return np.divide(samples, FULL_SCALE, dtype=np.float32)


class Resampler:
    """A stream of mono samples, resampled and cut into blocks.

    soxr works in lumps: blocks do not come out one by one as they go in, but several at once and then none.
    Measured between 44.1 or 48 kHz and 16 kHz: 3 to 5 blocks of 10 ms with "HQ", 2 with "LQ", which is flat
    to 6 kHz and 3 dB down at 6.5 kHz. So "HQ" is for files and "LQ" for whoever waits for the next block.

    Args:
        from_rate: samples per second of what is fed.
        to_rate: samples per second of the blocks.
        block: samples in each block.
        quality: soxr's quality name.
    """

    def __init__(self, from_rate: int, to_rate: int, block: int, quality: Quality = "HQ") -> None:
        same = from_rate == to_rate
        self._stream = None if same else soxr.ResampleStream(from_rate, to_rate, 1, "float32", quality)
        self._block = block
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)

    def feed(self, samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Take `(n,)` samples and return the blocks, each `(block,)`, that are now complete; often none."""
        return self._cut(samples if self._stream is None else self._stream.resample_chunk(samples))

    def finish(self) -> list[NDArray[np.float32]]:
        """Return what is still inside, the last block filled up with silence. Nothing is fed afterwards."""
        blocks: list[NDArray[np.float32]] = []
        if self._stream is not None:
            blocks = self._cut(self._stream.resample_chunk(np.zeros(0, np.float32), last=True))
        if self._rest.size:
            blocks.append(np.pad(self._rest, (0, self._block - self._rest.size)))
        return blocks

    def _cut(self, samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        if self._rest.size:
            samples = np.concatenate([self._rest, samples])
        whole = samples.size - samples.size % self._block
        self._rest = samples[whole:]
        return list(samples[:whole].reshape(-1, self._block))
