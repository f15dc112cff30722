"""Which files may be a history at all: no device, no pipe, and nothing of anybody else's."""

from __future__ import annotations

import stat
from pathlib import Path

from voiceguide.errors import HistoryError
from voiceguide.history.schema import APPLICATION_ID
from voiceguide.places import history_file
from voiceguide.special_files import what_else_it_is

_BEGINNING = b"SQLite format 3\0"
_MARK = slice(68, 72)
"""Where an SQLite file has its application's mark."""

_ANOTHER = "Name a file with --history that is one, or that is not there yet."


def see_that_it_may_be_one(path: Path) -> bool:
    """See that a path may be a history, without touching it; return whether a file with something in it is there.

    What stands in the usual place is ours, however damaged. Anywhere else a file must begin as an SQLite database
    does, or bear our mark: it may have been named by mistake.

    Raises:
        HistoryError: it is a folder, a device, a pipe or a file of another kind, or cannot be looked at.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:  # the latter for a name with a zero byte in it
        raise HistoryError(f"{path} cannot be used as a history: {_reason(error)}. {_ANOTHER}") from error
    if not stat.S_ISREG(status.st_mode):
        raise HistoryError(f"{path} is {what_else_it_is(path)} and cannot be a history. {_ANOTHER}")
    if status.st_size == 0:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_MARK.stop)
    except OSError as error:
        raise HistoryError(
            f"{path} cannot be read: {_reason(error)}. Check its name and who may read it."
        ) from error
    ours = head.startswith(_BEGINNING) or head[_MARK] == APPLICATION_ID.to_bytes(4, "big")
    if not ours and path.absolute() != history_file():
        raise HistoryError(f"{path} is no database and was left as it is. {_ANOTHER}")
    return True


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
