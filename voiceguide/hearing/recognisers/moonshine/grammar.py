"""What may be said, as a graph of tokens: fillers, a phrase, fillers ("okay, next side please").

A place in the graph is a set of positions, as in a non-deterministic automaton: after "okay" a person may be
within a phrase that begins so, or behind a filler. Punctuation may stand between the parts, and a part may begin
with a capital: the model writes sentences, and how it writes them says nothing about what was said. After some
phrases an urgent one may follow: "stop, it hurts" is "it hurts".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from hassil.expression import Alternative, Expression, Group, RuleReference, TextChunk

from voiceguide.hearing.recognisers.moonshine.tokens import Tokens
from voiceguide.language.phrasing import Rules, parse

_PLACES = 4096
"""Places whose next tokens are remembered: most utterances pass the same ones."""


@dataclass(eq=False)
class _Node:
    """A beginning of some parts."""

    children: dict[int, list[_Node]] = field(default_factory=dict)
    phrase: str | None = None  # the phrase that ends here
    filler: bool = False  # a filler ends here


@dataclass(frozen=True)
class _Position:
    node: _Node
    said: str | None  # the phrase that is complete, None before that


Place = frozenset[_Position]
"""Where in the graph some tokens have led."""


@dataclass(frozen=True)
class Sayable:
    """What may be said.

    Attributes:
        phrases: word for word, normalised.
        urgent: those of them that may follow another one, as in "stop, it hurts".
        leading: those that they may follow. After "no" they would be denied.
        patterns: for a name, templates for it (`voiceguide.language.phrasing`).
        rules: what `<name>` stands for in the templates.
        before: fillers that may stand before a phrase, in any number.
        after: fillers that may stand after it.
    """

    phrases: tuple[str, ...]
    urgent: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()
    patterns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rules: Rules = field(default_factory=dict)
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Grammar:
    """The graph of what may be said.

    Args:
        tokens: the model's.
        sayable: what may be said.
    """

    def __init__(self, tokens: Tokens, sayable: Sayable) -> None:
        self._tokens, self._rules, self._leading = tokens, sayable.rules, sayable.leading
        self._first, self._behind, self._urgent = _Node(), _Node(), _Node()
        for phrase in sayable.phrases:
            for root in (self._first, self._urgent) if phrase in sayable.urgent else (self._first,):
                for end in self._words({root}, phrase):
                    end.phrase = phrase
        for name, templates in sayable.patterns.items():
            for template in templates:
                for end in self._compiled(parse(template, self._rules).expression, {self._first}):
                    end.phrase = name
        for root, fillers in ((self._first, sayable.before), (self._behind, sayable.after)):
            for filler in fillers:
                for end in self._words({root}, filler):
                    end.filler = True
        marks = tokens.punctuation.values()
        self._between, self._behind_marks, self._urgent_marks = (
            {mark: _Node(root.children, filler=root is self._behind) for mark in marks}
            for root in (self._first, self._behind, self._urgent)
        )
        self.after = lru_cache(_PLACES)(self._after)

    def begin(self) -> Place:
        """Return where nothing has been said."""
        return frozenset({_Position(self._first, None)})

    def said(self, place: Place) -> set[str]:
        """Return the phrases that are complete here: those as which the tokens so far can be read."""
        found = set()
        for position in place:
            if position.said is None and position.node.phrase is not None:
                found.add(position.node.phrase)
            elif position.said is not None and position.node.filler:
                found.add(position.said)
        return found

    def _after(self, place: Place) -> Mapping[int, Place]:
        """Return where each possible next token leads."""
        ways: dict[int, set[_Position]] = {}
        for position in place:
            for token, led in self._steps(position):
                ways.setdefault(token, set()).add(led)
        return {token: frozenset(led) for token, led in ways.items()}

    def _steps(self, position: _Position) -> Iterator[tuple[int, _Position]]:
        node, said = position.node, position.said
        yield from _into(node.children, said)
        if node.filler and said is None:
            yield from _into(self._first.children, None)
            yield from _marked(self._between, None)
        ended = node.phrase if said is None else said if node.filler else None
        if ended is not None:
            yield from _into(self._behind.children, ended)
            yield from _marked(self._behind_marks, ended)
        if ended in self._leading:
            yield from _into(self._urgent.children, None)
            yield from _marked(self._urgent_marks, None)

    # --- making the graph -------------------------------------------------------------------------------------

    def _compiled(self, expression: Expression, starts: set[_Node]) -> set[_Node]:
        """Add what a template stands for after some nodes; return the nodes at its ends."""
        match expression:
            case TextChunk(original_text=text):
                return self._words(starts, text)
            case RuleReference(rule_name=name):
                return self._compiled(self._rules[name].expression, starts)
            case Alternative(items=items):
                return {end for item in items for end in self._compiled(item, starts)}
            case Group(items=items):
                for item in items:
                    starts = self._compiled(item, starts)
                return starts
            case _:
                return starts

    def _words(self, starts: set[_Node], text: str) -> set[_Node]:
        """Add words after some nodes; return the node at their end, or the same nodes for no words."""
        for word in text.split():
            plain = _as_written(word)
            end = _Node()
            for written in dict.fromkeys((plain, plain[:1].upper() + plain[1:])):
                if written == plain or starts & {self._first, self._behind, self._urgent}:
                    self._path(starts, self._tokens.word(written), end)
            starts = {end}
        return starts

    @staticmethod
    def _path(starts: set[_Node], tokens: Sequence[int], end: _Node) -> None:
        for token in tokens[:-1]:
            led = _Node()
            for node in starts:
                node.children.setdefault(token, []).append(led)
            starts = {led}
        for node in starts:
            node.children.setdefault(tokens[-1], []).append(end)


def _into(children: Mapping[int, Sequence[_Node]], said: str | None) -> Iterator[tuple[int, _Position]]:
    for token, nodes in children.items():
        for node in nodes:
            yield token, _Position(node, said)


def _marked(marks: Mapping[int, _Node], said: str | None) -> Iterator[tuple[int, _Position]]:
    for mark, node in marks.items():
        yield mark, _Position(node, said)


def _as_written(word: str) -> str:
    return "I" + word[1:] if word in {"i", "I"} or word[:2] in {"i'", "I'"} else word
