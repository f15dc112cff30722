"""Forgets what was kept, for good: nothing of it is left in the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from voiceguide.errors import HistoryError
from voiceguide.history.database import open_to_write, transaction
from voiceguide.history.dating import Stamp, judge
from voiceguide.history.looking import take_over_left
from voiceguide.history.past import Past, read_past, read_sessions
from voiceguide.history.reading import HistoryConnection, time_of
from voiceguide.history.running import mark_cut_off
from voiceguide.wall_clock import Reading, read_clock


@dataclass(frozen=True)
class Kept:
    """How much there is.

    Attributes:
        sessions: sessions that are over.
        reports: reports of pain in them.
    """

    sessions: int
    reports: int


def how_much(connection: HistoryConnection, past: Past, before: date | None = None) -> Kept:
    """Return how much would be forgotten; a session that still runs would not.

    Args:
        connection: an open history.
        past: when its sessions were.
        before: of sessions that began before this day; None of all.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    sessions = [
        session
        for session in read_sessions(connection, past=past)
        if session.how is not None and (before is None or session.day < before)
    ]
    return Kept(len(sessions), sum(len(session.pains) for session in sessions))


def forget(path: Path, before: date | None = None, now: Reading | None = None) -> Kept:
    """Forget sessions with all that belongs to them, and settings changed by voice.

    A session that a wrong clock dated belongs to the day of the next one whose date is believed: a report of
    yesterday is not forgotten because it was dated 1970.

    What was deleted is overwritten, and the file made smaller. Damaged files that were kept aside are not touched.

    Args:
        path: the history's file.
        before: forget what began before this day; None forgets everything, also that the person was introduced.
        now: what the clock says; None looks at this machine's.

    Returns:
        What was forgotten.

    Raises:
        HistoryError: the file cannot be written.
    """
    connection, _ = open_to_write(path)
    with closing(connection):
        try:
            mark_cut_off(connection)
            take_over_left(connection, path)
            connection.execute("PRAGMA secure_delete = ON")
            with transaction(connection, survive_power_cut=True):
                past = read_past(connection, now or read_clock())
                kept = how_much(connection, past, before)
                stays = None if before is None else past.first_since(before)
                connection.execute(
                    "DELETE FROM session WHERE how IS NOT NULL AND id < ifnull(?, id + 1)", (stays,)
                )
                stays = None if before is None else _first_setting_since(connection, before)
                connection.execute("DELETE FROM setting WHERE id < ifnull(?, id + 1)", (stays,))
                if before is None:
                    connection.execute("DELETE FROM told")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log still had it
        except sqlite3.Error as error:
            raise HistoryError(f"{path} cannot be changed: {error}. Try again when no session runs.") from error
    return kept


def _first_setting_since(connection: HistoryConnection, day: date) -> int | None:
    def stamp(row: sqlite3.Row) -> Stamp:
        return Stamp(row["id"], time_of(row, "changed"))

    dated = judge([*connection.read("setting", "SELECT id, changed FROM setting ORDER BY id", stamp)])
    return next((one.stamp.id for one in dated if one.day >= day), None)
