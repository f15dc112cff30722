"""Opens the history's file: SQLite with a write-ahead log, checked, brought up to date, or kept aside.

A power cut leaves such a file whole. Should it be damaged all the same, it is renamed, never deleted, and a new
one begun with what can be read of it. A file of a newer voiceguide, of another program, or that is no database is
left exactly as it is. Another program that keeps the file to itself is waited for, but not for ever.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from glob import escape
from pathlib import Path

from voiceguide.errors import HistoryError
from voiceguide.history.a_file import see_that_it_may_be_one
from voiceguide.history.another_program import patiently, turn_of
from voiceguide.history.reading import HistoryConnection, is_damage
from voiceguide.history.salvage import salvage
from voiceguide.history.schema import APPLICATION_ID, VERSION, has_our_tables, is_up_to_date, migrate, version_of
from voiceguide.places import data_folder
from voiceguide.private import close_to_others, private_file, private_folder

BUSY_S = 5.0
"""How long to wait for another process where it matters. Its turns take milliseconds, on a slow card a second."""

_SOUND_WAITS_S = 0.02
"""How long to wait where it does not: the sound stands still meanwhile, and the next entry will do."""

_OPENING_WAITS_S = 0.1
"""How long one try to open the file waits; there are many."""

_PARTS = ("", "-wal", "-shm")
"""What the names of the files that belong together end in."""


def open_to_write(path: Path) -> tuple[HistoryConnection, Path | None]:
    """Open the history to add to it; file and folders are made where they are missing.

    The connection is in autocommit mode. The log is taken over into the file here and in `close`, never in
    between: that waits for the disk, and the sound would wait with it.

    Returns:
        The connection, and where a damaged file is kept now if there was one; `saved` of the connection is how
        many of its rows are in the new one.

    Raises:
        HistoryError: it cannot be written, another program keeps it to itself, or it is not ours or of a newer
            version and was left as it is.
    """
    try:
        there = see_that_it_may_be_one(path)
        private_folder(path.parent)
        with turn_of(path):  # of two processes that start together one makes the file
            whole = not there or patiently(path, lambda: _whole(path))
            _close_to_others(path)  # now that it is known to be ours
            if whole:
                try:
                    return patiently(path, lambda: _opened(path)), None
                except sqlite3.Error as error:
                    # Whole for SQLite, and yet no table is as it was made: a bit in the schema or in the version.
                    if not there or not (is_damage(error) or _is_of_the_schema(error)):
                        raise
            aside = _keep_aside(path)
            connection = patiently(path, lambda: _opened(path))
            connection.saved = _saved(aside, connection)
            return connection, aside
    except (OSError, ValueError, sqlite3.Error) as error:
        raise HistoryError(
            f"{path} cannot be written: {_reason(error)}. Choose another place with --history."
        ) from error


def open_to_read(path: Path) -> HistoryConnection | None:
    """Open the history to look at it. Nothing is written, so a folder that is read-only will do.

    An older version is brought up to date first, and what others could read is closed to them. What cannot be read
    is found out by reading, see `HistoryConnection.read`.

    Returns:
        The connection, or None when nothing was kept yet.

    Raises:
        HistoryError: nothing of it can be read, another program keeps it to itself, or it is no history or of a
            newer version.
    """
    if not see_that_it_may_be_one(path):
        return None
    try:
        if not patiently(path, lambda: _is_new(path)):
            open_to_write(path)[0].close()
        _close_to_others(path)
        return _connect_to_look(path)
    except (OSError, sqlite3.Error) as error:
        if is_damage(error) or _is_of_the_schema(error):
            raise HistoryError(
                f"{path} is damaged: {_reason(error)}. The next session keeps it aside and begins a new one."
            ) from error
        raise HistoryError(
            f"{path} cannot be read: {_reason(error)}. Check its name and who may read it."
        ) from error


@contextmanager
def transaction(connection: sqlite3.Connection, *, survive_power_cut: bool) -> Iterator[None]:
    """Do all that is within or none of it.

    Args:
        connection: in autocommit mode.
        survive_power_cut: True waits for the disk, and for another process that writes. False leaves it to the
            system, which writes within half a minute or so; that a process is killed costs nothing either way.

    Raises:
        sqlite3.Error: it could not be done, and nothing of it was; `is_busy` tells whether another process wrote.
    """
    connection.execute(f"PRAGMA synchronous = {'FULL' if survive_power_cut else 'NORMAL'}")
    connection.execute(f"PRAGMA busy_timeout = {round(1000 * (BUSY_S if survive_power_cut else _SOUND_WAITS_S))}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise


def is_whole(connection: sqlite3.Connection) -> bool:
    """Tell whether SQLite finds nothing wrong with the file. Takes about as long as reading it."""
    try:
        rows = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return False
        raise
    return [tuple(row) for row in rows] == [("ok",)]


def set_aside(path: Path) -> list[Path]:
    """Return the damaged files that were kept beside a history, oldest first."""
    found = path.parent.glob(f"{escape(path.name)}.damaged-*")
    return sorted(one for one in found if one.name.rpartition("-")[2].isdigit())


def _close_to_others(path: Path) -> None:
    """Close to others what an earlier version made, also the damaged files that it kept aside."""
    if path.parent == data_folder():
        close_to_others(path.parent)
    for file in (path, *set_aside(path)):
        close_to_others(*(file.with_name(file.name + part) for part in _PARTS))


def _connect(path: Path, options: str = "mode=rwc", waits_s: float = BUSY_S) -> HistoryConnection:
    uri = f"{path.absolute().as_uri()}?{options}"
    return sqlite3.connect(uri, uri=True, timeout=waits_s, isolation_level=None, factory=HistoryConnection)


def _connect_to_look(path: Path, waits_s: float = BUSY_S) -> HistoryConnection:
    # Without a log nobody is writing, and none is made either: not even in a folder that may be written.
    log = path.with_name(f"{path.name}-wal")
    return _connect(path, "mode=ro" if log.exists() else "mode=ro&immutable=1", waits_s)


def _opened(path: Path) -> HistoryConnection:
    """Return a connection to write, up to date; one try."""
    connection = _connect(
        private_file(path), waits_s=_OPENING_WAITS_S
    )  # SQLite gives its log the rights of the file
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
        _see_that_it_is_as_made(connection)
        # Whoever always pulls the plug never comes to `close`, and the log would grow for ever.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * BUSY_S)}")
    except BaseException:
        connection.close()
        raise
    return connection


_NOT_AS_MADE = "its tables are not as they were made"


def _see_that_it_is_as_made(connection: HistoryConnection) -> None:
    if not is_up_to_date(connection):
        raise sqlite3.DatabaseError(_NOT_AS_MADE)


def _is_of_the_schema(error: Exception) -> bool:
    """Tell whether a table or a column is missing, or there are two of one: no statement of ours asks for that."""
    return str(error) == _NOT_AS_MADE or any(
        words in str(error) for words in ("no such table", "no such column", "already exists", "duplicate column")
    )


def _whole(path: Path) -> bool:
    """Tell whether the file may be used.

    Raises:
        HistoryError: it is whole, but not ours to write.
    """
    try:
        with closing(_connect_to_look(path, _OPENING_WAITS_S)) as connection:
            _check_version(path, connection)
            return is_whole(connection)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return False
        raise


def _is_new(path: Path) -> bool:
    """Tell whether a file is of this version.

    Raises:
        HistoryError: it is not ours, or of a newer one.
        sqlite3.Error: it cannot be read.
    """
    with closing(_connect_to_look(path, _OPENING_WAITS_S)) as connection:
        _check_version(path, connection)
        if version_of(connection) < VERSION:
            return False
        _see_that_it_is_as_made(connection)
        return True


def _check_version(path: Path, connection: HistoryConnection) -> None:
    version = version_of(connection)
    marked = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    something = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if something and not marked and not has_our_tables(connection):
        raise HistoryError(
            f"{path} is a database of another program and was left as it is. Choose another file with --history."
        )
    if version > VERSION:
        raise HistoryError(
            f"{path} was written by a newer voiceguide (format {version}; this one knows {VERSION}) and was "
            "left as it is. Update voiceguide, or choose another file with --history."
        )


def _keep_aside(path: Path) -> Path:
    """Rename a damaged file and what belongs to it; the first free number tells several apart."""
    number = 1
    while (kept := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for part in _PARTS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + part).rename(kept.with_name(kept.name + part))
    return kept


def _saved(aside: Path, new: HistoryConnection) -> int:
    """Save what can be read of a damaged file; return how many rows."""
    for options in ("mode=ro", "mode=ro&immutable=1"):  # its log may be what is damaged
        with suppress(sqlite3.Error, OSError), closing(_connect(aside, options)) as old:
            old.execute("PRAGMA writable_schema = ON")  # a table that cannot be understood then costs no other
            if saved := salvage(old, new):
                return saved
    return 0


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
