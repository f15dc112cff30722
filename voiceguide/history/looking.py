"""What is known of the sessions so far, also where nothing can be written at the moment.

Looked at is a copy in memory, into which everything is taken over that a start would: what was cut off, and
reports of pain that are in a file of their own and not in the database yet. So a report counts wherever it is
(S9). Where SQLite cannot go on in a file, looked at is what can be saved of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path

from voiceguide.history.database import open_to_read, transaction
from voiceguide.history.reading import HistoryConnection, is_damage
from voiceguide.history.reports import Left, left_beside, take_over
from voiceguide.history.running import mark_cut_off
from voiceguide.history.salvage import salvage
from voiceguide.history.schema import migrate


def look(path: Path, also: Iterable[Path] = ()) -> HistoryConnection:
    """Return a copy of a history in memory, with everything that would be taken over; the caller closes it.

    Args:
        path: the history's file; it need not be there.
        also: files of reports that sessions of this process, which are over, still hold.

    Raises:
        HistoryError: nothing of it can be read, or it is no history, or of a newer version.
        sqlite3.Error: it cannot be read.
    """
    connection = open_to_read(path)
    left = left_beside(path, also)
    if connection is None:
        return _in_memory(migrate, left)
    with closing(connection):
        try:
            return _in_memory(connection.backup, left)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise

        def save(copy: HistoryConnection) -> None:
            migrate(copy)
            salvage(connection, copy)

        return _in_memory(save, left)


def _in_memory(fill: Callable[[HistoryConnection], object], left: Iterable[Left]) -> HistoryConnection:
    """Return a history in memory, filled, with everything that would be taken over."""
    copy = HistoryConnection(":memory:", isolation_level=None)
    try:
        fill(copy)
        mark_cut_off(copy)
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
