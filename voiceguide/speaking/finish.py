"""From an engine's raw utterance to one that can be placed by the sample: trimmed and levelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voiceguide.core.clock import RATE

if TYPE_CHECKING:
    from voiceguide.speaking.voice import Samples

VERSION = 1
"""Part of the speech cache's key: raise it when `finish` changes its result."""

ACTIVE_LEVEL_DB = -20.0
"""RMS of the spoken parts after levelling, in dBFS.

Telephony's nominal level of active speech (measured as in ITU-T P.56) is -26 dBov; 6 dB more suit a small
loudspeaker, and peaks still stay below the ceiling: over the 86 lines of a routine they are 10-18 dB above the RMS
(median 16 dB for pyttsx3, 14 dB for hibari), but for one hibari line at 22 dB.
"""

PEAK_DB = -1.25
"""Ceiling of a finished utterance, in dBFS, just under where the mouth's limiter sets in. A line with higher peaks
is made quieter as a whole."""

_FRAME = 80  # 5 ms: fine enough for an onset
_ACTIVE_DB = 20.0  # frames this close to the loudest are speech; P.56 uses a margin of 15.9 dB below the mean
_EDGE_DB = 45.0  # below the active level: keeps the "th" of "thanks" and the last breath of "feet"
_KEPT_BEFORE = RATE // 100  # 10 ms, so that no onset is touched
_KEPT_AFTER = RATE // 50  # 20 ms


def finish(raw: Samples) -> Samples:
    """Return an utterance without the silence around it, at the level of all others.

    Args:
        raw: `(n,)` float32 at 16 kHz, not all zero.

    Returns:
        `(m,)` float32, m <= n: at most 15 ms of near-silence before the first sound and 25 ms after the last,
        spoken parts at `ACTIVE_LEVEL_DB`, no sample above `PEAK_DB`.
    """
    frames = np.pad(raw, (0, -len(raw) % _FRAME)).reshape(-1, _FRAME)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    active = power[power >= power.max() * _ratio(-_ACTIVE_DB) ** 2].mean()
    audible = np.flatnonzero(power >= active * _ratio(-_EDGE_DB) ** 2)
    first = max(0, int(audible[0]) * _FRAME - _KEPT_BEFORE)
    last = min(len(raw), (int(audible[-1]) + 1) * _FRAME + _KEPT_AFTER)
    speech = raw[first:last]
    gain = min(_ratio(ACTIVE_LEVEL_DB) / np.sqrt(active), _ratio(PEAK_DB) / np.abs(speech).max())
    return speech * np.float32(gain)


def _ratio(decibels: float) -> float:
    return float(10.0 ** (decibels / 20.0))
