"""Earlier sessions, as the page draws them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from voiceguide.errors import HistoryError
from voiceguide.history.database import open_to_read
from voiceguide.history.past import PastSession, days_in_a_row, read_past, read_sessions
from voiceguide.history.reading import tell_once
from voiceguide.wall_clock import Reading

DAYS_LEAST = 56
"""Days that a picture of everything covers at least."""


def past(path: Path, now: Reading, days: int | None) -> dict[str, Any]:
    """Return the sessions of the last days, as values that JSON knows; today is the last, if it can be believed.

    Args:
        path: the history's file; it need not be there.
        now: what the clock says.
        days: how many; None for all there are.

    Raises:
        HistoryError: the file is damaged, no history or of a newer version.
    """
    today, sessions, in_a_row = now.now.date(), [], 0
    try:
        connection = open_to_read(path)
        if connection is not None:
            with closing(connection):
                kept = read_past(connection, now)
                today = kept.last
                sessions = [
                    one for one in read_sessions(connection, _since(today, days), kept) if one.day <= today
                ]
                in_a_row = days_in_a_row(kept.days, today)
                tell_once(path, connection)
    except sqlite3.Error as error:
        raise HistoryError(f"{path} cannot be read: {error}. Try again in a moment.") from error
    latest = today - timedelta(days=DAYS_LEAST - 1)
    first = _since(today, days) if days is not None else min([latest, *(session.day for session in sessions)])
    return {
        "first": first.isoformat(),
        "last": today.isoformat(),
        "days_in_a_row": in_a_row,
        "sessions": [_session(session) for session in sessions],
    }


def _since(today: date, days: int | None) -> date:
    return date.min if days is None else today - timedelta(days=max(days, 1) - 1)


def _session(session: PastSession) -> dict[str, Any]:
    return {
        "day": session.day.isoformat(),
        "began": session.began.strftime("%H:%M") if session.date_fits else "~",
        "routine": session.routine,
        "minutes": round(session.guided_s / 60, 1),
        "how": session.how,
        "held": [
            {"exercise": exercise, "side": side, "held_s": round(held_s), "planned_s": round(planned_s)}
            for (exercise, side), (held_s, planned_s) in _held(session).items()
        ],
        "pains": [
            {"exercise": pain.exercise, "side": pain.side, "kind": pain.kind}
            for pain in session.pains
            if not pain.taken_back
        ],
    }


def _held(session: PastSession) -> dict[tuple[str, str | None], tuple[float, float]]:
    """Return for each exercise and side the seconds that were held, and those that were planned."""
    held: dict[tuple[str, str | None], tuple[float, float]] = {
        (planned.exercise, planned.side): (0.0, planned.planned_s) for planned in session.plan
    }
    for hold in session.holds:
        done, planned_s = held.get((hold.exercise, hold.side), (0.0, 0.0))
        held[hold.exercise, hold.side] = (done + hold.held_s, planned_s)
    return held
