"""A real guide with the page beside it, at the pace of the clock: for tests and pictures of the page in a browser.

It needs what the page needs (`voiceguide[page]`), so it is not among what `voiceguide.testing` exports.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.companions.companion import Companion
from voiceguide.core.actions import Sound
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.plan import Breathing, Routine
from voiceguide.core.session import Session
from voiceguide.core.view import View
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.page.apart import PageApart
from voiceguide.page.board import Board
from voiceguide.page.speaker_clock import SpeakerClock
from voiceguide.presses import Presses
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples
from voiceguide.testing.waiting import until

LEAD_S = 0.12
"""How much earlier than it is heard the port takes a block: as much as a sound card."""


class PacedPort:
    """A speaker and a microphone at the pace of the clock, for those who watch and do not listen.

    Attributes:
        began: the monotonic clock when sample 0 was heard, or would have been; None before.
        hurries: blocks are taken as fast as they come, to be quickly where something is to be seen.
        ended: the microphone has come to its end, and so does the session.
    """

    name = "a paced port"
    slipped = NO_SLIPS

    def __init__(self) -> None:
        self.began: float | None = None
        self.hurries = False
        self.ended = False
        self._blocks = 0
        random = np.random.default_rng(1)
        self._noise = [random.normal(0, 30 * 1.3**louder, BLOCK).astype(np.int16) for louder in range(12)]

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:  # noqa: ARG002 - nobody listens
        """Take a block and return noise that comes and goes when its time has come; None at the end."""
        now = time.monotonic()
        if self.began is None or self.hurries:
            self.began = now + LEAD_S - self._blocks * BLOCK / RATE
        self._blocks += 1
        ahead = self.began - LEAD_S + self._blocks * BLOCK / RATE - now
        if ahead > 0 and not self.hurries:
            time.sleep(ahead)
        return None if self.ended else self._noise[self._blocks // 10 % len(self._noise)]

    def close(self) -> None:
        """Nothing to close."""


class QuickSpeech:
    """Speech that takes three milliseconds a letter, so that a session takes seconds."""

    def samples(self, text: str) -> Samples:
        """Return silence of the text's length."""
        return np.zeros(self.length(text), np.float32)

    def length(self, text: str) -> int:
        """Return the number of samples of a text."""
        return samples(0.1 + 0.003 * len(text))


def short_routine(name: str = "psoas-short") -> Routine:
    """A shipped routine with breaths of 2.4 seconds, and holds that are not over however slow the machine is."""
    routine = load_routine(find_routine(name))
    quick = Breathing(1.0, 1.4)
    exercises = tuple(
        replace(one, hold_s=300.0, between_s=1.0, breathing=quick, cues=(), repeats=min(one.repeats, 2))
        for one in routine.exercises
    )
    return replace(routine, exercises=exercises)


class LiveSession:
    """A session with its page; close it in the end.

    Args:
        folder: for the history.
        routine: what is run; by default a short one in seconds.
        speech: the guide's voice.
        server: settings of the page.

    Attributes:
        entries: the journal.
        port: the sound.
        page: the page, which can be put up again with `restart_page`.
        typed: what the person in the room says.
        view: the last look at the session.
        also: more companions that are told; closed with the session.
    """

    def __init__(
        self, folder: Path, routine: Routine | None = None, *, speech: QuickSpeech | None = None, **server: Any
    ) -> None:
        self.entries: list[dict[str, Any]] = []
        self.view: View | None = None
        self.also: list[Companion] = []
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
        """Where the page is."""
        return f"http://127.0.0.1:{self.page.port}"

    def start(self) -> Self:
        """Let the guide begin."""
        self._thread.start()
        return self

    def say(self, words: str) -> None:
        """Somebody in the room says something."""
        self.typed.put(words)

    def of(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        """Return the entries of the journal with these fields."""
        wanted = {"kind": kind, **fields}
        return [entry for entry in list(self.entries) if wanted.items() <= entry.items()]

    def wait_for(self, kind: str, **fields: object) -> dict[str, Any]:
        """Wait until something is in the journal."""
        found: dict[str, Any] = until(lambda: next(iter(self.of(kind, **fields)), None), f"{kind} {fields}")
        return found

    def into_a_hold(self) -> None:
        """Lead the session into its first hold, by voice and faster than the clock."""
        self.port.hurries = True  # until the first cue, see `_notice`
        self.wait_for("say_finished", key="check_ask")
        self.say("start")
        self.wait_for("state", state="introducing")
        self.say("ready")
        self.wait_for("state", state="setting_up")
        until(self._ready_and_begun, "the first hold")

    def _ready_and_begun(self) -> bool:
        """Say "ready" once more: right after the last one it counts as the same call."""
        self.say("ready")
        time.sleep(0.1)
        return bool(self.of("cue"))

    def restart_page(self) -> None:
        """End the page's process and put up another one at the same port."""
        self._settings["port"] = self.page.port
        self.page.close()
        self.page = self._serve()

    def close(self) -> None:
        """End the session and take the page down."""
        self.port.ended = True
        self.presses.press(Command.STOP, "button")
        self.presses.press(Command.YES, "button")
        for companion in (self.page, *self.also):
            companion.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _notice(self, entry: dict[str, Any]) -> None:
        if entry["kind"] == "cue":
            self.port.hurries = False
        for companion in (self.page, *self.also):
            companion.notice(entry)

    def _show(self, view: View) -> None:
        self.view = view
        for companion in (self.page, *self.also):
            companion.show(view)

    def _serve(self) -> PageApart:
        board = Board(SpeakerClock(LEAD_S), voice="hibari")
        return PageApart(self.presses, board=board, **self._settings)
