"""What becomes of a session when its sound card fails: `python -m benchmarks.device [PART ...]`, as root on Linux.

Every fault is done for real to a real `voiceguide listen` on a sound server without hardware (`device_stage.py`,
`device_faults.py`). The parts: faults, drift, disk, ends, restarts, busy (`busy.py`), hours (`soak.py`) and live,
half an hour on the card. All but the last two by default; what was measured is kept beside the tables, so that
parts can be measured one by one.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from benchmarks import busy, held_card
from benchmarks.device_faults import FAULTS, Fault, Suffered, suffer
from benchmarks.device_stage import GuideProcess, Stage
from benchmarks.drifting import DriftingMicrophone
from benchmarks.measure import open_files, resident_mb
from benchmarks.sound_server import PIPEWIRE, PULSEAUDIO
from benchmarks.tables import Table, write_between

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- device: begin -->", "<!-- device: end -->"
ROUTINE = "psoas-short"
RESTARTS = 50
DRIFT_PPM = 300
LIVE_MINUTES = 30
HOURS = 8

Found = dict[str, Any]


def faults() -> list[Found]:
    """One fault after the other, each in a session of its own."""
    return _suffer(FAULTS, PULSEAUDIO)


def pipewire() -> list[Found] | None:
    """The faults of sound servers and microphones on another server, which resumes at once what is suspended."""
    missing = [program for program in ("pipewire", "pipewire-pulse", "wireplumber") if not shutil.which(program)]
    if missing:
        print(f"PipeWire is left out: {', '.join(missing)} not installed (sh packaging/apt.sh, key device)")
        return None
    return _suffer([fault for fault in FAULTS if fault.servers_own and "suspended" not in fault.name], PIPEWIRE)


def _suffer(faults: Sequence[Fault], server: tuple[str, ...]) -> list[Found]:
    suffered: list[Suffered] = []
    for fault in faults:
        if fault.needs_compiler and not held_card.possible():
            print(f"left out, as there is no C compiler (cc): {fault.name}")
            continue
        with Stage(ROUTINE, server) as stage:
            suffered.append(suffer(stage, stage.guide(), fault))
        print(suffered[-1], flush=True)
    return [asdict(one) for one in suffered]


def drift() -> Found:
    """A microphone whose clock is fast: two minutes of a session, then a call of pain."""
    with Stage(ROUTINE) as stage:
        microphone = DriftingMicrophone(stage, DRIFT_PPM)
        stage.person.speak = microphone.say
        guide = stage.guide()
        reached = stage.person.lead_to(guide, "holding")
        time.sleep(120)
        called = microphone.say("it hurts")
        pain = guide.wait_for(lambda entry: entry["kind"] == "pain", called - 2, 15)
        counted = [one.entry for one in guide.events if one.entry["kind"] == "sound_card"]
        lost = sum(one.entry["kind"] == "hearing_lost" for one in guide.events)
        microphone.close()
        return {
            "ppm": DRIFT_PPM,
            "hold_reached": reached,
            "pain_after_s": pain.at - called if pain else None,
            "hearing_lost": lost,
            "counted": {key: n for key, n in counted[-1].items() if key not in ("time_s", "kind")}
            if counted
            else {},
        }


def disk() -> Found:
    """A disk that fills up in the middle of a session."""
    with Stage(ROUTINE) as stage, TemporaryDirectory() as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", name], check=True)
        try:
            guide = stage.guide(history=Path(name) / "history.db")
            reached = stage.person.lead_to(guide, "holding")
            with suppress(OSError), (Path(name) / "filler").open("wb") as filler:
                while True:
                    filler.write(bytes(1024))
                    filler.flush()
            struck = time.monotonic()
            lost = guide.wait_for(lambda entry: entry["kind"] == "history_lost", struck, 90)
            said = guide.wait_for(_says("history_lost"), struck, 30)
            pained = stage.person.say("it hurts")
            pain = guide.wait_for(lambda entry: entry["kind"] == "pain", pained - 2, 15)
            return {
                "hold_reached": reached,
                "known_s": lost.at - struck if lost else None,
                "said": said.entry["text"] if said else None,
                "pain_heard": pain is not None,
                "goes_on": guide.runs,
            }
        finally:
            for one in stage.guides:
                one.end()
            subprocess.run(["umount", name], check=False)


def ends() -> list[Found]:
    """Ended in a hold by SIGTERM and by SIGKILL, and begun again."""
    found = []
    for by in (signal.SIGTERM, signal.SIGKILL):
        with Stage(ROUTINE) as stage:
            guide = stage.guide()
            reached = stage.person.lead_to(guide, "holding")
            family = [guide.process.pid, *guide.children()]
            struck = time.monotonic()
            guide.process.send_signal(by)
            code = guide.process.wait(timeout=30)
            ended = time.monotonic() - struck
            gone = _wait_until(lambda family=family: not any(map(_runs, family)), 30)
            again = stage.guide()
            back = again.wait_for(lambda entry: entry["kind"] == "say_started", again.began, 60)
            found.append(
                {
                    "by": by.name,
                    "hold_reached": reached,
                    "ended_s": ended,
                    "code": code,
                    "all_gone_s": gone,
                    "last_words": guide.said(struck),
                    "speaks_again_s": back.at - again.began if back else None,
                    "history": _integrity(stage.folder / "history.db"),
                }
            )
    return found


def restarts() -> Found:
    """Started and ended fifty times, every other time without a goodbye."""
    with Stage(ROUTINE) as stage:
        before = _everything_of(stage)
        took, failed = [], 0
        for number in range(RESTARTS):
            guide = stage.guide()
            ready = guide.wait_for(_says("standby_here"), guide.began, 90)
            if ready is None:
                failed += 1
            else:
                took.append(ready.at - guide.began)
            guide.process.send_signal(signal.SIGKILL if number % 2 else signal.SIGTERM)
            guide.process.wait(timeout=30)
        _wait_until(lambda: len(_everything_of(stage)) <= len(before), 20)
        left = len(_everything_of(stage)) - len(before)
        return {
            "times": RESTARTS,
            "failed": failed,
            "least_s": min(took),
            "most_s": max(took),
            "processes_left": left,
            "clients_left": len(stage.server.pactl("list", "short", "clients").splitlines()),
        }


def live() -> list[Found]:
    """Half an hour on the card: sessions, and every five minutes what the processes hold."""
    found = []
    with Stage(ROUTINE) as stage:
        guide = stage.guide()
        ends_at = guide.began + LIVE_MINUTES * 60
        look_at = guide.began + 60
        while guide.runs and time.monotonic() < ends_at:
            stage.person.lead_to(guide, None, max(0.0, min(look_at, ends_at) - time.monotonic()))
            look_at += 300
            found.append({"minute": round((time.monotonic() - guide.began) / 60), **_held(guide)})
            print(found[-1], flush=True)
        found.append({"minute": round((time.monotonic() - guide.began) / 60), **_held(guide)})
    return found


def hours() -> list[Found]:
    """Eight hours of sessions in sample time."""
    command = [sys.executable, "-m", "benchmarks.soak", str(HOURS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


PARTS: dict[str, Callable[[], Any]] = {
    "faults": faults,
    "pipewire": pipewire,
    "drift": drift,
    "disk": disk,
    "ends": ends,
    "restarts": restarts,
    "busy": busy.busy,
    "hours": hours,
    "live": live,
}


def _held(guide: GuideProcess) -> Found:
    card, recogniser = guide.child("card_process"), guide.child("apart_process")
    kinds = [one.entry["kind"] for one in guide.events]
    return {
        "sessions": kinds.count("started"),
        "guide_mb": resident_mb(guide.process.pid),
        "card_mb": resident_mb(card),
        "recogniser_mb": resident_mb(recogniser),
        "guide_files": open_files(guide.process.pid),
        "card_files": open_files(card),
        "recogniser_files": open_files(recogniser),
        "hearing_lost": kinds.count("hearing_lost"),
        **next(
            (
                {key: n for key, n in one.entry.items() if key not in ("time_s", "kind")}
                for one in reversed(guide.events)
                if one.entry["kind"] == "sound_card"
            ),
            {},
        ),
    }


def _says(key: str) -> Callable[[dict[str, Any]], bool]:
    return lambda entry: entry["kind"] == "say_started" and entry["key"] == key


def _integrity(history: Path) -> str:
    with closing(sqlite3.connect(history)) as database:
        (answer,) = database.execute("PRAGMA integrity_check").fetchone()
        return str(answer)


def _runs(process: int) -> bool:
    with suppress(OSError):
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())
    return False


def _everything_of(stage: Stage) -> list[int]:
    """Return the processes that run with this stage's environment, but for those of the stage itself."""
    mark = f"XDG_DATA_HOME={stage.folder}/data".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes() and b"voiceguide" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


def _wait_until(over: Callable[[], bool], within_s: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        if over():
            return time.monotonic() - began
        time.sleep(0.02)
    return None


# --- the tables -------------------------------------------------------------------------------------------


def _s(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def tables(found: Found) -> list[Table]:
    """Return what was measured, for people."""
    made: list[Table] = []
    for part, server in (("faults", "PulseAudio"), ("pipewire", "PipeWire")):
        if part in found:
            made += _faults(found[part], server)
    rest = Table(
        "Other accidents",
        "Each to processes of their own. The disk was full for the history alone.",
        ["accident", "what became of it"],
    )
    if one := found.get("drift"):
        heard = f"“it hurts” obeyed after {_s(one['pain_after_s'])} s" if one["pain_after_s"] else "NOT obeyed"
        rest.add(
            f"microphone's clock {one['ppm']} ppm fast, for two minutes",
            f"{heard}; hearing lost {one['hearing_lost']} times; counted: {_counted(one['counted'])}",
        )
    if one := found.get("disk"):
        rest.add(
            "disk full",
            f"known after {_s(one['known_s'])} s; said “{one['said']}”; the session goes on: "
            f"{_yes(one['goes_on'])}; pain heard: {_yes(one['pain_heard'])}",
        )
    for one in found.get("ends", []):
        rest.add(
            f"{one['by']} in a hold",
            f"ended after {_s(one['ended_s'])} s with {one['code']}, all its processes {_s(one['all_gone_s'])} s "
            f"later; last words: {' / '.join(one['last_words']) or 'none'}; started again it spoke after "
            f"{_s(one['speaks_again_s'])} s; history: {one['history']}",
        )
    if one := found.get("restarts"):
        rest.add(
            f"{one['times']} restarts, half of them with SIGKILL",
            f"{one['failed']} failed; ready after {_s(one['least_s'])} to {_s(one['most_s'])} s; processes left "
            f"over: {one['processes_left']}",
        )
    if rest.rows:
        made.append(rest)
    if rows := found.get("busy"):
        made.append(busy.table(rows))
    for key, title, about in (
        (
            "hours",
            "Hours of sessions in sample time",
            "`benchmarks.soak`, in step, with Moonshine.",
        ),
        ("live", "Half an hour on the virtual card", "With both child processes."),
    ):
        if rows := found.get(key):
            columns = list(dict.fromkeys(name for row in rows for name in row))
            table = Table(title, about, [name.replace("_", " ") for name in columns])
            for row in rows:
                table.add(
                    *(f"{row[c]:.1f}" if isinstance(row.get(c), float) else str(row.get(c, "")) for c in columns)
                )
            made.append(table)
    return made


def _faults(suffered: list[Found], server: str) -> list[Table]:
    table = Table(
        f"Faults in a hold, {server}",
        "Each in a session of its own, in a hold. Known: until it stood in the events file. Aloud: until the "
        "loudspeaker said so, while the fault lasted (25 s). Hears again: from the end of the fault, for those of "
        "processes from its beginning. Goes on: from four seconds later, “continue” and “ready” said, to the next "
        "hold. Next one, it hurts: said over the guide's voice after that, from the end of the words until they "
        "were obeyed. Seconds.",
        ["fault", "known", "aloud", "hears again", "says so", "goes on", "next one", "it hurts", "problems"],
    )
    words = Table(f"What the guide said, {server}", "Each line of it, as it began.", ["fault", "words"])
    for one in suffered:
        times = (one["known"], one["aloud"], one["back"], one["aloud_after"], one["goes_on"])
        times += one.get("next_one"), one.get("hurts")
        table.add(one["fault"], *map(_s, times), "; ".join(one["problems"]) or "none")
        words.add(one["fault"], " / ".join(one["said"]))
    return [table, words]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in counts.items()) or "nothing"


def _yes(what: object) -> str:
    return "yes" if what else "NO"


def main() -> None:
    """Measure the parts asked for and write them down."""
    # Whoever plays the person has to be in time, too, and is run after the server and before the guide.
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(2))
    wanted = sys.argv[1:] or [part for part in PARTS if part not in ("hours", "live")]
    kept = DOCS / "device.json"
    found: Found = json.loads(kept.read_text()) if kept.exists() else {}
    for part in wanted:
        load = os.getloadavg()[0]
        measured = PARTS[part]()
        if measured is None:
            continue
        found[part] = measured
        found.setdefault("measured", {})[part] = {
            "at": datetime.now(UTC).date().isoformat(),
            "load_before": round(load, 1),
            "load_after": round(os.getloadavg()[0], 1),
        }
        kept.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_down(found)
    for table in tables(found):
        Console().print(table.for_terminal())


def write_down(found: Found) -> None:
    """Put the tables into docs/benchmarks.md."""
    measured = ", ".join(
        f"{part} ({one['at']}) {one['load_before']}, {one['load_after']}"
        for part, one in found["measured"].items()
    )
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    head = f"{machine}. Load averages, before and after: {measured}.\n"
    text = "\n".join([head, *(table.markdown() for table in tables(found))])
    write_between(DOCS / "benchmarks.md", BEGIN, END, text)


if __name__ == "__main__":
    main()
