"""What a session tells its companions, by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from voiceguide.core.states import State
from voiceguide.core.view import View

PATIENCE_S = 30

LOST: dict[str, Any] = {"time_s": 1.0, "kind": "hearing_lost", "trouble": "card", "reason": "gone"}
BACK: dict[str, Any] = {"time_s": 2.0, "kind": "hearing_back", "trouble": "card"}
PAIN: dict[str, Any] = {"time_s": 3.0, "kind": "pain", "pain": "unknown", "report": 1}
HEARD: dict[str, Any] = {"time_s": 3.0, "kind": "heard", "command": "pain", "text": "it hurts", "engine": "any"}
UNKNOWN: dict[str, Any] = {"time_s": 3.5, "kind": "heard", "command": None, "text": "", "engine": "any"}


def view(
    state: State = State.HOLDING, *, saying: str = "", standby: bool = False, exercise: str = "Stretch"
) -> View:
    return View(16_000, state, exercise, saying=saying, standby=standby)


def wait_until(true: Callable[[], Any]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)
