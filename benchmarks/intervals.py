"""How sure a count of events is: 95% intervals of rates (Poisson, Garwood 1936)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import chi2


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
