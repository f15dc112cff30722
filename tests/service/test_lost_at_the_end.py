"""A sound card that is lost in the very block in which standby ends: no session begins, and the guide stays."""

from __future__ import annotations

import queue
import time
from typing import Any

import numpy as np
import pytest

from voiceguide.app import Prepared
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.events import HearingLost, Trouble
from voiceguide.core.standby import Offer
from voiceguide.hearing.noticed import Noticed
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


class Tone:
    """A voice of one note."""

    name = "tone"
    fingerprint = "tone"

    def render(self, _text: str) -> Samples:
        return np.full(3_000, 0.1, np.float32)

    def close(self) -> None:
        pass


class Room:
    """Silence, in which "start" and "yes" are typed."""

    name = "a quiet room"
    slipped = NO_SLIPS

    def __init__(self) -> None:
        self.typed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.entries: list[dict[str, Any]] = []
        self.service: Service | None = None
        self._ends = time.monotonic() + PATIENCE_S
        self._asked: list[str] = []

    def notice(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)
        stage = entry.get("stage")
        if entry["kind"] == "standby" and stage in ("waiting", "asking") and stage not in self._asked:
            self._asked.append(stage)
            self.typed.put("start" if stage == "waiting" else "yes")
        if self.began_to_wait == 3 and self.service is not None:  # first, when deaf, and in another standby
            self.service.tell_to_end()

    @property
    def began_to_wait(self) -> int:
        return sum(entry.get("stage") == "waiting" for entry in self.entries)

    def exchange(self, _block: SpeakerBlock) -> MicrophoneBlock:
        assert time.monotonic() < self._ends, "waited in vain"
        return np.zeros(BLOCK, np.int16)

    def close(self) -> None:
        pass


def test_a_card_lost_in_the_last_block_of_standby_does_not_end_the_guide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Room()
    routine, pack = load_routine(shipped_routines() / "psoas-short.yaml"), load_language("en")
    ready = Ready(
        Prepared(routine, pack, Tone(), TypedRecogniser(room.typed)),
        {routine.id: routine},
        NamedRoutines(pack, {routine.id: ["short routine"]}),
        [Offer(routine.id, routine.title, "short routine")],
    )
    journal = Journal()
    journal.watch(room.notice)
    with Service(ready, room, journal, history=None, live=False) as service:
        room.service = service
        hears = service._hearing.accept

        def accept(microphone: MicrophoneBlock | None, spoken: Samples) -> list[Noticed]:
            noticed = hears(microphone, spoken)
            ended = service._guide is not None and service._guide._ended
            lost = any(entry["kind"] == "hearing_lost" for entry in room.entries)
            return [*noticed, HearingLost(0, "It was unplugged.", Trouble.CARD)] if ended and not lost else noticed

        monkeypatch.setattr(service._hearing, "accept", accept)
        service.run()
    kinds = [entry["kind"] for entry in room.entries]
    assert "hearing_lost" in kinds
    assert "state" not in kinds, "no session begins deaf"
    assert room.began_to_wait == 3, "and it waits on"
