"""The sentences that `voiceguide new` leaves for a person to write: none of them is ever spoken as guidance."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

BEGINNINGS = Path(__file__).with_name("beginnings")
"""What routines begin with, one file for each language."""


def is_unwritten(line: str) -> bool:
    """Tell whether a line still has a sentence in it that asks for words, in any language."""
    words = " ".join(line.split()).casefold()
    return any(mark in words for mark in _marks())


@cache
def _marks() -> tuple[str, ...]:
    texts = (path.read_text(encoding="utf-8") for path in sorted(BEGINNINGS.glob("*.yaml")))
    marks = (yaml.safe_load(text).get("unwritten") for text in texts)
    return tuple(mark.casefold() for mark in marks if mark)
