"""So many of so many, and how sure that is: 95% intervals of Wilson (1927)."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.96


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    tries: int

    @property
    def percent(self) -> float:
        """The share."""
        return 100 * self.hits / self.tries if self.tries else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval, in percent."""
        n = self.tries
        if not n:
            return math.nan, math.nan
        p = self.hits / n
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        return 100 * max(middle - half, 0.0), 100 * min(middle + half, 1.0)

    def __str__(self) -> str:
        if not self.tries:
            return "-"
        low, high = self.interval
        return f"{self.percent:.0f}% ({self.hits}/{self.tries}, {low:.0f}-{high:.0f})"
