"""The safety promises on every step from every state that a session can reach."""

from __future__ import annotations

from dataclasses import replace

import promises
import pytest
from tiny_routine import BALL, PHRASES, routine

from voiceguide.core.memory import CutOff, Remembered
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing import spoken_length
from voiceguide.testing.exploration import Edge, explore

TRIED_ONCE = replace(BALL, sides=(), repeats=1)
"""One hold, where sharp pain is answered twice: by another try and by the end of the exercise."""

CUT_OFF = Remembered(today=10, sessions=2, last_day=9, cut_off=CutOff(BALL.id, None, 1))


@pytest.mark.timeout(1800)  # half a minute of computing, which a busy machine may stretch
def test_the_promises_hold_on_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    reached: set[State] = set()

    def judge(edge: Edge) -> None:
        reached.add(edge.after.state)
        promises.keep(edge)

    session = Session(routine(TRIED_ONCE), PHRASES, spoken_length, first_time=False, remembered=CUT_OFF)
    explored = explore(session, judge)
    with capsys.disabled():
        print(f"\n{explored.states} states, {explored.edges} edges")  # noqa: T201 -- asked for
    assert reached == set(State) - {State.RESTING, State.CHANGING}, "those need repeats and sides"
    assert explored.edges > 20 * explored.states


def test_a_broken_promise_is_found_with_the_way_that_leads_there() -> None:
    def judge(edge: Edge) -> None:
        assert edge.after.state is not State.QUIET, "nobody rests"

    session = Session(routine(TRIED_ONCE), PHRASES, spoken_length, first_time=False)
    with pytest.raises(AssertionError, match="nobody rests") as broken:
        explore(session, judge)
    way = str(broken.value).partition("\nafter:\n")[2].splitlines()
    assert way[0].startswith("Heard(at=0, command=<Command.SHARP")
    assert way[-1].startswith("SpeechFinished")


def test_too_many_states_are_given_up() -> None:
    session = Session(routine(TRIED_ONCE), PHRASES, spoken_length, first_time=False)
    with pytest.raises(RuntimeError, match="more than 10 states"):
        explore(session, lambda _: None, most=10)
