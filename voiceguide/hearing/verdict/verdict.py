"""What became of something that was heard, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.hearing.recognisers.recogniser import Hypothesis
from voiceguide.hearing.verdict.rules import Facts, Rule


@dataclass(frozen=True)
class Verdict:
    """A hypothesis, or a voice without one, and what was decided.

    Attributes:
        at: sample time of the decision.
        rule: why.
        heard: what reaches the session; None when nothing does.
        text: the words that it is about.
        engine: which engine wrote them.
        command: the likeliest meaning; None for speech without any.
        sure: how probable that is.
        final: the utterance was over.
        hypothesis: what the recogniser said; None for a voice that it said nothing about.
        evidence: what spoke for the command, by name.
        facts: what the rules looked at.
    """

    at: int
    rule: Rule
    heard: Heard | None
    text: str = ""
    engine: str = ""
    command: Command | None = None
    sure: float = 0.0
    final: bool = True
    hypothesis: Hypothesis | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)
    facts: Facts | None = None
