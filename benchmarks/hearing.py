"""Measures hearing: `python -m benchmarks.hearing`, from the repository's root.

What becomes of calls in noise, at distances and through the guide's own voice; what is heard that nobody said;
what it costs. Long streams of many calls run through the real chain in a simulated room, real sessions confirm a
sample of them. Everything follows from seeds. What was measured is kept under `build/hearing`, one file for each
part, so that an interrupted run goes on where it stopped; a change of hearing, of what is said, or of the
benchmark begins anew. Tables and pictures go into docs/benchmarks.md and docs/images, figures into
docs/hearing.json.

Needs `pip install 'voiceguide[bench,plot,natural,korean]'`, flite, festival and espeak-ng.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.callers import GUIDES
from benchmarks.conditions import (
    BABBLE,
    FAN,
    PINK,
    QUIET,
    SPEAKING,
    TELEVISION,
    Condition,
    Hears,
    matrix,
    quick,
)
from benchmarks.cost import cost, memory
from benchmarks.evenings import evening, trials
from benchmarks.figures import section
from benchmarks.korean import korean
from benchmarks.pictures import draw
from benchmarks.rehearsed import rehearsed_in
from benchmarks.session import machine
from benchmarks.streams import PARTS, calls_in, noise_in, own_speech, people_in, talk_in
from benchmarks.tables import Section, write_between

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "hearing"
MATTERS = (
    "voiceguide/hearing",
    "voiceguide/language",
    "voiceguide/core/yielding.py",
    "training/voices.yaml",
    "benchmarks",
)
"""What was measured counts as long as none of these has changed."""

BEGIN, END = "<!-- hearing: begin -->", "<!-- hearing: end -->"

Task = Callable[[], dict[str, Any]]


def tasks(side: str, human: Path | None, *, full: bool) -> Iterator[tuple[str, Task]]:
    """Yield what is to be measured: its name, and how. What matters most comes first."""
    found = matrix() if full else quick()
    named = {one.name: one for one in found}
    calls = [(f"calls/{one.name}", partial(calls_in, one, side)) for one in found]
    key = 6 if full else len(calls)
    yield from calls[:key]
    yield from _talk(named, side, human, full=full)
    for name in (SPEAKING, PINK, BABBLE, QUIET):
        yield f"trials/{name}", partial(trials, named[name], side, 2 if full else 1)
    yield from _evenings(named, full=full)
    yield from _noise(named, side, full=full)
    yield "cost", cost
    yield "memory", memory
    if human is not None:
        for name in (QUIET, PINK) if full else (QUIET,):
            yield f"people/{name}", partial(people_in, named[name], side, human, 90 if full else 20)
    if full:
        for name in (PINK, QUIET):
            for taught in (True, False):
                words = "with rehearsal" if taught else "without"
                yield f"rehearsed/{name}: {words}", partial(rehearsed_in, named[name], taught=taught)
    yield from calls[key:]
    yield from _own_speech(full=full)
    if full:
        spotting = replace(named[QUIET], hears=Hears.KEYWORDS)
        yield "talk: keywords/0", partial(talk_in, spotting, side, human, 0, 120.0)
        for name in (QUIET, PINK):
            for ours in (True, False):
                yield f"korean/{name}/{'ours' if ours else 'example'}", partial(korean, named[name], ours=ours)


def _talk(named: dict[str, Condition], side: str, human: Path | None, *, full: bool) -> Iterator[tuple[str, Task]]:
    for name, most_s in {QUIET: 270.0, PINK: 120.0}.items() if full else {QUIET: 30.0}.items():
        for part in (0, 1):
            yield f"talk/{name}/{part}", partial(talk_in, named[name], side, human, part, most_s)


def _noise(named: dict[str, Condition], side: str, *, full: bool) -> Iterator[tuple[str, Task]]:
    for name in (TELEVISION, BABBLE, FAN) if full else (BABBLE,):
        yield f"noise/{name}", partial(noise_in, named[name], side, 180.0 if full else 30.0)


def _evenings(named: dict[str, Condition], *, full: bool) -> Iterator[tuple[str, Task]]:
    for name, seconds in {TELEVISION: 420.0, BABBLE: 240.0}.items() if full else {BABBLE: 60.0}.items():
        for number, guide in enumerate(GUIDES):
            noise = replace(named[name], guide=True)
            yield f"evening/{name}/{number}", partial(evening, noise, number, seconds, guide)


def _own_speech(*, full: bool) -> Iterator[tuple[str, Task]]:
    """Yield nearly two hours of the guide: each of its voices says every line of every routine in four rooms."""
    for part in range(PARTS if full else 1):
        for number in range(4 if full else 1):
            room = Condition(
                name="own speech",
                guide=True,
                speech_to_echo_db=(-10.0, -20.0)[number % 2],
                drift_ppm=(0.0, 50.0)[number // 2],
            )
            for guide in GUIDES:
                yield f"own speech/{guide}/{number}.{part}", partial(own_speech, room, guide, number, part)


def measure(name: str, task: Task, kept: Path) -> dict[str, Any]:
    """Return what a task measures, now or in an earlier run."""
    path = kept / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".json")
    if path.exists():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    found = task()
    part = path.with_suffix(".part")
    part.write_text(json.dumps(found), encoding="utf-8")
    part.replace(path)
    return found


def fingerprint(options: argparse.Namespace) -> str:
    """Return what tells one state of the program and one choice of the benchmark from another."""
    files = [path for name in MATTERS for path in sorted((ROOT / name).rglob("*")) or [ROOT / name]]
    digest = sha256(str([options.quick, options.side, options.human is not None]).encode())
    for path in files:
        if path.is_file() and path.suffix in (".py", ".yaml", ".npz") and path.parent.name != "__pycache__":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def main() -> None:
    """Measure everything and write it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few conditions, a few calls: minutes, not an hour")
    parser.add_argument("--human", type=Path, help="folder of people's recordings (see training/README.md)")
    parser.add_argument("--side", default="test", choices=("test", "tune"), help="tune: to choose settings with")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once (default: 1)")
    parser.add_argument("--print-only", action="store_true", help="leave the documentation as it is")
    parser.add_argument(
        "--kept", type=Path, help="where to keep what was measured (default: by what was measured)"
    )
    parser.add_argument("--write-only", action="store_true", help="write down what was measured so far")
    options = parser.parse_args()
    kept = options.kept or KEPT / fingerprint(options)
    kept.mkdir(parents=True, exist_ok=True)
    console = Console(width=150)
    about = machine() | {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": _commit(),
        "side": options.side,
        "people": options.human is not None,
        "quick": options.quick,
    }
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    wanted = dict(tasks(options.side, options.human, full=not options.quick))
    found: dict[str, Any] = {}
    if options.write_only:
        found = {name: measure(name, dict, kept) for name in wanted if _is_kept(name, kept)}
    else:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(options.jobs, mp_context=spawn) as pool:
            running = {pool.submit(measure, name, task, kept): name for name, task in wanted.items()}
            for done in as_completed(running):
                found[running[done]] = done.result()
                console.print(f"{len(found)} of {len(wanted)}: {running[done]}")
    found = {name: found[name] for name in wanted if name in found}
    about["parts"] = f"{len(found)} of {len(wanted)}"
    whole = section(found)
    for table in whole.tables:
        console.print(table.for_terminal(), table.about, "", sep="\n")
    if options.print_only:
        return
    _write(whole, about, found)


def _is_kept(name: str, kept: Path) -> bool:
    return (kept / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".json")).exists()


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _write(whole: Section, about: dict[str, Any], found: dict[str, Any]) -> None:
    docs = ROOT / "docs"
    pictures = draw(found, docs / "images")
    text = _about(about) + "\n".join(table.markdown() for table in whole.tables[:2])
    text += "\n" + "\n".join(f"![{title}](images/{name})\n" for name, title in pictures.items())
    text += "\n" + "\n".join(table.markdown() for table in whole.tables[2:])
    write_between(docs / "benchmarks.md", BEGIN, END, text)
    data = json.dumps({"machine": about, **whole.data}, indent=1, ensure_ascii=False)
    (docs / "hearing.json").write_text(data + "\n", encoding="utf-8")


def _about(about: dict[str, Any]) -> str:
    people = "and people's recordings" if about["people"] else "alone: no people's recordings were given"
    size = "a first look with few calls" if about["quick"] else "the whole matrix"
    return (
        f"Measured on {about['date']} at commit {about['commit']}: {size}, {about['parts']} parts of it, "
        f"synthetic voices {people}. "
        f"{about['cpu']} ({about['architecture']}), Python {about['python']}. Times in the tables are sample "
        "time or CPU time: what else the machine did does not matter.\n\n"
    )


if __name__ == "__main__":
    main()
