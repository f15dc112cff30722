from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from small_routine import ROUTINE

from voiceguide.core.commands import Command
from voiceguide.core.memory import NOTHING, CutOff, Remembered
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Routine, Side
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.core.volume import AS_CHOSEN, Loudness
from voiceguide.language.pack import load_language
from voiceguide.testing import VirtualSession, spoken_length


@pytest.fixture(scope="session")
def phrases() -> Phrases:
    return load_language("en").phrases


BEFORE = {
    State.CHECKING: Remembered(today=10, sessions=3, last_day=9),
    State.RETURNING: Remembered(today=10, sessions=3, last_day=10, cut_off=CutOff("stretch", Side.RIGHT, 2)),
}
"""What has to be remembered for a state to be reached."""

NewSession = Callable[..., VirtualSession]


@pytest.fixture
def new_session(phrases: Phrases) -> NewSession:
    def build(
        routine: Routine = ROUTINE,
        *,
        first_time: bool = False,
        remembered: Remembered = NOTHING,
        loudness: Loudness = AS_CHOSEN,
    ) -> VirtualSession:
        session = Session(
            routine, phrases, spoken_length, first_time=first_time, remembered=remembered, loudness=loudness
        )
        virtual = VirtualSession(session)
        virtual.begin()
        return virtual

    return build


@pytest.fixture
def reach(new_session: NewSession) -> Callable[[State], VirtualSession]:
    """Bring a session into a state by the shortest spoken way."""

    def build(state: State) -> VirtualSession:
        virtual = new_session(remembered=BEFORE.get(state, NOTHING))
        ways: dict[State, list[Command | State | Literal["heard"] | None]] = {
            State.CHECKING: [],
            State.WAITING: [Command.NO],
            State.RETURNING: [Command.START],
            State.INTRODUCING: [Command.START],
            State.SETTING_UP: [Command.START, State.SETTING_UP],
            State.HOLDING: [Command.START, State.SETTING_UP, Command.READY, State.HOLDING],
            State.RESTING: [Command.START, State.SETTING_UP, Command.READY, State.RESTING],
            State.CHANGING: [Command.START, State.SETTING_UP, Command.NEXT_SIDE],
            State.PAUSED: [Command.START, State.SETTING_UP, Command.READY, State.HOLDING, Command.PAUSE],
            State.STOPPING: [Command.START, State.SETTING_UP, Command.READY, State.HOLDING, Command.STOP],
            State.ENDING: [Command.START, State.SETTING_UP, Command.STOP, Command.NO],
            State.SAFETY: [Command.START, State.SETTING_UP, Command.READY, State.HOLDING, Command.PAIN],
            State.DOUBT: [Command.START, State.SETTING_UP, Command.READY, State.HOLDING, None],
            State.QUIET: [Command.START, State.SETTING_UP, Command.SHOOTING],
            State.FINISHED: [Command.START, State.SETTING_UP, Command.STOP, "heard", Command.STOP],
        }
        for step in ways[state]:
            if step == "heard":
                virtual.run_until_silent()
            elif isinstance(step, State):
                virtual.run_until(step)
                virtual.run(2)
            else:
                virtual.hear(step)
        if state is State.QUIET:
            virtual.run_until_idle()
            virtual.hear(Command.REST)
        assert virtual.session.state is state
        return virtual

    return build
