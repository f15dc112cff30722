"""What stands where a file should: to open a pipe may take for ever, and a device may have no end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

A_FOLDER = "a folder"

_KINDS = {stat.S_IFDIR: A_FOLDER, stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


_held: list[int] = []


def hold_a_pipe(path: Path) -> None:
    """See that somebody reads what is about to be written, if it goes into a pipe; opening it would wait for ever.

    The pipe is held open while the program runs: its reader would take the first end for the last.

    Raises:
        OSError: nobody does.
    """
    if what_else_it_is(path) != _KINDS[stat.S_IFIFO]:
        return
    try:
        _held.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "it is a pipe that nobody reads", str(path)) from error
        raise


def what_else_it_is(path: Path) -> str | None:
    """Return what something is that is no file, as in "a pipe"; None for a file, and where there is nothing.

    Raises:
        OSError: it cannot be looked at.
        ValueError: it is no path.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "a device")
