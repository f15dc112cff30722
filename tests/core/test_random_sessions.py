"""Random sessions against the safety promises S1, S2, S3 and S5."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from small_routine import ROUTINE

from voiceguide.core.actions import Hush, Say
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard, HearingBack, HearingLost, VoiceBegan, VoiceEnded
from voiceguide.core.phrases import Phrases
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession, spoken_length

ROUTINE_KEYS = {
    *("breathe_in", "breathe_out", "halfway", "count_3", "count_2", "count_1", "coach", "upcoming"),
    *("setup", "title", "purpose", "begin", "ease_off", "next_repeat", "now_side", "ask_ready", "welcome"),
}
"""Lines that belong to the routine, not to safety."""

STEPS = st.one_of(
    st.sampled_from([*Command, Command.READY, Command.READY, Command.START, Command.PAIN]).map(
        lambda c: ("hear", c)
    ),
    st.just(("hear", None)),
    st.floats(0.0, 40.0).map(lambda s: ("run", s)),
    st.just(("idle", None)),
    st.sampled_from([("lost", None), ("back", None), ("voice", None), ("voice over", None)]),
)


@settings(max_examples=400, deadline=None)
@given(steps=st.lists(STEPS, max_size=60))
def test_random_sessions_keep_the_promises(phrases: Phrases, steps: list[tuple[str, object]]) -> None:
    virtual = VirtualSession(Session(ROUTINE, phrases, spoken_length, first_time=False))
    virtual.begin()
    for what, value in [("hear", Command.START), *steps]:
        if virtual.ended:
            break
        before, at = virtual.session.state, virtual.now
        said = len(virtual.spoken)
        match what:
            case "hear":
                actions = virtual.session.handle(Heard(at, value, "words", "random"))  # type: ignore[arg-type]
                check_hearing(virtual, before, value, actions)
                for action in actions:
                    virtual.actions.append(action)
                    virtual._carry_out(action)
            case "run":
                virtual.run(value)  # type: ignore[arg-type]
            case "idle":
                virtual.run_until_idle()
            case "lost":
                virtual.feed(HearingLost(at, "random"))
            case "voice":
                virtual.feed(VoiceBegan(at))
            case "voice over":
                virtual.feed(VoiceEnded(at))
            case "back":
                virtual.feed(HearingBack(at))
        after = virtual.session.state
        if before is State.SAFETY and what != "hear":
            leaving = virtual.records("state")[-1].fields["state"] == State.FINISHED  # "stop" was said before
            assert after is State.SAFETY or leaving, "S3: nothing but words leads out of safety"
        if before is State.SAFETY and after is State.SAFETY:
            routine = {line.key for line in virtual.spoken[said:] if not line.cut} & ROUTINE_KEYS
            assert not routine, "S2: no routine cue in safety"


def check_hearing(virtual: VirtualSession, before: State, command: object, actions: list[object]) -> None:
    said = [action for action in actions if isinstance(action, Say)]
    if command is Command.PAIN or (command in PAIN_FAMILY and before is not State.SAFETY):
        assert virtual.session.state is State.SAFETY, "S1: from every state"
        if virtual.playing or virtual._queue:
            assert any(isinstance(action, Hush) and action.at == virtual.now for action in actions), "S1: silent"
        assert said[0].key in ("release", "safety_release_anywhere"), "S5: release first"
    if virtual.session.state is State.SAFETY:
        assert not {action.key for action in said} & ROUTINE_KEYS, "S2: still"
