"""When the history cannot be written the guide says so, after what matters more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.commands import Command
from voiceguide.core.events import HistoryLost
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession


@pytest.mark.parametrize("state", list(State))
def test_it_is_said_in_every_state_and_nothing_else_changes(
    reach: Callable[[State], VirtualSession], state: State
) -> None:
    virtual = reach(state)
    virtual.feed(HistoryLost(virtual.now, "the disk is full"))
    assert virtual.session.state is state
    virtual.run_until_silent() if state is not State.HOLDING else virtual.run(15)
    assert [line.cut for line in virtual.spoken if line.key == "history_lost"] == [False]
    (record,) = virtual.records("history_lost")
    assert record.fields == {"reason": "the disk is full"}


def test_s5_the_way_out_of_a_position_is_said_first(reach: Callable[[State], VirtualSession]) -> None:
    virtual = reach(State.HOLDING)
    virtual.hear(Command.PAIN)
    virtual.feed(HistoryLost(virtual.now, "the disk is full"))
    said = len(virtual.spoken)
    virtual.run_until_silent()
    keys = [line.key for line in virtual.spoken[said:]]
    assert keys.index("release") < keys.index("history_lost") < keys.index("safety_ask")
