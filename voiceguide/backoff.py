"""How long to wait before trying again what has just failed."""

from __future__ import annotations

FIRST_S = 0.5
MOST_S = 15.0


class Backoff:
    """Half a second, then twice as long each time, a quarter of a minute at the most, for ever."""

    def __init__(self) -> None:
        self._next_s = FIRST_S

    def next_s(self) -> float:
        """Return how many seconds to wait now."""
        wait_s, self._next_s = self._next_s, min(2 * self._next_s, MOST_S)
        return wait_s

    def reset(self) -> None:
        """Begin anew: it has worked for long enough."""
        self._next_s = FIRST_S
