"""A few words known by their sound: a small classifier on the encoder's states.

A lone word is hard for a model that writes sentences: "stop", said two metres away, is written "So," or "Star."
The encoder's states tell the words apart all the same. The states of an utterance are pooled (the mean of its
first, middle and last third, and the greatest value of each number), and a linear layer with a softmax says how
probable each word is, and that it was none of them. Fitted on people by `make fit-words` (training/README.md).
"""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from voiceguide.core.clock import samples
from voiceguide.errors import RecogniserError

FILE = Path(__file__).with_name("words.npz")

LONGEST = samples(1.3)
"""Samples of speech: what is longer is no lone word."""

STATE = 384
"""Samples to one state."""

Floats = NDArray[np.float32]


def pooled(states: Floats, padding: int) -> Floats:
    """Return what a classifier looks at, `(4 * width,)`.

    Args:
        states: `(n, width)`.
        padding: samples of silence that were put before and after the sound.
    """
    cut = padding // STATE
    kept = states[cut : len(states) - cut] if len(states) > 2 * cut + 2 else states
    third = max(1, len(kept) // 3)
    parts = kept[:third], kept[third : max(third + 1, 2 * len(kept) // 3)], kept[2 * len(kept) // 3 :]
    return np.concatenate([*(part.mean(axis=0) for part in parts), kept.max(axis=0)])


class WordHead:
    """Tells a few words by their sound.

    Args:
        path: its weights.

    Raises:
        RecogniserError: they cannot be read.
    """

    def __init__(self, path: Path = FILE) -> None:
        try:
            with np.load(path, allow_pickle=False) as stored:
                self.words: tuple[str, ...] = tuple(stored["words"].tolist())
                self._mean, self._scale = stored["mean"], stored["scale"]
                self._weights = stored["weights"].astype(np.float32)
        except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
            raise RecogniserError(f"{path} cannot be read: {error}. Install voiceguide again.") from error

    def fits(self, width: int) -> bool:
        """Tell whether it was fitted to a model with states of this width."""
        return len(self._mean) == 4 * width

    def log_p(self, features: Floats) -> dict[str, float]:
        """Return the logarithm of the probability of each word."""
        values = np.append((features - self._mean) / self._scale, 1.0) @ self._weights
        values = values - values.max()
        values -= np.log(np.exp(values).sum())
        return dict(zip(self.words, values.tolist(), strict=False))  # the last one is none of them
