"""Measures who keeps the loop waiting: `chrt -r 5 python -m benchmarks.interpreter`, from the repository's root.

What runs in threads of the guide's process shares one interpreter with the loop. A stand-in for the loop sleeps
until its next block is due, every ten milliseconds, while each of the others does its work at its worst; told is
how late it came at the most. The first row is the machine itself, the last one what must never be there: checking.

Prints a table for docs/architecture.md and writes it between its marks; `--print-only` leaves the file as it is.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import quantiles

import numpy as np
import soundfile
from rich.console import Console

from benchmarks.tables import write_between
from voiceguide.companions.stream import EventStream
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.hearing.recognisers.recogniser import Hypothesis
from voiceguide.hearing.verdict.reading import Reading
from voiceguide.hearing.verdict.situation import QUIET
from voiceguide.language.pack import load_language
from voiceguide.page.apart import PageApart
from voiceguide.page.board import Board
from voiceguide.page.routines import check
from voiceguide.presses import Presses

DOCS = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BLOCK_S = 0.01
LONG_LINE = "Come out of it slowly, hands to the floor, then off the ball. " * 8

Work = Callable[[], None]


def late_ms(length_s: float) -> list[float]:
    """Be the loop for a while; return by how many milliseconds each block came late."""
    late, due = [], time.monotonic()
    while len(late) * BLOCK_S < length_s:
        due += BLOCK_S
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        late.append(1000 * (now - due))
        due = max(due, now - BLOCK_S)  # one long wait counts once
    return late


@contextmanager
def beside(work: Work, pause_s: float) -> Iterator[None]:
    """Do something again and again in a thread for as long as the context lasts."""
    ending = threading.Event()

    def run() -> None:
        while not ending.is_set():
            work()
            ending.wait(pause_s)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(30)


def entries(number: int) -> dict[str, object]:
    """Return an entry of the journal with a long text."""
    return {"kind": "say_started", "time_s": float(number), "key": "setup", "text": f"{number} {LONG_LINE}"}


def page(stack: ExitStack, folder: Path) -> Work:
    """The line to the page's process, with news at each look and a state as long as it gets."""
    one = PageApart(Presses(), board=Board(), history=folder / "history.sqlite", port=0)
    stack.callback(one.close)
    numbers = iter(range(10**9))

    def work() -> None:
        one.notice(entries(next(numbers)))
        one.show(View(at=next(numbers), state=State.HOLDING, level_dbfs=-float(next(numbers) % 60)))

    return work


def process(_stack: ExitStack, _folder: Path) -> Work:
    """Starting a process: of a hook, of a page or a recogniser that died, of a card that is opened again."""
    return lambda: subprocess.run(["true"], check=True) and None


def stream(stack: ExitStack, folder: Path) -> Work:
    """The event stream with as many readers as there may be."""
    one = EventStream(folder / "events.sock")
    stack.callback(one.close)
    reader = (
        f"import socket\ns=socket.socket(socket.AF_UNIX)\ns.connect({str(one.path)!r})\nwhile s.recv(65536): pass"
    )
    for _ in range(16):
        stack.callback(subprocess.Popen(["python3", "-c", reader]).kill)
    time.sleep(1)
    numbers = iter(range(10**9))
    return lambda: one.notice(entries(next(numbers)))


def decision(_stack: ExitStack, _folder: Path) -> Work:
    """The decision about a sentence of sixty words, as the ears' thread makes it of each partial result."""
    reading, possible = Reading(load_language("en")), frozenset(Command)
    words = ["it", "is", "not", "that", "bad", "but", "a", "bit", "lower", "down", "than", "before"] * 5
    numbers = iter(range(10**9))

    def work() -> None:
        text = " ".join([*words, str(next(numbers))])
        reading.candidates(Hypothesis(text, final=True, at=160, engine="moonshine"), possible, QUIET)

    return work


def recording(stack: ExitStack, folder: Path) -> Work:
    """Sound of two channels written down as FLAC."""
    file = stack.enter_context(soundfile.SoundFile(folder / "sound.flac", "w", 16_000, 2))
    noise = np.random.default_rng(1).normal(0, 3000, (160, 2)).astype(np.int16)
    return lambda: file.write(noise)


def collection(_stack: ExitStack, _folder: Path) -> Work:
    """A full garbage collection, with everything loaded."""
    return lambda: gc.collect() and None


def checking(_stack: ExitStack, _folder: Path) -> Work:
    """Checking a routine of 60 kB: in the page's process, here for comparison alone."""
    text = "".join(f"k{number}:\n" for number in range(8_300))
    return lambda: json.dumps(check("x", text)) and None


ROWS: dict[str, tuple[Callable[[ExitStack, Path], Work] | None, float]] = {
    "nothing: the machine itself": (None, 0),
    "the line to the page's process (`page/line.py`), a state of 3 kB ten times a second": (page, 0.1),
    "starting a process: hooks, a page or a recogniser that died, a card opened again": (process, 0.05),
    "the event stream, 16 readers, 50 entries a second": (stream, 0.02),
    "the decision in the ears' thread, sixty words, 20 a second": (decision, 0.05),
    "a recording, 100 blocks a second": (recording, 0.01),
    "a full garbage collection, ten a second": (collection, 0.1),
    "not in this process: checking a routine of 60 kB": (checking, 0.0),
}


def measure(what: Callable[[ExitStack, Path], Work] | None, pause_s: float, length_s: float) -> list[float]:
    """Return how late the stand-in came beside one kind of work."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if what is None:
            return late_ms(length_s)
        work = what(stack, Path(folder))
        time.sleep(2)
        with beside(work, pause_s):
            return late_ms(length_s)


def main() -> None:
    """Measure each row and write the table down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="how long each is measured (default: 20)")
    parser.add_argument("--print-only", action="store_true", help="leave the documentation as it is")
    options = parser.parse_args()
    lines = ["| beside the loop | 99 of 100 blocks came within | the worst |", "| --- | ---: | ---: |"]
    for name, (what, pause_s) in ROWS.items():
        late = measure(what, pause_s, options.seconds)
        with suppress(OSError):
            os.sync()
        lines.append(f"| {name} | {quantiles(late, n=100)[98]:.1f} ms | {max(late):.1f} ms |")
        Console().print(lines[-1], markup=False, soft_wrap=True)
    lines += ["", f"{options.seconds:.0f} s each; load before: {os.getloadavg()[0]:.1f}."]
    if not options.print_only:
        write_between(DOCS, BEGIN, END, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
