"""What the guide is doing, in the one word that a light, a hook or a home can show."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from voiceguide.core.states import State
from voiceguide.core.view import View


class Condition(StrEnum):
    """One of these holds at any time."""

    STANDBY = "standby"
    """No session runs."""
    LISTENING = "listening"
    SPEAKING = "speaking"
    PAUSED = "paused"
    """Paused, or a question waits for an answer."""
    PAIN = "pain"
    DEAF = "deaf"
    """The guide cannot hear: whoever lies there must know (S7)."""


_BY_STATE = {
    State.SAFETY: Condition.PAIN,
    State.QUIET: Condition.PAIN,
    State.DOUBT: Condition.PAIN,
    State.PAUSED: Condition.PAUSED,
    State.STOPPING: Condition.PAUSED,
    State.ENDING: Condition.PAUSED,
    State.FINISHED: Condition.STANDBY,
}


class Watch:
    """Follows the journal and the views, and tells the condition."""

    def __init__(self) -> None:
        self._troubles: set[str] = set()
        self.condition = Condition.STANDBY

    @property
    def deaf(self) -> bool:
        """Whether anything keeps the guide from hearing."""
        return bool(self._troubles)

    def notice(self, entry: dict[str, Any]) -> bool:
        """Take an entry of the journal; return whether the condition is another now."""
        if entry["kind"] == "hearing_lost":
            self._troubles.add(entry["trouble"])
            return self._set(Condition.DEAF)
        if entry["kind"] == "hearing_back":
            self._troubles.discard(entry["trouble"])  # what is the case instead shows the next view
        return False

    def show(self, view: View) -> bool:
        """Take a look at the session; return whether the condition is another now."""
        if self.deaf:
            return False
        if view.standby:
            return self._set(Condition.STANDBY)
        otherwise = Condition.SPEAKING if view.saying else Condition.LISTENING
        return self._set(_BY_STATE.get(view.state, otherwise))

    def _set(self, condition: Condition) -> bool:
        changed, self.condition = condition is not self.condition, condition
        return changed
