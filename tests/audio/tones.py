"""Test tones, and what is left of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceguide.core.clock import RATE


def sine(seconds: float, rate: int = RATE, hertz: float = 1000, level: float = 0.5) -> NDArray[np.float32]:
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def loudest_hertz(samples: NDArray[np.float32], rate: int = RATE) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def level(samples: NDArray[np.float32]) -> float:
    """Amplitude of a sine with this much energy."""
    return float(np.sqrt(2 * np.mean(np.square(samples, dtype=np.float64))))


def middle(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The half in the middle, where a filter has settled."""
    return samples[len(samples) // 4 : 3 * len(samples) // 4]
