"""When a sample of the guide is heard in the room, on this machine's clock.

The session counts samples that were handed over. They go out at an even pace and are heard a constant while later,
so one number is enough: the moment at which sample 0 was, or would have been, heard. The loop may be late with a
block but never early, so the least of the last few measurements is the true one, whatever else the machine does.
"""

from __future__ import annotations

from collections import deque

from voiceguide.audio.card_process import CUSHION, LATENCY_S
from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE, seconds

CARD_LAG_S = seconds(CUSHION * BLOCK) + LATENCY_S
"""Seconds from handing a sample over to the card until it is heard: what waits in its line, and in PortAudio.

On a virtual PulseAudio card a click came 147 ms after it was handed over, what recorded it included."""

_KEPT = 30
"""Measurements kept: three seconds at ten a second, so that a card that lost sound is followed soon."""


class SpeakerClock:
    """Maps sample time to the time of a monotonic clock.

    Args:
        lag_s: seconds from handing a sample over until it is heard.
    """

    def __init__(self, lag_s: float = CARD_LAG_S) -> None:
        self._lag_s = lag_s
        self._starts: deque[float] = deque(maxlen=_KEPT)
        self._last = -1

    @property
    def start_s(self) -> float | None:
        """When sample 0 was heard, in seconds of the monotonic clock; None before the first measurement."""
        return min(self._starts) + self._lag_s if self._starts else None

    def measure(self, at: int, now_s: float) -> None:
        """Take that `at` samples have been handed over by now.

        Args:
            at: sample time. When it goes back, another session has begun, with a clock of its own.
            now_s: the monotonic clock, in seconds.
        """
        if at < self._last:
            self._starts.clear()
        self._last = at
        self._starts.append(now_s - at / RATE)
