"""Long streams of sound through the real chain: calls, talk that is no call, and the guide's own voice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.callers import GUIDES, NEIGHBOURS, ROOMS, Call, Said, guide_says, people_calls, voice_calls
from benchmarks.chain import chain
from benchmarks.conditions import CONDITIONS, Condition, Hears
from benchmarks.phrasings import Half
from benchmarks.stage import Event, Stage
from benchmarks.unrelated import Reel, talk, television
from voiceguide.audio.room import Noise, place
from voiceguide.core.clock import RATE, samples
from voiceguide.demo.neighbours import background_of
from voiceguide.speaking.voice import Samples

Data = dict[str, Any]

PARTS = 5
"""Parts of the guide's lines, about five minutes each."""

_AFTER = samples(2.0)
_LINES_BETWEEN = samples(0.45)


def calls_in(
    condition: Condition, side: Half, kind: Said, *, group: str | None = None, first: int | None = None
) -> Data:
    """Return what became of the calls of voices, half of them in each of two rooms.

    Args:
        condition: the room.
        side: of the voices.
        kind: of what they say.
        group: only calls of this group of `Phrasing`.
        first: only so many calls.
    """
    said = [call for call in voice_calls(side, kind) if group in (None, call.said.group)]
    return _called(condition, said[:first])


def people_in(condition: Condition, side: Half, folder: Path, first: int | None = None) -> Data:
    """Return what became of people's isolated words."""
    return _called(condition, people_calls(folder, side)[:first])


def talk_in(reel: Reel, side: Half, folder: Path | None, hears: Hears, most_s: float | None = None) -> Data:
    """Return what was noticed of a reel of talk that is no call, while a position is held in silence."""
    number = reel.number % ROOMS
    condition = replace(CONDITIONS[reel.condition], hears=hears)
    stage = _stage(condition, number, _noise(condition, number, side, folder))
    began = stage.now
    for sound in talk(reel, side, folder):
        if most_s is not None and stage.now - began > samples(most_s):
            break
        stage.talk(sound)
    stage.run(_AFTER)
    stage.close()
    return _noticed(stage.events, began, stage.now) | {"again": reel.again, "kind": reel.kind}


def noise_in(condition: Condition, side: Half, folder: Path | None, seconds: float) -> Data:
    """Return what was noticed in a hold in which nothing sounds but the noise."""
    stage = _stage(condition, 0, _noise(condition, 0, side, folder))
    began = stage.now
    stage.run(samples(seconds))
    stage.close()
    return _noticed(stage.events, began, stage.now)


def own_speech(condition: Condition, voice: str, number: int, part: int) -> Data:
    """Return what was noticed while the guide said lines of every routine, and nobody else was there.

    Args:
        condition: the room; the guide's echo is as loud as it says against a person who says nothing.
        voice: the guide's.
        number: of the room.
        part: which of `PARTS` of the lines; all of them together are every line there is.
    """
    lines = guide_says(voice)[part::PARTS]
    hearing = chain(condition.hears, resting=True)
    stage = Stage(condition, number, hearing, lines, None, gives_way=False, preface=False)
    stage.run(sum(len(line) + _LINES_BETWEEN for line in lines))
    stage.close()
    return _noticed(stage.events, 0, stage.now)


def _called(condition: Condition, said: Sequence[Call]) -> Data:
    outcomes: list[Data] = []
    for number in range(ROOMS):
        stage = _stage(condition, number, _noise(condition, number, "test", None))
        outcomes += [asdict(stage.call(call)) for call in said[number::ROOMS]]
        stage.close()
    return {"outcomes": outcomes}


def _stage(condition: Condition, number: int, noise: Samples | None) -> Stage:
    return Stage(condition, number, chain(condition.hears), guide_says(GUIDES[number % len(GUIDES)]), noise)


def _noise(condition: Condition, number: int, side: Half, folder: Path | None) -> Samples | None:
    if condition.noise is Noise.TELEVISION:
        return television(side, folder, number)
    return background_of(place(condition.room(number), number + 1).room, number + 1, NEIGHBOURS)


def _noticed(events: Sequence[Event], began: int, ended: int) -> Data:
    """Return events as `[seconds, what came of it, which command, how sure]`."""
    found = []
    for event in events:
        name = event.command or event.perhaps or (event.look.best if event.look else None)
        sure = round(event.look.sure, 4) if event.look else 0.0
        if (came := came_of(event)) and (came != "nothing" or name):
            found.append([round((event.at - began) / RATE, 2), came, name, sure])
    return {"events": found, "seconds": (ended - began) / RATE}


def came_of(event: Event) -> str:
    """Tell what a session would get: a command, a question by name, unknown speech, a yield, or nothing."""
    kinds: list[tuple[str, Callable[[Event], object]]] = [
        ("command", lambda one: one.command),
        ("asked", lambda one: one.perhaps),
        ("unknown", lambda one: one.unknown),
        ("nothing", lambda one: one.look),
        ("yield", lambda one: one.guide),
    ]
    return next((name for name, applies in kinds if applies(event)), "")
