"""Phrase templates in the language of hassil, as Home Assistant's sentences are written.

`[x]` may be left out, `(a|b)` is either, `<name>` stands for one of the file's rules, and all of them may be
nested. hassil parses and samples them. It tells neither where a bracket was forgotten nor how many phrases a
template stands for, so this module looks at that first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hassil.expression import Alternative, Expression, Group, Permutation, RuleReference, Sentence
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_sentence

from voiceguide.errors import LanguageError

MOST_PHRASES = 200
"""Phrases one template may stand for. More is a slip of the pen, and would slow the recogniser down."""

Rules = Mapping[str, Sentence]
"""What `<name>` stands for."""

NO_RULES: Rules = MappingProxyType({})

_CLOSING = {"[": "]", "(": ")", "<": ">", "{": "}"}
_RULE = re.compile(r"<([^<>]*)>")


class TemplateError(LanguageError):
    """A template cannot be read.

    Attributes:
        column: index of the character where the mistake is.
        problem: what is wrong, on one line.
    """

    def __init__(self, template: str, column: int, problem: str) -> None:
        self.column = column
        self.problem = f"{problem}, at character {column + 1} of {template}"
        super().__init__(f"{problem}, at character {column + 1} of:\n    {template}\n    {' ' * column}^")


def expand(template: str, rules: Rules = NO_RULES) -> tuple[str, ...]:
    """Return every phrase a template stands for, in reading order, each once and with single spaces.

    `"[the] next (side|one)"` gives "the next side", "the next one", "next side", "next one". A blank such as
    `{name}` stays as it is.

    Raises:
        TemplateError: a bracket is not closed or not opened, a choice is empty, a rule is unknown, the whole may
            be left out, or it stands for more than `MOST_PHRASES` phrases.
    """
    sentence = parse(template, rules)
    if _count(sentence.expression, rules) > MOST_PHRASES:
        raise TemplateError(template, 0, f"more than {MOST_PHRASES} phrases from one template")
    sampled = sample_sentence(sentence, expansion_rules=dict(rules), expand_lists=False)
    phrases = dict.fromkeys(" ".join(text.split()) for text in sampled)
    if "" in phrases:
        raise TemplateError(template, 0, "a phrase without any word")
    return tuple(phrases)


def parse(template: str, rules: Rules = NO_RULES) -> Sentence:
    """Return a template as hassil has it.

    Raises:
        TemplateError: a bracket is not closed or not opened, a choice is empty, or a rule is unknown.
    """
    _check_brackets(template)
    for rule in _RULE.finditer(template):
        if rule[1] not in rules:
            raise TemplateError(template, rule.start(), f"there is no rule <{rule[1]}> above")
    return parse_sentence(template)


def any_of(sentences: Sequence[Sentence]) -> Sentence:
    """Return what stands for everything that several templates stand for."""
    return Sentence(expression=Alternative(items=[sentence.expression for sentence in sentences]))


def _check_brackets(template: str) -> None:
    if not template.strip():
        raise TemplateError(template, 0, "a phrase without any word")
    opened: list[int] = []
    empty = True  # no word since the last bracket or "|"
    for column, letter in enumerate(template):
        if letter in "\\;":
            raise TemplateError(template, column, f'"{letter}" has no meaning here')
        if letter in _CLOSING:
            opened.append(column)
            empty = True
        elif letter in _CLOSING.values() or letter == "|":
            _check_closing(template, column, opened)
            if empty:
                raise TemplateError(template, column, "an empty choice")
            if letter == "|":
                empty = True
            else:
                opened.pop()
        elif not letter.isspace():
            empty = False
    if opened:
        raise TemplateError(template, opened[-1], f'"{template[opened[-1]]}" is never closed')


def _check_closing(template: str, column: int, opened: list[int]) -> None:
    letter = template[column]
    if not opened:
        problem = 'a "|" outside of "( )"' if letter == "|" else f'"{letter}" closes what nothing opened'
        raise TemplateError(template, column, problem)
    opening = template[opened[-1]]
    if letter != _CLOSING[opening] and not (letter == "|" and opening in "[("):
        raise TemplateError(template, column, f'"{letter}" where "{_CLOSING[opening]}" is expected')


def _count(expression: Expression, rules: Rules) -> int:
    """Return how many phrases an expression stands for, repeated ones counted."""
    match expression:
        case RuleReference(rule_name=name):
            return _count(rules[name].expression, rules)
        case Alternative(items=items):
            return sum(_count(item, rules) for item in items)
        case Permutation(items=items):
            return math.factorial(len(items)) * math.prod(_count(item, rules) for item in items)
        case Group(items=items):
            return math.prod(_count(item, rules) for item in items)
        case _:
            return 1
