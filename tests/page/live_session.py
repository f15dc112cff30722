"""A real guide with a page beside it, at the pace of the clock: for tests with a real browser."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.core.actions import Sound
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.plan import Breathing, Routine
from voiceguide.core.session import Session
from voiceguide.core.view import View
from voiceguide.guide import Guide
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.hearing import Chain
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.page.board import Board
from voiceguide.page.server import PageServer
from voiceguide.page.speaker_clock import SpeakerClock
from voiceguide.presses import Presses
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples

LEAD_S = 0.12
"""How much earlier than it is heard the port takes a block: as much as a sound card."""

WAIT_S = 20.0


class PacedPort:
    """A speaker and a microphone at the pace of the clock, for those who watch and do not listen.

    Attributes:
        began: the monotonic clock when sample 0 was heard.
    """

    name = "a paced port"
    slipped = 0

    def __init__(self) -> None:
        self.began: float | None = None
        self.ended = False
        self._blocks = 0
        self._noise = np.random.default_rng(1).normal(0, 40, BLOCK).astype(np.int16)

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        now = time.monotonic()
        if self.began is None:
            self.began = now + LEAD_S
        self._blocks += 1
        ahead = self.began - LEAD_S + self._blocks * BLOCK / RATE - now
        if ahead > 0:
            time.sleep(ahead)
        return None if self.ended else self._noise

    def close(self) -> None:
        pass


class QuickSpeech:
    """Speech that takes five milliseconds a letter, so that a session takes seconds."""

    def samples(self, text: str) -> Samples:
        return np.zeros(self.length(text), np.float32)

    def length(self, text: str) -> int:
        return samples(0.15 + 0.005 * len(text))


def short_routine(name: str = "psoas-short") -> Routine:
    """A shipped routine with breaths of four seconds and holds of three breaths."""
    routine = load_routine(find_routine(name))
    quick = Breathing(1.6, 2.4)
    exercises = tuple(
        replace(one, hold_s=12.0, between_s=1.0, breathing=quick, cues=(), repeats=min(one.repeats, 2))
        for one in routine.exercises
    )
    return replace(routine, exercises=exercises)


class LiveSession:
    """A session with its page; close it in the end.

    Args:
        routine: what is run.
        server: settings of the page's server.
        speech: the guide's voice.

    Attributes:
        entries: the journal.
        port: the sound.
        page: the page's server, which can be put up again with `restart_page`.
        typed: what the person in the room says.
    """

    def __init__(self, folder: Path, routine: Routine | None = None, *, speech: Any = None, **server: Any) -> None:
        self.entries: list[dict[str, Any]] = []
        self.port = PacedPort()
        self.presses = Presses()
        self.typed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._folder = folder
        self._settings: dict[str, Any] = {"port": 0, "history": folder / "history.sqlite", **server}
        self.page = self._serve()
        plan = routine or short_routine()
        language = load_language(plan.language)
        voice = speech or QuickSpeech()
        journal = Journal()
        journal.watch(self.entries.append)
        journal.watch(self._notice)
        self._guide = Guide(
            Session(plan, language.phrases, voice.length, first_time=False),
            port=self.port,
            hearing=Chain(Ears(TypedRecogniser(self.typed), language)),
            speech=voice,
            chimes={sound: chime(sound) for sound in Sound},
            journal=journal,
            watch=self._show,
            presses=self.presses,
        )
        self._thread = threading.Thread(target=self._guide.run, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.page.port}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def say(self, words: str) -> None:
        """Somebody in the room says something."""
        self.typed.put(words)

    def of(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        wanted = {"kind": kind, **fields}
        return [entry for entry in list(self.entries) if wanted.items() <= entry.items()]

    def wait_for(self, kind: str, **fields: object) -> dict[str, Any]:
        """Wait until something is in the journal."""
        return until(lambda: next(iter(self.of(kind, **fields)), None), f"{kind} {fields}")

    def into_a_hold(self) -> None:
        """Lead the session into its first hold, by voice."""
        self.wait_for("say_finished", key="waiting")
        self.say("start")
        self.wait_for("state", state="introducing")
        self.say("ready")
        self.wait_for("state", state="setting_up")
        self.say("ready")
        self.say("ready")
        self.wait_for("cue")

    def restart_page(self) -> None:
        """End the page's server and put up another one at the same port."""
        self._settings["port"] = self.page.port
        self.page.close()
        self.page = self._serve()

    def close(self) -> None:
        self.port.ended = True
        self.presses.press(Command.STOP, "button")
        self.presses.press(Command.YES, "button")
        self.page.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _notice(self, entry: dict[str, Any]) -> None:
        self.page.notice(entry)

    def _show(self, view: View) -> None:
        self.page.show(view)

    def _serve(self) -> PageServer:
        board = Board(SpeakerClock(LEAD_S))
        return PageServer(self.presses, board=board, **self._settings)


def until(found: Callable[[], Any], what: str, limit_s: float = WAIT_S) -> Any:
    """Wait until something is so, and return it."""
    ends = time.monotonic() + limit_s
    while time.monotonic() < ends:
        if value := found():
            return value
        time.sleep(0.02)
    raise AssertionError(f"never came: {what}")
