"""Trouble that may come time and again is told once and then counted, so that no log grows without bound."""

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


class Seldom:
    """Warns of a kind of trouble the first, the tenth, the hundredth time and so on.

    Args:
        log: where it is told.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._counts = Counts()

    def warn(self, kind: str, message: str, *values: object) -> None:
        """Tell of a trouble, or only count it.

        Args:
            kind: what is counted.
            message: as for a logger.
            values: what stands for its blanks.
        """
        times = self._counts.worth_telling(kind)
        if times == 1:
            self._log.warning(message, *values)
        elif times:
            self._log.warning(f"{message} That was the %dth time.", *values, times)
