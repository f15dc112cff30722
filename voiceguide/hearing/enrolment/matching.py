"""Comparing what is heard with a person's own words, vector by vector.

A word said again is never as long as before, so templates are laid along the stream by dynamic time warping: each
vector of the template meets one or more of the stream, in order, and the word may begin at any time (Sakurai,
Faloutsos and Yamamuro, "Stream Monitoring under the Time Warping Distance", ICDE 2007). Two vectors are compared
by the cosine between them after their usual mean was taken off. A template's score is 1 less the sum of distances
on the best way that ends now, divided by the template's length. A word's score is its best template's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.enrolment.embedding import HOP, SIZE, Floats
from voiceguide.hearing.enrolment.templates import Enrolment, Template

MEMORY = samples(4.0)
"""How far back `agrees` can look: longer than the longest phrase and a recogniser's wait after it."""

FADED = 0.05
"""A word that was told can be told again after its score has fallen this far below its bound."""

_BACKGROUND = Path(__file__).with_name("background.npz")


@dataclass(frozen=True)
class Match:
    """One of the person's own words.

    Attributes:
        at: sample time of the decision.
        command: which one.
        score: 0 to 1.
    """

    at: int
    command: Command
    score: float


class Warping:
    """Lays templates along a stream of vectors.

    Args:
        templates: at least one, each `(n, 96)`.
    """

    def __init__(self, templates: Sequence[Template]) -> None:
        lengths = np.array([len(template) for template in templates])
        self._padded = np.zeros((len(templates), lengths.max(), SIZE), np.float32)
        for number, template in enumerate(templates):
            self._padded[number, : len(template)] = template
        self._last = np.arange(len(templates)), lengths - 1
        self._lengths = lengths
        self._costs = np.full(self._padded.shape[:2], np.inf, np.float32)

    def take(self, vector: Floats) -> Floats:
        """Take the next vector, `(96,)` of length 1; return the templates' scores for a word that ends here."""
        distances = 1 - self._padded @ vector
        costs, before = np.empty_like(self._costs), self._costs
        costs[:, 0] = distances[:, 0]
        shorter = np.minimum(before[:, 1:], before[:, :-1])
        for row in range(1, costs.shape[1]):
            costs[:, row] = distances[:, row] + np.minimum(shorter[:, row - 1], costs[:, row - 1])
        self._costs = costs
        scores: Floats = 1 - costs[self._last] / self._lengths
        return scores


class Matching:
    """Compares a stream of vectors with one person's own words.

    Args:
        enrolment: what was learned.
    """

    def __init__(self, enrolment: Enrolment) -> None:
        self._enrolment = enrolment
        self._commands = tuple(enrolment.templates)
        templates = [one for command in self._commands for one in enrolment.templates[command]]
        self._firsts = np.cumsum([0, *(len(enrolment.templates[command]) for command in self._commands[:-1])])
        self._templates = templates
        self._alone = np.array([enrolment.bounds[command].alone for command in self._commands], np.float32)
        self.restart()

    def restart(self) -> None:
        """Begin a new stream."""
        self._warping = Warping(self._templates)
        self._recent: deque[tuple[int, Floats]] = deque(maxlen=MEMORY // HOP)
        self._told = np.zeros(len(self._commands), bool)

    def agrees(self, command: Command, since: int) -> bool:
        """Tell whether a command's score has reached what is enough beside another ear, since a sample time."""
        if command not in self._commands:
            return False
        column, enough = self._commands.index(command), self._enrolment.bounds[command].agreeing
        return any(float(scores[column]) >= enough for at, scores in self._recent if at > since)

    def accept(self, vectors: Floats, at: int) -> list[Match]:
        """Take the next vectors and return the words that became sure with them.

        When several do at once, the one that stands highest above its bound counts.

        Args:
            vectors: `(n, 96)` as the embedding makes them, one each 80 ms.
            at: sample time of the last one.
        """
        matches: list[Match] = []
        for number, vector in enumerate(directions(vectors)):
            when = at - (len(vectors) - 1 - number) * HOP
            scores = np.maximum.reduceat(self._warping.take(vector), self._firsts)
            self._recent.append((when, scores))
            above = scores - self._alone
            fresh = np.flatnonzero((above >= 0) & ~self._told)
            self._told[above < -FADED] = False
            if fresh.size:
                best = int(fresh[above[fresh].argmax()])
                self._told[above >= 0] = True
                matches.append(Match(when, self._commands[best], float(scores[best])))
        return matches


def directions(vectors: Floats) -> Floats:
    """Return vectors as they are compared: less their usual mean, each of length 1."""
    moved = vectors - _usual_mean()
    directed: Floats = moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-6)
    return directed


@cache
def _usual_mean() -> Floats:
    try:
        with np.load(_BACKGROUND, allow_pickle=False) as stored:
            return np.asarray(stored["mean"], np.float32)
    except (OSError, KeyError, ValueError) as error:
        raise RecogniserError(f"{_BACKGROUND} cannot be read: {error}. Install voiceguide again.") from error
