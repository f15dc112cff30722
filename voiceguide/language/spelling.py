"""The same words, however they are written: case, punctuation and apostrophes."""

from __future__ import annotations

import re

_NOT_A_WORD = re.compile(r"[^\w' ]|_")
_LONE_APOSTROPHE = re.compile(r"(?<!\w)'|'(?!\w)")


def normalise(text: str) -> str:
    """Return text as phrases are written: lower case, no punctuation, single spaces.

    An apostrophe within a word stays ("what's"): recognisers know the word by it.
    """
    text = _NOT_A_WORD.sub(" ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return " ".join(_LONE_APOSTROPHE.sub(" ", text).split())


def comparable(text: str) -> str:
    """Return what two spellings of the same words have in common: "What's next?" and "whats next"."""
    return normalise(text).replace("'", "")
