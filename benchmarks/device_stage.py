"""A sound server without hardware, a real `voiceguide listen` on it, and somebody in its room.

The server is a private PulseAudio (or PipeWire) with a null sink as loudspeaker and another as microphone, which
hears the room's noise and, later and softer, the loudspeaker. The person speaks through `paplay`. What the guide
says is recorded from the loudspeaker, and its events file is read while it grows; everything gets the time of
`time.monotonic` at which it arrived here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import soundfile

from benchmarks.held_card import HeldCard
from benchmarks.sound_server import PULSEAUDIO, SoundServer
from voiceguide.core.clock import RATE
from voiceguide.demo.flite import FliteVoice
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

PERSON_DBFS = -26.0
GUIDE_FIRST = ("chrt", "-r", "1")
"""It is run before other programs, so that what is measured is not what else the machine has to do."""

HEARD_DBFS = -45.0
"""Louder than this is the guide's voice."""

OBEYED_WITHIN_S = 4.0
"""Seconds after a call in which it must be obeyed."""

LONG = 30
"""Characters: about two seconds of the guide's voice."""


@dataclass(frozen=True)
class Stamped:
    """An entry of the events file, and when it arrived here."""

    at: float
    entry: dict[str, Any]


class Loudspeaker(threading.Thread):
    """Records what comes out of the loudspeaker, across deaths of the server."""

    def __init__(self, server: SoundServer) -> None:
        super().__init__(name="loudspeaker", daemon=True)
        self._server = server
        self._over = False
        self._chunks: list[tuple[float, float]] = []
        self.start()

    def run(self) -> None:
        """Record until closed."""
        command = ["parec", "--device=spk.monitor", "--raw", "--rate=16000", "--channels=1", "--format=s16le"]
        while not self._over:
            recorder = subprocess.Popen(
                [*command, "--latency-msec=20"], env=self._server.env, stdout=-1, stderr=subprocess.DEVNULL
            )
            assert recorder.stdout is not None
            here = self._server.plugged_in
            while not self._over and here == self._server.plugged_in and (chunk := recorder.stdout.read(640)):
                samples = np.frombuffer(chunk, np.int16).astype(np.float64) / 32768
                rms = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
                self._chunks.append((time.monotonic(), 20 * np.log10(max(rms, 1e-9))))
            recorder.kill()
            recorder.wait()
            time.sleep(0.2)

    def first_word(self, since: float) -> float | None:
        """Return when the guide was first heard after a moment."""
        return next((at for at, dbfs in self._chunks if at >= since and dbfs > HEARD_DBFS), None)

    def close(self) -> None:
        """Stop recording."""
        self._over = True


class GuideProcess:
    """A real `voiceguide listen`, with its events as they come."""

    def __init__(
        self,
        folder: Path,
        env: dict[str, str],
        *,
        routine: str,
        history: Path,
        engine: str = "moonshine",
        first: tuple[str, ...] = GUIDE_FIRST,
    ) -> None:
        self.events: list[Stamped] = []
        self.began = time.monotonic()
        self._file = folder / f"events-{time.monotonic_ns()}.jsonl"
        self._log = (folder / "guide.log").open("ab")
        command = [sys.executable, "-c", "from voiceguide.cli.main import main; main()", "listen", routine]
        self.process = subprocess.Popen(
            [
                *first,
                *command,
                "--engine",
                engine,
                "--events",
                str(self._file),
                "--history",
                str(history),
            ],
            env=env,
            stdout=self._log,
            stderr=self._log,
            stdin=subprocess.DEVNULL,
        )
        self._over = False
        self._reader = threading.Thread(target=self._read, name="events", daemon=True)
        self._reader.start()

    @property
    def runs(self) -> bool:
        """Whether it still lives."""
        return self.process.poll() is None

    def children(self) -> list[int]:
        """Return the processes that it has started."""
        found: list[int] = []
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
        return sorted(found)

    def child(self, module: str) -> int:
        """Return the child that runs a module, once there is one: it may just be started again."""
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            for child in self.children():
                with suppress(OSError):
                    if module in Path(f"/proc/{child}/cmdline").read_text():
                        return child
            time.sleep(0.1)
        raise RuntimeError(f"there is no child {module}")

    def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], since: float, within_s: float = 60.0
    ) -> Stamped | None:
        """Wait for an entry that arrives after a moment; None when it does not come."""
        ends = time.monotonic() + within_s
        seen = 0
        while time.monotonic() < ends:
            events = self.events
            for number in range(seen, len(events)):
                if events[number].at >= since and wanted(events[number].entry):
                    return events[number]
            seen = len(events)
            if not self.runs and not self._reader.is_alive():
                return None
            time.sleep(0.01)
        return None

    def said(self, since: float, until: float | None = None) -> list[str]:
        """Return what the guide began to say between two moments."""
        return [
            one.entry["text"]
            for one in self.events
            if one.entry["kind"] == "say_started" and one.at >= since and (until is None or one.at < until)
        ]

    def end(self) -> None:
        """End it by force if it still lives."""
        if self.runs:
            self.process.kill()
        self.process.wait()
        self._over = True
        self._log.close()

    def _read(self) -> None:
        while not self._file.exists():
            if self._over or not self.runs:
                return
            time.sleep(0.01)
        rest = ""
        with self._file.open() as file:
            while True:
                over = self._over or not self.runs
                rest += file.read()
                *lines, rest = rest.split("\n")
                now = time.monotonic()
                self.events += [Stamped(now, json.loads(line)) for line in lines]
                if over:
                    return
                time.sleep(0.01)


class Person:
    """Somebody who speaks into the microphone."""

    ANSWERS: Mapping[str, str] = {
        "standby_here": "start",
        "finished": "start",
        "standby_ask": "yes please",
        "rehearsal_offer": "no",
        "standby_hears_again": "start",
        "standby_declined": "start",
        "waiting": "start",
        "ask_ready": "I am ready",
        "welcome": "next",
        "title": "next",
        "check_ask": "no",
        "return_ask": "no",
        "return_repeat": "no",
        "return_at": "no",
        "week_ask": "no",
        "doubt_ask": "no",
        "stop_hurts": "no",
        "paused": "continue please",
        "hearing_back_paused": "continue please",
        "safety_ask": "a dull ache",
        "safety_narrow": "no",
        "safety_offer_go_on": "continue please",
    }

    def __init__(
        self,
        folder: Path,
        env: dict[str, str],
        render: Callable[[str], Samples] | None = None,
        answers: Mapping[str, str] = ANSWERS,
    ) -> None:
        self._folder = folder
        self._env = env
        self._render = render or FliteVoice("rms").render
        self._answers = answers
        self.speak = self.say  # may be replaced
        self.spoke: list[tuple[float, float]] = []  # when anything was said, from when to when

    def say(self, words: str) -> float:
        """Say something; return when it was over."""
        path = self._folder / f"{words.replace(' ', '-')}.wav"
        if not path.exists():
            sound = finish(self._render(words)) * np.float32(10 ** ((PERSON_DBFS + 20) / 20))
            soundfile.write(path, sound, RATE, "PCM_16")
        began = time.monotonic()
        subprocess.run(["paplay", "--device=mic", str(path)], env=self._env, check=False, timeout=20)
        self.spoke.append((began, time.monotonic()))
        return self.spoke[-1][1]

    def is_obeyed(
        self, guide: GuideProcess, words: str, by: Callable[[dict[str, Any]], bool], tries: int = 3
    ) -> float | None:
        """Say something over the guide's voice until it is obeyed.

        Args:
            guide: whose.
            words: to be said.
            by: the entry that shows that it was obeyed.
            tries: so often at most.

        Returns:
            Seconds from the end of the first try, None when none was obeyed.
        """
        first = None
        for _ in range(tries):
            guide.wait_for(_long_enough, time.monotonic(), 25)
            said = self.speak(words)
            first = first or said
            if (obeyed := guide.wait_for(by, said - 2, OBEYED_WITHIN_S)) is not None:
                return obeyed.at - first
        return None

    def lead_to(self, guide: GuideProcess, state: str | None, within_s: float = 240.0) -> bool:
        """Answer what the guide asks until the session is in a state, None for none; return whether it is."""
        ends = time.monotonic() + within_s
        spoke, last, waits = 0.0, "", 0.0
        while time.monotonic() < ends and guide.runs:
            now_state, key, asked = self._situation(guide)
            if now_state == state:
                return True
            if asked is None:
                last = ""
            elif asked != waits:
                waits, last, spoke = asked, self._answers.get(key, ""), 0.0
            if last and time.monotonic() - waits > 0.7 and time.monotonic() - spoke > 7.0:
                self.speak(last)
                spoke = time.monotonic()
            time.sleep(0.05)
        return False

    def _situation(self, guide: GuideProcess) -> tuple[str, str, float | None]:
        """Return the state, and which question was asked last and when, unless something happened since."""
        state, key, asked = "", "", None
        for one in guide.events[-200:]:
            match one.entry:
                case {"kind": "state", "state": str(now)}:
                    state = now
                    asked = None
                case {"kind": "say_finished", "key": str(which)} if which in self._answers:
                    key, asked = which, one.at
                case {"kind": "finished"}:
                    key, asked = "finished", one.at
                case {"kind": "standby", "stage": "asking"}:
                    state = ""
                case {"kind": "say_started", "key": str(which)} if which in self._answers:
                    asked = None
                case _:
                    pass
        return state, key, asked


def _long_enough(entry: dict[str, Any]) -> bool:
    """Tell whether the guide begins a sentence that a word can be spoken over."""
    return entry["kind"] == "say_started" and len(entry["text"]) > LONG


class Stage:
    """All of it together, in a folder of its own that is gone afterwards."""

    def __init__(
        self,
        routine: str,
        server: tuple[str, ...] = PULSEAUDIO,
        render: Callable[[str], Samples] | None = None,
        guide_first: tuple[str, ...] = GUIDE_FIRST,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vg-", dir="/tmp"))
        self.server = SoundServer(self.folder, server)
        self.card = HeldCard(self.folder)
        cache = Path.home() / ".cache"
        self.env = {**self.server.env, "XDG_CACHE_HOME": str(cache), "XDG_DATA_HOME": str(self.folder / "data")}
        self.routine = routine
        self.loudspeaker = Loudspeaker(self.server)
        self.person = Person(self.folder, self.env, render)
        self._guide_first = guide_first
        self.guides: list[GuideProcess] = []

    def guide(self, history: Path | None = None, engine: str = "moonshine") -> GuideProcess:
        """Start a guide."""
        kept = history or self.folder / "history.db"
        env = {**self.env, **self.card.env}
        guide = GuideProcess(
            self.folder, env, routine=self.routine, history=kept, engine=engine, first=self._guide_first
        )
        self.guides.append(guide)
        return guide

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for guide in self.guides:
            guide.end()
        self.loudspeaker.close()
        self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
