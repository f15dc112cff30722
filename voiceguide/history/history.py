"""Keeps what happens in a session, as it happens.

A report of pain waits for the disk, so that it is there before the guidance goes on (S6). All else is written at
once too, but the disk takes it when it likes: the sound does not wait for it. What cannot be written waits in
memory and goes in with the next entry; the session goes on, and the person is told once.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from voiceguide.core.memory import Remembered
from voiceguide.core.plan import Routine
from voiceguide.errors import HistoryError
from voiceguide.history.database import open_to_read, open_to_write, transaction
from voiceguide.history.dating import date_this_start
from voiceguide.history.locks import is_busy
from voiceguide.history.memory import remember, was_introduced
from voiceguide.history.reading import HistoryConnection, tell_once
from voiceguide.history.rows import INTRODUCED, Change, SessionRows
from voiceguide.history.running import mark_cut_off, this_process
from voiceguide.wall_clock import Reading, WallClock, read_clock

_MARK = "introduced"
"""Name of the empty file that a voiceguide without a history left beside it."""

_log = logging.getLogger(__name__)


class History:
    """The history's file while a session runs: hand `notice` to `Journal.watch`.

    Nothing here raises, opening included: a guide without a memory is worth more than no guide.

    Args:
        path: the file; made if there is none.
        routine: the routine that is run.
        clock: the wall clock.

    Attributes:
        remembered: what was known when it was opened; nothing if it could not be.
        introduced: whether the person was told what the guide is and what it is not.
    """

    def __init__(
        self,
        path: Path,
        routine: Routine,
        *,
        clock: WallClock = read_clock,
    ) -> None:
        self._path = path
        self._loss: str | None = None
        self._on_loss: list[Callable[[str], None]] = []
        self._rows = SessionRows(routine.id, this_process(), clock)
        self._waiting: list[Change] = []
        self._session: int | None = None
        self._connection: HistoryConnection | None = None
        now = clock()
        self.remembered = Remembered(today=now.now.date().toordinal())
        self.introduced = False
        try:
            self._connection, aside = open_to_write(path)
            mark_cut_off(self._connection)
            _take_over_mark(self._connection, path.with_name(_MARK), clock)
            date_this_start(self._connection, now)
            self.remembered = remember(self._connection, routine, now)
            self.introduced = was_introduced(self._connection)
        except HistoryError as error:
            self._look(routine, now)
            self._tell(str(error))
        except sqlite3.Error as error:
            self._tell(f"{path} cannot be written: {error}. This session may not be kept.")
        except (ValueError, TypeError, OverflowError) as error:
            self._tell(f"{path} holds what no voiceguide wrote: {error}. Earlier sessions are not remembered.")
        else:
            tell_once(path, self._connection)
            if aside is not None:
                saved = self._connection.saved
                self._tell(
                    f"The history was damaged. It is kept as {aside}; a new one has begun"
                    f"{f' with {saved} rows of it that could be read' if saved else ''}."
                )

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal; a report of pain is on the disk when this returns (S6)."""
        try:
            changes = self._rows.changes(entry)
            if changes and self._connection is not None:
                self._waiting += changes
                self._write(self._connection)
        except Exception as error:  # noqa: BLE001 - the person is told, and what comes later may go in
            _log.exception("%s cannot be kept", entry["kind"])
            self._waiting.clear()
            self._tell(f"{self._path} cannot be written: {error}. What happens in this session may not be kept.")

    def on_loss(self, listener: Callable[[str], None]) -> None:
        """Have somebody told, once, that something cannot be kept, and why; at once if it is known already.

        A listener that leads to further entries must not do so before `notice` has returned.
        """
        self._on_loss.append(listener)
        if self._loss is not None:
            listener(self._loss)

    def close(self) -> None:
        """Write what waits; a session that nobody ended was cut off."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        self._waiting += self._rows.cut_off()
        self._write(connection)
        with suppress(sqlite3.Error):
            connection.close()

    def _look(self, routine: Routine, now: Reading) -> None:
        """Remember what can be read where nothing can be written: the week rule holds there, too (S9)."""
        with suppress(HistoryError, sqlite3.Error):
            connection = open_to_read(self._path)
            if connection is not None:
                with closing(connection):
                    self.remembered = remember(connection, routine, now)
                    self.introduced = was_introduced(connection)

    def _write(self, connection: sqlite3.Connection) -> None:
        session, waits = self._session, any(one.must_survive for one in self._waiting)
        try:
            with transaction(connection, survive_power_cut=waits):
                for change in self._waiting:
                    done = connection.execute(change.statement, {**change.values, "session": session})
                    session = done.lastrowid if change.begins else session
        except sqlite3.Error as error:
            if not is_busy(error) or waits:
                self._tell(
                    f"{self._path} cannot be written: {error}. What happens in this session may not be kept."
                )
            if isinstance(error, sqlite3.OperationalError):
                return  # a full disk, or one that is busy: it may go next time
        self._session = session
        self._waiting.clear()

    def _tell(self, reason: str) -> None:
        if self._loss is None:
            self._loss = reason
            for listener in self._on_loss:
                listener(reason)


def is_introduced(path: Path) -> bool:
    """Tell, without writing anything, whether a history says that the person was introduced (S10).

    What cannot be read says nothing: it is said again.
    """
    if path.with_name(_MARK).exists():
        return True
    try:
        connection = open_to_read(path)
    except HistoryError:
        return False
    if connection is None:
        return False
    with closing(connection), suppress(sqlite3.Error):
        return was_introduced(connection)
    return False


def _take_over_mark(connection: sqlite3.Connection, mark: Path, clock: WallClock) -> None:
    """Take over that somebody was introduced by a voiceguide without a history."""
    if mark.exists():
        told = "INSERT OR IGNORE INTO told VALUES (?, ?)"
        with transaction(connection, survive_power_cut=True):
            connection.execute(told, (INTRODUCED, clock().now.isoformat(timespec="seconds")))
        with suppress(OSError):
            mark.unlink()
