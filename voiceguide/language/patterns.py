"""Templates as patterns of words, found anywhere in a text.

A template such as `<not> [<feeling>] <hurting>` stands for thousands of word sequences. Phrases are written out;
these are compared part by part, as hassil has parsed them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from hassil.expression import Alternative, Expression, Group, RuleReference, TextChunk

from voiceguide.language.phrasing import Rules, TemplateError, parse
from voiceguide.language.spelling import Words

_GLUED = re.compile(r"(?<!\w)'|[\w'][\[(<]|[\])>][\w'\[(<]")


@dataclass(frozen=True)
class _Said:
    words: Words


@dataclass(frozen=True)
class _Each:
    parts: tuple[_Part, ...]


@dataclass(frozen=True)
class _Either:
    parts: tuple[_Part, ...]


_Part = _Said | _Each | _Either


@dataclass(frozen=True)
class Pattern:
    """A template that is looked for.

    Attributes:
        template: as it is written.
    """

    template: str
    _whole: _Part

    def ends(self, words: Words, begin: int) -> set[int]:
        """Return where the sequences end that begin at a word and match."""
        return _ends(self._whole, words, begin)

    def first_words(self) -> frozenset[str]:
        """Return the words that a match can begin with."""
        return _first(self._whole)[0]


class Patterns:
    """Several patterns, found by the words they begin with."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._by_first: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            for word in pattern.first_words():
                self._by_first.setdefault(word, []).append(pattern)

    def at(self, words: Words, begin: int) -> set[int]:
        """Return where the sequences end that begin at a word and match one of the patterns."""
        return {end for pattern in self._by_first.get(words[begin], ()) for end in pattern.ends(words, begin)}

    def within(self, words: Words) -> Iterator[tuple[int, int]]:
        """Yield begin and end of every sequence of the words that matches one of the patterns."""
        for begin in range(len(words)):
            for end in self.at(words, begin):
                yield begin, end


def pattern(template: str, rules: Rules, spelled: Callable[[str], Words]) -> Pattern:
    """Return a template as a pattern.

    Args:
        template: whole words within its brackets.
        rules: what `<name>` stands for.
        spelled: the words of a text as the pattern will meet them.

    Raises:
        TemplateError: it cannot be read, it could match no word at all, or a bracket stands within a word.
    """
    if glued := _GLUED.search(template):
        raise TemplateError(template, glued.start(), "a bracket or an apostrophe that cuts a word")
    whole = _compiled(parse(template, rules).expression, rules, spelled)
    if _first(whole)[1]:
        raise TemplateError(template, 0, "a phrase without any word")
    return Pattern(template, whole)


def _compiled(expression: Expression, rules: Rules, spelled: Callable[[str], Words]) -> _Part:
    match expression:
        case TextChunk(original_text=text):
            return _Said(spelled(text))
        case RuleReference(rule_name=name):
            return _compiled(rules[name].expression, rules, spelled)
        case Alternative(items=items):
            return _Either(tuple(_compiled(item, rules, spelled) for item in items))
        case Group(items=items):
            return _Each(tuple(_compiled(item, rules, spelled) for item in _joined(items)))
        case _:
            return _Said(())  # a blank, which stands for nothing here


def _joined(items: Iterable[Expression]) -> Iterator[Expression]:
    """Yield the items of a sequence, with words that stand side by side as one: "it is" may be spelled "it's"."""
    for words, run in groupby(items, lambda item: isinstance(item, TextChunk)):
        if words:
            yield TextChunk("".join(item.original_text for item in run if isinstance(item, TextChunk)))
        else:
            yield from run


def _ends(part: _Part, words: Words, begin: int) -> set[int]:
    match part:
        case _Said(said):
            end = begin + len(said)
            return {end} if words[begin:end] == said else set()
        case _Either(parts):
            return {end for one in parts for end in _ends(one, words, begin)}
        case _Each(parts):
            ends = {begin}
            for one in parts:
                ends = {end for start in ends for end in _ends(one, words, start)}
            return ends


def _first(part: _Part) -> tuple[frozenset[str], bool]:
    """Return the words a part can begin with, and whether it can match no word at all."""
    match part:
        case _Said(said):
            return frozenset(said[:1]), not said
        case _Either(parts):
            found = [_first(one) for one in parts]
            return frozenset().union(*(words for words, _ in found)), any(empty for _, empty in found)
        case _Each(parts):
            words: frozenset[str] = frozenset()
            for one in parts:
                more, empty = _first(one)
                words |= more
                if not empty:
                    return words, False
            return words, True
