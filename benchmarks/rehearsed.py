"""The same calls with and without a rehearsal: each voice teaches its own words before it calls."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace

import numpy as np
import soxr

from benchmarks.callers import GUIDES, NEIGHBOURS, ROOMS, Call, called, guide_says, mixed
from benchmarks.chain import chain
from benchmarks.conditions import Condition, Hears
from benchmarks.phrasings import Phrasing
from benchmarks.stage import Stage
from benchmarks.streams import Data
from training.voices import Take, spoken, takes
from voiceguide.audio.room import Placed, place
from voiceguide.audio.room.levels import ratio
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.demo.neighbours import background_of
from voiceguide.hearing.enrolment.embedding import SpeechEmbedding
from voiceguide.hearing.enrolment.learning import learn
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.language.pack import load_language
from voiceguide.speaking.voice import Samples

LEARNED_AT = (0.94, 1.0, 1.08)
TESTED_AT = (0.88, 0.97, 1.12)
"""How much longer and deeper than rendered a word is said, to teach it and to call it."""

_EVERY = 3
_BEFORE, _AFTER = samples(1.2), samples(0.9)


def rehearsed_in(condition: Condition, *, taught: bool) -> Data:
    """Return what became of the words of the rehearsal, said slower and faster than in it, by some test voices.

    Args:
        condition: the room; the rehearsal takes place in it without noise, while the guide is silent.
        taught: the words have been rehearsed; otherwise the same calls are made without.
    """
    words = load_language("en").rehearsal.words
    outcomes: list[Data] = []
    for number, voice in enumerate(takes("test")[::_EVERY]):
        said = spoken(voice, words.values())
        placed = place(condition.room(number % ROOMS), number % ROOMS + 1)
        enrolment = _taught(placed, said, words) if taught else None
        hears = Hears.ENROLLED if taught else condition.hears
        noise = background_of(placed.room, placed.seed, NEIGHBOURS)
        lines = guide_says(GUIDES[number % len(GUIDES)])
        stage = Stage(replace(condition, hears=hears), number % ROOMS, chain(hears, enrolment), lines, noise)
        outcomes += [asdict(stage.call(call)) for call in _calls(voice, said, words)]
        stage.close()
    return {"outcomes": outcomes}


def _calls(voice: Take, said: Mapping[str, Samples], words: Mapping[Command, str]) -> list[Call]:
    found = [
        called(voice.name, Phrasing(f"{text}, {how:g}", (command.value,)), _longer(said[text], how))
        for how in TESTED_AT
        for command, text in words.items()
    ]
    return mixed(found, 8)


def _longer(sound: Samples, how: float) -> Samples:
    return np.asarray(soxr.resample(sound, RATE, RATE * how), np.float32)


def _taught(placed: Placed, said: Mapping[str, Samples], words: Mapping[Command, str]) -> Enrolment | None:
    hiss = np.random.default_rng(9)

    def take(text: str, how: float) -> Frame:
        sound = np.pad(placed.spoken(_longer(said[text], how)), (_BEFORE, _AFTER))
        return to_int16(sound + hiss.standard_normal(len(sound)).astype(np.float32) * ratio(placed.room.hiss_dbfs))

    with closing(SpeechEmbedding()) as embedding:
        lessons = {command: [take(text, how) for how in LEARNED_AT] for command, text in words.items()}
        return learn(lessons, embedding).enrolment
