"""The classifier on top of the speech embedding: 16 vectors, 1.3 s of sound, to one probability per command.

Three convolutions over time and one matrix, small enough for numpy. Weights and limits are data beside this file,
made by `make train-spotter`; `docs/spotter.md` says from what, and how well it hears.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import yaml

from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.spotter.embedding import Floats

CONTEXT = 16
"""Vectors the head looks at."""

LAYERS = ((3, 1), (3, 2), (4, 3))
"""Taps and dilation of each convolution. Together they span `CONTEXT` vectors: 1 + 2 + 4 + 9."""

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Limits:
    """What it takes to believe one command.

    Attributes:
        alone: mean probability that counts without anybody else's word.
        agreeing: mean probability that counts when another recogniser says the same; 0 where it has no vote.
        hops: how many hops of 80 ms the mean is over. More where the command may be the beginning of another.
        doubt: mean probability that is worth the question whether something hurts, where a false one costs ten
            seconds and a missed one an injury. Only the pain family and stop have one; 1 is never reached.
    """

    alone: float
    agreeing: float
    hops: int
    doubt: float = 1.0


class Head:
    """The classifier's weights.

    Attributes:
        commands: the commands it knows, in the order of its probabilities.

    Args:
        path: the weights, written by `make train-spotter`.

    Raises:
        RecogniserError: the file is missing or is not such a file.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as stored:
                self._weights = {
                    name: stored[name].astype(np.float32) for name in stored.files if name != "commands"
                }
                self.commands = tuple(Command(name) for name in stored["commands"])
        except (OSError, KeyError, ValueError) as error:
            raise RecogniserError(
                f"{path}: the second ear's weights cannot be read: {error}. Install voiceguide again."
            ) from error

    def probabilities(self, vectors: Floats) -> Floats:
        """Return the commands' probabilities at every position of a run of vectors.

        What is missing to 1 is the probability that none of the commands has just been said.

        Args:
            vectors: shape (n, 96) with n >= `CONTEXT`.

        Returns:
            Shape (n - `CONTEXT` + 1, commands); the first row is about the first `CONTEXT` vectors.
        """
        weights = self._weights
        values = (vectors - weights["mean"]) / weights["scale"]
        for number, (taps, dilation) in enumerate(LAYERS):
            kept = len(values) - (taps - 1) * dilation
            stacked = np.concatenate(
                [values[tap * dilation : tap * dilation + kept] for tap in range(taps)], axis=1
            )
            values = np.maximum(stacked @ weights[f"kernel{number}"] + weights[f"bias{number}"], 0)
        logits = values @ weights["out"] + weights["out_bias"]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Floats = (powers / powers.sum(axis=1, keepdims=True))[:, 1:]  # the first is "none"
        return probabilities


def read_limits(path: Path) -> Mapping[Command, Limits]:
    """Read the limits of every command.

    Raises:
        RecogniserError: the file is missing or incomplete.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        limits = {Command(name): Limits(**values) for name, values in data["commands"].items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecogniserError(
            f"{path}: the second ear's limits cannot be read: {error}. Install voiceguide again."
        ) from error
    return MappingProxyType(limits)


def shipped(language: str) -> tuple[Path, Path] | None:
    """Return where weights and limits for a language are, or None where there are none."""
    weights, limits = _HERE / f"{language}.npz", _HERE / f"{language}.yaml"
    return (weights, limits) if weights.exists() and limits.exists() else None
