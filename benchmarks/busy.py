"""A guide on a busy machine: programs that never rest, and a report of pain over the guide's voice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchmarks.device_stage import OBEYED_WITHIN_S, GuideProcess, Stage
from benchmarks.tables import Table
from training.voices import Take, rendered
from voiceguide.audio.priority import as_others
from voiceguide.speaking.voice import Samples

Found = dict[str, Any]

ROUTINE = "psoas-short"
LOADS = (0, 8)
"""Programs that take all the processor they get."""

TRIALS = 10
"""Reports of pain at each load."""

WORDS = "it hurts"

_BURN = "while True: pass"
_CALLER = Take("piper", "joe", {"length": 1.0, "noise": 0.667})


def busy() -> list[Found]:
    """Report pain over the guide's voice, in one session after the other, at each load."""
    return [_at(load) for load in LOADS]


def table(found: list[Found]) -> Table:
    """Return what was measured, for people."""
    made = Table(
        "A busy machine",
        f"“{WORDS.capitalize()}”, in a natural voice over the guide's, in a hold. The guide asks for its "
        f"priority by itself. Obeyed: within {OBEYED_WITHIN_S:g} s of the call. Nobody said: commands and "
        "reports of pain without a call.",
        [
            "busy programs",
            "reports",
            "at the first",
            "within two",
            "worst, seconds",
            "nobody said",
            "counted",
        ],
    )
    for one in found:
        counted = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in one["counted"].items())
        made.add(
            one["load"],
            one["trials"],
            one["first"],
            one["first"] + one["second"],
            f"{max(one['seconds'], default=0.0):.1f}",
            len(one["false"]),
            counted or "nothing",
        )
    return made


def _at(load: int) -> Found:
    found: Found = {"load": load, "trials": 0, "first": 0, "second": 0, "seconds": [], "false": [], "counted": {}}
    with _burning(load), Stage(ROUTINE, render=_render, guide_first=()) as stage:
        while found["trials"] < TRIALS:
            guide = stage.guide()
            _session(stage, guide, found)
            guide.end()
            found["counted"] = _added(found["counted"], guide)
    print(found, flush=True)
    return found


def _session(stage: Stage, guide: GuideProcess, found: Found) -> None:
    """Report pain in the first hold, and again in each one that comes."""
    while found["trials"] < TRIALS and stage.person.lead_to(guide, "holding", 180):
        found["trials"] += 1
        before = len(stage.person.spoke)
        took = stage.person.is_obeyed(guide, WORDS, lambda entry: entry["kind"] == "pain", tries=2)
        if took is not None:
            found["first" if len(stage.person.spoke) == before + 1 else "second"] += 1
            found["seconds"].append(round(took, 2))
    found["false"] += [
        one.entry
        for one in guide.events
        if one.entry["kind"] in ("heard", "pain")
        and not any(began <= one.at <= ended + OBEYED_WITHIN_S + 2 for began, ended in stage.person.spoke)
    ]


def _added(counted: dict[str, int], guide: GuideProcess) -> dict[str, int]:
    last = next((one.entry for one in reversed(guide.events) if one.entry["kind"] == "sound_card"), {})
    names = [name for name in last if name not in ("time_s", "kind")]
    return {name: counted.get(name, 0) + last.get(name, 0) for name in dict.fromkeys([*counted, *names])}


def _render(words: str) -> Samples:
    return np.concatenate(list(rendered(_CALLER, iter([words]))))


@contextmanager
def _burning(count: int) -> Iterator[None]:
    burners = [subprocess.Popen([sys.executable, "-c", _BURN]) for _ in range(count)]
    for one in burners:
        as_others(one.pid)  # the bench itself is run first
    try:
        yield
    finally:
        for one in burners:
            one.kill()
            one.wait()
