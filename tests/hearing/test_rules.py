"""The rules, each row walked, and their order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.verdict.rules import RULES, Facts, Outcome, Rule, decide

SURE = Facts(
    command=Command.NEXT,
    sure=0.95,
    believe=0.8,
    ask=0.4,
    final=True,
    early=False,
    possible=True,
    hold=False,
    guide=False,
    other=True,
    apart=True,
    stood_out=True,
    same_call=False,
    answered=False,
    talking=False,
)
NOT_UNDERSTOOD = replace(SURE, command=None, sure=0.0, possible=False)
PAIN = replace(SURE, command=Command.PAIN)

ROWS = [
    (replace(SURE, guide=True, other=False), Rule.OWN_VOICE, Outcome.NOTHING),
    (replace(PAIN, guide=True, other=False), Rule.OWN_VOICE, Outcome.NOTHING),
    (replace(SURE, guide=True, apart=False), Rule.OWN_VOICE, Outcome.NOTHING),
    (replace(PAIN, guide=True, apart=False, other=False), Rule.WHOSE, Outcome.ASK),
    (replace(SURE, guide=True), Rule.SURE, Outcome.COMMAND),
    (replace(SURE, final=False), Rule.NOT_YET, Outcome.NOTHING),
    (replace(PAIN, final=False, early=True), Rule.SURE, Outcome.COMMAND),
    (replace(SURE, same_call=True), Rule.SAME_CALL, Outcome.NOTHING),
    (SURE, Rule.SURE, Outcome.COMMAND),
    (replace(SURE, sure=0.8), Rule.SURE, Outcome.COMMAND),
    (replace(SURE, sure=0.5, own_word=True), Rule.SURE, Outcome.COMMAND),
    (replace(SURE, answered=True), Rule.SURE, Outcome.COMMAND),
    (replace(PAIN, sure=0.5), Rule.PERHAPS_PAIN, Outcome.ASK),
    (replace(PAIN, sure=0.5, answered=True), Rule.PERHAPS_PAIN, Outcome.ASK),
    (replace(PAIN, sure=0.5, stood_out=False), Rule.PERHAPS_PAIN, Outcome.ASK),
    (replace(SURE, command=Command.STOP, sure=0.5, possible=False), Rule.PERHAPS_PAIN, Outcome.ASK),
    (replace(NOT_UNDERSTOOD, answered=True), Rule.ANSWERED, Outcome.NOTHING),
    (replace(SURE, sure=0.5, answered=True), Rule.ANSWERED, Outcome.NOTHING),
    (replace(SURE, possible=False), Rule.NOT_NOW, Outcome.COMMAND),
    (replace(SURE, possible=False, hold=True), Rule.UNKNOWN, Outcome.UNKNOWN),
    (replace(SURE, sure=0.5), Rule.PERHAPS, Outcome.ASK),
    (replace(SURE, sure=0.5, hold=True), Rule.PERHAPS, Outcome.ASK),
    (replace(NOT_UNDERSTOOD, stood_out=False), Rule.BACKGROUND, Outcome.NOTHING),
    (replace(NOT_UNDERSTOOD, talking=True), Rule.GOES_ON, Outcome.NOTHING),
    (replace(SURE, sure=0.3), Rule.UNKNOWN, Outcome.UNKNOWN),
    (NOT_UNDERSTOOD, Rule.UNKNOWN, Outcome.UNKNOWN),
]


@pytest.mark.parametrize(("facts", "rule", "outcome"), ROWS)
def test_each_row(facts: Facts, rule: Rule, outcome: Outcome) -> None:
    row = decide(facts)
    assert (row.rule, row.outcome) == (rule, outcome)


def test_every_rule_has_a_row_that_is_walked() -> None:
    assert {row.rule for row in RULES} == set(Rule) == {rule for _, rule, _ in ROWS}


@pytest.mark.parametrize("command", sorted(PAIN_FAMILY))
def test_nothing_but_the_guides_own_voice_stands_between_a_sure_word_of_pain_and_the_session(
    command: Command,
) -> None:
    pain = replace(PAIN, command=command, possible=True)
    for facts in (
        pain,
        replace(pain, hold=True),
        replace(pain, answered=True),
        replace(pain, talking=True),
        replace(pain, stood_out=False),
        replace(pain, guide=True),
    ):
        assert decide(facts).outcome is Outcome.COMMAND
        assert decide(replace(facts, sure=facts.ask)).outcome is Outcome.ASK, "and a doubtful one is asked about"
