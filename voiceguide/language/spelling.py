"""The same words, however they are written: case, punctuation, apostrophes and contractions."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NOT_A_WORD = re.compile(r"[^\w' ]|_")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_LONE_APOSTROPHE = re.compile(r"(?<!\w)'|'(?!\w)")

Words = tuple[str, ...]


def normalise(text: str) -> str:
    """Return text as phrases are written: lower case, no punctuation, single spaces.

    An apostrophe within a word stays ("what's"): recognisers know the word by it.
    """
    text = _NOT_A_WORD.sub(" ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return " ".join(_LONE_APOSTROPHE.sub(" ", text).split())


def comparable(text: str) -> str:
    """Return what two spellings of the same words have in common: "What's next?" and "whats next"."""
    return normalise(text).replace("'", "")


def plain(text: str) -> Words:
    """Return the words of a text as they are compared; a drawn-out "owww" is "ow"."""
    return tuple(_DRAWN_OUT.sub(r"\1", comparable(text)).split())


def replaced(words: Words, others: Mapping[Words, Words]) -> Words:
    """Return words with some sequences in them replaced, the longest first."""
    longest = max(map(len, others), default=0)
    new: list[str] = []
    begin = 0
    while begin < len(words):
        ends = range(min(begin + longest, len(words)), begin, -1)
        end = next((end for end in ends if words[begin:end] in others), begin + 1)
        new += others.get(words[begin:end], words[begin:end])
        begin = end
    return tuple(new)
