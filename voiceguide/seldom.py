"""Trouble that may come time and again is told once and then counted, so that no log grows without bound."""

from __future__ import annotations

import logging
from collections import Counter


class Seldom:
    """Tells a kind of trouble the first, the tenth, the hundredth time and so on.

    Args:
        log: where it is told.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._times: Counter[str] = Counter()

    def warn(self, kind: str, message: str, *values: object) -> None:
        """Tell of a trouble, or only count it.

        Args:
            kind: what is counted; there are few.
            message: as for a logger.
            values: what stands for its blanks.
        """
        self._times[kind] += 1
        times = self._times[kind]
        if times == 1:
            self._log.warning(message, *values)
        elif str(times).strip("0") == "1":
            self._log.warning(f"{message} That was the %dth time.", *values, times)
