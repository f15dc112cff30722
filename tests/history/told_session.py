"""A session told entry by entry, as a journal would, to a history of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from small_routine import ROUTINE

from voiceguide.core.plan import Routine
from voiceguide.history.history import History
from voiceguide.wall_clock import Reading, Trust, WallClock

WHEN = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)

PLAN = [
    {"exercise": exercise.id, "side": side, "planned_s": exercise.repeats * exercise.hold_s}
    for exercise in ROUTINE.exercises
    for side in exercise.sides or (None,)
]


def right(when: datetime) -> WallClock:
    """A clock that stands at a time which a time server has set."""
    return lambda: Reading(when, Trust.SYNCHRONISED)


class Told:
    """A session, told entry by entry as a journal would.

    Args:
        path: of the history.
        when: the date, which is right; or a machine whose clock may be wrong.
        routine: what is practised.
    """

    def __init__(self, path: Path, when: datetime | WallClock = WHEN, routine: Routine = ROUTINE) -> None:
        self.lost: list[str] = []
        self.history = History(path, routine, clock=right(when) if isinstance(when, datetime) else when)
        self.history.on_loss(self.lost.append)
        self.at_s = 0.0
        self.reports = 0
        self.by = "voice"
        self.place: dict[str, Any] = {"exercise": "stretch", "side": "left", "repeat": 1, "repeats": 2}
        self.tell("state", state="waiting", **self.place)

    def tell(self, kind: str, **fields: Any) -> None:
        self.at_s += 1
        self.history.notice({"time_s": self.at_s, "kind": kind, **fields})

    def enter(self, state: str, exercise: str = "", side: str | None = "", repeat: int = 0) -> None:
        if exercise:
            self.place = {"exercise": exercise, "side": side, "repeat": repeat, "repeats": 2}
        self.tell("state", state=state, **self.place)

    def start(self) -> None:
        self.enter("introducing")
        self.tell("started", routine=ROUTINE.id, resumed=False, plan=PLAN)

    def hold(self, exercise: str, side: str | None, repeat: int, held_s: float = 30.0) -> None:
        self.enter("holding", exercise, side, repeat)
        self.at_s += held_s
        whole = {"planned_s": 30.0, "from_s": 0.0, "held_s": held_s, "complete": held_s == 30.0}
        self.tell("hold", **whole, **self.place)

    def hurt(
        self, heard: str = "it hurts", kind: str = "unknown", *, over: bool = False, by: str = "voice"
    ) -> None:
        self.reports += 1
        self.by = by
        self.enter("safety")
        self.tell("pain", report=self.reports, pain=kind, over=over, by=by, heard=heard, **self.place)

    def answer(self, kind: str, *, over: bool, advice: str = "") -> None:
        self.tell("pain_kind", report=self.reports, pain=kind, over=over, by=self.by, **self.place)
        if advice:
            self.tell("say_finished", utterance=1, key=advice, text="Some advice.")

    def close_report(self, kind: str, outcome: str, *answers: str, over: bool = False) -> None:
        closed = {"report": self.reports, "pain": kind, "over": over, "by": self.by, "answers": list(answers)}
        self.tell("pain_closed", **closed, outcome=outcome, **self.place)

    def finish(self, how: str = "completed") -> None:
        self.enter("finished")
        self.tell("finished", how=how)
        self.history.close()

    def vanish(self) -> None:
        """Leave as a killed process does: the row stays open and names a process that is gone."""
        connection = self.history._connection
        assert connection is not None
        connection.execute("UPDATE session SET process = '1 began 0 after start of another day' WHERE how IS NULL")
        connection.close()
