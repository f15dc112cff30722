"""How softly the guide may speak here and now: what doctor found audible, and what is set for the night.

The only wall clock that touches the volume is the one whose time is handed in here, once before a session: a night
that begins in the middle of it begins with the next one. A clock that nothing has set knows no night: a guide that
is too loud at night is better than one that is too soft by day.
"""

from __future__ import annotations

from datetime import time

from voiceguide.core.volume import AS_CHOSEN, Loudness
from voiceguide.settings import Night
from voiceguide.wall_clock import Reading, Trust


def loudness(now: Reading, night: Night | None = None, least_db: float | None = None) -> Loudness:
    """Return what is known of the volume before a session.

    Args:
        now: the clock where the speaker stands.
        night: when it is night, and how much softer then; None for never.
        least_db: the least gain at which the guide can be heard, as doctor keeps it; None when it is unknown.
    """
    return Loudness(
        least_db=AS_CHOSEN.least_db if least_db is None else least_db,
        night_db=night.gain_db if night is not None and _is_night(now, night) else 0.0,
    )


def _is_night(now: Reading, night: Night) -> bool:
    return now.trust is not Trust.NONE and _within(now.now.time(), night)


def _within(at: time, night: Night) -> bool:
    begins, ends = time.fromisoformat(night.begins), time.fromisoformat(night.ends)
    if begins <= ends:
        return begins <= at < ends
    return at >= begins or at < ends  # over midnight
