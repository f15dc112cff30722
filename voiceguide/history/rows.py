"""What an entry of the journal changes in the history's tables.

What is kept is what the tables have columns for (`schema.py`). Entries carry more, such as the words that were
heard; each field that is kept is named here, so nothing else gets in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from voiceguide.core.states import State

Clock = Callable[[], datetime]
"""Tells what time it is, with the offset from UTC."""

CUT_OFF = "cut_off"
"""How a session ended that nobody ended: power cut, crash, killed."""

INTRODUCED = "introduced"
"""Told once: what the guide is and what it is not (S10)."""

_IDLE = {State.WAITING, State.PAUSED, State.ENDING, State.QUIET}
"""States whose time is no practice."""

_NO_ADVICE = {
    *("release", "safety_release_anywhere", "safety_ask", "safety_ask_again"),
    *("safety_offer_go_on", "safety_offer_rest", "safety_rest"),
}
"""Lines of the pain conversation that ask or offer something."""

_SESSION = """INSERT INTO session (routine, began, ended, guided_s, process)
    VALUES (:routine, :began, :began, 0, :process)"""
_WHERE = "UPDATE session SET exercise = :exercise, side = :side, repeat = :repeat WHERE id = :session"
_STILL_THERE = "UPDATE session SET ended = :ended, guided_s = :guided_s WHERE id = :session"
_HOW = "UPDATE session SET how = :how WHERE id = :session AND how IS NULL"
_HOLD = """INSERT INTO hold (session, ended, exercise, side, repeat, planned_s, held_s)
    VALUES (:session, :ended, :exercise, :side, :repeat, :planned_s, :held_s)"""
_PAIN = """INSERT INTO pain (session, reported, exercise, side, repeat, kind, exercise_over)
    VALUES (:session, :reported, :exercise, :side, :repeat, :kind, :over)"""
_ANSWERED = """UPDATE pain SET kind = :kind, answered = :kind, exercise_over = :over
    WHERE id = (SELECT max(id) FROM pain WHERE session = :session)"""
_ADVISED = """UPDATE pain SET advised = :advised
    WHERE id = (SELECT max(id) FROM pain WHERE session = :session)"""
_SETTING = "INSERT INTO setting (session, changed, name, value) VALUES (:session, :changed, :name, :value)"
_TOLD = "INSERT OR IGNORE INTO told VALUES (:what, :told)"


@dataclass(frozen=True)
class Change:
    """One statement.

    Attributes:
        statement: SQL; `:session` stands for the session that runs.
        values: what its other names stand for.
        must_survive: it has to be on the disk before the session goes on.
        begins: it makes the session's row.
    """

    statement: str
    values: dict[str, Any]
    must_survive: bool = False
    begins: bool = False


class SessionRows:
    """Puts the entries of one session into rows.

    The session's row is made when the person has said "start", or has reported pain; who is only asked whether to
    start leaves no trace.

    Args:
        routine: name of the routine.
        process: name of the process that runs it.
        clock: read once, when the session begins; all else is counted in samples from there, so that a clock that
            is set in between does not matter.
    """

    def __init__(self, routine: str, process: str, clock: Clock) -> None:
        self._routine = routine
        self._process = process
        self._clock = clock
        self._began: tuple[datetime, float] | None = None
        self._guided_s = 0.0
        self._state, self._since_s = str(State.WAITING), 0.0
        self._advice: list[str] = []

    def changes(self, entry: dict[str, Any]) -> list[Change]:
        """Return what an entry changes, in order; nothing for most of them."""
        at_s = float(entry["time_s"])
        match entry["kind"]:
            case "state":
                return self._state_changed(entry, at_s)
            case "hold" if entry["held_s"] > 0:
                held = {"planned_s": entry["planned_s"], "held_s": entry["held_s"], "ended": self._at(at_s)}
                return [Change(_HOLD, _place(entry) | held), self._still_there(at_s)]
            case "pain":
                return self._pain(entry, at_s)
            case "pain_kind":
                values = {"kind": entry["pain"], "over": bool(entry["over"])}
                return [Change(_ANSWERED, values, must_survive=True)]
            case "pace":
                return [self._setting("pace", entry["pace"], at_s)]
            case "volume":
                return [self._setting("volume_db", entry["gain_db"], at_s)]
            case "say_finished":
                return self._said(entry["key"], at_s)
            case "finished" if self._began:
                return [self._still_there(at_s), Change(_HOW, {"how": entry["how"]}, must_survive=True)]
            case _:
                return []

    def cut_off(self) -> list[Change]:
        """Return what is to be written when the guide leaves: a session that nobody ended was cut off."""
        return [Change(_HOW, {"how": CUT_OFF}, must_survive=True)] if self._began else []

    def _at(self, at_s: float) -> str:
        if self._began is None:
            return _text(self._clock())
        began, began_s = self._began
        return _text(began + timedelta(seconds=at_s - began_s))

    def _begin(self, at_s: float) -> list[Change]:
        if self._began is not None:
            return []
        began = self._clock()
        self._began = (began, at_s)
        values = {"routine": self._routine, "began": _text(began), "process": self._process}
        return [Change(_SESSION, values, must_survive=True, begins=True)]

    def _state_changed(self, entry: dict[str, Any], at_s: float) -> list[Change]:
        if self._state not in _IDLE:
            self._guided_s += at_s - self._since_s
        self._state, self._since_s = entry["state"], at_s
        if self._state == State.WAITING or (self._state == State.FINISHED and self._began is None):
            return []
        return [*self._begin(at_s), Change(_WHERE, _place(entry)), self._still_there(at_s)]

    def _still_there(self, at_s: float) -> Change:
        running_s = 0.0 if self._state in _IDLE else at_s - self._since_s
        return Change(_STILL_THERE, {"ended": self._at(at_s), "guided_s": self._guided_s + running_s})

    def _pain(self, entry: dict[str, Any], at_s: float) -> list[Change]:
        self._advice = []
        begun = self._begin(at_s)
        report = {"reported": self._at(at_s), "kind": entry["pain"], "over": bool(entry.get("over"))}
        return [*begun, Change(_PAIN, _place(entry) | report, must_survive=True), self._still_there(at_s)]

    def _said(self, key: str, at_s: float) -> list[Change]:
        if key == "not_a_device":
            return [Change(_TOLD, {"what": INTRODUCED, "told": self._at(at_s)})]
        if self._state != State.SAFETY or key in _NO_ADVICE or key in self._advice:
            return []
        self._advice.append(key)
        return [Change(_ADVISED, {"advised": " ".join(self._advice)}, must_survive=True)]

    def _setting(self, name: str, value: float, at_s: float) -> Change:
        return Change(_SETTING, {"name": name, "value": value, "changed": self._at(at_s)})


def _place(entry: dict[str, Any]) -> dict[str, Any]:
    return {"exercise": entry["exercise"], "side": entry["side"], "repeat": entry["repeat"]}


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
