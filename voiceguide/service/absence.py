"""Notices that whoever was guided is not there any more."""

from __future__ import annotations

from typing import Any

from voiceguide.core.clock import samples, seconds
from voiceguide.core.states import BEFORE_THE_WALK
from voiceguide.core.view import View

GONE_AFTER = samples(1800)
"""Half an hour in which neither the guide nor the person said a word: a pause that was forgotten, a rest in which
somebody fell asleep. In the longest rest that a routine may have the guide speaks now and then."""

NOT_BEGUN_AFTER = samples(300)
"""Five minutes, where nothing has begun yet: time to fetch a mat."""


class Absence:
    """Notices that nobody has said anything for long. Keeps no clock: times come with what it is shown."""

    def __init__(self) -> None:
        self._last = 0  # sample time of the last word of either

    def begin(self, at: int) -> None:
        """A session begins at a sample time."""
        self._last = at

    def notice(self, entry: dict[str, Any]) -> None:
        """Take one entry of the journal."""
        match entry:
            case {"kind": "heard", "command": str()} | {"kind": "say_started"} | {"kind": "say_finished"}:
                self._last = samples(entry["time_s"])
            case _:
                pass

    def since(self, view: View) -> float | None:
        """Return for how many seconds nobody has said anything, when that is too long; None until then."""
        silence = view.at - self._last
        limit = NOT_BEGUN_AFTER if view.state in BEFORE_THE_WALK else GONE_AFTER
        return seconds(silence) if silence >= limit else None
