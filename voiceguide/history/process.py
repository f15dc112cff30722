"""Who runs a session, told apart from every other process there was or will be (Linux).

A process number alone comes back after a while. Together with the moment the process began, counted from the start
of the machine, and the name of that start, it does not.
"""

from __future__ import annotations

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_BEGAN = 19  # field 22 of /proc/PID/stat, counted after the name, which may contain spaces


def this_process() -> str:
    """Return the name of the process that asks."""
    return _name(os.getpid()) or f"{os.getpid()} of unknown start"


def is_running(process: str) -> bool:
    """Tell whether the process of that name still runs."""
    number = process.partition(" ")[0]
    return number.isdigit() and (process == this_process() or process == _name(int(number)))


def _name(number: int) -> str | None:
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
        fields = status.rpartition(")")[2].split()
        if fields[0] == "Z":  # it is dead and only its parent has not noticed yet
            return None
        return f"{number} began {fields[_BEGAN]} after start {_BOOT.read_text(encoding='ascii').strip()}"
    except OSError:
        return None
