"""Waiting for what happens in another thread or process, in tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

WAIT_S = 120.0
"""There to end a hang, not to measure."""

_LOOK_EVERY_S = 0.01


def until(found: Callable[[], Any], what: str = "what was waited for", limit_s: float = WAIT_S) -> Any:
    """Wait until something is so, and return it.

    Args:
        found: tells, or returns it; is asked again and again.
        what: it is, for the message.
        limit_s: seconds to wait at the most.

    Raises:
        AssertionError: it never was.
    """
    ends = time.monotonic() + limit_s
    while not (value := found()):
        if time.monotonic() > ends:
            raise AssertionError(f"never came: {what}")
        time.sleep(_LOOK_EVERY_S)
    return value
