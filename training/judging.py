"""How well a trained head hears: limits set on one part of voices and people, figures reported on another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.people import PEOPLE_SAY, Clip, clips
from training.scenes import Rng, Sound, coloured, heard_in, room
from training.texts import beginnings, negatives, phrases
from training.voices import spoken, takes
from voiceguide.core.clock import RATE
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.spotter.embedding import HOP, SpeechEmbedding
from voiceguide.hearing.spotter.head import CONTEXT, Head, Limits
from voiceguide.hearing.spotter.sureness import Sureness

BEFORE = CONTEXT * HOP
SLOT = 46 * HOP
"""3.68 s for one call: silence before it, the phrase, silence after it."""

LONG = 300 * HOP
LEVEL_DB = -26.0
"""Of a phrase, where it is spoken; the level at which the program's other benchmarks let people speak."""

HISS_DB = -66.0
SAFETY = PAIN_FAMILY | {Command.STOP}

PER_HOUR, OTHERS_PER_HOUR = 1.0, 5.0
"""How often an hour, on what the limits are set with, one of the safety words, or all other commands together, may
be taken from sound that holds none. The others share one limit: so few minutes say little about each of them."""

AGREEING = 0.05
"""Enough when a grammar engine hears the same: two models with different mistakes seldom make the same one. On
what the limits are set with, 0.02 already removed all false events of PocketSphinx; `docs/spotter.md`."""

_GRID = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98)

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Spoken:
    """One phrase of one speaker: sound, what it means, and the sample after its last sound."""

    sound: Sound
    command: Command | None
    end: int


@dataclass(frozen=True)
class Call:
    """One phrase as the head heard it: its meaning, the sample after its last sound, the hops' probabilities."""

    command: Command | None
    end: int
    probabilities: Scores


class Judge:
    """Listens with one head.

    Args:
        head: the weights.
        embedding: makes vectors of sound.
        seed: of noises and rooms.
    """

    def __init__(self, head: Head, embedding: SpeechEmbedding, seed: int) -> None:
        self._head = head
        self._embedding = embedding
        self._seed = seed

    def probabilities(self, sound: Sound) -> Scores:
        """Return the probabilities of every hop of a sound (full scale 1); 0 before the context is full."""
        vectors = self._embedding.whole(np.asarray(np.clip(sound, -1, 1) * 32767, np.int16))
        heard = self._head.probabilities(vectors)
        return np.concatenate([np.zeros((CONTEXT - 1, heard.shape[1]), np.float32), heard])

    def calls(self, side: str, snr_db: float | None) -> list[Call]:
        """Return every phrase by every voice of one side, in quiet or in pink noise."""
        rng = np.random.default_rng([self._seed, 11])
        said = phrases()
        return [
            self._call(Spoken(sound, said[text], len(sound)), snr_db, rng)
            for take in takes(side)
            for text, sound in spoken(take, list(said)).items()
        ]

    def words_of(self, recorded: Sequence[Clip], snr_db: float | None) -> list[Call]:
        """Return people's isolated words, in quiet or in pink noise."""
        rng = np.random.default_rng([self._seed, 12])
        known = {word: phrases()[word] for word in PEOPLE_SAY}
        return [
            self._call(Spoken(clip.sound, known.get(clip.word), clip.end), snr_db, rng)
            for clip in recorded
            if clip.kind == "speech_commands"
        ]

    def unrelated(self, recorded: Sequence[Clip], kind: str, *, lived_in: bool = False) -> list[Scores]:
        """Return read speech or noises, one after another, in streams of 24 s, as they are or in a noisy room."""
        rng = np.random.default_rng([self._seed, 13])
        sound = np.concatenate([_levelled(clip.sound) for clip in recorded if clip.kind == kind])
        return self._long(sound, rng, lived_in=lived_in)

    def unrelated_voices(self, side: str) -> list[Scores]:
        """Return words and sentences that are no command by the voices of one side."""
        rng = np.random.default_rng([self._seed, 14])
        pieces = [
            np.concatenate([_levelled(sound), np.zeros(RATE // 2, np.float32)])
            for take in takes(side)
            for sound in spoken(take, negatives()).values()
        ]
        return self._long(np.concatenate(pieces), rng, lived_in=False)

    def _long(self, sound: Sound, rng: Rng, *, lived_in: bool) -> list[Scores]:
        if lived_in:
            sound = heard_in(sound, room(rng))
            sound = sound + coloured(len(sound), 1.0, rng) * np.float32(10 ** ((LEVEL_DB - 10) / 20))
        sound = np.resize(sound, -(-len(sound) // LONG) * LONG)
        sound = sound + _hiss(len(sound), rng)
        return [self.probabilities(part) for part in np.split(sound, len(sound) // LONG)]

    def _call(self, clip: Spoken, snr_db: float | None, rng: Rng) -> Call:
        whole = _hiss(SLOT, rng)
        sound = _levelled(clip.sound)[: SLOT - BEFORE]
        whole[BEFORE : BEFORE + len(sound)] += sound
        if snr_db is not None:
            whole += coloured(SLOT, 1.0, rng) * np.float32(10 ** ((LEVEL_DB - snr_db) / 20))
        return Call(clip.command, BEFORE + clip.end, self.probabilities(whole))


def set_limits(head: Head, streams: Sequence[Scores]) -> dict[Command, Limits]:
    """Return the lowest limits that streams without commands allow."""
    hours = sum(map(len, streams)) * HOP / RATE / 3600
    hops = {command: 4 if command in beginnings() else 2 if command in SAFETY else 3 for command in head.commands}
    counts: dict[float, Counter[Command]] = {}
    for limit in _GRID:
        same = {command: Limits(limit, 0, hops[command]) for command in hops}
        counts[limit] = Counter(
            command for stream in streams if stream.max() >= limit for _, command in events(head, stream, same)
        )

    def lowest(commands: frozenset[Command], per_hour: float) -> float:
        allowed = math.floor(per_hour * hours)
        fitting = [limit for limit in _GRID if sum(counts[limit][one] for one in commands) <= allowed]
        return fitting[0] if fitting else _GRID[-1]

    together = lowest(frozenset(head.commands) - SAFETY, OTHERS_PER_HOUR)
    return {
        command: Limits(
            lowest(frozenset({command}), PER_HOUR) if command in SAFETY else together, AGREEING, hops[command]
        )
        for command in head.commands
    }


def events(
    head: Head, probabilities: Scores, limits: Mapping[Command, Limits], begin: int = 0
) -> list[tuple[int, Command]]:
    """Return what is spotted in a stream: (sample time, command)."""
    sureness = Sureness(head.commands, limits)
    found = []
    for number, row in enumerate(probabilities[begin:], begin):
        at = (number + 1) * HOP
        found += [(at, sure.command) for sure in sureness.judge(at, row)]
    return found


@dataclass(frozen=True)
class Share:
    """So many of so many, with the 95% interval of Wilson (1927)."""

    hits: int
    tries: int

    def __str__(self) -> str:
        if not self.tries:
            return "-"
        z, n, p = 1.96, self.tries, self.hits / self.tries
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return f"{100 * p:.0f}% ({self.hits}/{n}, {max(100 * (middle - half), 0):.0f}-{100 * (middle + half):.0f})"


@dataclass(frozen=True)
class Result:
    """What became of the calls under one condition."""

    per_command: dict[Command, Share]
    protected: Share
    wrong: int
    delays_s: list[float]

    @property
    def all_commands(self) -> Share:
        """All commands together."""
        return Share(
            sum(share.hits for share in self.per_command.values()), sum(s.tries for s in self.per_command.values())
        )


def result(head: Head, calls: Sequence[Call], limits: Mapping[Command, Limits]) -> Result:
    """Return how many calls were spotted.

    Protected: a pain phrase answered by any command of the pain family or by stop, which do no harm for one
    another.
    Wrong: calls answered by another command, before or beside the right one, other than those.
    """
    hits: Counter[Command] = Counter()
    tries: Counter[Command] = Counter()
    protected = wrong = 0
    delays = []
    for call in calls:
        if call.command is None:
            continue
        told = events(head, call.probabilities, limits, CONTEXT)
        tries[call.command] += 1
        right = [at for at, command in told if command is call.command]
        hits[call.command] += bool(right)
        if right:
            delays.append((right[0] - call.end) / RATE)
        alike = SAFETY if call.command in SAFETY else {call.command}
        protected += call.command in PAIN_FAMILY and any(command in SAFETY for _, command in told)
        wrong += any(command not in alike for _, command in told)
    return Result(
        {command: Share(hits[command], tries[command]) for command in head.commands if tries[command]},
        Share(protected, sum(tries[command] for command in PAIN_FAMILY)),
        wrong,
        delays,
    )


def false_events(
    head: Head, streams: Sequence[Scores], limits: Mapping[Command, Limits]
) -> tuple[Counter[str], float]:
    """Return which commands were taken from sound that holds none, and how many hours it lasted."""
    found = Counter(command.value for stream in streams for _, command in events(head, stream, limits))
    return found, sum(map(len, streams)) * HOP / RATE / 3600


def people_of(folder: Path, side: str) -> list[Clip]:
    """Return people's recordings of one side."""
    return clips(folder, side)


def _levelled(sound: Sound) -> Sound:
    loud = sound[np.abs(sound) > 0.1 * np.abs(sound).max()]
    return sound * np.float32(10 ** (LEVEL_DB / 20) / max(float(np.sqrt(np.mean(loud**2))), 1e-5))


def _hiss(count: int, rng: Rng) -> Sound:
    return rng.normal(size=count).astype(np.float32) * np.float32(10 ** (HISS_DB / 20))
