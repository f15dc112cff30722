"""A kind of trouble is logged when it comes first, and then counted: no flood becomes one of the log."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Hashable

KINDS_MOST = 200
"""Kinds that are known at a time; the one that came longest ago is forgotten."""


class Counts:
    """How often each kind has come, and whether that is worth a line: the first time, the tenth, the hundredth."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Hashable, int] = OrderedDict()

    def worth_telling(self, kind: Hashable) -> int:
        """Count a kind; return how often it has come, or 0 when nobody needs to be told."""
        count = self._counts.pop(kind, 0) + 1
        self._counts[kind] = count
        if len(self._counts) > KINDS_MOST:
            self._counts.popitem(last=False)
        return count if str(count).rstrip("0") == "1" else 0


def log_counted(counts: Counts, logger: str, level: int, kind: str, text: str) -> None:
    """Log a text, unless its kind has come too often to be told of again.

    Args:
        counts: what has come so far.
        logger: name of the logger.
        level: as `logging` has it.
        kind: what is counted as the same.
        text: what is logged.
    """
    if count := counts.worth_telling((logger, level, kind)):
        logging.getLogger(logger).log(level, "%s%s", text, times(count))


def times(count: int) -> str:
    """Return how often something has come, to be added to what is logged; empty for once."""
    return f" ({count} times so far)" if count > 1 else ""
