"""A card that fails is opened again, whatever it takes, and the loop around it never waits for that."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from voiceguide.audio.card_link import Counters
from voiceguide.audio.lasting import PROOF, SILENT_FOR, LastingPort
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.backoff import FIRST_S, MOST_S
from voiceguide.errors import AudioError

PATIENCE_S = 30.0
SILENCE = np.zeros(BLOCK, np.float32)
SPEECH = np.full(BLOCK, 0.1, np.float32)


class FakeCard:
    """A card that gives sound while it is plugged in."""

    def __init__(self, world: World, mic: str, speaker: str, *, deaf: bool) -> None:
        self.microphone = "no microphone" if deaf else mic
        self.speaker = speaker
        self.name = f"{self.microphone} -> {speaker}"
        self.counters = Counters(speaker_gaps=2)
        self.slipped = NO_SLIPS
        self.late = False
        self.played: list[float] = []
        self.closed = False
        self._world = world
        self._deaf = deaf

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock:
        if self.closed:
            raise AudioError("The sound card was closed. Open it again.")
        if not self._world.speaker or not (self._deaf or self._world.microphone):
            raise AudioError(f"{self.name} stopped.")
        self.counters.speaker_blocks += self._world.asks
        if self.counters.speaker_blocks == 0 and len(self.played) > 3 * PROOF:
            raise AudioError("The speaker stopped taking sound.")
        self.played.append(float(block[0]))
        return np.full(BLOCK, 7, np.int16)

    def close(self) -> None:
        self.closed = True


@dataclass
class World:
    """What is plugged in, what was opened, and what the clock says."""

    microphone: bool = True
    speaker: bool = True
    asks: bool = True
    now: float = 0.0
    opened: list[FakeCard] = field(default_factory=list)
    asked: list[tuple[str | None, str | None, bool]] = field(default_factory=list)
    tries_s: list[float] = field(default_factory=list)
    may_open: threading.Event = field(default_factory=threading.Event)
    files_left: bool = True

    def open(self, mic: str | None, speaker: str | None, *, deaf: bool) -> FakeCard:
        assert self.may_open.wait(PATIENCE_S)
        if not self.files_left:
            raise OSError("Too many open files")
        self.asked.append((mic, speaker, deaf))
        if not deaf:
            self.tries_s.append(self.now)
        if not self.speaker or not (deaf or self.microphone):
            raise AudioError("There is no such device.")
        card = FakeCard(self, "USB Mic: - (hw:1,0)", "USB Speaker: - (hw:2,0)", deaf=deaf)
        self.opened.append(card)
        return card

    def sleep(self, wait_s: float) -> None:
        self.now += wait_s

    def port(self, *, patient: bool = False, deaf: bool = False) -> LastingPort:
        return LastingPort(
            None,
            "speaker",
            patient=patient,
            deaf=deaf,
            open_card=self.open,
            clock=lambda: self.now,
            sleep=self.sleep,
        )


@pytest.fixture
def world() -> Iterator[World]:
    there = World()
    there.may_open.set()
    yield there
    there.may_open.set()


def until(port: LastingPort, condition: Callable[[], bool], block: SpeakerBlock = SILENCE) -> None:
    """Exchange blocks until something is so; real time passes, because a thread opens the card."""
    for _ in range(1_000_000):
        if condition():
            return
        port.exchange(block)
        for thread in threading.enumerate():
            if thread.name == "sound card":
                thread.join(PATIENCE_S)
    raise AssertionError("it never was")


def test_a_card_that_works_is_used_as_it_is(world: World) -> None:
    port = world.port()
    assert port.exchange(SPEECH).tolist() == [7] * BLOCK
    assert (port.lost, port.slipped, port.name) == (
        None,
        NO_SLIPS,
        "USB Mic: - (hw:1,0) -> USB Speaker: - (hw:2,0)",
    )
    port.close()
    assert world.opened[0].closed


def test_what_fails_is_told_at_once_and_opened_again_by_its_full_name(world: World) -> None:
    port = world.port()
    port.exchange(SPEECH)
    world.microphone = world.speaker = False
    assert not port.exchange(SPEECH).any()
    assert port.lost == "USB Mic: - (hw:1,0) -> USB Speaker: - (hw:2,0) stopped."
    assert world.opened[0].closed
    world.microphone = world.speaker = True
    until(port, lambda: port.lost is None)
    assert world.asked[0] == (None, "speaker", False)
    assert world.asked[-1] == ("USB Mic: - (hw:1,0)", "USB Speaker: - (hw:2,0)", False)
    assert port.exchange(SPEECH).any()
    assert port.slipped == Slips(unknown=1), "an echo canceller looks for its delay anew"
    assert port.troubles["reopened"] == 1
    assert port.troubles["speaker_gaps"] == 4, "those of both cards"
    assert len(world.opened[-1].played) > PROOF


def test_a_try_that_fails_in_a_way_nobody_thought_of_is_not_the_last_one(world: World) -> None:
    port = world.port()
    world.microphone = world.speaker = world.files_left = False
    for _ in range(300):
        port.exchange(SPEECH)
    world.microphone = world.speaker = world.files_left = True
    until(port, lambda: port.lost is None)


def test_without_need_of_a_microphone_none_is_opened(world: World) -> None:
    world.microphone = False
    port = world.port(deaf=True)
    port.exchange(SPEECH)
    assert port.lost is None
    world.speaker = False
    port.exchange(SPEECH)
    assert port.lost is not None
    world.speaker = True
    until(port, lambda: port.lost is None)
    assert all(deaf for _, _, deaf in world.asked)


def test_slips_of_one_card_and_of_the_next_add_up(world: World) -> None:
    port = world.port()
    port.exchange(SPEECH)
    world.opened[0].slipped = Slips(unknown=3, later=-160)
    assert port.slipped == Slips(unknown=3, later=-160)
    world.microphone = world.speaker = False
    port.exchange(SPEECH)
    assert port.slipped == Slips(unknown=3, later=-160), "it never goes back"
    world.microphone = world.speaker = True
    until(port, lambda: port.lost is None)
    assert port.slipped == Slips(unknown=4, later=-160)


def test_tries_come_more_and_more_rarely_and_never_end(world: World) -> None:
    port = world.port()
    world.microphone = world.speaker = False
    until(port, lambda: len(world.tries_s) == 10)
    waits = np.diff([0.0, *world.tries_s[1:]])
    assert waits[:5] == pytest.approx([FIRST_S * 2**n for n in range(5)], abs=0.05)
    assert waits[5:] == pytest.approx([MOST_S] * (len(waits) - 5), abs=0.05)


def test_without_a_card_the_clock_sets_the_pace_and_the_loop_never_waits_for_an_opening(world: World) -> None:
    port = world.port()
    world.speaker = False
    world.may_open.clear()  # opening hangs
    port.exchange(SILENCE)
    began = world.now
    for _ in range(1000):
        assert not port.exchange(SILENCE).any()
    assert world.now - began == pytest.approx(10.0, abs=0.02)
    port.close()  # comes back, too


def test_the_speaker_alone_is_opened_to_say_that_the_microphone_is_gone(world: World) -> None:
    port = world.port()
    world.microphone = False
    port.exchange(SPEECH)
    at_first = port.lost
    until(port, lambda: port.lost != at_first)
    assert world.asked[-1][2], "deaf"
    for _ in range(100):
        assert not port.exchange(SPEECH).any()
    assert world.opened[-1].played[-100:] == pytest.approx([0.1] * 100)


def test_a_try_waits_until_what_is_wrong_was_said(world: World) -> None:
    port = world.port()
    world.microphone = False
    port.exchange(SPEECH)
    at_first = port.lost
    until(port, lambda: port.lost != at_first)
    world.now += 100  # the next try is long due
    tries = len(world.tries_s)
    for _ in range(1000):
        port.exchange(SPEECH)
    assert len(world.tries_s) == tries
    alone = world.opened[-1]
    world.microphone = True
    until(port, lambda: port.lost is None)
    assert alone.closed, "a device may be opened only once"
    assert alone.played[-SILENT_FOR + 1 :] == [0.0] * (SILENT_FOR - 1)


def test_a_speaker_that_takes_nothing_does_not_count_as_back(world: World) -> None:
    port = world.port()
    world.speaker = False
    port.exchange(SILENCE)
    world.speaker, world.asks = True, False
    until(port, lambda: len(world.tries_s) == 4)
    assert port.lost is not None
    assert all(card.closed for card in world.opened)


def test_a_trouble_is_logged_once_and_its_end_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    port = world.port()
    world.speaker = False
    with caplog.at_level(logging.INFO):
        until(port, lambda: len(world.tries_s) == 6)
        world.speaker = True
        until(port, lambda: port.lost is None)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "works again, after" in caplog.records[1].message


def test_a_patient_port_begins_without_a_card(world: World) -> None:
    world.speaker = False
    with pytest.raises(AudioError, match="no such device"):
        world.port()
    port = world.port(patient=True)
    assert port.lost == "There is no such device."
    assert not port.exchange(SPEECH).any()
    world.speaker = True
    until(port, lambda: port.lost is None)
    assert world.asked[-1] == (None, "speaker", False), "the names that were asked for: it never had another"


def test_a_card_that_opens_after_the_end_is_closed(world: World) -> None:
    port = world.port()
    world.speaker = False
    world.may_open.clear()
    port.exchange(SILENCE)
    world.now += 1
    port.exchange(SILENCE)
    [attempt] = [thread for thread in threading.enumerate() if thread.name == "sound card"]
    port.close()
    world.speaker = True
    world.may_open.set()
    attempt.join(PATIENCE_S)
    assert all(card.closed for card in world.opened)


def test_a_card_of_no_use_is_opened_again_once_the_guide_is_silent(world: World) -> None:
    port = world.port()
    port.exchange(SPEECH)
    port.reopen()
    for _ in range(200):
        port.exchange(SPEECH)
    assert len(world.opened) == 1
    until(port, lambda: len(world.opened) == 2 and port.exchange(SILENCE).any())
    assert world.opened[0].closed
    assert (port.lost, port.slipped.unknown, port.troubles["reopened"]) == (None, 1, 1)
    world.speaker = False
    port.reopen()
    until(port, lambda: port.lost is not None)
