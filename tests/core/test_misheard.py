"""What leads nowhere is answered in words, and not for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.core.states import TABLE, State
from voiceguide.testing import VirtualSession

Reach = Callable[[State], VirtualSession]

ANSWERED = sorted(set(State) - {State.HOLDING, State.DOUBT, State.STOPPING, State.SAFETY, State.FINISHED})


def said_after(virtual: VirtualSession, number: int) -> list[str]:
    return [line.key for line in virtual.spoken[number:] if not line.cut]


@pytest.mark.parametrize("state", ANSWERED)
def test_the_second_time_the_guide_says_that_it_did_not_understand_and_what_can_be_said(
    reach: Reach, state: State
) -> None:
    virtual = reach(state)
    virtual.run_until_silent()
    here = virtual.session.state
    before = len(virtual.spoken)
    virtual.hear(None)
    virtual.run(2)
    assert "not_understood" not in said_after(virtual, before)
    virtual.hear(None)
    virtual.run_until_silent()
    said = said_after(virtual, before)
    assert "not_understood" in said
    assert len(said) > said.index("not_understood") + 1, "and what can be said"
    assert virtual.session.state is here or here is State.INTRODUCING


def test_a_television_is_told_so_twice_in_three_minutes_at_most(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    for _ in range(60):
        virtual.run(3)
        virtual.hear(None)
    assert [line.key for line in virtual.spoken].count("not_understood") == 2


def test_a_command_that_is_understood_in_between_starts_the_count_anew(reach: Reach) -> None:
    virtual = reach(State.PAUSED)
    virtual.hear(None)
    virtual.hear(Command.HOW_LONG)
    virtual.hear(None)
    virtual.run_until_silent()
    assert "not_understood" not in [line.key for line in virtual.spoken]


@pytest.mark.parametrize("state", [*ANSWERED, State.HOLDING, State.DOUBT, State.STOPPING])
def test_a_command_at_the_wrong_moment_is_told_where_we_are(reach: Reach, state: State) -> None:
    virtual = reach(state)
    virtual.run_until_silent()
    here = virtual.session.state
    wrong = next(command for command in sorted(set(Command)) if command not in TABLE[here])
    before = len(virtual.spoken)
    virtual.hear(wrong)
    virtual.run_until_silent()
    assert said_after(virtual, before)
    assert virtual.session.state is here or here is State.INTRODUCING


def test_what_was_being_said_goes_on_afterwards(reach: Reach) -> None:
    virtual = reach(State.SETTING_UP)
    saying = virtual.playing
    assert saying is not None
    virtual.feed(Heard(virtual.now, Command.NO, "no", "test"))
    virtual.run_until_silent()
    keys = [line.key for line in virtual.spoken if not line.cut]
    assert keys.index("now_setup") < max(n for n, line in enumerate(virtual.spoken) if line.text == saying.text)
