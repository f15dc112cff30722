"""What is known of the sessions so far, also where nothing can be written at the moment.

Looked at is a copy in memory, into which everything is taken over that a start would: what was cut off, and
reports of pain that are in a file of their own and not in the database yet. So a report counts wherever it is
(S9).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from voiceguide.history.database import open_to_read, transaction
from voiceguide.history.reports import left_beside, take_over
from voiceguide.history.running import mark_cut_off
from voiceguide.history.schema import migrate


def look(path: Path, also: Iterable[Path] = ()) -> sqlite3.Connection:
    """Return a copy of a history in memory, with everything that would be taken over; the caller closes it.

    Args:
        path: the history's file; it need not be there.
        also: files of reports that sessions of this process, which are over, still hold.

    Raises:
        HistoryError: it is damaged, or no history, or of a newer version.
        sqlite3.Error: it cannot be read.
    """
    connection = open_to_read(path)
    if connection is None:
        copy = sqlite3.connect(":memory:", isolation_level=None)
        copy.row_factory = sqlite3.Row
        migrate(copy)
    else:
        with closing(connection):
            copy = type(connection)(":memory:", isolation_level=None)
            copy.row_factory = sqlite3.Row
            connection.backup(copy)
    try:
        mark_cut_off(copy)
        left = left_beside(path, also)
        with transaction(copy, survive_power_cut=False):
            take_over(copy, left)
    except BaseException:
        copy.close()
        raise
    return copy


def take_over_left(connection: sqlite3.Connection, path: Path) -> None:
    """Take over into a history the reports that were left beside it, and take their files away.

    Raises:
        sqlite3.Error: it cannot be written; the files stay.
    """
    left = left_beside(path)
    if not left:
        return
    with transaction(connection, survive_power_cut=True):
        take_over(connection, left)
    for one in left:
        with suppress(OSError):
            one.path.unlink()


def is_busy(error: BaseException | None) -> bool:
    """Tell whether another program was writing."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
