"""Random sessions against the safety promises: speech, silence, noise, devices that fail, clocks that jump."""

from __future__ import annotations

from dataclasses import dataclass, field

import promises
from hypothesis import given, settings
from hypothesis import strategies as st
from small_routine import ROUTINE

from voiceguide.core.actions import Action
from voiceguide.core.commands import Command
from voiceguide.core.events import (
    Event,
    Heard,
    HearingBack,
    HearingLost,
    HearingPoor,
    HearingSlow,
    HistoryLost,
    Poor,
    Trouble,
    VoiceBegan,
    VoiceEnded,
)
from voiceguide.core.memory import CutOff, PainReport, Remembered, SideTime
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Side
from voiceguide.core.session import Session
from voiceguide.testing import VirtualSession, spoken_length
from voiceguide.testing.exploration import Edge, Store

DAYS = st.integers(0, 60)
"""Days in no order: a calendar clock that was set back and forth between the sessions."""

MEMORIES = st.builds(
    Remembered,
    today=DAYS,
    sessions=st.integers(0, 3),
    last_day=st.none() | DAYS,
    cut_off=st.none()
    | st.builds(
        CutOff, st.sampled_from(["stretch", "rest", "gone"]), st.sampled_from([*Side, None]), st.integers(1, 3)
    ),
    pain=st.lists(st.builds(PainReport, DAYS, st.just("dull"), st.booleans()), max_size=5).map(tuple),
    sides=st.lists(
        st.builds(SideTime, st.just("stretch"), st.sampled_from(Side), st.floats(0, 60), st.just(60.0)), max_size=4
    ).map(tuple),
    pace=st.floats(0, 3),
    volume_db=st.floats(-30, 30),
)

STEPS = st.one_of(
    st.sampled_from([*Command, Command.READY, Command.READY, Command.START, Command.PAIN]).map(
        lambda command: ("hear", command)
    ),
    st.just(("hear", None)),
    st.sampled_from(["noise", "mumbled pain", "pressed"]).map(lambda what: (what, None)),
    st.sampled_from([*Command, Command.NEXT_SIDE, Command.YES, Command.NO]).map(
        lambda command: ("perhaps", command)
    ),
    st.floats(0.0, 30.0).map(lambda s: ("run", s)),
    st.just(("idle", None)),
    st.floats(0.0, 90.0).map(lambda s: ("jump", s)),
    st.sampled_from([("voice", None), ("voice over", None), ("slow", None), ("disk full", None)]),
    st.tuples(st.sampled_from(["lost", "back"]), st.sampled_from(Trouble)),
    st.tuples(st.just("poor"), st.sampled_from(Poor)),
)


@dataclass
class Judged(VirtualSession):
    """Shows every step of a session to the promises, those of time and of the voice as well."""

    store: Store | None = field(default=None)

    def feed(self, event: Event) -> list[Action]:
        self.store = self.store or Store(self.session)
        before = self.store.copy(self.store.keep(self.session))
        actions = super().feed(event)
        promises.keep(Edge(before, event, actions, self.session))
        self.session.view(event.at)  # can be shown after every step
        return actions


@settings(max_examples=150)
@given(steps=st.lists(STEPS, max_size=40), remembered=MEMORIES)
def test_random_sessions_keep_the_promises(
    phrases: Phrases, steps: list[tuple[str, object]], remembered: Remembered
) -> None:
    session = Session(ROUTINE, phrases, spoken_length, first_time=False, remembered=remembered)
    virtual = Judged(session)
    virtual.begin()
    for step in [("hear", Command.START), *steps]:
        if virtual.ended:
            break
        match step:
            case ("hear", Command() | None as command):
                virtual.hear(command)
            case ("run", float(seconds)):
                virtual.run(seconds)
            case ("idle", _):
                virtual.run_until_idle()
            case ("jump", float(seconds)):  # the machine stood still: nothing happened at its time
                virtual.stand_still(seconds)
            case ("noise", _):  # a cough, another voice, a television: one after the other
                virtual.feed(VoiceBegan(virtual.now))
                virtual.hear(None)
                virtual.feed(VoiceEnded(virtual.now))
            case ("mumbled pain", _):
                virtual.feed(Heard(virtual.now, None, "words", "script", perhaps=Command.PAIN))
            case ("perhaps", Command() as command):
                virtual.feed(Heard(virtual.now, None, "words", "script", perhaps=command))
            case ("pressed", _):
                virtual.feed(Heard(virtual.now, Command.PAUSE, "pause", "page"))
            case ("lost", Trouble() as trouble):
                virtual.feed(HearingLost(virtual.now, "random", trouble))
            case ("back", Trouble() as trouble):
                virtual.feed(HearingBack(virtual.now, trouble))
            case ("slow", _):
                virtual.feed(HearingSlow(virtual.now))
            case ("poor", Poor() as why):
                virtual.feed(HearingPoor(virtual.now, why))
            case ("disk full", _):
                virtual.feed(HistoryLost(virtual.now, "random"))
            case ("voice", _):
                virtual.feed(VoiceBegan(virtual.now))
            case ("voice over", _):
                virtual.feed(VoiceEnded(virtual.now))
