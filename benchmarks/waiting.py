"""What waiting costs: `python -m benchmarks.waiting`, two and a half minutes.

The guide that `voiceguide listen` runs waits in one process, at the pace of a sound card, in rooms where nobody
speaks; next to it the same guide that spares itself nothing: it listens and takes its own voice out all the time.
The card's own process is not among it (see "On a sound card").
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks.tables import Table, write_between
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import to_int16
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import RATE, samples
from voiceguide.history.journal import Journal
from voiceguide.service.ready import make_ready
from voiceguide.service.service import Service
from voiceguide.speaking.voice import Samples

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- waiting: begin -->", "<!-- waiting: end -->"

SETTLES = samples(20.0)
MEASURED = samples(15.0)
"""The guide says that it is here and gets used to the room; then it is measured for so long."""

ROOMS = {"a quiet room, -66 dBFS": ("white", -66.0), "a fan, -30 dBFS": ("fan", -30.0)}


class WaitingRoom:
    """A room in which nobody speaks, at the pace of a sound card.

    Attributes:
        cpu_s: CPU seconds that this process took while it was measured.
    """

    name = "a room"
    slipped = NO_SLIPS

    def __init__(self, sound: Samples) -> None:
        self.cpu_s = 0.0
        self._sound = to_int16(sound)
        self._now = 0
        self._due = time.monotonic()

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Wait for the next block; none comes when all is measured."""
        del block
        if self._now == SETTLES:
            self.cpu_s -= time.process_time()
        if self._now == SETTLES + MEASURED:
            self.cpu_s += time.process_time()
        if self._now >= SETTLES + MEASURED:
            return None
        self._due += BLOCK / RATE
        time.sleep(max(0.0, self._due - time.monotonic()))
        at = self._now % (len(self._sound) - BLOCK + 1) // BLOCK * BLOCK
        self._now += BLOCK
        return self._sound[at : at + BLOCK]

    def close(self) -> None:
        """Nothing to close."""


class NeverResting(Service):
    """A guide that listens, and takes its own voice out, all the time."""

    def _may_rest(self, may: bool, /) -> None:  # noqa: FBT001 - as it is there
        del may


def noise(kind: str, level_db: float) -> Samples:
    """Return ten seconds of a room's noise. A fan's swells with its blades and falls by 4.5 dB an octave."""
    count = samples(10.0)
    rush = np.random.default_rng(1).standard_normal(count)
    if kind == "fan":
        frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
        rush = np.fft.irfft(np.fft.rfft(rush) * frequency**-0.75, count)
        rush *= 1 + 0.3 * np.sin(2 * np.pi * 12 * np.arange(count) / RATE)
    return (rush / rush.std() * 10 ** (level_db / 20)).astype(np.float32)


def wait(room: str, *, resting: bool) -> float:
    """Let a guide wait and return the CPU seconds an hour of it takes."""
    ready = make_ready(["constructive-rest"], None, "moonshine", apart=False)
    with ready.prepared, closing(Journal()) as journal:
        ready.render()
        port = WaitingRoom(noise(*ROOMS[room]))
        kind = Service if resting else NeverResting
        with kind(ready, port, journal, history=None, live=True) as service:
            service.run()
    return port.cpu_s / MEASURED * samples(3600.0)


def measured(room: str, *, resting: bool) -> float:
    """Do the same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.waiting", room, "resting" if resting else "never"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measure, and write the table down."""
    if len(sys.argv) == 3:
        print(json.dumps(wait(sys.argv[1], resting=sys.argv[2] == "resting")))
        return
    table = Table(
        "An hour of waiting",
        "CPU seconds an hour of one core (and share of it), recogniser included, the sound card's "
        f"process not. Load average of the machine: {os.getloadavg()[0]:.1f}.",
        ["room", "as it waits", "listening all the time"],
    )
    for room in ROOMS:
        hours = [measured(room, resting=resting) for resting in (True, False)]
        table.add(room, *(f"{one:.0f} ({one / 36:.1f} %)" for one in hours))
    write_between(PAGE, BEGIN, END, table.markdown())
    print(table.markdown())


if __name__ == "__main__":
    main()
