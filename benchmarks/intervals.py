"""How sure a count is: 95% intervals of shares (Wilson 1927) and of rates (Poisson, Garwood 1936)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import chi2

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


@dataclass(frozen=True)
class Rate:
    """So many events in so many hours."""

    events: int
    hours: float

    @property
    def per_hour(self) -> float:
        """The rate."""
        return self.events / self.hours if self.hours else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Garwood's interval, per hour."""
        if not self.hours:
            return math.nan, math.nan
        low = chi2.ppf(0.025, 2 * self.events) / 2 if self.events else 0.0
        return low / self.hours, chi2.ppf(0.975, 2 * self.events + 2) / 2 / self.hours

    def __str__(self) -> str:
        if not self.hours:
            return "-"
        low, high = self.interval
        return f"{self.per_hour:.1f} ({self.events} in {60 * self.hours:.0f} min, {low:.1f}-{high:.1f})"
