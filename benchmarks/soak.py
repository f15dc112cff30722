"""Sessions for hours in one process, in sample time. `python -m benchmarks.soak HOURS [no-second-ear]`.

The guide that `voiceguide listen` runs, with somebody who asks for a session, does it, lets it rest for a while
and asks for the next; in every other one something hurts. The recogniser hears in step, in the same process. Once
an hour of sound the memory and the open files of the process are looked at. One JSON object an hour.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.measure import open_files, resident_mb
from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import to_int16
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import samples, seconds
from voiceguide.demo.flite import FliteVoice
from voiceguide.demo.person import LEVEL_DB, NOISE_DB
from voiceguide.history.journal import Journal
from voiceguide.service.ready import make_ready
from voiceguide.service.service import Service
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

ROUTINE = "psoas-short"
HOUR = samples(3600)
WAIT = samples(0.8)
AGAIN_AFTER = samples(4.0)
"""What was not understood is said again after so long."""

REST = samples(120.0)
"""Between two sessions."""

ANSWERS = {
    **dict.fromkeys(("standby_here", "standby_declined", "standby_no_pain"), ("start", REST)),
    "standby_hurts": ("no", WAIT),
    "standby_ask": ("yes please", WAIT),
    "waiting": ("start", WAIT),
    "ask_ready": ("ready", WAIT),
    "return_ask": ("no", WAIT),
    "week_ask": ("no", WAIT),
    "check_ask": ("no", WAIT),
    "safety_ask": ("dull ache", WAIT),
    "safety_ask_again": ("dull ache", WAIT),
    "safety_narrow": ("no", WAIT),
    "safety_offer_go_on": ("continue", WAIT),
    "stop_hurts": ("no", WAIT),
    "doubt_ask": ("no", WAIT),
    "stop_ask": ("no", WAIT),
}
"""What is said after which question, and how long after."""


class SoakPort:
    """A room with somebody in it, for so many samples.

    Args:
        length: samples until the microphone comes to its end.
        report: is called once an hour.
    """

    name = "a simulated room"
    slipped = NO_SLIPS

    def __init__(self, length: int, report: Any) -> None:
        voice = FliteVoice("slt")
        words = {*(say for say, _ in ANSWERS.values()), "start", "it hurts"}
        loudness = np.float32(10 ** (LEVEL_DB / 20))
        self._sounds = {say: finish(voice.render(say)) * loudness for say in words}
        level = 10 ** (NOISE_DB / 20)
        self._noise = (np.random.default_rng(1).standard_normal(samples(60.0)) * level).astype(np.float32)
        self._length = length
        self._report = report
        self._now = 0
        self._saying: Samples = np.zeros(0, np.float32)
        self._wanted: tuple[str, int] | None = None
        self.sessions = 0
        self.pains = 0

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry."""
        match entry:
            case {"kind": "say_finished", "key": key} if key in ANSWERS:
                say, after = ANSWERS[key]
                self._wanted = say, self._now + after
            case {"kind": "say_started"} | {"kind": "heard", "command": str()}:
                self._wanted = None
            case {"kind": "standby", "stage": "waiting"}:
                self._wanted = "start", self._now + REST
            case {"kind": "pain"}:
                self.pains += 1
            case {"kind": "finished"}:
                self.sessions += 1
            case {"kind": "say_finished", "key": "halfway"} if (
                self.sessions % 2 and self.pains <= self.sessions // 2
            ):
                self._wanted = "it hurts", self._now + WAIT
            case _:
                pass

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Return a block of the person."""
        count = len(block)
        if self._now >= self._length:
            return None
        at = self._now % (len(self._noise) - count)
        heard = self._noise[at : at + count].copy()
        if self._wanted is not None and self._now >= self._wanted[1]:
            say, _ = self._wanted
            self._saying = self._sounds[say]
            self._wanted = say, self._now + AGAIN_AFTER
        part, self._saying = self._saying[:count], self._saying[count:]
        heard[: len(part)] += part
        self._now += count
        if self._now % HOUR < count:
            self._report(self)
        return to_int16(heard)

    @property
    def now(self) -> int:
        """Samples so far."""
        return self._now

    def close(self) -> None:
        """Nothing to close."""


def soak(hours: float) -> Iterator[dict[str, Any]]:
    """Run the guide for so many hours of sound; yields what was found each hour."""
    found: list[dict[str, Any]] = []
    began = time.process_time()

    def look(port: SoakPort) -> None:
        found.append(
            {
                "hour": round(seconds(port.now) / 3600, 2),
                "sessions": port.sessions,
                "pains": port.pains,
                "memory_mb": resident_mb(os.getpid()),
                "open_files": open_files(os.getpid()),
                "threads": threading.active_count(),
                "history_kb": history.stat().st_size / 1000 if history.exists() else 0.0,
                "cpu_s": time.process_time() - began,
            }
        )
        print(json.dumps(found[-1]), flush=True)

    with ExitStack() as stack:
        history = Path(stack.enter_context(TemporaryDirectory(prefix="soak-"))) / "history.db"
        ready = make_ready([ROUTINE], None, "moonshine", apart=False)
        stack.enter_context(ready.prepared)
        ready.render()
        port = SoakPort(samples(hours * 3600) + samples(1.0), look)
        journal = stack.enter_context(closing(Journal()))
        journal.watch(port.notice)
        service = stack.enter_context(Service(ready, port, journal, history=history, live=False))
        look(port)
        service.run()
    yield from found


if __name__ == "__main__":
    list(soak(float(sys.argv[1])))
