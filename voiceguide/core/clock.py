"""Time, counted in samples of the one audio clock.

Everything that decides gets its time from events, as an `int` number of samples since the audio began. A
second exists only for people: in routines, in logs and on screen.
"""

from __future__ import annotations

RATE = 16_000
"""Samples per second of the session's clock: what every recogniser here wants, and wideband speech."""


def samples(seconds: float) -> int:
    """Return the number of samples nearest to a duration in seconds."""
    return round(seconds * RATE)


def seconds(count: int) -> float:
    """Return a number of samples as seconds."""
    return count / RATE
