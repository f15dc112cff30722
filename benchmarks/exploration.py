"""Every state that a session can reach, every event in each: `python -m benchmarks.exploration`, from the root.

The safety promises S1 to S5, S7 and S8 (`tests/core/promises.py`) are asserted on every step; a broken one ends it
with the events that lead there. What counts as one state is written in `voiceguide/testing/exploration.py`. Takes
five minutes on one core.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from rich.console import Console

from benchmarks.tables import Section, Table
from voiceguide.core.actions import Action
from voiceguide.core.commands import Command
from voiceguide.core.events import Begun, Event
from voiceguide.core.memory import NOTHING, CutOff, Remembered
from voiceguide.core.plan import Exercise
from voiceguide.core.session import Session
from voiceguide.testing import VirtualSession, spoken_length
from voiceguide.testing.exploration import Tried, explore

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "core"))

import promises
from tiny_routine import BALL, PHRASES, routine


@dataclass(frozen=True)
class Explored:
    """What is explored: a routine of one exercise, and what is remembered."""

    name: str
    exercise: Exercise
    remembered: Remembered = NOTHING
    tried: Tried = Tried.EVERYTHING


ONE_HOLD = replace(BALL, sides=(), repeats=1)
CUT_OFF = Remembered(today=10, sessions=2, last_day=9, cut_off=CutOff(BALL.id, None, 1))
EXPLORED = (
    Explored("one hold, after a session that was cut off", ONE_HOLD, CUT_OFF),
    Explored("two sides, two repeats each", BALL, tried=Tried.ONE_OF_A_KIND),
)


def measure_exploration() -> Section:
    """Explore, and count."""
    table = Table(
        "Every reachable state",
        "Commands, unknown speech, a voice, deafness, the ends of lines and of waits, tried in every state that a "
        "session of one short exercise can reach, with the promises asserted on every step. One of a kind: of "
        "commands for which the tables have the same answer in a state one is tried there, each time another.",
        ["session", "tried", "states", "steps", "promises broken", "CPU seconds"],
    )
    data = {}
    for one in EXPLORED:
        session = Session(
            routine(one.exercise), PHRASES, spoken_length, first_time=False, remembered=one.remembered
        )
        session.handle(Begun(0))
        began = time.process_time()
        found = explore(session, promises.keep, one.tried)
        took = time.process_time() - began
        table.add(one.name, one.tried.value, f"{found.states:,}", f"{found.edges:,}", "0", f"{took:.0f}")
        data[one.name] = {"states": found.states, "steps": found.edges, "cpu_s": round(took, 1)}
    return Section([table], {"exploration": data}, [])


class Counting(VirtualSession):
    """Counts the events that a session takes."""

    taken = 0

    def feed(self, event: Event) -> list[Action]:
        self.taken += 1
        return super().feed(event)


def measure_random_sessions(cpu_s: float = 10.0) -> Section:
    """Say whatever comes to mind, and be silent for as long, for some time."""
    random = Random(1)  # noqa: S311 - the same figures each time
    words = [*Command, None, *[Command.READY] * 10, *[Command.START] * 5]
    sessions = events = 0
    began = time.process_time()
    while (took := time.process_time() - began) < cpu_s:
        virtual = Counting(Session(routine(BALL), PHRASES, spoken_length, first_time=False))
        virtual.begin()
        for _ in range(60):
            if virtual.ended:
                break
            virtual.hear(random.choice(words))
            virtual.run(random.uniform(0, 20))
        sessions += 1
        events += virtual.taken
    table = Table(
        "Random sessions",
        "Random commands and silences on virtual time: no sound, no judge.",
        ["sessions", "events", "events a CPU second"],
    )
    table.add(f"{sessions:,}", f"{events:,}", f"{events / took:,.0f}")
    return Section([table], {"random": {"sessions": sessions, "events": events, "cpu_s": round(took, 1)}}, [])


if __name__ == "__main__":
    console = Console()
    for measure in (measure_random_sessions, measure_exploration):
        for shown in measure().tables:
            console.print(shown.for_terminal())
            console.print()
