"""Measures the page: `python -m benchmarks.page`, from the repository's root. Needs Chromium.

A real guide runs in real time beside the page's process, and real pages look at it. What is counted is the
processor time of that process and what the page costs in the guide's thread, as shares of one core;
the browsers run in processes of their own and are not counted. The last column is how far the drawn circle is
from the spoken word.

Prints a table and writes it into docs/page.md between its marks; `--print-only` leaves the file as it is.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from benchmarks.tables import write_between
from voiceguide.core.clock import seconds
from voiceguide.page.board import Board
from voiceguide.page.speaker_clock import SpeakerClock
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.testing.chromium import chromium
from voiceguide.testing.live import LiveSession

DOCS = Path(__file__).resolve().parent.parent / "docs" / "page.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
VIEWERS = (0, 1, 2, 4)

TURNS = """
window.turns = [];
let last = 0, frame = 0;
const count = (now) => { frame = now - last; last = now; requestAnimationFrame(count); };
requestAnimationFrame(count);
addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("breath");
  const turned = () => [box.dataset.phase, performance.timeOrigin + performance.now(), frame];
  new MutationObserver(() => window.turns.push(turned()))
    .observe(box, {attributes: true, attributeFilter: ["data-phase"]});
});
"""


@dataclass(frozen=True)
class Row:
    """What one number of viewers costs.

    Attributes:
        viewers: open pages.
        server: share of a core in the page's process.
        guide: share of a core in the guide's thread, for the page alone.
        late_ms: by how much the circle turned after the word, in milliseconds, for each turn.
        frame_ms: how long the browser took for the frame in which it turned.
    """

    viewers: int
    server: float
    guide: float
    late_ms: list[float]
    frame_ms: list[float]


def cpu_s(process_id: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(browser: Any, viewers: int, length_s: float) -> Row:
    """Let so many pages look at a rest for a while."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        live = stack.enter_context(LiveSession(Path(folder), load_routine(find_routine("constructive-rest"))))
        pages = []
        for _ in range(viewers):
            page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
            page.add_init_script(TURNS)
            page.goto(live.address)
            pages.append(page)
        live.into_a_hold()
        time.sleep(3)  # the pages have settled
        process = live.page.process_id
        assert process is not None
        before, began = cpu_s(process), time.monotonic()
        time.sleep(length_s)
        server = (cpu_s(process) - before) / (time.monotonic() - began)
        turns = [turn for page in pages for turn in _turns(page, live)]
        for page in pages:
            page.context.close()
        late_ms, frame_ms = [late for late, _ in turns], [frame for _, frame in turns]
        return Row(viewers, server, _in_the_guide(live), late_ms, frame_ms)


def _turns(page: Any, live: LiveSession) -> list[tuple[float, float]]:
    assert live.port.began is not None
    epoch = time.time() - time.monotonic() + live.port.began
    due: dict[str, list[float]] = {"in": [], "out": []}
    for cue in live.of("cue"):
        name = cue["cue"].removeprefix("breathe_")
        if name in due:
            due[name].append(epoch + cue["due_s"])
    found = []
    for name, at_ms, frame_ms in page.evaluate("turns")[1:]:  # the first comes with the page
        at = at_ms / 1000
        word = min(due[name], key=lambda one: abs(one - at))
        if abs(at - word) < 1:  # not every breath of a long rest has its words
            found.append((1000 * (at - word), frame_ms))
    return found


def _in_the_guide(live: LiveSession) -> float:
    """Return what the page costs in the guide's thread: ten views a second, and the entries that came."""
    board, view, count = Board(SpeakerClock()), live.view, 20_000
    assert view is not None
    began = time.thread_time()
    for _ in range(count):
        board.show(view)
    shown = (time.thread_time() - began) / count
    began = time.thread_time()
    for entry in live.entries:
        board.notice(entry)
    noticed = (time.thread_time() - began) / seconds(view.at)
    return 10 * shown + noticed


def main() -> None:
    """Measure every number of viewers and write it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=40, help="how long each is measured (default: 40)")
    parser.add_argument("--print-only", action="store_true", help="leave the documentation as it is")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with chromium() as browser:
        rows = [measure(browser, viewers, options.seconds) for viewers in VIEWERS]
    table = [
        "| pages | page's process | guide's thread | circle after the word: median, most | one frame |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *map(_line, rows),
        "",
        (
            f"Shares of one core over {options.seconds:.0f} s of a rest each, real pages in headless Chromium. "
            f"A frame: how long the browser took for the one in which the circle turned. Load before: {load:.1f}."
        ),
    ]
    Console().print("\n".join(table), markup=False, soft_wrap=True)
    if not options.print_only:
        write_between(DOCS, BEGIN, END, "\n".join(table) + "\n")


def _line(row: Row) -> str:
    late = "- | -"
    if row.late_ms:
        late = f"{median(row.late_ms):.0f} ms, {max(row.late_ms, key=abs):.0f} ms | {median(row.frame_ms):.0f} ms"
    return f"| {row.viewers} | {row.server:.2%} | {row.guide:.2%} | {late} |"


if __name__ == "__main__":
    main()
