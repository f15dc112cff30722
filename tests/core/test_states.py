"""Every state by every command, from the table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from voiceguide.core.actions import Chime, Listen, Say, SetVolume, Sound
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.core.session import Session
from voiceguide.core.states import TABLE, State, Step
from voiceguide.testing import VirtualSession
from voiceguide.testing.exploration import Store

Reach = Callable[[State], VirtualSession]

LEADS_TO = {
    Step.PROCEED: {
        State.CHECKING: {State.INTRODUCING},
        State.RETURNING: {State.INTRODUCING},
        State.WAITING: {State.INTRODUCING},
        State.INTRODUCING: {State.INTRODUCING, State.SETTING_UP},
        State.SETTING_UP: {State.SETTING_UP},
        State.CHANGING: {State.CHANGING},
        State.HOLDING: {State.SETTING_UP},
        State.RESTING: {State.RESTING},
        State.PAUSED: {State.SETTING_UP},
        State.DOUBT: {State.SETTING_UP},
    },
    Step.IT_HURTS: {state: {State.SAFETY} for state in State},
    Step.PAUSE: {state: {State.PAUSED} for state in State},
    Step.ADVISE_AGAINST: {state: {State.WAITING} for state in State},
    Step.WAIT_FOR_START: {state: {State.WAITING} for state in State},
    Step.FROM_THE_BEGINNING: {state: {State.INTRODUCING} for state in State},
    Step.ASK_WHETHER_IT_HURTS: {state: {State.STOPPING} for state in State},
    Step.END_WITH_ADVICE: {state: {State.FINISHED} for state in State},
    Step.ASK_END: {state: {State.ENDING} for state in State},
    Step.END: {state: {State.FINISHED} for state in State},
    Step.HOLD_AGAIN: {state: {State.SETTING_UP} for state in State},
    Step.CHANGE_SIDE: {state: {State.CHANGING, State.INTRODUCING} for state in State},
    Step.SKIP: {state: {State.CHANGING, State.INTRODUCING} for state in State},
    Step.GO_BACK: {state: {State.SETTING_UP, State.CHANGING, State.INTRODUCING} for state in State},
    Step.RESUME: {state: {State.SETTING_UP} for state in State},
    Step.AS_BEFORE: {state: {State.SETTING_UP} for state in State},
}


CONFIRMS = {Step.END, Step.END_WITH_ADVICE}


def test_every_state_has_a_row() -> None:
    assert set(TABLE) == set(State)


def test_pain_is_in_every_row() -> None:
    for state, row in TABLE.items():
        for command in PAIN_FAMILY:
            assert row[command] is Step.PAIN, (state, command)


@pytest.mark.parametrize("state", State)
def test_every_command_does_what_the_table_says(reach: Reach, state: State) -> None:
    session = reach(state).session
    store = Store(session)
    kept = store.keep(session)
    for command in Command:
        does_what_the_table_says(store.copy(kept), command)


def does_what_the_table_says(session: Session, command: Command) -> None:
    state = session.state
    step = TABLE[state].get(command)
    actions = session.handle(Heard(session._scene.now, command, "words", "test"))
    after = session.state
    chimes = [action.sound for action in actions if isinstance(action, Chime)]
    if step is None or (step in CONFIRMS and state in (State.STOPPING, State.ENDING)):
        assert chimes == [Sound.UNKNOWN]
        assert after is state, "no meaning here, or no second act while the question is being said"
    elif step is Step.PAIN:
        assert after is State.SAFETY
    else:
        assert chimes == [Sound.ACCEPTED]
        if step is Step.TO_SIDE:
            assert after in {state, State.CHANGING, State.INTRODUCING}
            assert any(isinstance(action, Say) for action in actions)
        elif step is Step.CARRY_ON:
            assert after is state
            assert [type(action) for action in actions] == [Chime]
        elif step in LEADS_TO:
            assert after in LEADS_TO[step][state]
        else:
            assert step in {Step.ANSWER, Step.PACE, Step.VOLUME, Step.SAY_AGAIN, Step.SAY_LAST}
            assert after is state
            assert any(isinstance(action, Say | SetVolume) for action in actions)
    if after is not state and after is not State.SAFETY:
        listened = [action.commands for action in actions if isinstance(action, Listen)]
        assert listened[-1] == frozenset(TABLE[after])


@pytest.mark.parametrize("state", [state for state in State if state is not State.HOLDING])
def test_unknown_speech_is_answered_by_its_own_sound_alone(reach: Reach, state: State) -> None:
    virtual = reach(state)
    actions = virtual.session.handle(Heard(virtual.now, None, "", "test"))
    assert [type(action) for action in actions] == [Chime]
    assert actions[0].sound is Sound.UNKNOWN
    assert virtual.session.state is state
