"""What counts as heard: the rules, in order. The first one that fits decides.

Everything a rule may look at is computed before (`Facts`). docs/hearing.md draws its table from `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from voiceguide.core.commands import PAIN_FAMILY, Command

SAFETY = PAIN_FAMILY | {Command.STOP}
"""Words that may be mistaken for each other without harm: each of them ends the effort at once."""


class Outcome(StrEnum):
    """What reaches the session."""

    COMMAND = "that command"
    ASK = "a question: is that what was said"
    UNKNOWN = "speech that was not understood"
    NOTHING = "nothing"


class Rule(StrEnum):
    """Why something counts, or does not."""

    OWN_VOICE = "the guide was speaking, and nobody else was noticed"
    NOT_YET = "still speaking: the end of the utterance decides"
    SAME_CALL = "the same call again"
    WHOSE = "a word of pain, said by the guide or by the person"
    SURE = "sure enough to act on"
    PERHAPS_PAIN = "it may be a word of safety"
    ANSWERED = "the rest of what has just been answered"
    PERHAPS = "likely, but not sure"
    NOT_NOW = "a command that has no meaning at the moment"
    BACKGROUND = "no louder than what usually sounds here"
    GOES_ON = "the same talk goes on"
    UNKNOWN = "speech that is no command"


@dataclass(frozen=True)
class Facts:
    """What the rules look at.

    Attributes:
        command: the likeliest meaning; None for speech without any.
        sure: probability that it was said.
        believe: probability from which the command is acted on; lower for words of safety.
        ask: probability from which it is asked about.
        final: the utterance is over.
        early: a word of safety so probable that the end of the utterance need not be waited for.
        possible: the session can do something with the command now.
        hold: a position is held, or the guide has just asked whether something hurts.
        guide: the guide speaks, or did a moment ago, and the microphone hears it.
        other: another voice was noticed.
        apart: the two voices can be told apart.
        stood_out: a voice was louder than what usually sounds here.
        same_call: this command was reported for this very call.
        answered: a command was reported a moment ago.
        talking: unknown speech was reported a moment ago.
        own_word: it came close to how this very person has rehearsed the command.
    """

    command: Command | None
    sure: float
    believe: float
    ask: float
    final: bool
    early: bool
    possible: bool
    hold: bool
    guide: bool
    other: bool
    apart: bool
    stood_out: bool
    same_call: bool
    answered: bool
    talking: bool
    own_word: bool = False


@dataclass(frozen=True)
class Row:
    """One rule.

    Attributes:
        rule: its name.
        when: the condition in words, for the documentation.
        fits: the condition.
        outcome: what reaches the session.
    """

    rule: Rule
    when: str
    fits: Callable[[Facts], bool]
    outcome: Outcome


RULES: tuple[Row, ...] = (
    Row(
        Rule.OWN_VOICE,
        "the guide speaks, and nobody else was noticed; anything but pain, before voices can be told apart",
        lambda f: f.guide and not (f.other if f.apart else f.command in PAIN_FAMILY),
        Outcome.NOTHING,
    ),
    Row(
        Rule.NOT_YET,
        "the utterance goes on, and no word of safety is very probable",
        lambda f: not (f.final or f.early),
        Outcome.NOTHING,
    ),
    Row(
        Rule.SAME_CALL,
        "this command was reported for this very call",
        lambda f: f.same_call,
        Outcome.NOTHING,
    ),
    Row(
        Rule.WHOSE,
        "perhaps a word of pain while the guide speaks, before voices can be told apart: it may be its own",
        lambda f: f.guide and not f.apart and f.command in PAIN_FAMILY and f.sure >= f.ask,
        Outcome.ASK,
    ),
    Row(
        Rule.SURE,
        "a command that is possible now, sure enough, or likely and said as this person has rehearsed it",
        lambda f: f.command is not None and f.possible and f.sure >= (f.ask if f.own_word else f.believe),
        Outcome.COMMAND,
    ),
    Row(
        Rule.PERHAPS_PAIN,
        "perhaps a word of safety",
        lambda f: f.command in SAFETY and f.sure >= f.ask,
        Outcome.ASK,
    ),
    Row(
        Rule.ANSWERED,
        "a command was reported a moment ago",
        lambda f: f.answered,
        Outcome.NOTHING,
    ),
    Row(
        Rule.NOT_NOW,
        "sure, but not possible now, and not in a hold",
        lambda f: f.command is not None and not f.possible and not f.hold and f.sure >= f.believe,
        Outcome.COMMAND,
    ),
    Row(
        Rule.PERHAPS,
        "perhaps a command that is possible now",
        lambda f: f.command is not None and f.possible and f.sure >= f.ask,
        Outcome.ASK,
    ),
    Row(
        Rule.BACKGROUND,
        "no voice stood out from what usually sounds here",
        lambda f: not f.stood_out,
        Outcome.NOTHING,
    ),
    Row(
        Rule.GOES_ON,
        "unknown speech was reported a moment ago",
        lambda f: f.talking,
        Outcome.NOTHING,
    ),
    Row(Rule.UNKNOWN, "anything else", lambda _: True, Outcome.UNKNOWN),
)


def decide(facts: Facts) -> Row:
    """Return the first rule that fits."""
    return next(row for row in RULES if row.fits(facts))
