"""What an entry of the journal changes in the history's tables.

What is kept is what the tables have columns for (`schema.py`). Entries carry more, such as the words that were
heard; each field that is kept is named here, so nothing else gets in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from voiceguide.core.states import BEFORE_THE_WALK, State
from voiceguide.history.running import CUT_OFF
from voiceguide.wall_clock import WallClock

INTRODUCED = "introduced"
"""Told once: what the guide is and what it is not (S10)."""

_IDLE = BEFORE_THE_WALK | {State.PAUSED, State.STOPPING, State.ENDING, State.QUIET}
"""States whose time is no practice."""

_NO_ADVICE = (
    *("release", "safety_release", "safety_ask", "safety_narrow", "safety_offer", "safety_rest"),
    "safety_taken_back",
)
"""How the names of those lines of the pain conversation begin that advise nothing: they lead out of a position,
ask or offer."""

_SESSION = """INSERT INTO session (routine, began, ended, guided_s, process, boot, up_s, clock, truly_began, token)
    VALUES (:routine, :began, :began, 0, :process, :boot, :up_s, :clock, :truly_began, :token)"""
_TRULY_BEGAN = "UPDATE session SET truly_began = :truly_began WHERE id = :session"
_STARTED = "UPDATE session SET started = 1 WHERE id = :session"
_NO_PLAN = "DELETE FROM plan WHERE session = :session"
_PLAN = "INSERT INTO plan VALUES (:session, :exercise, :side, :planned_s)"
_STILL_THERE = """UPDATE session
    SET ended = :ended, guided_s = :guided_s, exercise = :exercise, side = :side, repeat = :repeat
    WHERE id = :session"""
_HOW = "UPDATE session SET how = :how, process = NULL WHERE id = :session AND how IS NULL"
_HOLD = """INSERT INTO hold (session, ended, exercise, side, repeat, planned_s, held_s)
    VALUES (:session, :ended, :exercise, :side, :repeat, :planned_s, :held_s)"""
_PAIN = """INSERT INTO pain (session, report, reported, exercise, side, repeat, kind, exercise_over, said_by)
    VALUES (:session, :report, :reported, :exercise, :side, :repeat, :kind, :over, :said_by)"""
_KIND = """UPDATE pain SET kind = :kind, exercise_over = :over, said_by = :said_by
    WHERE session = :session AND report = :report"""
_CLOSED = """UPDATE pain SET kind = :kind, exercise_over = :over, said_by = :said_by, answered = :answered,
    outcome = :outcome WHERE session = :session AND report = :report"""
_ADVISED = "UPDATE pain SET advised = :advised WHERE session = :session AND report = :report"
_NOT_AGAIN = """UPDATE session SET exercise = NULL, side = NULL, repeat = NULL
    WHERE id = (SELECT max(id) FROM session WHERE how IS NOT NULL)"""
_SETTING = "INSERT INTO setting (changed, name, value) VALUES (:changed, :name, :value)"
_TOLD = "INSERT OR IGNORE INTO told VALUES (:what, :told)"


@dataclass(frozen=True)
class Change:
    """One statement.

    Attributes:
        statement: SQL; `:session` stands for the session that runs.
        values: what its other names stand for.
        must_survive: it has to be on the disk before the session goes on.
        begins: it makes the session's row.
        report: number of the report that it is about, None where it is about none.
    """

    statement: str
    values: dict[str, Any]
    must_survive: bool = False
    begins: bool = False
    report: int | None = None


class SessionRows:
    """Puts the entries of one session into rows.

    The session's row is made when the routine begins, or when pain is reported before; a guide that nobody asked
    to begin leaves no trace.

    Args:
        routine: name of the routine.
        process: name of the process that runs it.
        token: the session's own, which no other one has.
        clock: read when the session begins; all else is counted in samples from there, so that a clock that is set
            in between does not matter. It is looked at again only until a time server has set it.
    """

    def __init__(self, routine: str, process: str, token: str, clock: WallClock) -> None:
        self._routine = routine
        self._token = token
        self._process = process
        self._clock = clock
        self._began: tuple[datetime, float] | None = None
        self._session: dict[str, Any] = {}
        self._date_is_sure = False
        self._guided_s = 0.0
        self._state, self._since_s = str(State.WAITING), 0.0
        self._place: dict[str, Any] = {"exercise": None, "side": None, "repeat": None}
        self._report = 0
        self._advice: list[str] = []
        self._offered = False  # to go on where the last session was cut off

    @property
    def session(self) -> dict[str, Any]:
        """What says which session it is, as `reports.SESSION_FIELDS`; empty before it has begun."""
        return self._session

    def changes(self, entry: dict[str, Any]) -> list[Change]:
        """Return what an entry changes, in order; nothing for most of them."""
        at_s = float(entry["time_s"])
        match entry["kind"]:
            case "state":
                return self._state_changed(entry, at_s)
            case "started":
                plan = [Change(_PLAN, _fields(one, "exercise", "side", "planned_s")) for one in entry["plan"]]
                begun = [*self._begin(at_s), Change(_STARTED, {}), Change(_NO_PLAN, {})]
                self._session = {**self._session, "started": 1}
                return [*begun, *plan, self._still_there(at_s)]
            case "hold" if entry["held_s"] > 0 and self._began:
                values = _fields(entry, "exercise", "side", "repeat", "planned_s", "held_s")
                return [Change(_HOLD, values | {"ended": self._at(at_s)}), self._still_there(at_s)]
            case "pain":
                return self._pain(entry, at_s)
            case "pain_kind":
                return [Change(_KIND, _kind(entry), must_survive=True, report=entry["report"])]
            case "pain_closed":
                values = {"answered": " ".join(entry["answers"]), "outcome": entry["outcome"]}
                return [Change(_CLOSED, _kind(entry) | values, must_survive=True, report=entry["report"])]
            case "pace":
                return [self._setting("pace", entry["pace"], at_s)]
            case "volume":
                return [self._setting("volume_db", entry["gain_db"], at_s)]
            case "say_finished":
                return self._said(entry["key"], at_s)
            case "finished" if self._began:
                return [self._still_there(at_s), Change(_HOW, {"how": entry["how"]}, must_survive=True)]
            case "finished" if self._offered and entry["how"] != CUT_OFF:
                # Whoever has heard the offer and ends the session instead has answered it.
                return [Change(_NOT_AGAIN, {})]
            case _:
                return []

    def cut_off(self) -> list[Change]:
        """Return what is to be written when the guide leaves: a session that nobody ended was cut off."""
        return [Change(_HOW, {"how": CUT_OFF}, must_survive=True)] if self._began else []

    def _at(self, at_s: float) -> str:
        if self._began is None:
            return _text(self._clock().now)
        began, began_s = self._began
        return _text(began + timedelta(seconds=at_s - began_s))

    def _begin(self, at_s: float) -> list[Change]:
        if self._began is not None:
            return []
        reading = self._clock()
        self._began = (reading.now, at_s)
        self._date_is_sure = reading.sure
        began = _text(reading.now)
        clock = {"boot": reading.boot, "up_s": reading.up_s, "clock": reading.trust.value}
        values = {"routine": self._routine, "began": began, "process": self._process, **clock}
        values |= {"truly_began": began if reading.sure else None, "token": self._token}
        self._session = {**values, "started": 0}
        return [Change(_SESSION, values, begins=True)]

    def _looked_again(self, at_s: float) -> list[Change]:
        """Return when the session truly began, once a time server has set the clock in the middle of it."""
        if self._began is None or self._date_is_sure:
            return []
        reading = self._clock()
        if not reading.sure:
            return []
        self._date_is_sure = True
        _, began_s = self._began
        return [Change(_TRULY_BEGAN, {"truly_began": _text(reading.now - timedelta(seconds=at_s - began_s))})]

    def _state_changed(self, entry: dict[str, Any], at_s: float) -> list[Change]:
        if self._state not in _IDLE:
            self._guided_s += at_s - self._since_s
        self._state, self._since_s = entry["state"], at_s
        self._place = _fields(entry, "exercise", "side", "repeat")
        return [*self._looked_again(at_s), self._still_there(at_s)] if self._began else []

    def _still_there(self, at_s: float) -> Change:
        running_s = 0.0 if self._state in _IDLE else at_s - self._since_s
        values = {"ended": self._at(at_s), "guided_s": round(self._guided_s + running_s, 3)}
        return Change(_STILL_THERE, values | self._place)

    def _pain(self, entry: dict[str, Any], at_s: float) -> list[Change]:
        self._report, self._advice = entry["report"], []
        begun = self._begin(at_s)
        report = _fields(entry, "exercise", "side", "repeat") | _kind(entry) | {"reported": self._at(at_s)}
        pain = Change(_PAIN, report, must_survive=True, report=entry["report"])
        return [*begun, pain, self._still_there(at_s)]

    def _said(self, key: str, at_s: float) -> list[Change]:
        if key == "not_a_device":
            return [Change(_TOLD, {"what": INTRODUCED, "told": self._at(at_s)})]
        self._offered = self._offered or key == "return_ask"
        if self._state != State.SAFETY or key.startswith(_NO_ADVICE) or key in self._advice:
            return []
        self._advice.append(key)
        values = {"advised": " ".join(self._advice), "report": self._report}
        return [Change(_ADVISED, values)]

    def _setting(self, name: str, value: float, at_s: float) -> Change:
        return Change(_SETTING, {"name": name, "value": value, "changed": self._at(at_s)})


def _fields(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: entry[name] for name in names}


def _kind(entry: dict[str, Any]) -> dict[str, Any]:
    said_by = entry.get("by")  # not in recordings of an earlier version
    return {"report": entry["report"], "kind": entry["pain"], "over": entry["over"], "said_by": said_by}


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
