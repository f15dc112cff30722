"""Every state that a session can reach, every event in each: `python -m benchmarks.exploration`, from the root.

The safety promises S1 to S5, S7 and S8 (`tests/core/promises.py`) are asserted on every step; a broken one ends it
with the events that lead there. What counts as one state is written in `voiceguide/testing/exploration.py`. Takes
ten minutes on one core.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from benchmarks.tables import Section, Table
from voiceguide.core.events import Begun
from voiceguide.core.memory import NOTHING, CutOff, Remembered
from voiceguide.core.plan import Exercise
from voiceguide.core.session import Session
from voiceguide.testing import spoken_length
from voiceguide.testing.exploration import explore

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "core"))

import promises
from tiny_routine import BALL, PHRASES, routine


@dataclass(frozen=True)
class Explored:
    """What is explored: a routine of one exercise, and what is remembered."""

    name: str
    exercise: Exercise
    remembered: Remembered = NOTHING


ONE_HOLD = replace(BALL, sides=(), repeats=1)
CUT_OFF = Remembered(today=10, sessions=2, last_day=9, cut_off=CutOff(BALL.id, None, 1))
EXPLORED = (
    Explored("one hold, after a session that was cut off", ONE_HOLD, CUT_OFF),
    Explored("two sides, two repeats each", BALL),
)


def measure_exploration() -> Section:
    """Explore, and count."""
    table = Table(
        "Every reachable state",
        "Every command, unknown speech, a voice, deafness, the ends of lines and of waits, tried in every state "
        "that a session of one short exercise can reach, with the promises asserted on every step.",
        ["session", "states", "steps", "promises broken", "CPU seconds"],
    )
    data = {}
    for one in EXPLORED:
        session = Session(
            routine(one.exercise), PHRASES, spoken_length, first_time=False, remembered=one.remembered
        )
        session.handle(Begun(0))
        began = time.process_time()
        found = explore(session, promises.keep)
        took = time.process_time() - began
        table.add(one.name, f"{found.states:,}", f"{found.edges:,}", "0", f"{took:.0f}")
        data[one.name] = {"states": found.states, "steps": found.edges, "cpu_s": round(took, 1)}
    return Section([table], {"exploration": data}, [])


if __name__ == "__main__":
    console = Console()
    for shown in measure_exploration().tables:
        console.print(shown.for_terminal())
