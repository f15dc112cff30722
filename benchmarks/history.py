"""What the history costs: `python -m benchmarks.history`, from the repository's root.

How long the guide waits until a report of pain is on the disk, how long for anything else that is kept, and how
long questions to a history of ten years take.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.measure import Spread
from benchmarks.tables import Section, Table, Target, targets_table
from voiceguide.cli.history_view import first_day
from voiceguide.core.plan import Routine
from voiceguide.history.database import open_to_read, open_to_write
from voiceguide.history.history import History
from voiceguide.history.memory import remember
from voiceguide.history.past import read_past, read_sessions
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.wall_clock import Reading, Trust

REPORTS = 300
YEARS = 10
QUESTIONS = 20
WITHIN_MS = 50.0
LAST = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)


class Teller:
    """Tells a history the entries of a session as the journal would, and how long each took."""

    def __init__(self, path: Path, routine: Routine, when: datetime) -> None:
        self.history = History(path, routine, clock=lambda: Reading(when, Trust.SYNCHRONISED))
        self._at_s = 0.0
        self._place: dict[str, Any] = {}

    def tell(self, kind: str, **fields: Any) -> float:
        """Return the milliseconds until the guide could go on."""
        self._at_s += 1
        entry = {"time_s": self._at_s, "kind": kind, **self._place, **fields}
        began = time.perf_counter()
        self.history.notice(entry)
        return 1000 * (time.perf_counter() - began)

    def at(self, exercise: str, side: str | None, repeat: int) -> None:
        self._place = {"exercise": exercise, "side": side, "repeat": repeat, "repeats": 3}


def measure_history() -> Section:
    """Measure it in a folder of its own, on the disk that holds temporary files."""
    routine = load_routine(find_routine("psoas-release"))
    with tempfile.TemporaryDirectory() as folder:
        waits = _waits(Path(folder) / "waits.sqlite", routine)
        path = Path(folder) / "years.sqlite"
        _ten_years(path, routine)
        size_mb = path.stat().st_size / 1e6
        questions = _questions(path, routine)
    waiting = Table(
        "History: until the guide goes on",
        f"Milliseconds, {REPORTS} of each, on a disk that other programs use as well. A report of pain waits for "
        "the disk; a change of state and a hold do not.",
        ["what", "median", "worst"],
    )
    for what, spread in waits.items():
        waiting.add(what, f"{spread.median:.2f}", f"{spread.most:.2f}")
    asking = Table(
        f"History: questions to {YEARS} years of daily sessions",
        f"Milliseconds of CPU, {QUESTIONS} times each; a file of {size_mb:.0f} MB.",
        ["question", "median", "worst"],
    )
    for what, spread in questions.items():
        asking.add(what, f"{spread.median:.1f}", f"{spread.most:.1f}")
    slowest = max(spread.median for spread in questions.values())
    target = Target(
        f"any question to {YEARS} years of history, median",
        f"under {WITHIN_MS:.0f} ms",
        f"{slowest:.1f} ms",
        slowest < WITHIN_MS,
    )
    data = {name: vars(spread) for name, spread in (waits | questions).items()}
    return Section([waiting, asking], {"history": data | {"size_mb": size_mb}}, [target])


def _waits(path: Path, routine: Routine) -> dict[str, Spread]:
    teller = Teller(path, routine, LAST)
    exercise = routine.exercises[0]
    teller.at(exercise.id, None, 1)
    teller.tell("state", state="introducing")
    teller.tell("started", routine=routine.id, resumed=False, plan=[])
    pain, state, hold = [], [], []
    for number in range(REPORTS):
        state.append(teller.tell("state", state="safety"))
        pain.append(teller.tell("pain", report=number + 1, pain="unknown", over=False, heard="it hurts"))
        hold.append(teller.tell("hold", planned_s=60.0, from_s=0.0, held_s=30.0, complete=False))
    teller.history.close()
    return {"a report of pain": Spread.of(pain), "a change of state": Spread.of(state), "a hold": Spread.of(hold)}


def _ten_years(path: Path, routine: Routine) -> None:
    """Write a session for each day, pain in one of twenty, straight into the tables: telling takes too long."""
    connection, _ = open_to_write(path)
    places = [
        (exercise, side, repeat + 1)
        for exercise in routine.exercises
        for side in exercise.sides or (None,)
        for repeat in range(exercise.repeats)
    ]
    with closing(connection):
        connection.execute("BEGIN")
        for number in range(365 * YEARS):
            when = (LAST - timedelta(days=365 * YEARS - number)).isoformat()
            session = number + 1
            connection.execute(
                "INSERT INTO session (id, routine, began, ended, guided_s, started, how)"
                " VALUES (?, ?, ?, ?, 900, 1, 'completed')",
                (session, routine.id, when, when),
            )
            for exercise, side, repeat in places:
                connection.execute(
                    "INSERT INTO hold (session, ended, exercise, side, repeat, planned_s, held_s)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (session, when, exercise.id, side, repeat, exercise.hold_s, exercise.hold_s),
                )
                if repeat == 1:
                    plan = (session, exercise.id, side, exercise.hold_s * exercise.repeats)
                    connection.execute("INSERT INTO plan VALUES (?, ?, ?, ?)", plan)
            if number % 20 == 0:
                connection.execute(
                    "INSERT INTO pain (session, report, reported, exercise, side, repeat, kind, outcome)"
                    " VALUES (?, 1, ?, ?, NULL, 1, 'dull', 'again')",
                    (session, when, routine.exercises[0].id),
                )
        connection.execute("COMMIT")


def _questions(path: Path, routine: Routine) -> dict[str, Spread]:
    now = Reading(LAST, Trust.SYNCHRONISED)

    def times(question: Callable[[], object]) -> Spread:
        found = []
        for _ in range(QUESTIONS):
            began = time.process_time()
            question()
            found.append(1000 * (time.process_time() - began))
        return Spread.of(found)

    def start() -> None:
        History(path, routine).close()

    connection = open_to_read(path)
    if connection is None:
        raise FileNotFoundError(path)
    with closing(connection):
        return {
            "what a session remembers": times(lambda: remember(connection, routine, now)),
            "the calendar of eight weeks": times(lambda: _calendar(connection, now)),
            "open for a session, checked for damage": times(start),
        }


def _calendar(connection: Any, now: Reading) -> None:
    past = read_past(connection, now)
    read_sessions(connection, first_day(past.last, 8), past)


def main() -> None:
    """Measure and print; `make bench` writes it down."""
    section = measure_history()
    console = Console()
    for table in section.tables:
        console.print(table.for_terminal())
        console.print()
    console.print(targets_table(section.targets).for_terminal())


if __name__ == "__main__":
    main()
