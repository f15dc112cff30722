"""What the guide says when it was spoken to and can do nothing about it.

A command that means nothing at the moment is answered with where we are. Speech that was not understood is
answered by a chime, and the second time by words: a chime alone helps nobody who lies with closed eyes. In a hold,
and where it is asked whether something hurts, `interruptions.py` sees to it.
"""

from __future__ import annotations

from collections import deque

from voiceguide.core.clock import samples
from voiceguide.core.interruptions import DOES_IT_HURT, QUESTIONS
from voiceguide.core.lines import Line
from voiceguide.core.scene import Scene
from voiceguide.core.states import State
from voiceguide.core.walk import Walk

TOGETHER = samples(60)
"""Speech that was not understood twice within so much time is somebody who tries again."""

TOLD = 2
TOLD_IN = samples(180)
"""It is said so often in so much time at the most. More is a television, and answered by a chime alone."""

_WHERE = {
    State.WAITING: "now_waiting",
    **dict.fromkeys((State.INTRODUCING, State.SETTING_UP, State.CHANGING), "now_setup"),
    State.RESTING: "now_rest",
    State.HOLDING: "now_hold",
    State.PAUSED: "now_paused",
    State.CHECKING: "check_ask",
    State.RETURNING: "return_ask",
    State.QUIET: "safety_rest",
    **QUESTIONS,
}
"""The prompt that tells where we are and what can be said, or what was asked. None in the conversation about pain,
which asks by itself, nor after the goodbye."""


class Misheard:
    """Answers what leads nowhere.

    Args:
        scene: the session's present.
        walk: the walk along the routine.
    """

    def __init__(self, scene: Scene, walk: Walk) -> None:
        self._scene = scene
        self._walk = walk
        self._missed: int | None = None  # when something was not understood, until something is
        self._told: deque[int] = deque(maxlen=TOLD)  # sample times

    def understood(self) -> None:
        """Somebody was understood."""
        self._missed = None

    def not_now(self) -> None:
        """Say where we are: a command has no meaning here."""
        self._interject(self._where())

    def not_understood(self) -> None:
        """Say that nothing was understood, the second time, and what can be said now."""
        scene, now = self._scene, self._scene.now
        if scene.state in (*DOES_IT_HURT, State.HOLDING, State.FINISHED):
            self._missed = None
            return
        again = self._missed is not None and now - self._missed < TOGETHER
        told_enough = len(self._told) == TOLD and now - self._told[0] < TOLD_IN
        self._missed = now
        if again and not told_enough:
            self._missed = None
            self._told.append(now)
            self._interject([*scene.prompt("not_understood"), *self._where()])

    def _where(self) -> list[Line]:
        key = _WHERE.get(self._scene.state)
        return self._scene.prompt(key) if key is not None else []

    def _interject(self, lines: list[Line]) -> None:
        # A question or a line that is being said already tells it, and in a hold the breath does not wait.
        new = [line for line in lines if line not in self._scene.lines.unsaid()]
        if new:
            self._scene.interject(new, resume=self._walk.hold is None)
