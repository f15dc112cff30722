"""Reports of pain in a small file of their own, safe within milliseconds whatever the database does.

Each session with a report has one, `history.sqlite.reports-TOKEN`, beside the history. Lines are only ever added,
and each is handed to the disk (fsync) before anything else happens. When the database has everything, the file is
taken away. One that is left, by a power cut or because the database could not be written, is taken over at the
next start: the session's token and the report's number say what the database has already, so nothing is ever taken
over twice.

The first line is the session, each other one what was learned of a report: that it was made, of what kind it is,
how it was answered. No words that were heard are in it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Any

from voiceguide.core.pain import Kind
from voiceguide.history.running import CUT_OFF

SESSION_FIELDS = ("token", "routine", "began", "boot", "up_s", "clock", "truly_began", "started")
REPORT_FIELDS = (
    *("report", "reported", "exercise", "side", "repeat"),
    *("kind", "over", "said_by", "answered", "outcome"),
)

_LONGEST = 1_000_000
"""Bytes: a session has a few reports of 200 bytes."""

_LARGEST = 2**63 - 1
"""Of the whole numbers that SQLite takes."""

_log = logging.getLogger(__name__)


class ReportsFile:
    """The reports of one session, as they are made.

    Args:
        history: the history's file; the reports lie beside it.
        token: the session's own.
    """

    def __init__(self, history: Path, token: str) -> None:
        self.path = history.with_name(f"{history.name}.reports-{token}")
        self._descriptor: int | None = None
        self._whole = False  # what was written so far ends with a whole line, the first one included

    def add(self, session: dict[str, Any], reports: Iterable[dict[str, Any]]) -> None:
        """Add what was learned of reports; it is on the disk when this returns.

        Args:
            session: `SESSION_FIELDS`.
            reports: of each some of `REPORT_FIELDS`.

        Raises:
            OSError: it cannot be written.
        """
        begun = self._descriptor is not None
        descriptor = self._descriptor = self._descriptor if self._descriptor is not None else self._begin()
        lines = [json.dumps(report, ensure_ascii=False) for report in reports]
        if not self._whole:  # also after a disk that was full in the middle of a line
            lines = ["", json.dumps(session, ensure_ascii=False), *lines]
        self._whole = False
        rest = ("\n".join(lines) + "\n").encode()
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
        if not begun:
            _sync_folder(self.path.parent)
        self._whole = True

    def close(self, *, needed: bool) -> None:
        """Let go of the file, and take it away when the database has everything."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if not needed:
            with suppress(OSError):
                self.path.unlink()
        with suppress(OSError):
            os.close(descriptor)

    def _begin(self) -> int:
        # Held before it has its name: what nobody holds is taken for left.
        part = self.path.with_name(f".{self.path.name}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.rename(self.path)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor


@dataclass(frozen=True)
class Left:
    """What a file of reports holds that is nobody's any more.

    Attributes:
        path: the file.
        session: `SESSION_FIELDS` of its session; None when there is no report in it.
        reports: `REPORT_FIELDS` of each, as far as they became known.
    """

    path: Path
    session: dict[str, Any] | None
    reports: tuple[dict[str, Any], ...]


def left_beside(history: Path, also: Iterable[Path] = ()) -> list[Left]:
    """Return what was left beside a history, oldest first. What makes no sense is kept aside and told of once.

    Args:
        history: the history's file.
        also: files that are still held, by sessions of this process that are over.
    """
    found = []
    held = set(also)
    files = history.parent.glob(f"{escape(history.name)}.reports-*")
    for path in sorted((one for one in files if one.suffix != ".damaged" and one.is_file()), key=_age):
        if path not in held and _is_held(path):
            continue
        try:
            found.append(_read(path))
        except FileNotFoundError:
            continue  # its session has just come to its end
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            aside = path.with_name(f"{path.name}.damaged")
            _log.warning("Reports of pain that cannot be read are kept as %s: %s", aside, error)
            with suppress(OSError):
                path.rename(aside)
    return found


def take_over(connection: sqlite3.Connection, left: Iterable[Left]) -> None:
    """Put into the database what it does not have yet; within a transaction of the caller's.

    Raises:
        sqlite3.Error: the database cannot be written.
    """
    for one in left:
        if one.session is not None:
            session = _session(connection, one.session, one.reports)
            for report in one.reports:
                _take_over_report(connection, {**report, "session": session})


def _session(connection: sqlite3.Connection, session: dict[str, Any], reports: tuple[dict[str, Any], ...]) -> int:
    """Return the number of the session's row, which is made where it is missing."""
    row = connection.execute("SELECT id FROM session WHERE token = ?", (session["token"],)).fetchone()
    if row is not None:
        return int(row[0])
    made = connection.execute(
        """INSERT INTO session
        (token, routine, began, ended, guided_s, started, how, boot, up_s, clock, truly_began)
        VALUES (:token, :routine, :began, :ended, 0, :started, :how, :boot, :up_s, :clock, :truly_began)""",
        {**session, "how": CUT_OFF, "ended": reports[-1]["reported"] if reports else session["began"]},
    )
    return int(made.lastrowid or 0)


def _take_over_report(connection: sqlite3.Connection, report: dict[str, Any]) -> None:
    row = connection.execute(
        "SELECT kind, exercise_over, outcome FROM pain WHERE session = :session AND report = :report", report
    ).fetchone()
    if row is None:
        connection.execute(
            """INSERT INTO pain
            (session, report, reported, exercise, side, repeat, kind, exercise_over, said_by, answered, outcome)
            VALUES (:session, :report, :reported, :exercise, :side, :repeat, :kind, :over, :said_by, :answered,
            :outcome)""",
            report,
        )
        return
    kind, over, outcome = row
    if outcome is not None:
        return  # the database knows how it ended
    if report["outcome"] is None:  # either may have learned more of it: the more serious counts
        report = {**report, "kind": max(kind, report["kind"], key=_serious), "over": over or report["over"]}
    connection.execute(
        """UPDATE pain SET kind = :kind, exercise_over = :over, said_by = coalesce(:said_by, said_by),
        answered = :answered, outcome = :outcome WHERE session = :session AND report = :report""",
        report,
    )


def _serious(kind: object) -> int:
    """Return the rank of a kind; what a damaged database has need not be one."""
    name = str(kind).upper()
    return int(Kind[name]) if name in Kind.__members__ else -1


def _read(path: Path) -> Left:
    """Read a file; a last line that was cut off, and lines before it that were, are passed over.

    Raises:
        OSError: it cannot be read.
        ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError: it holds what no
            voiceguide wrote.
    """
    with path.open("rb") as file:
        content = file.read(_LONGEST)
    session: dict[str, Any] | None = None
    reports: dict[int, dict[str, Any]] = {}
    strange = False
    for line in content.split(b"\n"):
        try:
            entry = json.loads(line) if line.strip() else {}
        except ValueError:
            strange = True
            continue
        if not isinstance(entry, dict):
            strange = True
        elif "token" in entry:
            session = {name: entry[name] for name in SESSION_FIELDS}
        elif "report" in entry:
            number = int(entry["report"])
            known = reports.setdefault(number, dict.fromkeys(REPORT_FIELDS))
            known.update({name: entry[name] for name in REPORT_FIELDS if name in entry})
    if session is None and (reports or strange):
        raise ValueError("it does not say of which session they are")
    _see_that_it_is_a_session(session)
    for report in reports.values():
        _see_that_it_is_a_report(report)
    return Left(path, session if reports else None, tuple(reports.values()))


def _see_that_it_is_a_session(session: dict[str, Any] | None) -> None:
    if session is not None:
        datetime.fromisoformat(session["began"])
        if session["truly_began"] is not None:
            datetime.fromisoformat(session["truly_began"])
        _are(session, str, "token", "routine", "clock")
        _are(session, str | None, "boot")
        _are(session, int | float, "up_s", "started")


def _see_that_it_is_a_report(report: dict[str, Any]) -> None:
    datetime.fromisoformat(report["reported"])
    Kind[report["kind"].upper()]
    _are(report, int, "report", "repeat", "over")
    _are(report, str, "exercise")
    _are(report, str | None, "side", "said_by", "answered", "outcome")


def _are(entry: dict[str, Any], kind: Any, *names: str) -> None:
    for name in names:
        if not isinstance(entry[name], kind):
            raise TypeError(f"{name} is {entry[name]!r}")
        if isinstance(entry[name], str):
            entry[name].encode()  # half a surrogate pair cannot be kept
        elif isinstance(entry[name], int) and abs(entry[name]) > _LARGEST:
            raise OverflowError(f"{name} is larger than the database takes")


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _is_held(path: Path) -> bool:
    """Tell whether a session that still runs, or writes, holds the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
