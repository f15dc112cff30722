"""Whether this machine's dates can be believed."""

from __future__ import annotations

from voiceguide.doctor.check import Check, Figure, Verdict
from voiceguide.wall_clock import Reading, Trust, WallClock, read_clock

NAME = "clock"

_REMEDY = (
    "Let a time server set it: connect the machine to the network and see `timedatectl`. Until then the guide "
    "counts sessions where it would count days, and may advise to see a professional too early."
)


def clock(look: WallClock = read_clock) -> Check:
    """Look at what has set the clock, and when, or for how long nothing has."""
    now = look()
    shown = f"{now.now:%-d %B %Y, %H:%M}"
    figures: dict[str, Figure] = {
        "synchronised": now.sure,
        "last_set": None if now.last_set is None else now.last_set.isoformat(timespec="seconds"),
        "up_s": round(now.up_s, 1),
        "set_by": now.trust.value,
    }
    if now.sure:
        return Check(NAME, Verdict.GOOD, f"{shown}, synchronised{_last(now)}", figures=figures)
    missing = f"not synchronised since the machine started {now.up_s / 3600:,.1f} hours ago"
    if now.trust is Trust.HARDWARE:
        found = f"{shown}, {missing}; set by a clock with a battery"
    else:
        found = f"{shown}, {missing}, and no clock with a battery: it may be wrong"
    return Check(NAME, Verdict.WARNING, found, _REMEDY, figures)


def _last(now: Reading) -> str:
    return "" if now.last_set is None else f", last on {now.last_set:%-d %B, %H:%M}"
