"""Reads rows that may hold anything: one flipped bit makes a date of the year 6026, or a text of a number.

SQLite promises nothing about what is in a column and finds nothing wrong with such a file. So each value is looked
at as it is read. A row that cannot be read is set aside and told once, and all others are used.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from voiceguide.printable import printable

T = TypeVar("T")

FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Even a clock that nobody has set shows a year between these."""

LONGEST_S = 1e6
"""Seconds: eleven days. Nothing that is kept of a session is longer."""

_LONGEST_TEXT = 1000
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_log = logging.getLogger(__name__)
_told: set[tuple[Path, str]] = set()


class UnreadableError(ValueError):
    """A value is none that voiceguide writes."""


@dataclass
class SetAside:
    """What could not be read.

    Attributes:
        rows: by table, the numbers of the rows.
        broken: tables whose reading broke off: SQLite itself could not go on.
    """

    rows: dict[str, set[int]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def in_words(self) -> str | None:
        """Return how many rows of which tables are set aside; None when there are none."""
        parts = [
            f"{len(rows)} row{'' if len(rows) == 1 else 's'} of the table “{table}”"
            for table, rows in sorted(self.rows.items())
        ]
        parts += [f"a part of the table “{table}”" for table in sorted(self.broken)]
        return f"{' and '.join(parts)} cannot be read and is left out; all else is used" if parts else None


class HistoryConnection(sqlite3.Connection):
    """A connection that knows what could not be read through it.

    Attributes:
        set_aside: what could not.
        saved: rows that were saved from a damaged file when this one was begun.
    """

    set_aside: SetAside
    saved: int

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.set_aside = SetAside()
        self.saved = 0
        self.row_factory = sqlite3.Row
        self.text_factory = _as_text

    def execute(self, question: str, values: Any = (), /) -> sqlite3.Cursor:
        """Ask, as any connection does. What SQLite cites of a damaged file in its error need not be text."""
        try:
            return super().execute(question, values)
        except UnicodeDecodeError as error:
            damaged = sqlite3.DatabaseError("it holds what is no text")
            damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damaged from error

    def read(
        self,
        table: str,
        question: str,
        make: Callable[[sqlite3.Row], T],
        values: tuple[object, ...] = (),
    ) -> Iterator[T]:
        """Yield what is made of each row; what cannot be read is set aside.

        Args:
            table: of which the rows are.
            question: SQL; its first column is the row's number.
            make: raises ValueError, TypeError or OverflowError for a row that is none of ours.
            values: what the question marks stand for.

        Raises:
            sqlite3.Error: another program keeps the file to itself, or the disk cannot be read.
        """
        try:
            for row in self.execute(question, values):
                try:
                    made = make(row)
                except (ValueError, TypeError, OverflowError):
                    self.set_aside.rows.setdefault(table, set()).add(row[0])
                    continue
                yield made
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self.set_aside.broken.add(table)


def tell_once(path: Path, connection: HistoryConnection) -> None:
    """Log what was set aside, once while the program runs."""
    words = connection.set_aside.in_words()
    if words is not None and (path, words) not in _told:
        _told.add((path, words))
        _log.warning("%s: %s. It stays in the file.", path, words)


def is_damage(error: Exception) -> bool:
    """Tell whether SQLite says that a file is damaged, or no database."""
    return error_code(error) in _DAMAGED


def error_code(error: Exception) -> int:
    """Return SQLite's primary error code, 0 for what Python itself complains about."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


# --- values --------------------------------------------------------------------------------------------------


def text_of(row: sqlite3.Row, name: str) -> str:
    """Return a text, as it may be shown.

    Raises:
        UnreadableError: it is none, or longer than any that voiceguide writes.
    """
    value = row[name]
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise UnreadableError(name)
    return printable(value)


def text_or_none_of(row: sqlite3.Row, name: str) -> str | None:
    """Return a text or None.

    Raises:
        UnreadableError: it is neither.
    """
    return None if row[name] is None else text_of(row, name)


def number_of(row: sqlite3.Row, name: str, least: float = 0.0, most: float = LONGEST_S) -> float:
    """Return a number, seconds of a session by default.

    Raises:
        UnreadableError: it is none or out of bounds.
    """
    value = row[name]
    if not isinstance(value, int | float) or not least <= value <= most:
        raise UnreadableError(name)
    return float(value)


def whole_of(row: sqlite3.Row, name: str, least: int = 0, most: int = 1_000_000) -> int:
    """Return a whole number.

    Raises:
        UnreadableError: it is none or out of bounds.
    """
    value = row[name]
    if not isinstance(value, int) or not least <= value <= most:
        raise UnreadableError(name)
    return value


def time_of(row: sqlite3.Row, name: str) -> datetime:
    """Return a time, with its offset from UTC.

    Raises:
        UnreadableError: it is none, or of a year that no clock shows.
    """
    try:
        when = datetime.fromisoformat(text_of(row, name))
    except ValueError as error:
        raise UnreadableError(name) from error
    if when.utcoffset() is None or not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise UnreadableError(name)
    return when


def side_of(row: sqlite3.Row) -> str | None:
    """Return the column `side`.

    Raises:
        UnreadableError: it is no side.
    """
    side = text_or_none_of(row, "side")
    if side not in (None, "left", "right"):
        raise UnreadableError("side")
    return side


def _as_text(written: bytes) -> str:
    return written.decode("utf-8", "replace")
