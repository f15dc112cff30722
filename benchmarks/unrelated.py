"""Speech that is no command, hours of it: people's recordings, and natural voices that read.

Reels of one kind of speech each. What there is of people is heard in quiet, and again in noise; the guide's own
voice reads most of the rest, at many speeds and pitches, from sentences that `training.reading` makes.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
import soxr
import yaml

from benchmarks.callers import recorded
from benchmarks.conditions import PINK, QUIET, TELEVISION
from benchmarks.phrasings import Half
from training.people import PEOPLE_SAY, Clip
from training.reading import reading
from training.texts import no_commands
from training.voices import Take, rendered, spoken, takes
from voiceguide.audio.room import Noise
from voiceguide.audio.room.noises import make
from voiceguide.core.clock import RATE, samples
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
"""Prompts of a telephone system, spoken by one woman: Debian's `asterisk-core-sounds-en-wav`."""

LEFT_OUT = Path(__file__).with_name("left_out.yaml")

Kind = Literal["people", "prompts", "voices", "reading", "household"]

_ALIKE = frozenset({"left", "right", "back", "backward", "go"})
"""Words of Speech Commands that a person may well mean as a command here, phrase or not."""

_SENTENCES_EACH = 8
_JOE = Take("piper", "joe", {"length": 1.05, "noise": 0.667})
_JOE_READS = 400
_SPEEDS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
_PITCHES = (0.87, 1.0, 1.15)
_READING_S = 1320
_LONGEST = samples(20)
_BETWEEN = samples(0.7)
_TELEVISION_S = 300


@dataclass(frozen=True)
class Reel:
    """Speech of one kind, heard in one condition.

    Attributes:
        kind: of speech.
        number: among the reels of its kind.
        condition: name of it.
        again: every bit of it is heard in another reel as well, in another condition.
    """

    kind: Kind
    number: int
    condition: str
    again: bool = False

    @property
    def name(self) -> str:
        """For tables and files."""
        return f"{self.kind} {self.number}, {self.condition}"


def reels(side: Half, folder: Path | None) -> list[Reel]:
    """Return all reels of a side; people's only with a folder, prompts only where they are installed."""
    kinds: list[Kind] = ["voices"]
    if side == "test" and PROMPTS.exists():
        kinds.insert(0, "prompts")
    if folder is not None:
        kinds.insert(0, "people")
    found = [Reel(kind, 0, QUIET) for kind in kinds]
    found += [Reel("reading", number, QUIET) for number in range(len(_SPEEDS) * len(_PITCHES))]
    found += [Reel(kind, 0, PINK, again=True) for kind in kinds]
    found += [Reel(kind, 0, TELEVISION, again=True) for kind in kinds if kind != "prompts"]
    return found


def talk(reel: Reel, side: Half, folder: Path | None) -> Iterator[Samples]:
    """Yield the pieces of a reel, each with a pause after it."""
    rng = np.random.default_rng([reel.number, 17])
    for sound in _pieces(reel, side, folder):
        yield np.pad(finish(sound[:_LONGEST]), (0, _BETWEEN + int(rng.integers(samples(0.8)))))


def prepare(side: Half) -> None:
    """Render what takes long, and keep it."""
    for _ in _voices(side):
        pass


def _pieces(reel: Reel, side: Half, folder: Path | None) -> Iterator[Samples]:
    match reel.kind:
        case "people" if folder is not None:
            yield from (clip.sound for clip in people(folder, side))
        case "household" if folder is not None:
            yield from (clip.sound for clip in recorded(folder, side) if clip.kind == "esc10")
        case "prompts":
            yield from prompts()
        case "voices":
            yield from _voices(side)
        case "reading":
            yield from _reading(reel.number, side)


def people(folder: Path, side: Half) -> list[Clip]:
    """Return people's sentences and words that are no command, mixed."""
    left_out = _left_out()["librispeech"]
    found = [
        clip
        for clip in recorded(folder, side)
        if (clip.kind == "librispeech" and clip.name not in left_out)
        or (clip.kind == "speech_commands" and _is_no_command(clip.word))
    ]
    return [found[number] for number in np.random.default_rng(3).permutation(len(found))]


@cache
def _left_out() -> dict[str, Container[str]]:
    left_out: dict[str, Container[str]] = yaml.safe_load(LEFT_OUT.read_text(encoding="utf-8"))
    return left_out


def _is_no_command(word: str) -> bool:
    return word not in PEOPLE_SAY and word not in _ALIKE and bool(no_commands([word]))


def prompts() -> Iterator[Samples]:
    """Yield the prompts that are speech and hold no command."""
    left_out = _left_out()["prompts"]
    for path in sorted(PROMPTS.rglob("*.wav")):
        name = path.relative_to(PROMPTS).with_suffix("").as_posix()
        if name not in left_out and not name.startswith("silence/"):
            sound, rate = soundfile.read(path, dtype="float32")
            yield np.asarray(soxr.resample(sound, rate, RATE), np.float32)


def _voices(side: Half) -> Iterator[Samples]:
    """Yield sentences by the voices that call, a few by each; on the test side joe reads on."""
    sentences = reading(side, 1)
    for take in takes(side):
        yield from spoken(take, islice(sentences, _SENTENCES_EACH)).values()
    if side == "test":
        yield from spoken(_JOE, islice(sentences, _JOE_READS)).values()


def _reading(number: int, side: Half) -> Iterator[Samples]:
    """Yield sentences by hibari for a reel, faster or slower, higher or deeper than the guide is."""
    pitch = _PITCHES[number % len(_PITCHES)]
    take = Take("hibari", "heart", {"speed": _SPEEDS[number // len(_PITCHES)] / pitch})
    sentences, length = reading(side, 100 + number), 0
    while length < samples(_READING_S):
        for sound in rendered(take, islice(sentences, 20)):
            higher = np.asarray(soxr.resample(sound, RATE * pitch, RATE), np.float32)
            length += len(higher) + samples(1.1)
            yield higher


@cache
def television(side: Half, folder: Path | None, seed: int) -> Samples:
    """Return a television: minutes of people and of natural voices that read, with music under them."""
    sounds = [clip.sound for clip in people(folder, side) if clip.kind == "librispeech"] if folder else []
    take = Take("hibari", "heart", {"speed": 1.15})
    sentences = reading(side, 50 + seed)
    while sum(map(len, sounds)) < samples(_TELEVISION_S):
        sounds += [soxr.resample(sound, RATE, RATE * 1.12) for sound in rendered(take, islice(sentences, 10))]
    mixed = [finish(sounds[number]) for number in np.random.default_rng(seed).permutation(len(sounds))]
    return make(Noise.TELEVISION, seed, [np.concatenate(mixed)], samples(_TELEVISION_S))
