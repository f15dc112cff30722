from __future__ import annotations

import pytest
from telling import BACK, LOST, view

from voiceguide.companions.condition import Condition, Watch
from voiceguide.core.states import State


@pytest.mark.parametrize(
    ("shown", "condition"),
    [
        (view(State.WAITING, standby=True), Condition.STANDBY),
        (view(State.WAITING), Condition.LISTENING),
        (view(State.HOLDING, saying="Breathe in"), Condition.SPEAKING),
        (view(State.PAUSED), Condition.PAUSED),
        (view(State.ENDING, saying="Shall we end?"), Condition.PAUSED),
        (view(State.SAFETY, saying="Come out of it"), Condition.PAIN),
        (view(State.DOUBT), Condition.PAIN),
        (view(State.FINISHED), Condition.STANDBY),
    ],
)
def test_each_state_has_a_condition(shown: object, condition: Condition) -> None:
    watch = Watch()
    watch.show(view(State.CHANGING))
    watch.show(shown)
    assert watch.condition is condition


def test_deafness_goes_before_everything_until_it_is_over() -> None:
    watch = Watch()
    assert watch.notice(LOST)
    assert not watch.show(view(State.SAFETY))
    assert watch.condition is Condition.DEAF
    watch.notice(BACK)
    assert watch.show(view(State.PAUSED))
    assert watch.condition is Condition.PAUSED


def test_with_two_troubles_one_that_is_over_is_not_enough() -> None:
    watch = Watch()
    watch.notice(LOST)
    watch.notice({**LOST, "trouble": "machine"})
    watch.notice(BACK)
    assert not watch.show(view())
    watch.notice({**BACK, "trouble": "machine"})
    assert watch.show(view())


def test_only_a_change_is_told() -> None:
    watch = Watch()
    assert watch.show(view())
    assert not watch.show(view())
