"""What may be said, as a graph of tokens: fillers, a phrase, fillers ("okay, next side please").

A place in the graph is a set of positions, as in a non-deterministic automaton: after "okay" a person may be
within a phrase that begins so, or behind a filler. Punctuation may stand between the parts, and a part may begin
with a capital: the model writes sentences, and how it writes them says nothing about what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from voiceguide.hearing.recognisers.moonshine.tokens import Tokens


@dataclass(eq=False)
class _Node:
    """A beginning that several parts share."""

    children: dict[int, _Node] = field(default_factory=dict)
    phrase: str | None = None  # the phrase that ends here
    filler: bool = False  # a filler ends here


@dataclass(frozen=True)
class _Position:
    node: _Node
    said: str | None  # the phrase that is complete, None before that


Place = frozenset[_Position]
"""Where in the graph some tokens have led."""


class Grammar:
    """Phrases with fillers around them.

    Args:
        tokens: the model's.
        phrases: what may be said, normalised.
        before: fillers that may stand before a phrase, in any number.
        after: fillers that may stand after it.
    """

    def __init__(
        self, tokens: Tokens, phrases: Iterable[str], before: Iterable[str] = (), after: Iterable[str] = ()
    ) -> None:
        self._marks = tokens.punctuation
        self._first, self._behind = _Node(), _Node()
        for phrase in phrases:
            for node in _paths(self._first, phrase, tokens):
                node.phrase = phrase
        for root, fillers in ((self._first, before), (self._behind, after)):
            for filler in fillers:
                for node in _paths(root, filler, tokens):
                    node.filler = True
        self._between = {mark: _Node(self._first.children) for mark in self._marks.values()}
        self._behind_marks = {mark: _Node(self._behind.children) for mark in self._marks.values()}

    def begin(self) -> Place:
        """Return where nothing has been said."""
        return frozenset({_Position(self._first, None)})

    def after(self, place: Place) -> Mapping[int, Place]:
        """Return where each possible next token leads."""
        ways: dict[int, set[_Position]] = {}
        for position in place:
            for token, led in self._steps(position):
                ways.setdefault(token, set()).add(led)
        return {token: frozenset(led) for token, led in ways.items()}

    def said(self, place: Place) -> set[str]:
        """Return the phrases that are complete here: those as which the tokens so far can be read."""
        found = set()
        for position in place:
            if position.said is None and position.node.phrase is not None:
                found.add(position.node.phrase)
            elif position.said is not None and (position.node.filler or position.node is self._behind):
                found.add(position.said)
        return found

    def _steps(self, position: _Position) -> Iterator[tuple[int, _Position]]:
        node, said = position.node, position.said
        for token, child in node.children.items():
            yield token, _Position(child, said)
        root, marks = (self._first, self._between) if said is None else (self._behind, self._behind_marks)
        if node.filler:
            for token, child in root.children.items():
                yield token, _Position(child, said)
            for mark, after_mark in marks.items():
                yield mark, _Position(after_mark, said)
        if said is None and node.phrase is not None:
            for token, child in self._behind.children.items():
                yield token, _Position(child, node.phrase)
            for mark, after_mark in self._behind_marks.items():
                yield mark, _Position(after_mark, node.phrase)


def _paths(root: _Node, text: str, tokens: Tokens) -> Iterator[_Node]:
    """Add a part with and without a capital; yield the nodes at its ends."""
    words = [_as_written(word) for word in text.split()]
    for first in dict.fromkeys((words[0], words[0][:1].upper() + words[0][1:])):
        node = root
        for word in (first, *words[1:]):
            for token in tokens.word(word):
                node = node.children.setdefault(token, _Node())
        yield node


def _as_written(word: str) -> str:
    return "I" + word[1:] if word == "i" or word.startswith("i'") else word
