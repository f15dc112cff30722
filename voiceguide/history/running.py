"""Which sessions still run, and which were cut off: by a power cut, a crash, or because somebody killed the guide.

A session's row carries the name of the process that runs it. A process number alone comes back after a while;
together with the moment the process began, counted from the start of the machine, and the name of that start, it
does not (Linux).
"""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

from voiceguide.history.database import transaction
from voiceguide.wall_clock import boot_name

CUT_OFF = "cut_off"
"""How a session ended that nobody ended."""

_BEGAN = 19  # field 22 of /proc/PID/stat, counted after the name, which may contain spaces


def this_process() -> str:
    """Return the name of the process that asks."""
    return _name(os.getpid()) or f"{os.getpid()} of unknown start"


def is_running(process: object) -> bool:
    """Tell whether the process of that name still runs. What is no such name names none that does."""
    if not isinstance(process, str):
        return False
    number = process.partition(" ")[0]
    return re.fullmatch(r"[0-9]{1,10}", number) is not None and (
        process == this_process() or process == _name(int(number))
    )


def mark_cut_off(connection: sqlite3.Connection) -> None:
    """Write down which sessions were cut off.

    Raises:
        sqlite3.Error: the file cannot be written.
    """
    open_ones = connection.execute("SELECT id, process FROM session WHERE how IS NULL").fetchall()
    gone = [(CUT_OFF, row["id"]) for row in open_ones if not is_running(row["process"])]
    if gone:
        with transaction(connection, survive_power_cut=True):
            connection.executemany("UPDATE session SET how = ?, process = NULL WHERE id = ?", gone)


def _name(number: int) -> str | None:
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
        fields = status.rpartition(")")[2].split()
        if fields[0] == "Z":  # it is dead and only its parent has not noticed yet
            return None
    except OSError:
        return None
    boot = boot_name()
    return None if boot is None else f"{number} began {fields[_BEGAN]} after start {boot}"
