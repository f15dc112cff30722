"""What is measured of hearing, part by part: names, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.callers import GUIDES
from benchmarks.chain import PARTIAL
from benchmarks.conditions import (
    BABBLE,
    CONDITIONS,
    FAN,
    PINK,
    QUIET,
    SET_UP,
    SPEAKING,
    TELEVISION,
    Condition,
    Hears,
)
from benchmarks.cost import cost, memory
from benchmarks.echo import TABLES, echo
from benchmarks.evenings import evening
from benchmarks.korean import korean
from benchmarks.phrasings import Half
from benchmarks.rehearsed import rehearsed_in
from benchmarks.streams import PARTS, calls_in, own_speech, people_in, talk_in
from benchmarks.unrelated import Reel, reels

Task = Callable[[], dict[str, Any]]
Tasks = Iterator[tuple[str, Task]]

OWN_ROOMS = ((-10.0, 0.0, PARTS), (-20.0, 50.0, PARTS), (-10.0, 50.0, 3))
"""Room by room: how loud a person would be against the guide's echo, in dB, the drift of the clocks, in ppm, and
how many of `PARTS` of the lines each of its voices says there: two hours in all, every line at least twice."""

ABLATION = (f"people/{QUIET}", f"people/{PINK}", f"commands/{QUIET}", f"commands/{PINK}")
ABLATION_TALK = (Reel("people", 0, QUIET), Reel("reading", 4, QUIET))
"""By what parts the chain is compared with less of it."""

_FEW = 72
"""Calls in conditions that have no figure to reach."""


def whole(side: Half, human: Path | None) -> Tasks:
    """Yield everything that is measured, what matters most first.

    Args:
        side: of the voices.
        human: folder of people's recordings.
    """
    for name in (QUIET, PINK, SPEAKING):
        yield f"commands/{name}", partial(calls_in, CONDITIONS[name], side, "commands")
    yield from _people(CONDITIONS.values(), side, human, "")
    for name in (QUIET, PINK):
        yield f"phrasings/{name}", partial(calls_in, CONDITIONS[name], side, "phrasings")
    yield f"phrasings/{SET_UP}", partial(calls_in, CONDITIONS[SET_UP], side, "phrasings", group="pain")
    for reel in reels(side, human):
        yield f"talk/{reel.name}", partial(talk_in, reel, side, human, Hears.ALL)
    yield "cost", partial(cost, side)
    yield "memory", memory
    for number, guide in enumerate(GUIDES):
        yield f"evening/{TELEVISION}/{number}", partial(evening, number, 1500.0, guide, side, human)
    for number, (_, _, count) in enumerate(OWN_ROOMS):
        yield from _own_speech(number, range(count))
    for hears in PARTIAL:
        yield from _ablation(hears, side, human)
    for taught in (True, False):
        words = "with rehearsal" if taught else "without"
        yield f"rehearsed/{PINK}: {words}", partial(rehearsed_in, CONDITIONS[PINK], taught=taught)
    if human is not None:
        reel = Reel("household", 0, QUIET)
        yield "household", partial(talk_in, reel, side, human, Hears.ALL)
    for name in (FAN, BABBLE, TELEVISION):
        yield f"commands/{name}", partial(calls_in, CONDITIONS[name], side, "commands", first=_FEW)
    yield f"formant/{QUIET}", partial(calls_in, CONDITIONS[QUIET], side, "formant")
    yield f"korean/{QUIET}", partial(korean, CONDITIONS[QUIET])
    for name in TABLES:
        yield f"echo/{name}", partial(echo, name)


def first_look(side: Half, human: Path | None) -> Tasks:
    """Yield a little of everything; the arguments are those of `whole`."""
    for name in (QUIET, SPEAKING):
        yield f"commands/{name}", partial(calls_in, CONDITIONS[name], side, "commands", first=12)
    for one, group in ((QUIET, None), (SET_UP, "pain")):
        yield f"phrasings/{one}", partial(calls_in, CONDITIONS[one], side, "phrasings", group=group, first=12)
    if human is not None:
        yield f"people/{QUIET}", partial(people_in, CONDITIONS[QUIET], side, human, 12)
    for reel in _one_of_each(reels(side, human)):
        yield f"talk/{reel.name}", partial(talk_in, reel, side, human, Hears.ALL, 20.0)
    yield f"evening/{TELEVISION}/0", partial(evening, 0, 40.0, GUIDES[0], side, human)
    yield "cost", partial(cost, side, 10.0)
    yield "memory", memory
    yield from _own_speech(0, range(1))


def _one_of_each(found: Iterable[Reel]) -> list[Reel]:
    return list({(reel.kind, reel.condition): reel for reel in found}.values())


def _people(conditions: Iterable[Condition], side: Half, human: Path | None, prefix: str) -> Tasks:
    for one in conditions:
        if human is not None and one.name in (QUIET, PINK):
            yield f"{prefix}people/{one.name}", partial(people_in, one, side, human)


def _ablation(hears: Hears, side: Half, human: Path | None) -> Tasks:
    prefix = f"ablation/{hears.value}/"
    conditions = [replace(CONDITIONS[name], hears=hears) for name in (QUIET, PINK)]
    yield from _people(conditions, side, human, prefix)
    for one in conditions:
        yield f"{prefix}commands/{one.name}", partial(calls_in, one, side, "commands")
    for reel in ABLATION_TALK:
        if human is not None or reel.kind != "people":
            yield f"{prefix}talk/{reel.name}", partial(talk_in, reel, side, human, hears)


def _own_speech(number: int, parts: range) -> Tasks:
    echo_db, drift_ppm, _ = OWN_ROOMS[number]
    room = Condition(name="own speech", guide=True, hold=False, speech_to_echo_db=echo_db, drift_ppm=drift_ppm)
    for part in parts:
        for guide in GUIDES:
            yield f"own speech/{guide}/{number}.{part}", partial(own_speech, room, guide, number, part)
