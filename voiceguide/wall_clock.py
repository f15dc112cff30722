"""This machine's clock: what it says, whether it can be believed, and what counts time without it.

A Raspberry Pi has no clock of its own. After a start it shows the time of its last shutdown until a time server
has set it, so a date may be days or years off. What no clock can break is kept beside the date: which start of the
machine it was, and how long ago (`CLOCK_BOOTTIME`).
"""

from __future__ import annotations

import ctypes
import os
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
"""Where Linux names this start of the machine."""

TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches this file each time it has set the clock; a start of the machine takes it away."""

HARDWARE_CLOCKS = Path("/sys/class/rtc")

AGREES_WITHIN_S = 120.0
"""Seconds within which a hardware clock must agree with the system's. One whose battery is flat is years off."""

_UNSYNCHRONISED = 0x40  # STA_UNSYNC of adjtimex(2)
_STATUS_AT = struct.calcsize("@Iqqqq")  # in struct timex: modes, offset, freq, maxerror, esterror, then status
_TIMEX_BYTES = 512


class Trust(StrEnum):
    """How far the clock can be believed."""

    SYNCHRONISED = "synchronised"
    """A time server has set it since the machine started."""
    HARDWARE = "hardware"
    """A clock with a battery has set it."""
    NONE = "none"


@dataclass(frozen=True)
class Reading:
    """One look at the clock.

    Attributes:
        now: what it says, with the offset from UTC.
        trust: how far that can be believed.
        boot: the name of this start of the machine; None where the system does not tell.
        up_s: seconds since then, which nobody can set; also while the machine slept.
        last_set: when a time server set it last since that start; None when none did or it is not known.
    """

    now: datetime
    trust: Trust = Trust.NONE
    boot: str | None = None
    up_s: float = 0.0
    last_set: datetime | None = None

    @property
    def sure(self) -> bool:
        """Whether a time server has set the clock."""
        return self.trust is Trust.SYNCHRONISED


WallClock = Callable[[], Reading]
"""Looks at a clock. The usual one is `read_clock`."""


def read_clock(
    mark: Path = TIMESYNC_MARK, hardware: Path = HARDWARE_CLOCKS, *, kernel: Callable[[], bool] | None = None
) -> Reading:
    """Look at this machine's clock. Takes well under a millisecond and waits for nobody.

    Args:
        mark: the file that tells of a time server.
        hardware: the folder of the hardware clocks.
        kernel: tells whether the kernel knows of a time server; None asks it.
    """
    time.tzset()  # the time zone may have been changed since the program started
    now = datetime.now().astimezone()
    last_set = _touched(mark)
    if last_set is not None or (kernel or _kernel_is_synchronised)():
        trust = Trust.SYNCHRONISED
    else:
        trust = Trust.HARDWARE if _hardware_agrees(hardware, now.timestamp()) else Trust.NONE
    return Reading(now, trust, boot_name(), time.clock_gettime(time.CLOCK_BOOTTIME), last_set)


def boot_name() -> str | None:
    """Return the name of this start of the machine; None where the system does not tell."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return None


def _touched(mark: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(mark.stat().st_mtime).astimezone()
    except OSError:
        return None


def _kernel_is_synchronised() -> bool:
    # Any program that keeps the time tells the kernel so. The service may not ask (ProtectClock) and has the mark.
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    try:
        if ctypes.CDLL(None, use_errno=True).adjtimex(timex) < 0:
            return False
    except (OSError, AttributeError):
        return False
    (status,) = struct.unpack_from("@i", timex, _STATUS_AT)
    return not status & _UNSYNCHRONISED


def _hardware_agrees(hardware: Path, now_s: float) -> bool:
    """Tell whether the clock with a battery that set the system's clock says the same."""
    with suppress(OSError, ValueError):
        for name in os.listdir(hardware):  # noqa: PTH208 - a list of names is all it takes
            clock = hardware / name
            if (clock / "hctosys").read_text().strip() == "1":
                return abs(int((clock / "since_epoch").read_text()) - now_s) < AGREES_WITHIN_S
    return False
