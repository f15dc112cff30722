"""Saves what can be read of a damaged history into a new one: a report of pain outlives a bad disk (S9)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from voiceguide.history.reading import HistoryConnection
from voiceguide.history.schema import columns_of

_TABLES = ("session", "plan", "hold", "pain", "setting", "told")
"""Sessions first: the others belong to one."""

_MOST = 1_000_000
"""Rows of a table: a damaged file may lead around in a circle."""


def salvage(old: sqlite3.Connection, new: HistoryConnection) -> int:
    """Copy every row that can be read and fits its table; each is looked at again when it is used.

    A report of pain whose session is lost gets one that says nothing but when it was.

    Args:
        old: to the damaged file.
        new: to an empty history, in autocommit mode.

    Returns:
        How many rows were saved.

    Raises:
        sqlite3.Error: the new one cannot be written; nothing was.
    """
    saved = 0
    new.execute("BEGIN IMMEDIATE")
    try:
        for table in _TABLES:
            wanted = columns_of(new, table)
            there = [name for name in columns_of(old, table) if name in wanted]
            for row in _rows(old, table, there) if there else ():
                saved += _put(new, table, there, row)
        new.execute("COMMIT")
    except BaseException:
        new.execute("ROLLBACK")
        raise
    return saved


def _rows(old: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows from the first on, and where that breaks off from the last one back."""
    listed = ", ".join(f'"{name}"' for name in columns)
    seen: set[int] = set()
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.DatabaseError):
            question = f"SELECT rowid, {listed} FROM {table} ORDER BY rowid {order} LIMIT {_MOST}"  # noqa: S608 - ours
            for number, *values in old.execute(question):
                if number not in seen:
                    seen.add(number)
                    yield tuple(values)
            return


def _put(new: HistoryConnection, table: str, columns: list[str], row: tuple[object, ...]) -> int:
    listed, places = ", ".join(columns), ", ".join("?" for _ in columns)
    question = f"INSERT OR IGNORE INTO {table} ({listed}) VALUES ({places})"  # noqa: S608 - the names are ours
    try:
        return new.execute(question, row).rowcount
    except sqlite3.IntegrityError:  # its session was lost
        kept = dict(zip(columns, row, strict=True))
        if table != "pain" or not isinstance(kept.get("session"), int):
            return 0
    with suppress(sqlite3.IntegrityError):
        new.execute(
            "INSERT INTO session (id, routine, began, ended, guided_s, how)"
            " VALUES (:session, 'unknown', :reported, :reported, 0, 'cut_off')",
            kept,
        )
        return new.execute(question, row).rowcount
    return 0
