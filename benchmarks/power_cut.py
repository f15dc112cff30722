"""Kills a session at random points: `python -m benchmarks.power_cut`, from the repository's root.

Each run is a real `voiceguide run` on sound files, with a person who says time and again that it hurts, and is
killed with SIGKILL: half of the runs at a random time of their life, the others as soon as a report of pain, a
random one, appears in the events file, when the history is just being written. All runs share one history. After
each it is asked whether the file is whole, whether every report is in it, and whether the next start knows where
the session stopped. What is promised is that a report is on the disk before the guide goes on: it is lost if the
events file goes on after it and the history does not have it.

A kill takes away the process and leaves the memory of the system, where a power cut would take that, too. That the
history waits for the disk with every report is tested on its own (tests/history/test_trouble.py).

Ends with exit code 1 if a report was lost, a file damaged, or a wrong place remembered.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from rich.console import Console

from benchmarks.tables import Section, Table, Target, targets_table
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.core.memory import CutOff
from voiceguide.core.plan import Side
from voiceguide.demo.flite import FliteVoice
from voiceguide.history.history import History
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.finish import finish

ROUTINE = "psoas-short"
SAID = (
    *((8.0, "no"), (14.0, "start the session"), (22.0, "I am ready"), (30.0, "I am ready"), (38.0, "I am ready")),
    *((50.0, "it hurts"), (66.0, "a dull ache"), (84.0, "continue"), (94.0, "I am ready"), (104.0, "I am ready")),
    *(
        (116.0, "it hurts"),
        (120.0, "it hurts"),
        (138.0, "a dull ache"),
        (156.0, "continue"),
        (168.0, "I am ready"),
    ),
    (184.0, "it shoots down my leg"),
)
"""Seconds and words. Not all of them fit when the guide asks something first; pain is reported all the same."""
LENGTH_S = 200.0
_LEVEL, _NOISE = 0.1, 0.001


@dataclass
class Found:
    """What was found after the kills so far.

    Attributes:
        runs: sessions that were begun.
        killed: those that were killed, the others had ended before.
        reports: reports of pain that the history has.
        in_doubt: reports at the very end of an events file: they may be in the history or not.
        lost: reports that should be there and are not.
        damaged: times the file was not whole.
        places: times a place to go on from was remembered.
        wrong_places: times another place was remembered than the session was at, or one after a red flag.
    """

    runs: int = 0
    killed: int = 0
    reports: int = 0
    in_doubt: int = 0
    lost: int = 0
    damaged: int = 0
    places: int = 0
    wrong_places: int = 0
    expected: set[CutOff | None] = field(default_factory=lambda: {None})


def measure_power_cuts(kills: int, seed: int) -> Section:
    """Kill so many sessions and say what was left of them; one that ends before it is killed does not count."""
    chance, found = random.Random(seed), Found()  # noqa: S311 - points to kill at are no secret
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _write_person(place / "user.wav")
        whole_s = _run(place, place / "undisturbed.sqlite", None, None)
        while found.killed < kills:
            at_report = chance.randint(1, 3) if found.runs % 2 else None
            _run(place, place / "history.sqlite", chance.uniform(0, whole_s), at_report, found)
            _look(place, found)
    table = Table(
        "Power cut",
        f"`voiceguide run {ROUTINE}` on sound files, killed {found.killed} times: half of the runs at a random "
        "time of their life, half when a report of pain appeared in the events file. All runs share one history.",
        ["what", "number"],
    )
    for what, number in (
        ("sessions", found.runs),
        ("killed before their end", found.killed),
        ("reports of pain in the history", found.reports),
        ("reports made in the very moment of the kill", found.in_doubt),
        ("reports lost", found.lost),
        ("times the database was damaged", found.damaged),
        ("times a place to go on from was remembered", found.places),
        ("times it was a wrong one", found.wrong_places),
    ):
        table.add(what, str(number))
    harm = found.lost + found.damaged + found.wrong_places
    wanted = "0 lost, 0 damaged"
    measured = f"{found.lost} lost, {found.damaged} damaged of {found.killed} kills"
    target = Target("a session that is killed keeps its reports", wanted, measured, harm == 0)
    data = {name: value for name, value in vars(found).items() if name != "expected"}
    return Section([table], {"power_cut": data}, [target])


def _write_person(path: Path) -> None:
    voice = FliteVoice()
    room = np.random.default_rng(7).standard_normal(samples(LENGTH_S)).astype(np.float32) * np.float32(_NOISE)
    for at_s, words in SAID:
        sound = finish(voice.render(words)) * np.float32(_LEVEL * 5)
        room[samples(at_s) : samples(at_s) + len(sound)] += sound
    soundfile.write(path, to_int16(room), RATE)


def _run(
    folder: Path, history: Path, kill_after_s: float | None, kill_at_report: int | None, found: Found | None = None
) -> float:
    """Run a session and kill it; return the seconds it lived."""
    events = folder / "events.jsonl"
    events.unlink(missing_ok=True)
    program = Path(sys.executable).with_name("voiceguide")
    command: list[str | Path] = [program, "run", ROUTINE, "--mic", folder / "user.wav", "--events", events]
    command += ["--history", history, "--engine", "moonshine", "--voice", "pyttsx3", "--no-introduce"]
    home = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CACHE_HOME": str(folder / "cache")}
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        env=os.environ | home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # its children, such as the voice, are killed with it
    )
    while process.poll() is None:
        lived_s = time.monotonic() - began
        due = kill_after_s is not None and kill_at_report is None and lived_s >= kill_after_s
        if due or (kill_at_report is not None and _reports_in(events) >= kill_at_report):
            os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(0.001)
    complaints = process.communicate()[1].decode(errors="replace")
    if process.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the session failed by itself:\n{complaints[-2000:]}")
    if found is not None:
        found.runs += 1
        found.killed += process.returncode == -signal.SIGKILL
    return time.monotonic() - began


def _reports_in(events: Path) -> int:
    return events.read_bytes().count(b'"kind": "pain",') if events.exists() else 0


def _look(folder: Path, found: Found) -> None:
    """Compare what the history knows with what the events file tells."""
    history = folder / "history.sqlite"
    entries = _entries(folder / "events.jsonl")
    if history.exists():
        with closing(sqlite3.connect(history)) as connection:
            found.damaged += connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
            try:
                kept = connection.execute("SELECT count(*) FROM pain").fetchone()[0]
            except sqlite3.OperationalError:  # killed before the tables were made
                kept = 0
    else:
        kept = 0
    new = kept - found.reports
    told = [number for number, entry in enumerate(entries) if entry["kind"] == "pain"]
    last = len(entries) - 1
    surely = sum(number < last for number in told)
    found.in_doubt += len(told) - surely
    found.lost += max(0, surely - new)
    found.damaged += new > len(told)
    found.reports = kept

    # What the kill interrupted may have been written or not.
    found.expected = {
        place
        for before in found.expected
        for seen in (entries, entries[:-1])
        for place in [_stopped_at(seen, before)]
    }
    opened = History(history, load_routine(find_routine(ROUTINE)))
    remembered = opened.remembered.cut_off
    opened.close()
    found.places += remembered is not None
    found.wrong_places += remembered not in found.expected
    found.expected = {remembered}


def _entries(events: Path) -> list[dict[str, Any]]:
    """Return the whole lines of an events file; the last may have been cut off."""
    if not events.exists():
        return []
    lines = events.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def _stopped_at(entries: list[dict[str, Any]], before: CutOff | None) -> CutOff | None:
    """Return from where the next session may go on, worked out from the events file alone.

    Args:
        entries: what happened in the session.
        before: where to go on from when this one leaves no trace.
    """
    kinds = [entry["kind"] for entry in entries]
    if "started" not in kinds and "pain" not in kinds:
        return before
    pains = [entry for entry in entries if entry["kind"] in ("pain", "pain_kind", "pain_closed")]
    over = any(entry.get("over") for entry in pains)
    unclear = bool(pains) and pains[-1]["kind"] != "pain_closed" and pains[-1]["pain"] != "dull"
    if "finished" in kinds or over or unclear:
        return None
    place = next(entry for entry in reversed(entries) if entry["kind"] == "state")
    first = load_routine(find_routine(ROUTINE)).exercises[0]
    nothing_held = not any(entry["kind"] == "hold" and entry["held_s"] > 0 for entry in entries)
    if nothing_held and place["exercise"] == first.id and place["repeat"] == 1:
        return None
    side = Side(place["side"]) if place["side"] else None
    return CutOff(place["exercise"], side, place["repeat"])


def main() -> None:
    """Kill, print, and fail if something was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="how many sessions to kill (default: 50)")
    parser.add_argument("--seed", type=int, default=1, help="of the random points (default: 1)")
    options = parser.parse_args()
    section = measure_power_cuts(options.kills, options.seed)
    console = Console()
    for table in section.tables:
        console.print(table.for_terminal())
        console.print()
    console.print(targets_table(section.targets).for_terminal())
    sys.exit(not all(target.reached for target in section.targets))


if __name__ == "__main__":
    main()
