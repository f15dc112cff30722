"""The tables of the history and how older files are brought up to date.

What a column is for is said beside it, because people may look into the file with any SQLite browser. Times are
local, with their offset from UTC, as in 2026-03-01T07:30:00+01:00. There is no column for anything that was heard.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache

APPLICATION_ID = 0x766F6963
"""Marks the file as ours ("voic"): no other program's database is ever touched."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE session (
            id INTEGER PRIMARY KEY,
            routine TEXT NOT NULL,
            began TEXT NOT NULL,       -- from the word that started it
            ended TEXT NOT NULL,       -- while it runs: the last that is known of it
            guided_s REAL NOT NULL,    -- seconds without pauses and waiting
            started INTEGER NOT NULL DEFAULT 0,  -- 0: pain was reported before the routine began
            how TEXT,                  -- completed, stopped, pain or cut_off; NULL while it runs
            exercise TEXT,             -- where it was last, to go on from there after a power cut; NULL: declined
            side TEXT,
            repeat INTEGER,
            process TEXT               -- who runs it, NULL when it is over
        )
        """,
        """
        CREATE TABLE hold (
            id INTEGER PRIMARY KEY,
            session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
            ended TEXT NOT NULL,
            exercise TEXT NOT NULL,
            side TEXT,                 -- left, right, or NULL where there are no sides
            repeat INTEGER NOT NULL,   -- from 1
            planned_s REAL NOT NULL,
            held_s REAL NOT NULL
        )
        """,
        """
        CREATE TABLE plan (
            session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
            exercise TEXT NOT NULL,
            side TEXT,
            planned_s REAL NOT NULL    -- all repeats of this side together
        )
        """,
        """
        CREATE TABLE pain (
            id INTEGER PRIMARY KEY,
            session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
            report INTEGER NOT NULL,   -- its number within the session, from 1
            reported TEXT NOT NULL,
            exercise TEXT NOT NULL,    -- where the session was
            side TEXT,
            repeat INTEGER NOT NULL,
            kind TEXT NOT NULL,        -- as far as it became known: unknown, dull, sharp, ...
            exercise_over INTEGER NOT NULL DEFAULT 0,  -- 1: a red flag, the exercise ended there
            answered TEXT,             -- the commands that answered the guide's questions, in order
            advised TEXT,              -- names of the lines of advice that were spoken to their end
            outcome TEXT               -- how the session went on; NULL: the conversation was cut off
        )
        """,
        """
        CREATE TABLE setting (
            id INTEGER PRIMARY KEY,
            changed TEXT NOT NULL,
            name TEXT NOT NULL,        -- pace or volume_db
            value REAL NOT NULL
        )
        """,
        # What is said once in a lifetime and not again.
        "CREATE TABLE told (what TEXT PRIMARY KEY, told TEXT NOT NULL)",
        "CREATE INDEX session_of_routine ON session (routine, id)",
        "CREATE INDEX session_by_day ON session (began)",
        "CREATE INDEX session_that_runs ON session (id) WHERE how IS NULL",
        "CREATE INDEX hold_of_session ON hold (session)",
        "CREATE INDEX plan_of_session ON plan (session)",
        "CREATE INDEX pain_of_session ON pain (session)",
        "CREATE INDEX setting_by_name ON setting (name, id)",
    ),
    (
        # A clock may be wrong by years. NULL in all of them: an earlier version wrote the row and did not look.
        "ALTER TABLE session ADD COLUMN boot TEXT /* which start of the machine it was */",
        "ALTER TABLE session ADD COLUMN up_s REAL /* for how long the machine had run then */",
        "ALTER TABLE session ADD COLUMN clock TEXT /* what had set it: synchronised, hardware or none */",
        "ALTER TABLE session ADD COLUMN truly_began TEXT /* began, by a time server; NULL: there was none */",
    ),
    (
        # By this a report that was kept in a file of its own finds its session; see reports.py.
        "ALTER TABLE session ADD COLUMN token TEXT /* no other session has it; NULL: an earlier version's */",
        "CREATE UNIQUE INDEX session_by_token ON session (token)",
    ),
    (
        # Who is to be relied on most of those who said so: voice, button, paired, or unknown: a machine that was
        # never paired pressed it, and nobody in the room said more. NULL: an earlier version did not tell.
        "ALTER TABLE pain ADD COLUMN said_by TEXT /* voice, button, paired or unknown */",
    ),
)
"""The statements that lead from each version to the next; the version is how many of them were carried out.

Never change one that was released: add another.
"""

VERSION = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of a database, 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def columns_of(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """Return the names of a table's columns; none where there is no such table, or where it cannot be read."""
    try:
        return tuple(str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})"))
    except sqlite3.DatabaseError:
        return ()


def is_up_to_date(connection: sqlite3.Connection) -> bool:
    """Tell whether a database has every table of this version with every column, whatever version it claims."""
    return all(set(columns) <= set(columns_of(connection, table)) for table, columns in _made().items())


def has_our_tables(connection: sqlite3.Connection) -> bool:
    """Tell by its tables whether a database is a history of any version, although its mark says otherwise."""
    return all("session" in columns_of(connection, table) for table in ("hold", "plan", "pain"))


@cache
def _made() -> Mapping[str, tuple[str, ...]]:
    """Return the columns of each table as the migrations make them."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: columns_of(connection, table) for table in tables}


def migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring a database up to date: all of it or nothing.

    Args:
        connection: in autocommit mode, to a database of ours or an empty one.
        migrations: in order, the first for an empty file.

    Raises:
        sqlite3.Error: it could not be done; the database is as it was.
    """
    if version_of(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
