"""From the probabilities of single hops to what is believed: mean over a few hops, limit, once per call."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from voiceguide.core.commands import Command
from voiceguide.hearing.spotter.embedding import Floats
from voiceguide.hearing.spotter.head import Limits


@dataclass(frozen=True)
class Sure:
    """A command whose mean probability has just reached its limit.

    Attributes:
        command: which one.
        score: the mean.
        since: sample time of the hop in which it began to be probable, which is about the end of the phrase.
    """

    command: Command
    score: float
    since: int


class Sureness:
    """Follows the probabilities of all commands from hop to hop.

    A command is told once; it can be told again after its mean has fallen below half of its limit.

    Args:
        commands: in the order of the probabilities.
        limits: one for each of them.
    """

    def __init__(self, commands: tuple[Command, ...], limits: Mapping[Command, Limits]) -> None:
        self._commands = commands
        self._limits = limits
        self._hops = np.array([limits[command].hops for command in commands])
        self._alone = np.array([limits[command].alone for command in commands], np.float32)
        self.forget()

    def forget(self) -> None:
        """Begin again, after a time in which nobody spoke."""
        self._recent: deque[Floats] = deque(maxlen=int(self._hops.max()))
        self._since: dict[int, int] = {}  # column: sample time
        self._told: set[int] = set()
        self.scores: Floats = np.zeros(len(self._commands), np.float32)

    def judge(self, at: int, probabilities: Floats) -> Iterator[Sure]:
        """Take the probabilities of the next hop; yield the commands that have become sure with it.

        Leaves the means in `scores`.
        """
        self._recent.append(probabilities)
        latest = np.stack(self._recent)[::-1]
        counted = np.arange(len(latest))[:, None] < self._hops
        self.scores = np.asarray((latest * counted).sum(axis=0) / self._hops, np.float32)
        probable = probabilities >= self._alone / 2
        self._since = {int(column): self._since.get(int(column), at) for column in np.flatnonzero(probable)}
        self._told -= {one for one in self._told if self.scores[one] < self._alone[one] / 2}
        for column in np.flatnonzero(self.scores >= self._alone).tolist():
            if column not in self._told:
                self._told.add(column)
                yield Sure(self._commands[column], float(self.scores[column]), self._since.get(column, at))
