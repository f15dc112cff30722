"""Before the first session of all the waiting guide offers to learn how the words of safety are said, once."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from voiceguide.app import Prepared
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.standby import Offer
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.naming import NamedRoutines
from voiceguide.language.pack import load_language
from voiceguide.places import shipped_routines
from voiceguide.routine.load import load_routine
from voiceguide.service.ready import Ready
from voiceguide.service.service import Service
from voiceguide.speaking.voice import Samples

PATIENCE_S = 60.0
"""There to end a hang, not to measure."""

Step = tuple[Callable[["Evening"], bool], Callable[["Evening"], object]]


class Tone:
    """A voice of one note."""

    name = "tone"
    fingerprint = "tone"

    def render(self, text: str) -> Samples:
        return np.full(2_000 + 100 * len(text), 0.1, np.float32)

    def close(self) -> None:
        pass


class Evening:
    """A service in a quiet room, as fast as it can be; one thing after the other is done as soon as it may be."""

    name = "a quiet room"
    slipped = NO_SLIPS

    def __init__(self, steps: list[Step]) -> None:
        self._steps = steps
        self._ends = time.monotonic() + PATIENCE_S
        self._typed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.entries: list[dict[str, Any]] = []
        routine, pack = load_routine(shipped_routines() / "psoas-short.yaml"), load_language("en")
        ready = Ready(
            Prepared(routine, pack, Tone(), TypedRecogniser(self._typed)),
            {routine.id: routine},
            NamedRoutines(pack, {routine.id: ["short routine"]}),
            [Offer(routine.id, routine.title, "short routine")],
            rehearses=True,
        )
        journal = Journal()
        journal.watch(self.entries.append)
        with Service(ready, self, journal, history=None, live=False) as self.service:
            self.service.run()

    def say(self, words: str) -> None:
        self._typed.put(words)

    def happened(self, kind: str, **fields: object) -> int:
        return sum({"kind": kind, **fields}.items() <= entry.items() for entry in self.entries)

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        assert len(block) <= BLOCK
        assert time.monotonic() < self._ends, f"{len(self._steps)} steps were never taken"
        if self._steps and self._steps[0][0](self):
            self._steps.pop(0)[1](self)
        return np.zeros(BLOCK, np.int16)

    def close(self) -> None:
        pass


def after(kind: str, times: int = 1, **fields: object) -> Callable[[Evening], bool]:
    return lambda evening: evening.happened(kind, **fields) >= times


def says(words: str) -> Callable[[Evening], object]:
    return lambda evening: evening.say(words)


def ends(evening: Evening) -> None:
    evening.service.tell_to_end()


ASKED_FOR: list[Step] = [
    (after("standby", stage="waiting"), says("start")),
    (after("standby", stage="asking"), says("yes")),
]
OFFERED = after("say_finished", key="rehearsal_offer")


def test_no_leads_to_the_session_and_it_is_not_offered_again() -> None:
    evening = Evening(
        [
            *ASKED_FOR,
            (OFFERED, says("no")),
            (after("state", state="waiting"), says("stop")),
            (after("say_finished", key="stop_ask"), says("yes")),
            (after("standby", 2, stage="waiting"), says("start")),
            (after("standby", 2, stage="asking"), says("yes")),
            (after("state", 2, state="waiting"), ends),
        ]
    )
    assert evening.happened("rehearsed", how="declined") == 1
    assert evening.happened("say_started", key="rehearsal_offer") == 1
    times = [entry["time_s"] for entry in evening.entries]
    assert times == sorted(times), "one clock for all conversations"


def test_a_yes_begins_it_and_told_to_end_it_says_so() -> None:
    evening = Evening([*ASKED_FOR, (OFFERED, says("yes")), (after("say_started", key="rehearsal_ask"), ends)])
    assert evening.happened("rehearsed", how="stopped") == 1
    assert evening.entries[-1]["kind"] == "say_finished"
    assert evening.entries[-1]["key"] == "stopping_now"
    assert not evening.happened("state")


def test_s3_after_pain_no_session_begins_by_itself() -> None:
    evening = Evening([*ASKED_FOR, (OFFERED, says("it hurts")), (after("standby", 2, stage="waiting"), ends)])
    assert evening.happened("rehearsed", how="pain") == 1
    assert not evening.happened("state")
