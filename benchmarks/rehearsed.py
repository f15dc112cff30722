"""The same calls with and without a rehearsal: each voice teaches its own words before it calls."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict

import numpy as np

from benchmarks.callers import GUIDES, Call, called, guide_says, parties
from benchmarks.chain import chain
from benchmarks.conditions import Condition
from benchmarks.enrolment import LEARNED_AT, TESTED_AT, VOICES, say
from benchmarks.stage import Stage
from benchmarks.streams import Data
from voiceguide.audio.room import Placed, place
from voiceguide.audio.room.levels import ratio
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.hearing.enrolment.embedding import SpeechEmbedding
from voiceguide.hearing.enrolment.learning import learn
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.language.pack import load_language

_BEFORE, _AFTER = samples(1.2), samples(0.9)


def rehearsed_in(condition: Condition, *, taught: bool) -> Data:
    """Return what became of the rehearsed words, said slower and faster than in the rehearsal.

    Args:
        condition: the room; the rehearsal takes place in it without noise, while the guide is silent.
        taught: the words have been rehearsed; otherwise the same calls are made without.
    """
    words = load_language("en").rehearsal.words
    outcomes: list[Data] = []
    for number, voice in enumerate(VOICES):
        enrolment = _taught(place(condition.room(number % 2), number % 2 + 1), voice, words) if taught else None
        hearing = chain(condition.hears, enrolment)
        neighbours = parties("test")[number % 2].neighbours
        stage = Stage(condition, number % 2, hearing, guide_says(GUIDES[number % 2]), neighbours)
        outcomes += [asdict(stage.call(call)) for call in _calls(voice, words)]
        stage.close()
    return {"outcomes": outcomes}


def _calls(voice: str, words: Mapping[Command, str]) -> list[Call]:
    found = [
        called(voice, f"{phrase}, {how:g}", command, say(voice, phrase, how))
        for how in TESTED_AT
        for command, phrase in words.items()
    ]
    return [found[number] for number in np.random.default_rng(8).permutation(len(found))]


def _taught(placed: Placed, voice: str, words: Mapping[Command, str]) -> Enrolment | None:
    hiss = np.random.default_rng(9)

    def take(phrase: str, how: float) -> Frame:
        sound = np.pad(placed.spoken(say(voice, phrase, how)), (_BEFORE, _AFTER))
        return to_int16(sound + hiss.standard_normal(len(sound)).astype(np.float32) * ratio(placed.room.hiss_dbfs))

    with closing(SpeechEmbedding()) as embedding:
        takes = {command: [take(phrase, how) for how in LEARNED_AT] for command, phrase in words.items()}
        return learn(takes, embedding).enrolment
