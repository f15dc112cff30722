"""A machine with a clock that can be wrong, as that of a Raspberry Pi."""

from __future__ import annotations

from datetime import datetime, timedelta

from voiceguide.wall_clock import Reading, Trust


class FakeMachine:
    """Time passes on it when it is told, and its clock shows what it was set to. A `WallClock`.

    Args:
        shows: what the clock shows, with its offset from UTC.
        trust: what has set it.
    """

    def __init__(self, shows: datetime, trust: Trust = Trust.NONE) -> None:
        self._shows = shows
        self._trust = trust
        self._starts = 1
        self._up = timedelta(minutes=1)

    def __call__(self) -> Reading:
        """Look at the clock."""
        return Reading(self._shows, self._trust, f"start {self._starts}", self._up.total_seconds())

    def passes(self, days: float = 0, seconds: float = 0) -> None:
        """Let time pass while it runs. The clock goes on from whatever it shows."""
        self._shows += timedelta(days=days, seconds=seconds)
        self._up += timedelta(days=days, seconds=seconds)

    def is_set(self, to: datetime, trust: Trust = Trust.SYNCHRONISED) -> None:
        """Set the clock while it runs; by default as a time server does."""
        self._shows, self._trust = to, trust

    def starts_anew(self, shows: datetime | None = None, trust: Trust = Trust.NONE) -> None:
        """Pull the plug and put it in again.

        Args:
            shows: what the clock shows then; None for what it showed last, as without a clock of its own.
            trust: what has set it.
        """
        self._starts += 1
        self._up = timedelta(minutes=1)
        self.is_set(self._shows if shows is None else shows, trust)
