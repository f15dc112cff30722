"""What the page's process logs, for the guide's log: each kind once, and then counted."""

from __future__ import annotations

import logging

from voiceguide.seldom import Counts


def log_counted(counts: Counts, logger: str, level: int, kind: str, text: str) -> None:
    """Log a text, unless its kind has come too often to be told of again.

    Args:
        counts: what has come so far.
        logger: name of the logger.
        level: as `logging` has it.
        kind: what is counted as the same.
        text: what is logged.
    """
    if count := counts.worth_telling((logger, level, kind)):
        logging.getLogger(logger).log(level, "%s%s", text, times(count))


def times(count: int) -> str:
    """Return how often something has come, to be added to what is logged; empty for once."""
    return f" ({count} times so far)" if count > 1 else ""
