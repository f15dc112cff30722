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
    """Look at what has set the clock, and since when."""
    now = look()
    shown = f"{now.now:%-d %B %Y, %H:%M}"
    figures: dict[str, Figure] = {
        "synchronised": now.sure,
        "since": None if now.since is None else now.since.isoformat(timespec="seconds"),
        "set_by": now.trust.value,
    }
    if now.sure:
        return Check(NAME, Verdict.GOOD, f"{shown}, synchronised{_since(now)}", figures=figures)
    if now.trust is Trust.HARDWARE:
        found = f"{shown}, not synchronised since the machine started; set by a clock with a battery"
    else:
        found = (
            f"{shown}, not synchronised since the machine started, and no clock with a battery: it may be wrong"
        )
    return Check(NAME, Verdict.WARNING, found, _REMEDY, figures)


def _since(now: Reading) -> str:
    return "" if now.since is None else f" since {now.since:%-d %B, %H:%M}"
