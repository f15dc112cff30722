"""What somebody probably meant by a word that is not known here: the known one most like it.

Comparing costs a fraction of a millisecond for each pair, so it is done for words that a person may have misspelt,
and not for what only a machine writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

LETTERS_MOST = 40
"""Letters of a word that is compared: the longest key has 16."""

KNOWN_MOST = 200
"""Known words that it is compared with."""

LIKENESS = 0.6
"""difflib's own limit."""


def nearest(word: str, known: Iterable[str], likeness: float = LIKENESS) -> str | None:
    """Return the known word most like a word; None when none is like it, or it is too long to be one of them.

    Args:
        word: as somebody wrote it.
        known: what it may have been meant to be.
        likeness: difflib's ratio, 0..1, that it takes at least.
    """
    if len(word) > LETTERS_MOST:
        return None
    return next(iter(get_close_matches(word, list(islice(known, KNOWN_MOST)), n=1, cutoff=likeness)), None)
