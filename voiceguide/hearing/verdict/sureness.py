"""How probable it is that a candidate was said: a logistic model over its evidence.

The weights are fitted on voices and people for tuning (`make fit-verdict`), so that the result is a probability:
of the candidates at 0.9, about nine in ten were said. What is believed and what is asked about is another matter:
the thresholds, one for each kind of command, follow from what a mistake costs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from voiceguide.core.commands import PAIN_FAMILY, Command

FILE = Path(__file__).with_name("weights.yaml")

LOSE_THE_PLACE = frozenset(
    {Command.SKIP, Command.BACK, Command.NEXT, Command.NEXT_SIDE, Command.START, Command.REPEAT}
)
ANSWERS = frozenset({Command.YES, Command.NO, Command.NO_PAIN, Command.TIGHT, Command.UNSURE, Command.SOMEWHERE})


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which something is done about a kind of command.

    Attributes:
        early: believed while the person still speaks; more than 1 for never.
        believe: acted on.
        ask: asked about.
    """

    early: float
    believe: float
    ask: float


NEVER = Thresholds(1.0, 1.0, 1.0)
"""For what is no command."""


class Sureness:
    """The fitted model.

    Args:
        weights: of the evidence, by name, and `bias`.
        thresholds: by kind (`kind_of`).
    """

    def __init__(self, weights: Mapping[str, float], thresholds: Mapping[str, Thresholds]) -> None:
        self._weights = weights
        self._thresholds = thresholds

    def probability(self, evidence: Mapping[str, float]) -> float:
        """Return how probable it is that a candidate was said; 1 where an engine's word is all there is."""
        if not evidence:
            return 1.0
        total = self._weights["bias"] + sum(self._weights[name] * value for name, value in evidence.items())
        return 1 / (1 + math.exp(-min(max(total, -30.0), 30.0)))

    def thresholds(self, command: Command | None) -> Thresholds:
        """Return what it takes to believe a command; None is no command."""
        return self._thresholds[kind_of(command)] if command is not None else NEVER


def kind_of(command: Command) -> str:
    """Return what a mistake with a command costs: pain, stop, place, answer, other."""
    if command in PAIN_FAMILY:
        return "pain"
    if command is Command.STOP:
        return "stop"
    if command in LOSE_THE_PLACE:
        return "place"
    return "answer" if command in ANSWERS else "other"


@cache
def fitted() -> Sureness:
    """Return the model that ships."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Sureness(content["weights"], {kind: Thresholds(**one) for kind, one in content["thresholds"].items()})
