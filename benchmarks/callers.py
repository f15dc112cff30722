"""Who calls, who talks in the noise, and who guides: natural voices and, from a folder, people.

Voices are split in `training/voices.yaml`, people by a hash of the speaker's name (`training/people.py`): figures
are measured with the sides `test` and `report`, settings of hearing are chosen with the side `tune` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np

from benchmarks.phrasings import Half, Phrasing, phrasings
from training.people import PEOPLE_SAY, Clip, clips
from training.texts import LANGUAGE, guide_lines
from training.voices import Take, spoken, takes
from voiceguide.language.pack import load_language
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.voice import Samples

END_BELOW_PEAK = 0.01
"""A word ends with its last sample that is no more than 40 dB below its peak."""

GUIDES = ("hibari", "pyttsx3")
ROOMS = 2
PHRASES_EACH = 2
"""So many of a command's phrases, the recommended ones, are called out."""

_SAID_BY = {"tune": 2, "test": 3}
"""So many voices of a side say each text."""

NEIGHBOURS = ("slt", "rms", "kal16", "awb")
"""Voices of flite that talk in the noise; the first one reads on television."""

Said = Literal["commands", "phrasings", "formant"]


@dataclass(frozen=True)
class Call:
    """Words as somebody says them.

    Attributes:
        voice: whose.
        said: the words and what they mean.
        sound: samples at any level.
        ends: number of the sample after the last audible one.
    """

    voice: str
    said: Phrasing
    sound: Samples
    ends: int


def commands() -> list[Phrasing]:
    """Return the recommended phrases of every command."""
    pack = load_language(LANGUAGE)
    return [Phrasing(text, (one.value,)) for one, said in pack.commands.items() for text in said[:PHRASES_EACH]]


def voice_calls(side: Half, kind: Said) -> list[Call]:
    """Return what the voices of a side call out, in a mixed order that is the same every time.

    Args:
        side: of the voices, and of the phrasings.
        kind: recommended phrases of commands, by natural or by formant voices, or phrasings by natural voices.
    """
    voices = takes("formant" if kind == "formant" else side)
    said = phrasings(side) if kind == "phrasings" else commands()
    every = len(voices) // (1 if kind == "formant" else _SAID_BY[side])
    found = [call for number, take in enumerate(voices) for call in _calls(take, shared(said, number, every))]
    return mixed(found, 6)


def shared(said: Iterable[Phrasing], number: int, apart: int) -> list[Phrasing]:
    """Return what one of several voices says: each text is said by every so many of them."""
    return [one for one in said if (crc32(one.text.encode()) + number) % apart == 0]


def mixed(calls: Sequence[Call], seed: int) -> list[Call]:
    """Return calls in another order."""
    return [calls[number] for number in np.random.default_rng(seed).permutation(len(calls))]


def _calls(take: Take, said: Sequence[Phrasing]) -> list[Call]:
    known = spoken(take, [one.text for one in said])
    return [called(take.name, one, known[one.text]) for one in said if one.text in known]


def called(voice: str, said: Phrasing, sound: Samples) -> Call:
    """Return words as a call, with its end."""
    loudness = np.abs(sound)
    ends = int(np.flatnonzero(loudness > END_BELOW_PEAK * loudness.max())[-1]) + 1
    return Call(voice, said, sound, ends)


def people_calls(folder: Path, side: Half) -> list[Call]:
    """Return the commands among people's isolated words, in a mixed order."""
    found = [
        Call("people", Phrasing(clip.word, (clip.word,)), clip.sound, clip.end)
        for clip in recorded(folder, side)
        if clip.kind == "speech_commands" and clip.word in PEOPLE_SAY
    ]
    return mixed(found, 5)


@cache
def recorded(folder: Path, side: Half) -> tuple[Clip, ...]:
    """Return people's recordings of a side."""
    return tuple(clips(folder, "report" if side == "test" else side))


@cache
def guide_says(voice: str) -> tuple[Samples, ...]:
    """Return every line of every English routine in one of the guide's voices."""
    speaker = choose_voice(LANGUAGE, voice)
    store = SpeechStore(speaker)
    lines = guide_lines()
    store.prepare(lines)
    said = tuple(store.samples(line) for line in lines)
    speaker.close()
    return said
