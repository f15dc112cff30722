"""The safety promises on every step from every state that a session can reach.

Here one hold is explored to its end, and for a few steps what sides, repeats and an earlier session add. All of it
to its end, and what another try after sharp pain adds, is explored by `python -m benchmarks.exploration`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import promises
import pytest
from tiny_routine import BALL, PHRASES, routine

from voiceguide.core.commands import Command
from voiceguide.core.deafness import GOES_ON
from voiceguide.core.events import Begun, Heard
from voiceguide.core.memory import CutOff, Remembered
from voiceguide.core.plan import Side
from voiceguide.core.pressed import TABLE, Effect, When, Who, effect_of, when_of
from voiceguide.core.safety import Stage
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession, spoken_length
from voiceguide.testing.exploration import Edge, Tried, explore

ONE_HOLD = replace(BALL, sides=(), repeats=1, pain=replace(BALL.pain, sharp_tries=0))
"""One hold; sharp pain ends the exercise at once."""

CUT_OFF_ON_THE_LEFT = Remembered(today=10, sessions=2, last_day=9, cut_off=CutOff(BALL.id, Side.LEFT, 1))


def begun() -> Session:
    session = Session(routine(ONE_HOLD), PHRASES, spoken_length, first_time=False)
    session.handle(Begun(0))
    session.handle(Heard(0, Command.NO, "no"))  # no reason not to begin
    return session


@pytest.mark.timeout(3600)  # some minutes of computing, which a busy machine may stretch
@pytest.mark.slow("every event in every state, a judge at each of the 1.3 million steps")
def test_the_promises_hold_on_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    reached: set[State] = set()
    pressed: set[tuple[Effect, When, Who]] = set()

    def judge(edge: Edge) -> None:
        reached.add(edge.after.state)
        if (cell := promises.cell_of(edge)) is not None:
            pressed.add(cell)
        promises.keep(edge)

    explored = explore(begun(), judge, Tried.ONE_OF_A_KIND)
    with capsys.disabled():
        print(f"\n{explored.states} states, {explored.edges} edges")  # noqa: T201 -- asked for
    assert reached == set(State) - {State.CHECKING, State.RETURNING, State.RESTING, State.CHANGING}, "a longer one"
    assert explored.edges > 20 * explored.states
    assert pressed >= {(effect, when, who) for effect, when in possible() for who in Who}, "each cell of the table"


def possible() -> set[tuple[Effect, When]]:
    """Every row of the table of presses that the tables of states and replies have something for."""
    rows: set[tuple[Effect, When]] = set()
    for state, command, deaf, hurt in product(State, Command, (False, True), (False, True)):
        for stage in Stage if state is State.SAFETY else [None]:
            # A deaf guide is in none of the states that go on, and only in some does anything hurt.
            effect, calm = effect_of(command, state, stage), state in (State.HOLDING, State.CHECKING)
            if effect is not None and not (deaf and state in GOES_ON) and not (hurt and calm):
                rows.add((effect, when_of(state, deaf=deaf, hurt=hurt)))
    return rows


@pytest.mark.parametrize(
    ("state", "said", "leads_to"),
    [
        (State.CHECKING, [], {State.WAITING, State.ENDING, State.INTRODUCING}),
        (State.RETURNING, [Command.START], {State.WAITING, State.ENDING, State.INTRODUCING}),
        (State.RESTING, [Command.START, Command.NO], {State.HOLDING, State.PAUSED, State.STOPPING}),
        (
            State.CHANGING,
            [Command.START, Command.NO, State.SETTING_UP, Command.NEXT_SIDE],
            {State.PAUSED, State.STOPPING},
        ),
    ],
)
def test_the_promises_hold_on_every_step_around_what_a_longer_session_adds(
    state: State, said: list[Command | State], leads_to: set[State]
) -> None:
    reached: set[State] = set()

    def judge(edge: Edge) -> None:
        reached.add(edge.after.state)
        promises.keep(edge)

    virtual = VirtualSession(
        Session(routine(BALL), PHRASES, spoken_length, first_time=False, remembered=CUT_OFF_ON_THE_LEFT)
    )
    virtual.begin()
    for step in said:
        virtual.run_until(step) if isinstance(step, State) else virtual.hear(step)
    virtual.run_until(state)
    explore(virtual.session, judge, depth=3)
    assert reached >= {state, State.SAFETY, *leads_to}


def test_the_promises_hold_on_every_step_after_a_hold_that_ended_while_it_was_asked_by_name() -> None:
    virtual = VirtualSession(Session(routine(BALL), PHRASES, spoken_length, first_time=False))
    virtual.begin()
    virtual.hear(Command.START)
    virtual.run_until(State.HOLDING)
    virtual.run(2.5)
    virtual.feed(Heard(virtual.now, None, "words", perhaps=Command.SKIP))
    virtual.run_until(State.RESTING)
    overtaken: set[Command | None] = set()

    def judge(edge: Edge) -> None:
        if edge.before._asking.overtaken and isinstance(edge.event, Heard):
            overtaken.add(edge.event.command)
        promises.keep(edge)

    explore(virtual.session, judge, depth=3)
    assert overtaken >= {Command.YES, Command.NO, Command.SKIP, Command.PAIN, None}


def test_a_broken_promise_is_found_with_the_way_that_leads_there() -> None:
    def judge(edge: Edge) -> None:
        assert edge.after.state is not State.QUIET, "nobody rests"

    with pytest.raises(AssertionError, match="nobody rests") as broken:
        explore(begun(), judge)
    way = str(broken.value).partition("\nafter:\n")[2].splitlines()
    assert way[0].startswith("Heard(at=0, command=<Command.SHARP")
    assert way[-1].startswith("SpeechFinished")


def test_too_many_states_are_given_up() -> None:
    with pytest.raises(RuntimeError, match="more than 10 states"):
        explore(begun(), lambda _: None, most=10)


def test_the_table_of_presses_has_one_row_for_each_effect_at_each_time() -> None:
    rows = [(effect, when) for effect, times, _ in TABLE for when in times]
    assert len(rows) == len(set(rows))
    assert set(rows) >= possible()
