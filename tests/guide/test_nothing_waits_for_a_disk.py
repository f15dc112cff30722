"""A database that is locked, a disk that blocks, a watcher that hangs: the way out is spoken, whole and at once.

A real guide at the pace of the clock, on a card that plays nothing that comes too late.
"""

from __future__ import annotations

import os
import queue
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from clocked_card import ClockedCard, heard_whole
from small_routine import ROUTINE

from voiceguide.companions.companion import Companion
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.session import Session
from voiceguide.core.view import View
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.history import History
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.service.audience import Audience
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.mouth import SAID_AGAIN_MOST
from voiceguide.speaking.voice import Samples
from voiceguide.testing.waiting import until

PATIENCE_S = 120.0
"""There to end a hang, not to measure."""

WAY_OUT = "safety_release_anywhere"

LOCKING = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(float(sys.argv[2])) if len(sys.argv) > 2 else sys.stdin.readline()
connection.execute("ROLLBACK")
print("free", flush=True)
"""


class Ramps:
    """Speech that shows by itself which sample of which sentence it is."""

    def samples(self, text: str) -> Samples:
        length = self.length(text)
        return (np.arange(1, length + 1) / (4.0 * length) + len(text) / 1000).astype(np.float32)

    def length(self, text: str) -> int:
        return samples(0.4 + 0.01 * len(text))


@dataclass
class InTheRoom:
    """A session in which something hurts before it has begun."""

    path: Path
    journal: Journal = field(default_factory=lambda: Journal(live=True))
    card: ClockedCard = field(default_factory=ClockedCard)
    typed: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    entries: list[dict[str, Any]] = field(default_factory=list)
    show: Callable[[View], None] | None = None

    def __post_init__(self) -> None:
        language = load_language("en")
        self.speech = Ramps()
        self.history = History(self.path, ROUTINE, live=True)
        self.guide = Guide(
            Session(ROUTINE, language.phrases, self.speech.length, first_time=False, awaits_disk=True),
            port=self.card,
            hearing=Chain(Ears(TypedRecogniser(self.typed), language)),
            speech=self.speech,
            chimes={sound: chime(sound) for sound in Sound},
            journal=self.journal,
            watch=self.show,
            late=lambda: self.card.late,
        )
        self.journal.watch(self.history.notice)
        self.journal.watch(self.entries.append)
        self.history.on_loss(self.guide.history_lost)
        self.history.on_kept(self.guide.report_kept)
        self.thread = threading.Thread(target=self.guide.run, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        self.wait_for("say_started", key="check_ask")
        return self

    def __exit__(self, *_: object) -> None:
        self.card.ends.set()
        self.guide.leave()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        self.journal.close()
        self.history.close(within_s=PATIENCE_S)

    def of(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        wanted = {"kind": kind, **fields}
        return [entry for entry in list(self.entries) if wanted.items() <= entry.items()]

    def wait_for(self, kind: str, **fields: object) -> dict[str, Any]:
        return until(lambda: next(iter(self.of(kind, **fields)), None), f"{kind} {fields}")

    def heard_whole(self, key: str) -> bool:
        """Whether the sentence was heard in the room from its beginning to its end."""
        text = self.of("say_started", key=key)[0]["text"]
        return heard_whole(self.card.played, self.speech.samples(text))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "history.sqlite"


def reports(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT kind FROM pain").fetchall()


@pytest.mark.parametrize("for_s", [1.0, 4.5, None], ids=["for 1 s", "for 4.5 s", "until all was said"])
def test_while_another_program_locks_the_database(path: Path, for_s: float | None) -> None:
    with InTheRoom(path) as room:
        command = [sys.executable, "-c", LOCKING, str(path), *([] if for_s is None else [str(for_s)])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            assert other.stdout.readline() == "locked\n"
            room.typed.put("it hurts")
            pain = room.wait_for("pain")
            out = room.wait_for("say_finished", key=WAY_OUT)
            asked = room.wait_for("say_started", key="safety_ask")
            if for_s is None:
                assert other.poll() is None, "all of that while it was locked"
                assert reports(path) == []
                other.stdin.close()
            assert other.stdout.readline() == "free\n"
        until(lambda: reports(path) == [("unknown",)], "the report")
        assert out["time_s"] < asked["time_s"]
        assert room.heard_whole(WAY_OUT)
        (begun,) = room.of("say_started", key=WAY_OUT)
        assert begun["time_s"] - pain["time_s"] < 0.5
        assert room.of("history_lost") == room.of("report_late") == []
        (kept,) = room.of("report_kept")
        assert pain["time_s"] <= kept["time_s"] <= asked["time_s"]
    assert list(path.parent.glob("*.reports-*")) == []


def test_while_the_disk_does_not_answer_the_way_out_is_said_and_then_that_it_cannot_be_written_down(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frees = threading.Event()
    really = os.fsync

    def fsync(descriptor: int) -> None:
        assert frees.wait(PATIENCE_S)
        really(descriptor)

    with InTheRoom(path) as room:
        command = [sys.executable, "-c", LOCKING, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            assert other.stdout.readline() == "locked\n"
            monkeypatch.setattr(os, "fsync", fsync)
            room.typed.put("it hurts")
            room.wait_for("say_finished", key="history_lost")
            room.wait_for("say_started", key="safety_ask")
            said = [entry["key"] for entry in room.of("say_started")]
            assert said.index(WAY_OUT) < said.index("history_lost") < said.index("safety_ask")
            assert room.heard_whole(WAY_OUT)
            assert room.of("report_kept") == []
            frees.set()
            room.wait_for("report_kept", report=1)
            other.stdin.close()
        until(lambda: reports(path) == [("unknown",)], "the report")
    assert list(path.parent.glob("*.reports-*")) == []


def test_while_a_watcher_a_page_and_the_events_file_hang(path: Path, tmp_path: Path) -> None:
    frees = threading.Event()
    fifo = tmp_path / "events.jsonl"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)  # and never read
    filling = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(filling, bytes(4096))

    class Hanging(Companion):
        def notice(self, entry: dict[str, Any]) -> None:
            frees.wait(PATIENCE_S)

        def show(self, view: View) -> None:
            frees.wait(PATIENCE_S)

        def close(self) -> None:
            frees.wait(PATIENCE_S)

    audience = Audience([Hanging()])
    journal = Journal(fifo, live=True)
    journal.watch(audience.notice)
    journal.watch(lambda _entry: frees.wait(PATIENCE_S), apart=True)
    try:
        with InTheRoom(path, journal=journal, show=audience.show) as room:
            room.typed.put("it hurts")
            room.wait_for("say_started", key="safety_ask")
            assert room.heard_whole(WAY_OUT)
            began_s = time.monotonic()
            audience.close()
            assert time.monotonic() - began_s < PATIENCE_S / 2, "nor is it waited for at the end"
    finally:
        frees.set()
        os.close(reading)
        os.close(filling)


def test_what_came_too_late_is_said_again_from_its_beginning_and_is_finished_when_it_was_heard(path: Path) -> None:
    with InTheRoom(path) as room:
        room.typed.put("it hurts")
        started = room.wait_for("say_started", key=WAY_OUT)
        room.card.stalls = 2.0  # whatever it may be: a processor that is busy with something else
        finished = room.wait_for("say_finished", key=WAY_OUT)
        late = room.of("say_late", key=WAY_OUT)  # more often than once where the machine stalls of itself
        assert 1 <= len(late) <= SAID_AGAIN_MOST
        assert started["time_s"] < late[0]["time_s"]
        assert room.card.missed > 0
        until(lambda: len(room.card.played) > samples(finished["time_s"]), "its last block")
        length_s = room.speech.length(started["text"]) / 16_000
        assert finished["time_s"] - late[-1]["time_s"] > length_s, "all of it once more"
        if len(late) < SAID_AGAIN_MOST:
            assert room.heard_whole(WAY_OUT)


@pytest.fixture(autouse=True)
def _no_threads_are_left() -> Iterator[None]:
    before = {thread.name for thread in threading.enumerate() if not thread.daemon}
    yield
    assert {thread.name for thread in threading.enumerate() if not thread.daemon} <= before
