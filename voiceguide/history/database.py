"""Opens the history's file: SQLite with a write-ahead log, checked, brought up to date, or kept aside.

A power cut leaves such a file whole. Should it be damaged all the same, it is renamed, never deleted, and a new
one begun. A file of a newer voiceguide or of another program is left exactly as it is.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from voiceguide.errors import HistoryError
from voiceguide.history.schema import APPLICATION_ID, VERSION, migrate, version_of
from voiceguide.places import data_folder
from voiceguide.private import close_to_others, private_file, private_folder

BUSY_S = 5.0
"""How long to wait for another process where it matters. Its turns take milliseconds, on a slow card a second."""

_SOUND_WAITS_S = 0.02
"""How long to wait where it does not: the sound stands still meanwhile, and the next entry will do."""

_PARTS = ("", "-wal", "-shm")
"""What the names of the files that belong together end in."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def open_to_write(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """Open the history to add to it; file and folders are made where they are missing.

    The connection is in autocommit mode. The log is taken over into the file here and in `close`, never in
    between: that waits for the disk, and the sound would wait with it.

    Returns:
        The connection, and where a damaged file is kept now if there was one.

    Raises:
        HistoryError: it cannot be written, or it is not ours or of a newer version and was left as it is.
    """
    try:
        private_folder(path.parent)
        with _turn(path.parent):  # of two processes that start together one makes the file
            aside = None
            _close_to_others(path)
            if path.exists() and not _whole(path):
                aside = _keep_aside(path)
            connection = _connect(private_file(path))  # SQLite gives its log the rights of the file
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA wal_autocheckpoint = 0")
                connection.execute("PRAGMA foreign_keys = ON")
                migrate(connection)
                # Whoever always pulls the plug never comes to `close`, and the log would grow for ever.
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            except BaseException:
                connection.close()
                raise
    except (OSError, sqlite3.Error) as error:
        raise HistoryError(
            f"{path} cannot be written: {_reason(error)}. Choose another place with --history."
        ) from error
    return connection, aside


def open_to_read(path: Path) -> sqlite3.Connection | None:
    """Open the history to look at it. Nothing is written, so a folder that is read-only will do.

    An older version is brought up to date first, and what others could read is closed to them.

    Returns:
        The connection, or None when nothing was kept yet.

    Raises:
        HistoryError: it is damaged, or no history, or of a newer version.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    _close_to_others(path)
    try:
        with closing(_connect_to_look(path)) as connection:
            _check_version(path, connection)
            old = version_of(connection) < VERSION
        if old:
            open_to_write(path)[0].close()
        return _connect_to_look(path)
    except (OSError, sqlite3.Error) as error:
        if _is_damage(error):
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


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another process was writing."""
    return _code(error) == sqlite3.SQLITE_BUSY


def is_whole(connection: sqlite3.Connection) -> bool:
    """Tell whether SQLite finds nothing wrong with the file. Takes about as long as reading it."""
    try:
        rows = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            return False
        raise
    return [tuple(row) for row in rows] == [("ok",)]


def set_aside(path: Path) -> list[Path]:
    """Return the damaged files that were kept beside a history, oldest first."""
    found = path.parent.glob(f"{path.name}.damaged-*")
    return sorted(one for one in found if one.name.rpartition("-")[2].isdigit())


def _close_to_others(path: Path) -> None:
    """Close to others what an earlier version made, also the damaged files that it kept aside."""
    if path.parent == data_folder():
        close_to_others(path.parent)
    for file in (path, *set_aside(path)):
        close_to_others(*(file.with_name(file.name + part) for part in _PARTS))


def _connect(path: Path, options: str = "mode=rwc") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{options}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _connect_to_look(path: Path) -> sqlite3.Connection:
    # Without a log nobody is writing, and none is made either: not even in a folder that may be written.
    log = path.with_name(f"{path.name}-wal")
    return _connect(path, "mode=ro" if log.exists() else "mode=ro&immutable=1")


def _whole(path: Path) -> bool:
    """Tell whether the file may be used.

    Raises:
        HistoryError: it is whole, but not ours to write.
    """
    try:
        with closing(_connect_to_look(path)) as connection:
            _check_version(path, connection)
            return is_whole(connection)
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            return False
        raise


def _check_version(path: Path, connection: sqlite3.Connection) -> None:
    version = version_of(connection)
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
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


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Be the only process that opens a history in this folder to write."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_damage(error: Exception) -> bool:
    return _code(error) in _DAMAGED


def _code(error: Exception) -> int:
    """Return SQLite's primary error code, 0 for what Python itself complains about."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
