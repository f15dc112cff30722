"""The safety promises on every step from every state that a session can reach."""

from __future__ import annotations

from dataclasses import replace

import promises
import pytest
from tiny_routine import BALL, PHRASES, STRETCH, routine

from voiceguide.core.memory import NOTHING, CutOff, Remembered
from voiceguide.core.plan import Routine
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing import spoken_length
from voiceguide.testing.exploration import Edge, explore

ONE_BALL = replace(BALL, sides=(), repeats=1)
AGAIN = Remembered(today=10, sessions=2, last_day=9, cut_off=CutOff("stretch", None, 1))


@pytest.mark.parametrize(
    ("of", "remembered"), [(routine(STRETCH), AGAIN), (routine(ONE_BALL), NOTHING)], ids=["stretch", "ball"]
)
def test_the_promises_hold_on_every_step(
    of: Routine, remembered: Remembered, capsys: pytest.CaptureFixture[str]
) -> None:
    reached: set[State] = set()

    def judge(edge: Edge) -> None:
        reached.add(edge.after.state)
        promises.keep(edge)

    session = Session(of, PHRASES, spoken_length, first_time=False, remembered=remembered)
    explored = explore(session, judge)
    with capsys.disabled():
        print(f"\n{of.exercises[0].id}: {explored.states} states, {explored.edges} edges")  # noqa: T201 -- asked for
    missing = {State.RESTING, State.CHANGING} | (
        set() if remembered.sessions else {State.CHECKING, State.RETURNING}
    )
    assert reached >= set(State) - missing
    assert explored.edges > 20 * explored.states
