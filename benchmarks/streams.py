"""Long streams of sound through the real chain: calls, talk that is no call, and the guide's own voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.callers import (
    GUIDES,
    Call,
    Party,
    guide_says,
    parties,
    party_calls,
    people_calls,
    people_talk,
    voices_talk,
)
from benchmarks.chain import chain
from benchmarks.conditions import Condition
from benchmarks.stage import Event, Stage
from voiceguide.core.clock import RATE, samples
from voiceguide.core.events import Heard

Data = dict[str, Any]

PARTS = 5
"""Parts of the guide's lines, about five minutes each."""

_AFTER = samples(2.0)
_LINES_BETWEEN = samples(0.45)


def calls_in(condition: Condition, side: str) -> Data:
    """Return what became of the calls of synthetic voices, half of the voices in each of two rooms."""
    outcomes: list[Data] = []
    for number, party in enumerate(parties(side)):
        outcomes += _called(condition, number, party, party_calls(party, condition.amount))
    return {"outcomes": outcomes}


def people_in(condition: Condition, side: str, folder: Path, most: int) -> Data:
    """Return what became of people's isolated words."""
    outcomes: list[Data] = []
    said = people_calls(folder, side)[:most]
    for number, party in enumerate(parties(side)):
        outcomes += _called(condition, number, party, said[number::2])
    return {"outcomes": outcomes}


def talk_in(condition: Condition, side: str, folder: Path | None, part: int, most_s: float) -> Data:
    """Return what was noticed of talk that is no call, by people or, without a folder, by synthetic voices.

    Args:
        condition: the room; a position is held in silence.
        side: of voices or people.
        folder: people's recordings.
        part: 0 or 1: which half of the talk, in which room.
        most_s: seconds of talk.
    """
    party = parties(side)[part]
    stage = _stage(condition, part, party)
    began = stage.now
    for sound in (people_talk(folder, side) if folder else voices_talk(side))[part::2]:
        if stage.now - began > samples(most_s):
            break
        stage.talk(sound)
    stage.run(_AFTER)
    stage.close()
    return _noticed(stage.events, began, stage.now)


def noise_in(condition: Condition, side: str, seconds: float) -> Data:
    """Return what was noticed in a hold in which nobody speaks but the noise."""
    stage = _stage(condition, 0, parties(side)[0])
    began = stage.now
    stage.run(samples(seconds))
    stage.close()
    return _noticed(stage.events, began, stage.now)


def own_speech(condition: Condition, voice: str, number: int, part: int, *, resting: bool) -> Data:
    """Return what was noticed while the guide said lines of every routine, and nobody else was there.

    Args:
        condition: the room; the guide's echo is as loud as it says against a person who says nothing.
        voice: the guide's.
        number: of the room.
        part: which of `PARTS` of the lines; all of them together are every line there is.
        resting: the ears rest while nothing they claim could count.
    """
    lines = guide_says(voice)[part::PARTS]
    hearing = chain(condition.hears, resting=resting)
    stage = Stage(condition, number, hearing, lines, (), gives_way=False, preface=False)
    stage.run(sum(len(line) + _LINES_BETWEEN for line in lines))
    stage.close()
    return _noticed(stage.events, 0, stage.now)


def _called(condition: Condition, number: int, party: Party, said: Sequence[Call]) -> list[Data]:
    stage = _stage(condition, number, party)
    outcomes = [asdict(stage.call(call)) for call in said]
    stage.close()
    return outcomes


def _stage(condition: Condition, number: int, party: Party) -> Stage:
    lines = guide_says(GUIDES[number % len(GUIDES)])
    return Stage(condition, number, chain(condition.hears), lines, party.neighbours)


def _noticed(events: Sequence[Event], began: int, ended: int) -> Data:
    found = [(round((event.at - began) / RATE, 2), _name(event)) for event in events]
    return {"events": [one for one in found if one[1]], "seconds": (ended - began) / RATE}


def _name(event: Event) -> str:
    if isinstance(event.what, Heard):
        return event.what.command.value if event.what.command else "unknown"
    return "yield" if event.guide else ""
