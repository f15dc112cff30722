"""The log of a guide that nobody watches: one line for each event, for systemd's journal or a terminal.

Words that were heard are never logged, nor is sound: of each kind of entry the fields named here are, no others.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from voiceguide.core.view import View
from voiceguide.printable import printable

_PLACE = ("exercise", "side", "repeat")
_REPORT = ("report", "pain", "over", *_PLACE)

LOGGED: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "standby": (logging.INFO, ("stage", "how")),
    "state": (logging.INFO, ("state", *_PLACE)),
    "heard": (logging.INFO, ("command", "engine")),
    "started": (logging.INFO, ("routine", "resumed")),
    "finished": (logging.INFO, ("how",)),
    "advised": (logging.INFO, ("why",)),
    "pain": (logging.WARNING, _REPORT),
    "pain_kind": (logging.WARNING, _REPORT),
    "pain_closed": (logging.WARNING, (*_REPORT, "outcome")),
    "pace": (logging.INFO, ("pace",)),
    "volume": (logging.INFO, ("gain_db",)),
    "left_alone": (logging.INFO, ("after_s",)),
    "shed": (logging.WARNING, ("level", "why", "behind_s")),
    "microphone": (logging.WARNING, ("trouble", "why")),
    "weakened": (logging.WARNING, ("part", "why")),
    "hearing_slow": (logging.WARNING, ()),
    "hearing_lost": (logging.ERROR, ("trouble", "reason")),
    "hearing_back": (logging.WARNING, ("trouble",)),
    "history_lost": (logging.ERROR, ("reason",)),
    "report_late": (logging.ERROR, ("report", "after_s")),
    "microphone_ended": (logging.INFO, ()),
}
"""For each kind that is logged its level and the fields that are; see docs/events.md for what they mean."""

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""Python's levels as syslog(3) priorities, which systemd reads from the beginning of a line; see sd-daemon(3)."""

_log = logging.getLogger(__name__)


def tell(message: str) -> None:
    """Log how far the guide has come before anything happens: on a small machine that takes a while."""
    _log.info("%s", message)


class EventLog:
    """A companion that logs what happens."""

    def notice(self, entry: dict[str, Any]) -> None:
        """Log an entry, if its kind is logged."""
        kind = entry["kind"]
        if kind in LOGGED:
            level, fields = LOGGED[kind]
            told = [f"{field}={entry[field]}" for field in fields if entry.get(field) is not None]
            _log.log(level, "%s", " ".join([kind, *told]))

    def show(self, view: View) -> None:
        """Do nothing: what is shown ten times a second is not for a log."""

    def close(self) -> None:
        """Do nothing."""


class OneLine(logging.Formatter):
    """One line for each record, whatever is in it.

    Args:
        priorities: begin it with its priority, for systemd.
    """

    def __init__(self, *, priorities: bool) -> None:
        super().__init__("%(message)s" if priorities else "%(asctime)s %(levelname)s %(message)s")
        self._priorities = priorities

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = " / ".join(part for part in printable(super().format(record)).splitlines() if part.strip())
        if not self._priorities:
            return line
        priority = next((number for level, number in _PRIORITIES if record.levelno >= level), 7)
        return f"<{priority}>{line}"


def log_to(stream: TextIO | None = None) -> None:
    """Log events from now on, and what else is worth a warning, to a stream; standard error by default."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine(priorities=goes_to_systemd(stream)))
    root = logging.getLogger()
    root.handlers = [handler]
    if root.level > logging.INFO:
        _log.setLevel(logging.INFO)


def goes_to_systemd(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a stream goes straight to systemd's journal: JOURNAL_STREAM names its device and file."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
