"""Keeps what happens in a session, as it happens.

A report of pain is safe on the disk before the guidance goes on (S6); `on_kept` tells of it. On files the session
waits for that. On the card nothing waits: a thread puts reports into a file of their own (`reports.py`), another
one follows with the database, however long another program locks it or the disk takes. What cannot be written
waits in memory and goes in as soon as it can be; the session goes on, and the person is told once.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from voiceguide.core.memory import Remembered
from voiceguide.core.plan import Routine
from voiceguide.errors import HistoryError, HistoryHeldError
from voiceguide.history.another_program import is_busy
from voiceguide.history.database import open_to_read, open_to_write, transaction
from voiceguide.history.dating import date_this_start
from voiceguide.history.looking import look, take_over_left
from voiceguide.history.memory import remember, was_introduced
from voiceguide.history.reading import HistoryConnection, tell_once
from voiceguide.history.reports import REPORT_FIELDS, ReportsFile
from voiceguide.history.rows import INTRODUCED, Change, SessionRows
from voiceguide.history.running import mark_cut_off, this_process
from voiceguide.own_thread import OwnThread
from voiceguide.wall_clock import Reading, WallClock, read_clock

BEHIND_AT_MOST = 5000
"""Entries that may wait for the disk: some hours of a session."""

OPENING_LIMIT_S = 12.0
"""Seconds that a session on the card waits, before it begins, for what was kept of the ones before."""

LATE_S = 20.0
"""Seconds after which a disk that takes nothing, or a database that somebody locks, is told of."""

CLOSING_LIMIT_S = 0.5
"""Seconds that a guide on the card waits at its end for the disk."""

RETRY_S = 0.3
FOLLOWS_FOR_S = 600.0
"""Seconds after the end of a session in which the database may still follow. Reports are safe in their file."""

_MARK = "introduced"
"""Name of the empty file that a voiceguide without a history left beside it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """What was known when a session began.

    Attributes:
        remembered: of the sessions before it.
        introduced: whether the person was told what the guide is and what it is not.
    """

    remembered: Remembered
    introduced: bool


class History:
    """The history's file while a session runs: hand `notice` to `Journal.watch`.

    Nothing here raises, opening included: a guide without a memory is worth more than no guide.

    Args:
        path: the file; made if there is none.
        routine: the routine that is run.
        clock: the wall clock.
        live: a person is guided in real time: nothing here waits, but for opening, and not even that with `known`.
        known: what the session should know, where that was looked up before.
        after: the session before in this process, which is written down first.

    Attributes:
        remembered: what was known when it was opened; nothing if it could not be.
        introduced: whether the person was told what the guide is and what it is not.
        over: set when everything was written, or given up.
    """

    def __init__(
        self,
        path: Path,
        routine: Routine,
        *,
        clock: WallClock = read_clock,
        live: bool = False,
        known: Known | None = None,
        after: History | None = None,
    ) -> None:
        self._path = path
        self._routine = routine
        self._clock = clock
        self._lock = threading.Lock()
        self._loss: str | None = None
        self._on_loss: list[Callable[[str], None]] = []
        self._on_kept: list[Callable[[int], None]] = []
        self._kept: set[int] = set()
        self._late_s = 0  # of the entry that is being taken
        token = secrets.token_hex(8)
        self._rows = SessionRows(routine.id, this_process(), token, self._clock_as_it_was)
        self._reports = ReportsFile(path, token)
        self._waiting: list[Change] = []
        self._oldest_s: float | None = None  # since when something waits for the disk
        self._session: int | None = None
        self._connection: HistoryConnection | None = None
        self._usable = True
        self._closed_s: float | None = None
        self._after = after
        self._known = known
        now = clock()
        self.remembered = known.remembered if known else Remembered(today=now.now.date().toordinal())
        self.introduced = known.introduced if known else False
        self.over = threading.Event()
        self._opened = threading.Event()
        self._writer: OwnThread[Callable[[], None]] | None = None
        self._clerk: OwnThread[tuple[dict[str, Any], float]] | None = None
        if not live:
            self._open(now)
            return
        self._writer = OwnThread(lambda job: job(), "The history", most=BEHIND_AT_MOST)
        self._clerk = OwnThread(self._take_live, "What keeps reports of pain", most=BEHIND_AT_MOST)
        self._writer.put(lambda: self._open(now))
        if known is None and not self._opened.wait(OPENING_LIMIT_S):
            self._tell(
                f"{path} cannot be opened within {OPENING_LIMIT_S:g} s: the disk, or another program, holds it."
            )

    @property
    def reports(self) -> Path:
        """The file of this session's reports, which is there while the database does not have them."""
        return self._reports.path

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal. On files a report of pain is on the disk when this returns (S6)."""
        if self._clerk is None:
            self._take(entry)
            return
        if not self._clerk.put((entry, time.monotonic())):
            self._tell(f"{self._path} is too far behind what happens. This session is not kept from here on.")
        oldest_s = self._oldest_s
        if oldest_s is not None and time.monotonic() - oldest_s > LATE_S:
            self._tell(
                f"{self._path} could not be written for {LATE_S:g} s: the disk, or another program, holds it."
            )

    def on_loss(self, listener: Callable[[str], None]) -> None:
        """Have somebody told, once, that something cannot be kept, and why; at once if it is known already.

        It is told from any thread. A listener that leads to further entries must not do so before `notice` has
        returned.
        """
        with self._lock:
            self._on_loss.append(listener)
            loss = self._loss
        if loss is not None:
            listener(loss)

    def on_kept(self, listener: Callable[[int], None]) -> None:
        """Have somebody told of each report of pain that is safe on the disk, by its number; from any thread."""
        self._on_kept.append(listener)

    def close(self, within_s: float = CLOSING_LIMIT_S) -> None:
        """Write what waits; a session that nobody ended was cut off.

        Args:
            within_s: seconds to wait for that where the session is live; a thread goes on with it afterwards.
        """
        if self._closed_s is not None:
            return
        self._closed_s = time.monotonic()
        if self._clerk is None or self._writer is None:
            self._waiting += self._rows.cut_off()
            self._write()
            self._finish()
            return
        threading.Thread(target=self._close_live, args=(self._clerk, self._writer), daemon=True).start()
        self.over.wait(within_s)

    # --- entries, in the clerk's thread where the session is live ----------------------------------------------

    def _take_live(self, handed: tuple[dict[str, Any], float]) -> None:
        entry, at_s = handed
        self._late_s = int(time.monotonic() - at_s)
        self._take(entry)

    def _clock_as_it_was(self) -> Reading:
        """Read the clock as it was when the entry was handed over."""
        reading = self._clock()
        return replace(
            reading, now=reading.now - timedelta(seconds=self._late_s), up_s=reading.up_s - self._late_s
        )

    def _take(self, entry: dict[str, Any]) -> None:
        try:
            changes = self._rows.changes(entry)
        except Exception as error:  # noqa: BLE001 - the person is told, and what comes later may go in
            _log.exception("%s cannot be kept", entry["kind"])
            self._tell_unwritten(error)
            return
        if not changes or not self._usable:
            return
        reports = [change for change in changes if change.report is not None]
        if self._writer is None:
            self._waiting += changes
            if (not self._write()) and reports:
                self._keep_apart(reports)
            return
        self._oldest_s = self._oldest_s or time.monotonic()
        if not self._writer.put(lambda: self._follow(changes)):
            self._tell(f"{self._path} is too far behind what happens. This session is not kept from here on.")
        if reports:
            self._keep_apart(reports)

    def _keep_apart(self, reports: list[Change]) -> None:
        """Put into the reports' own file what was learned of them, and wait for the disk."""
        if not self._rows.session:
            return  # of no session, so of no report
        lines = [
            {"report": one.report, **{name: one.values[name] for name in REPORT_FIELDS if name in one.values}}
            for one in reports
        ]
        try:
            self._reports.add(self._rows.session, lines)
        except OSError as error:
            _log.warning("%s cannot be written: %s", self._reports.path, error.strerror or error)
            return  # the database is tried as well, and tells
        self._are_kept(reports)

    def _are_kept(self, changes: list[Change]) -> None:
        for number in sorted({change.report for change in changes if change.report is not None}):
            with self._lock:
                told = number in self._kept
                self._kept.add(number)
            if not told:
                for listener in list(self._on_kept):
                    listener(number)

    # --- the database, in the writer's thread where the session is live ----------------------------------------

    def _open(self, now: Reading) -> None:
        if self._after is not None:
            self._after.over.wait(FOLLOWS_FOR_S)
            self._after = None
        try:
            self._connect(now)
        except HistoryError as error:
            # Somebody else's, or a disk that cannot be written; what is only locked is tried again.
            self._usable = isinstance(error, HistoryHeldError)
            self._remember_all_the_same(now)
            if self._writer is None or not self._usable:
                self._tell(str(error))
        except sqlite3.Error as error:
            self._tell(f"{self._path} cannot be written: {error}. This session may not be kept.")
        except (ValueError, TypeError, OverflowError) as error:
            self._tell(
                f"{self._path} holds what no voiceguide wrote: {error}. Earlier sessions are not remembered."
            )
        finally:
            self._opened.set()

    def _connect(self, now: Reading) -> None:
        connection = self._connection = self._open_to_write()
        try:
            mark_cut_off(connection)
            _take_over_mark(connection, self._path.with_name(_MARK), self._clock)
            take_over_left(connection, self._path)
            date_this_start(connection, now)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            self._remember_all_the_same(now)  # another program writes: the next start takes it over
            return
        if self._known is None:
            self.remembered = remember(connection, self._routine, now)
            self.introduced = was_introduced(connection)
        tell_once(self._path, connection)

    def _open_to_write(self) -> HistoryConnection:
        connection, aside = open_to_write(self._path)
        if aside is not None:
            saved = f" with {connection.saved} rows of it that could be read" if connection.saved else ""
            self._tell(f"The history was damaged. It is kept as {aside}; a new one has begun{saved}.")
        return connection

    def _remember_all_the_same(self, now: Reading) -> None:
        """Remember what can be read where nothing can be written: the week rule holds there, too (S9)."""
        if self._known is not None:
            return
        unreadable = (HistoryError, sqlite3.Error, OSError, ValueError, TypeError, OverflowError)
        with suppress(*unreadable), closing(look(self._path)) as copy:
            self.remembered = remember(copy, self._routine, now)
            self.introduced = was_introduced(copy)
            tell_once(self._path, copy)

    def _follow(self, changes: list[Change]) -> None:
        """Write changes, however long that takes: a thread has the time."""
        self._waiting += changes
        while not self._write():
            if not self._usable or self._given_up():
                return
            time.sleep(RETRY_S)
        self._oldest_s = None

    def _given_up(self) -> bool:
        return self._closed_s is not None and time.monotonic() - self._closed_s > FOLLOWS_FOR_S

    def _write(self) -> bool:
        """Write what waits; return whether that is done."""
        connection = self._connection or self._opened_again()
        if connection is None:
            return False
        session, waits = self._session, any(one.must_survive for one in self._waiting)
        written = list(self._waiting)
        try:
            with transaction(connection, survive_power_cut=waits):
                for change in written:
                    done = connection.execute(change.statement, {**change.values, "session": session})
                    session = done.lastrowid if change.begins else session
        except sqlite3.Error as error:
            if not is_busy(error) or (waits and self._writer is None):
                self._tell_unwritten(error)
            if isinstance(error, sqlite3.OperationalError):
                return False  # a full disk, or one that is busy: it may go next time
            written = []
        except Exception as error:  # noqa: BLE001 - the person is told, and what comes later may go in
            _log.exception("What happened cannot be kept")
            self._tell_unwritten(error)
            written = []
        self._session = session
        self._waiting.clear()
        self._are_kept(written)
        return True

    def _opened_again(self) -> HistoryConnection | None:
        """Open what was locked when the session began."""
        if self._writer is not None and self._usable:
            with suppress(HistoryError, sqlite3.Error):
                self._connection = self._open_to_write()
        return self._connection

    def _close_live(self, clerk: OwnThread[Any], writer: OwnThread[Callable[[], None]]) -> None:
        clerk.close(FOLLOWS_FOR_S)
        cut_off = self._rows.cut_off()
        writer.put(lambda: self._follow(cut_off))
        if not writer.put(self._finish):  # it was let go
            self._reports.close(needed=True)
            self.over.set()
        writer.end()

    def _finish(self) -> None:
        connection, self._connection = self._connection, None
        self._reports.close(needed=any(change.report is not None for change in self._waiting))
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()
        self.over.set()

    def _tell_unwritten(self, error: Exception) -> None:
        self._tell(f"{self._path} cannot be written: {error}. What happens in this session may not be kept.")

    def _tell(self, reason: str) -> None:
        with self._lock:
            told, self._loss = self._loss, self._loss or reason
            listeners = list(self._on_loss)
        if told is None:
            for listener in listeners:
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
