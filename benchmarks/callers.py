"""Who calls, who talks without calling, and who guides: synthetic voices and, from a folder, people.

Voices are split in `training/voices.yaml`, people by a hash of the speaker's name (`training/people.py`):
figures are measured with the sides `test` and `report`, settings of hearing are chosen with the side `tune` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.conditions import Amount
from training.people import PEOPLE_SAY, Clip, clips
from training.texts import guide_lines, negatives, phrases, preferred
from training.voices import Take, some, spoken, takes
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

END_BELOW_PEAK = 0.01
"""A word ends with its last sample that is no more than 40 dB below its peak."""

GUIDES = ("hibari", "pyttsx3")
_BETWEEN = samples(0.5)


@dataclass(frozen=True)
class Call:
    """Words as somebody says them.

    Attributes:
        voice: whose.
        text: the words.
        command: what they mean; None for words that are no command.
        sound: samples at any level.
        ends: number of the sample after the last audible one.
    """

    voice: str
    text: str
    command: Command | None
    sound: Samples
    ends: int


@dataclass(frozen=True)
class Party:
    """Who calls in one room, and which voices of flite talk in its noise: never the same.

    Attributes:
        callers: voices.
        neighbours: see `voiceguide.demo.neighbours`; the first one reads on television.
    """

    callers: tuple[Take, ...]
    neighbours: tuple[str, ...]


def parties(side: str) -> list[Party]:
    """Return the voices of a side, test or tune, for two rooms.

    The recogniser's settings were chosen with flite's kal16 and awb, from which the second ear has learned as
    well: they belong to the tuning side.
    """
    if side == "test":
        voices = takes("test")
    else:
        voices = [take for take in takes("train") if take.engine == "flite" and take.manner == {"stretch": 1.0}]
        voices += [take for take in takes("tune") if take.engine == "espeak"]
    first = {take.speaker for take in voices if take.engine == "flite"}
    found = []
    for number in range(2):
        callers = tuple(voices[number::2])
        silent = {take.speaker for take in callers}
        names = sorted(("awb", "kal16", "rms", "slt"), key=lambda name: name not in first)
        found.append(Party(callers, tuple(name for name in names if name not in silent)))
    return found


def party_calls(party: Party, amount: Amount) -> list[Call]:
    """Return what everybody in a room calls out, in a mixed order that is the same every time."""
    found = [call for take in party.callers for call in calls(take, amount)]
    return [found[number] for number in np.random.default_rng(6).permutation(len(found))]


def calls(take: Take, amount: Amount) -> list[Call]:
    """Return what a voice calls out."""
    said = preferred()
    pain, stop, others = amount.value
    chance = np.random.default_rng([7, *take.name.encode()])
    mixed = [list(said)[number] for number in chance.permutation(len(said))]
    wanted = [
        *[text for text in mixed if said[text] in PAIN_FAMILY][:pain],
        *[text for text in phrases() if phrases()[text] is Command.STOP][:stop],
        *[text for text in mixed if said[text] not in PAIN_FAMILY | {Command.STOP}][:others],
    ]
    known = spoken(take, wanted)
    return [called(take.name, text, phrases()[text], known[text]) for text in wanted if text in known]


def called(voice: str, text: str, command: Command | None, sound: Samples) -> Call:
    """Return words as a call, with its end."""
    loudness = np.abs(sound)
    ends = int(np.flatnonzero(loudness > END_BELOW_PEAK * loudness.max())[-1]) + 1
    return Call(voice, text, command, sound, ends)


def people_calls(folder: Path, side: str) -> list[Call]:
    """Return the commands among people's isolated words, in a mixed order."""
    found = [
        Call("people", clip.word, Command(clip.word), clip.sound, clip.end)
        for clip in _clips(folder, side)
        if clip.kind == "speech_commands" and clip.word in PEOPLE_SAY
    ]
    return [found[number] for number in np.random.default_rng(5).permutation(len(found))]


def people_talk(folder: Path, side: str) -> list[Samples]:
    """Return people's speech that is no command: read sentences, and isolated words with pauses."""
    pause = np.zeros(_BETWEEN, np.float32)
    return [
        np.concatenate([finish(clip.sound), pause])
        for clip in _clips(folder, side)
        if clip.kind == "librispeech" or (clip.kind == "speech_commands" and clip.word not in PEOPLE_SAY)
    ]


def voices_talk(side: str) -> list[Samples]:
    """Return words and sentences by the synthetic voices of a side that are no commands."""
    pause = np.zeros(_BETWEEN, np.float32)
    return [
        np.concatenate([finish(sound), pause])
        for party in parties(side)
        for take in party.callers
        for sound in spoken(take, some(take, negatives(), 0.25)).values()
    ]


@cache
def guide_says(voice: str) -> tuple[Samples, ...]:
    """Return every line of every English routine in one of the guide's voices."""
    speaker = choose_voice("en", voice)
    store = SpeechStore(speaker)
    lines = guide_lines()
    store.prepare(lines)
    said = tuple(store.samples(line) for line in lines)
    speaker.close()
    return said


@cache
def _clips(folder: Path, side: str) -> list[Clip]:
    return clips(folder, "report" if side == "test" else side)
