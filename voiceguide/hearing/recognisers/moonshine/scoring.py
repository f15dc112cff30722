"""How probable each phrase of a grammar is in an utterance, and what was said if anything could be.

The decoder gives the probability of each next token. A phrase's score is the logarithm of the probability of its
tokens and of an end after them; the best beginnings are followed together (beam search; Graves, "Sequence
Transduction with Recurrent Neural Networks", 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voiceguide.core.clock import RATE
from voiceguide.hearing.recognisers.moonshine.grammar import Grammar, Place
from voiceguide.hearing.recognisers.moonshine.model import Heard, Model, Step
from voiceguide.hearing.recognisers.moonshine.tokens import END

BEAM = 8
"""Beginnings that are followed together."""

LONGEST = 24
"""Tokens of the longest phrase with its fillers."""

HOPELESS, FAR_BEHIND = -25.0, 7.0
"""Logarithm of a probability below which no beginning is followed, and how far it may lie below the best one."""

TOKENS_PER_SECOND = 6.5
"""A transcript that is longer repeats itself: the makers' own bound."""


@dataclass(frozen=True)
class Transcript:
    """What was said, when anything could have been.

    Attributes:
        text: with capitals and punctuation, as the model writes.
        log_p: logarithm of the probability of its tokens, the end included.
    """

    text: str
    log_p: float


def transcribe(model: Model, heard: Heard, begun: Step | None = None) -> Transcript:
    """Return the likeliest next token after the other, up to the end."""
    step = begun or model.begin(heard)
    tokens: list[int] = []
    total, only = 0.0, np.zeros(1, np.int64)
    for _ in range(max(4, int(heard.samples / RATE * TOKENS_PER_SECOND) + 2)):
        token = int(step.log_p[0].argmax())
        total += float(step.log_p[0, token])
        if token == END:
            break
        tokens.append(token)
        step = model.go_on(heard, step, only, np.array([token]))
    return Transcript(model.tokens.text(tokens), total)


def score(model: Model, heard: Heard, grammar: Grammar, begun: Step | None = None) -> dict[str, float]:
    """Return the score of each phrase that was reached, 0 at most; those of no hope are left out.

    Args:
        model: the networks.
        heard: the utterance.
        grammar: what may be said.
        begun: the decoder's first step, where it was taken before.
    """
    step = begun or model.begin(heard)
    live: list[tuple[Place, float]] = [(grammar.begin(), 0.0)]
    scores: dict[str, float] = {}
    for _ in range(LONGEST):
        ways: list[tuple[float, int, int, Place]] = []
        for row, (place, total) in enumerate(live):
            if said := grammar.said(place):
                ended = total + float(step.log_p[row, END])
                for phrase in said:
                    scores[phrase] = float(np.logaddexp(scores.get(phrase, -np.inf), ended))
            after = grammar.after(place)
            gains = step.log_p[row, list(after)]
            ways += [
                (total + gain, row, token, led)
                for (token, led), gain in zip(after.items(), gains.tolist(), strict=True)
                if total + gain > HOPELESS
            ]
        ways.sort(key=lambda way: -way[0])
        best = max(scores.values(), default=HOPELESS)
        ways = [way for way in ways[:BEAM] if way[0] > max(ways[0][0], best) - FAR_BEHIND]
        if not ways:
            break
        rows, tokens = (np.array([way[part] for way in ways]) for part in (1, 2))
        step = model.go_on(heard, step, rows, tokens)
        live = [(led, total) for total, _, _, led in ways]
    return scores
