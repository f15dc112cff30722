"""What there is to see on the page. The guide's thread writes on the board, the server's thread reads it.

Nothing waits for anything: each writing puts a new frozen `Shown` in place of the last, and whoever reads takes
the one that is there. Times are absolute (a breath begins at this sample, a hold ends at that one), so that the
board changes when something happens and not because time goes by: a few times a minute rather than ten times a
second.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceguide.core.breath import PACE_LEAST, PACE_MOST
from voiceguide.core.clock import RATE, seconds
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.page.speaker_clock import SpeakerClock

LINES_SHOWN = 6
"""Lines of the guide that stay readable; the pain conversation is shown from its beginning, but no longer than
this."""

CLOCK_STEP_S = 0.005
"""The mapping of sample time is told anew when it has moved by this much: nobody sees less."""

_BREATH_WORDS = frozenset({"breathe_in", "breathe_out", "in", "out", "count_3", "count_2", "count_1"})
"""Lines that come and go with the breath; the circle shows them."""


@dataclass(frozen=True)
class Shown:
    """One state of the board, as values that JSON knows.

    Attributes:
        number: grows with every change.
        values: what the page is told; see docs/page.md.
    """

    number: int = 0
    values: dict[str, Any] = field(default_factory=dict)


class Board:
    """Puts together what the page shows. All methods but `shown` are called in the guide's thread.

    Args:
        clock: maps sample time to the monotonic clock.
        now: the monotonic clock, in seconds.
        language: of the guide; None where no guide is.
        voice: name of the voice that speaks; None where no guide is.
        offered: what to say for each routine that can be asked for by name, by the routine's id.

    Attributes:
        level_dbfs: how loud the microphone is, None when nothing came; it changes all the time, so it is apart.
    """

    def __init__(
        self,
        clock: SpeakerClock | None = None,
        now: Callable[[], float] = time.monotonic,
        *,
        language: str | None = None,
        voice: str | None = None,
        offered: Mapping[str, str] | None = None,
    ) -> None:
        self._clock = clock or SpeakerClock()
        self._now = now
        self.level_dbfs: float | None = None
        self._told_start: float | None = None
        self._lines: deque[str] = deque(maxlen=LINES_SHOWN)
        self._lost: set[str] = set()  # what keeps the guide from hearing
        self._values: dict[str, Any] = {
            "running": False,
            "state": None,
            "standby": False,
            "heard": None,
            "speaking": False,
            "pain": None,
            "troubles": {},
            "how": None,
            "lines": [],
            "start_s": None,
            "language": language,
            "offered": dict(offered or {}),
            "voice": voice,
            "voice_next": None,
        }
        self._shown = Shown(0, self._values)

    @property
    def shown(self) -> Shown:
        """The newest state; from any thread."""
        return self._shown

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        match entry["kind"]:
            case "heard" if not self._values["standby"]:  # what is said in the house is nobody's business
                told = {key: entry[key] for key in ("command", "text", "engine", "time_s")}
                self._set(heard=told)
            case "say_started":
                if entry["key"] not in _BREATH_WORDS:
                    self._lines.append(entry["text"])
                self._set(speaking=True, saying=entry["text"], lines=list(self._lines))
            case "say_finished" | "say_cut":
                self._set(speaking=False, saying="")
            case "state" if entry["state"] == State.SAFETY and self._values["state"] != State.SAFETY:
                self._lines.clear()
                self._set(state=entry["state"], lines=[], pain={"kind": "unknown", "over": False})
            case "pain" | "pain_kind":
                self._set(pain={"kind": entry["pain"], "over": entry["over"]})
            case "pain_closed":
                self._set(pain=None)
            case "microphone":
                self._trouble("microphone", entry["trouble"])
            case "hearing_lost":
                self._lost.add(entry["trouble"])
                self._trouble("hearing", "lost")
            case "hearing_slow":
                self._trouble("hearing", "slow")
            case "hearing_back":
                self._lost.discard(entry["trouble"])
                self._trouble("hearing", "lost" if self._lost else None)
            case "voice_chosen":
                self._set(voice_next=None if entry["voice"] == self._values["voice"] else entry["voice"])
            case "voice":
                self._set(voice=entry["voice"], voice_next=None)
            case "history_lost" | "report_late":
                self._trouble("history", "lost")
            case "finished":
                self._set(how=entry["how"])
            case "started":
                self._trouble("history", None)
                self._set(how=None)

    def show(self, view: View) -> None:
        """Take a look at the session."""
        self._clock.measure(view.at, self._now())
        self.level_dbfs = view.level_dbfs
        if view.standby:
            self._set(heard=None, pain=None)
        start = self._clock.start_s
        if start is not None and (self._told_start is None or abs(start - self._told_start) >= CLOCK_STEP_S):
            self._told_start = start
        self._set(
            running=True,
            start_s=self._told_start,
            state=view.state.value,
            standby=view.standby,
            deaf=view.deaf,
            exercise=view.exercise,
            side=view.side.value if view.side else None,
            repeat=view.repeat,
            repeats=view.repeats,
            minutes_left=view.minutes_left,
            commands=[command.value for command in Command if command in view.commands],
            other_voice=view.other_voice,
            pace=view.pace,
            gain_db=view.gain_db,
            ends_s=None if view.hold_left is None else seconds(view.at + view.hold_left),
            breath=_breath(view),
        )

    def take(self, values: dict[str, Any]) -> None:
        """Show what the board of a guide in another process shows."""
        self._set(**values)

    def stopped(self) -> None:
        """No guide is there any more."""
        self.level_dbfs = None
        nothing: dict[str, Any] = {"saying": "", "breath": None, "ends_s": None, "commands": [], "offered": {}}
        self._set(running=False, standby=False, speaking=False, **nothing)

    def _trouble(self, what: str, kind: str | None) -> None:
        troubles = {key: value for key, value in self._values["troubles"].items() if key != what}
        self._set(troubles=troubles if kind is None else {**troubles, what: kind})

    def _set(self, **values: Any) -> None:
        new = {**self._values, **values}
        if new != self._values:
            self._values = new
            self._shown = Shown(self._shown.number + 1, new)


def _breath(view: View) -> dict[str, Any] | None:
    if view.breath is None:
        return None
    begins = view.at - view.breath.done
    return {
        "inward": view.breath.inward,
        "begins_s": begins / RATE,
        "length_s": view.breath.length / RATE,
        "follows_s": view.breath.follows / RATE,
    }


PACES = (float(PACE_LEAST), float(PACE_MOST))
"""The slowest and the quickest pace, for the scale on the page."""
