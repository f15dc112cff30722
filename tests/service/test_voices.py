"""A voice that is chosen while the guide stays: made ready meanwhile, heard from the next session on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from voiceguide.app import Prepared
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.standby import Offer
from voiceguide.errors import VoiceError
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.naming import NamedRoutines
from voiceguide.language.pack import load_language
from voiceguide.places import shipped_routines
from voiceguide.presses import Presses
from voiceguide.routine.load import load_routine
from voiceguide.service import voices as room_of_voices
from voiceguide.service.ready import Ready
from voiceguide.service.service import Service
from voiceguide.service.voices import Voices
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.voice import Samples, Voice
from voiceguide.testing.waiting import until

TEXTS = ["Breathe in", "Breathe out", "Hands to the floor"]
PATIENCE_S = 60.0
"""There to end a hang, not to measure."""


class Tone:
    """A voice of one note."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fingerprint = name
        self.rendered: list[str] = []
        self.closed = False

    def render(self, text: str) -> Samples:
        self.rendered.append(text)
        return np.full(3_000, 0.1, np.float32)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def tones(monkeypatch: pytest.MonkeyPatch) -> dict[str, Tone]:
    """Every voice there is, as tones; "broken" is one that cannot be loaded."""
    made = {name: Tone(name) for name in ("low", "high", "middle")}

    def choose(_language: str, name: str) -> Voice:
        if name == "broken":
            raise VoiceError("The voice broken cannot be loaded.")
        if name == "odd":
            raise MemoryError("no memory left")
        return made[name]

    monkeypatch.setattr(room_of_voices, "choose_voice", choose)
    return made


@pytest.fixture
def voices(tones: dict[str, Tone], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Voices]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    one = Voices("en", "low", SpeechStore(tones["low"]), TEXTS)
    yield one
    one.close()


def made(voices: Voices) -> bool:
    assert voices._making is not None
    return voices._making.done.is_set()


def test_it_speaks_when_everything_has_been_rendered_and_the_one_before_it_is_done(
    voices: Voices, tones: dict[str, Tone]
) -> None:
    voices.may_work(True)
    voices.choose("high")
    until(lambda: made(voices))
    assert voices.voice == "low"  # until two conversations lie apart
    assert voices.take() is None
    assert voices.voice == "high"
    assert tones["high"].rendered == TEXTS
    assert voices.speech.length("Breathe in") > 0
    voices.choose("middle")
    until(lambda: made(voices))
    voices.take()
    assert tones["high"].closed
    assert not tones["low"].closed  # its owner's


def test_in_a_session_nothing_is_rendered(voices: Voices, tones: dict[str, Tone]) -> None:
    voices.choose("high")
    time.sleep(0.05)
    assert not made(voices)
    assert tones["high"].rendered == []
    assert voices.take() is None
    assert voices.voice == "low"


def test_whoever_changes_their_mind_keeps_the_voice_there_is(voices: Voices, tones: dict[str, Tone]) -> None:
    voices.may_work(True)
    voices.choose("high")
    until(lambda: made(voices))
    voices.choose("low")
    assert voices.take() is None
    assert voices.voice == "low"
    until(lambda: tones["high"].closed)


def test_a_voice_that_cannot_be_loaded_is_told_and_the_old_one_stays(voices: Voices) -> None:
    voices.may_work(True)
    voices.choose("broken")
    until(lambda: made(voices))
    assert voices.take() == "The voice broken cannot be loaded."
    assert voices.voice == "low"
    assert voices.take() is None  # told once


def test_what_nobody_thought_of_is_told_as_well_and_the_old_voice_stays(voices: Voices) -> None:
    voices.may_work(True)
    voices.choose("odd")
    until(lambda: made(voices))
    assert voices.take() == "The voice odd cannot be used: no memory left"
    assert voices.voice == "low"


class Room:
    """A quiet port, twenty times as fast as time, that does one thing after the other as soon as it may."""

    name = "a quiet room"
    slipped = NO_SLIPS

    def __init__(self, steps: list[tuple[Callable[[], object], Callable[[], object]]]) -> None:
        self.steps = steps
        self._ends = time.monotonic() + PATIENCE_S

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        assert len(block) <= BLOCK
        assert time.monotonic() < self._ends, f"{len(self.steps)} steps were never taken"
        if self.steps and self.steps[0][0]():
            self.steps.pop(0)[1]()
        time.sleep(0.0005)  # lets the thread that renders have the interpreter
        return np.zeros(BLOCK, np.int16)

    def close(self) -> None:
        pass


def test_chosen_between_two_sessions_it_guides_the_next_one(tones: dict[str, Tone]) -> None:
    routine = load_routine(shipped_routines() / "psoas-short.yaml")
    pack, presses, journal = load_language("en"), Presses(), Journal()
    entries: list[dict[str, Any]] = []
    journal.watch(entries.append)
    typed: queue.SimpleQueue[str] = queue.SimpleQueue()
    prepared = Prepared(routine, pack, tones["low"], TypedRecogniser(typed))
    named = NamedRoutines(pack, {routine.id: ["short routine"]})
    ready = Ready(prepared, {routine.id: routine}, named, [Offer(routine.id, routine.title, "short routine")])

    def happened(kind: str, **fields: object) -> bool:
        return any({"kind": kind, **fields}.items() <= entry.items() for entry in entries)

    room = Room([])
    with Service(ready, room, journal, history=None, presses=presses, live=False) as service:
        voices = service._voices
        room.steps = [
            (lambda: happened("standby", stage="waiting"), lambda: presses.choose_voice("high")),
            (lambda: voices._making is not None and made(voices), lambda: typed.put("start")),
            (lambda: happened("standby", stage="asking"), lambda: typed.put("yes")),
            (lambda: happened("voice") and entries[-1]["kind"] == "say_finished", service.tell_to_end),
        ]
        service.run()
        assert happened("voice_chosen", voice="high")
        assert happened("voice", voice="high", failure=None)
        spoken = [entry["kind"] for entry in entries]
        assert spoken.index("voice") > spoken.index("voice_chosen")
        assert tones["high"].rendered
    assert tones["high"].closed
    assert not any(thread.name == "voice" for thread in threading.enumerate())
