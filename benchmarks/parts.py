"""What is measured of hearing, part by part: names, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.callers import GUIDES
from benchmarks.conditions import (
    BABBLE,
    FAN,
    PINK,
    QUIET,
    SPEAKING,
    TELEVISION,
    Amount,
    Condition,
    Hears,
    matrix,
    quick,
)
from benchmarks.cost import cost, memory
from benchmarks.echo import TABLES, echo
from benchmarks.evenings import evening, trials
from benchmarks.korean import korean
from benchmarks.rehearsed import rehearsed_in
from benchmarks.streams import PARTS, calls_in, noise_in, own_speech, people_in, talk_in

Task = Callable[[], dict[str, Any]]
Tasks = Iterator[tuple[str, Task]]

OWN_ROOMS = ((-10.0, 0.0, PARTS), (-20.0, 50.0, PARTS), (-10.0, 50.0, 3))
"""Room by room: how loud a person would be against the guide's echo, in dB, the drift of the clocks, in ppm, and
how many of `PARTS` of the lines each of its voices says there: two hours in all, every line at least twice."""


def whole(side: str, human: Path | None) -> Tasks:
    """Yield everything that is measured, what matters most first.

    Args:
        side: of the voices, test or tune.
        human: folder of people's recordings.
    """
    found = matrix()
    named = {one.name: one for one in found}
    key = [one for one in found if one.amount is not Amount.FEW]
    yield from _calls(key, side)
    yield from _talk(named, side, human, {QUIET: 270.0})
    yield "cost", cost
    yield "memory", memory
    yield from _rehearsed(named, PINK)
    yield from _evenings(named, {TELEVISION: 460.0})
    yield from _people(named, side, human, {QUIET: 90})
    for number, (_, _, count) in enumerate(OWN_ROOMS):
        yield from _own_speech(number, range(count), resting=True)
    yield from _trials(named, side, {PINK: 2, BABBLE: 2, QUIET: 1, SPEAKING: 1})
    yield from _talk(named, side, human, {PINK: 120.0})
    yield from _people(named, side, human, {PINK: 60})
    for name in (TELEVISION, BABBLE, FAN):
        yield f"noise/{name}", partial(noise_in, named[name], side, 180.0)
    yield from _calls([one for one in found if one not in key], side)
    yield from _evenings(named, {BABBLE: 240.0})
    yield from _rehearsed(named, QUIET)
    yield from _own_speech(1, range(1), resting=False)
    spotting = replace(named[QUIET], hears=Hears.KEYWORDS)
    yield "talk: keywords/0", partial(talk_in, spotting, side, human, 0, 120.0)
    for name in (QUIET, PINK):
        for ours in (True, False):
            yield f"korean/{name}/{'ours' if ours else 'example'}", partial(korean, named[name], ours=ours)
    for name in TABLES:
        yield f"echo/{name}", partial(echo, name)


def first_look(side: str, human: Path | None) -> Tasks:
    """Yield a little of the most important; the arguments are those of `whole`."""
    named = {one.name: one for one in quick()}
    yield from _calls(quick(), side)
    yield from _talk(named, side, human, {QUIET: 30.0})
    yield from _trials(named, side, dict.fromkeys(named, 1))
    yield from _evenings(named, {BABBLE: 60.0})
    yield f"noise/{BABBLE}", partial(noise_in, named[BABBLE], side, 30.0)
    yield "cost", cost
    yield "memory", memory
    yield from _people(named, side, human, {QUIET: 20})
    yield from _own_speech(0, range(1), resting=True)


def _calls(conditions: Iterable[Condition], side: str) -> Tasks:
    for one in conditions:
        yield f"calls/{one.name}", partial(calls_in, one, side)


def _talk(named: dict[str, Condition], side: str, human: Path | None, most_s: dict[str, float]) -> Tasks:
    for name, seconds in most_s.items():
        for part in (0, 1):
            yield f"talk/{name}/{part}", partial(talk_in, named[name], side, human, part, seconds)


def _trials(named: dict[str, Condition], side: str, each: dict[str, int]) -> Tasks:
    for name, count in each.items():
        yield f"trials/{name}", partial(trials, named[name], side, count)


def _evenings(named: dict[str, Condition], long_s: dict[str, float]) -> Tasks:
    for name, seconds in long_s.items():
        for number, guide in enumerate(GUIDES):
            noise = replace(named[name], guide=True)
            yield f"evening/{name}/{number}", partial(evening, noise, number, seconds, guide)


def _people(named: dict[str, Condition], side: str, human: Path | None, most: dict[str, int]) -> Tasks:
    if human is not None:
        for name, count in most.items():
            yield f"people/{name}", partial(people_in, named[name], side, human, count)


def _rehearsed(named: dict[str, Condition], name: str) -> Tasks:
    for taught in (True, False):
        words = "with rehearsal" if taught else "without"
        yield f"rehearsed/{name}: {words}", partial(rehearsed_in, named[name], taught=taught)


def _own_speech(number: int, parts: range, *, resting: bool) -> Tasks:
    echo_db, drift_ppm, _ = OWN_ROOMS[number]
    room = Condition(name="own speech", guide=True, speech_to_echo_db=echo_db, drift_ppm=drift_ppm)
    kind = "own speech" if resting else "own speech, no rest"
    for part in parts:
        for guide in GUIDES:
            task = partial(own_speech, room, guide, number, part, resting=resting)
            yield f"{kind}/{guide}/{number}.{part}", task
