"""The whole history as text for other programs: JSON as it is, or one table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from voiceguide.history.past import PastSession, SettingChange

COLUMNS = (
    *("what", "time", "routine", "exercise", "side", "repeat", "planned_s", "held_s"),
    *("ended", "guided_s", "how", "pain", "exercise_over", "answered", "advised", "outcome", "setting", "value"),
    *("said_by", "day", "date_fits"),
)
"""Of the table: `what` is `session`, `plan`, `hold`, `pain` or `setting`, and each fills the columns it has."""


def as_json(sessions: Sequence[PastSession], settings: Sequence[SettingChange]) -> str:
    """Return everything as JSON: `sessions`, each with `plan`, `holds` and `pains`, and `settings`."""
    kept = {"sessions": [asdict(one) for one in sessions], "settings": [asdict(one) for one in settings]}
    return json.dumps(kept, indent=2, ensure_ascii=False, default=_as_text) + "\n"


def as_csv(sessions: Iterable[PastSession], settings: Iterable[SettingChange]) -> str:
    """Return everything as one table with a heading, a row for each session, plan, hold, report and change."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    for session in sessions:
        table.writerows(_rows(session))
    for change in settings:
        row = {
            "what": "setting",
            "time": change.changed.isoformat(),
            "setting": change.name,
            "value": change.value,
        }
        table.writerow(row)
    return text.getvalue()


def _as_text(time: date) -> str:
    return time.isoformat()


def _rows(session: PastSession) -> Iterator[dict[str, Any]]:
    routine = {"routine": session.routine}
    yield routine | {
        "what": "session",
        "time": session.began.isoformat(),
        "ended": session.ended.isoformat(),
        "guided_s": session.guided_s,
        "how": session.how,
        "day": session.day.isoformat(),
        "date_fits": session.date_fits,
    }
    for planned in session.plan:
        yield routine | {"what": "plan", "time": session.began.isoformat()} | asdict(planned)
    for hold in session.holds:
        fields = asdict(hold)
        yield routine | {"what": "hold", "time": fields.pop("ended").isoformat()} | fields
    for pain in session.pains:
        fields = asdict(pain)
        yield (
            routine
            | {"what": "pain", "time": fields.pop("reported").isoformat(), "pain": fields.pop("kind")}
            | fields
            | {"answered": " ".join(pain.answered), "advised": " ".join(pain.advised)}
        )
