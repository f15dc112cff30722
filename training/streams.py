"""Streams of 24 s to learn from: words in rooms, one after another, with noise, and when each command ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from training.people import PEOPLE_SAY, clips
from training.scenes import NOISES, Rng, Sound, equalised, heard_in, noise, room
from training.texts import negatives, phrases
from training.voices import spoken, takes
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.spotter.embedding import HOP

LENGTH = samples(24.0)
EARLY, LATE = samples(-0.06), samples(0.36)
"""A command counts as just said from here to here, from its end."""

UNSURE_BEFORE, UNSURE_AFTER = samples(0.12), samples(0.24)
"""Before and after that nothing is asked of the classifier."""

NONE, UNSURE = 0, -1
_NEGATIVES_PER_TAKE = 260
_ROOMS = 60
_QUIET = 0.25
_PEOPLE_SPEAK = 0.35


class Kind(IntEnum):
    """What a stream holds: commands among other words, other words, or people's talk and household sounds."""

    COMMANDS = 1
    OTHERS = 2
    HOUSEHOLD = 3


@dataclass(frozen=True)
class Utterance:
    """Something somebody says: a command, or (None) something else. `end` is the sample after its last sound."""

    sound: Sound
    command: Command | None
    end: int


@dataclass(frozen=True)
class Stream:
    """24 s of microphone sound, and the class of every hop: 1 + number of the command, `NONE` or `UNSURE`."""

    sound: NDArray[np.int16]
    classes: NDArray[np.int64]


class Material:
    """Everything that can be said in training, and the rooms and noises around it.

    Args:
        seed: the same seed gives the same material and the same streams.
        people: folder of people's recordings, or None for synthetic voices alone.
    """

    def __init__(self, seed: int, people: Path | None) -> None:
        rng = np.random.default_rng([seed, 0])
        self._rooms = [room(rng) for _ in range(_ROOMS)]
        said = phrases()
        self._phrases: dict[Command, list[str]] = {command: [] for command in Command}
        for phrase, command in said.items():
            self._phrases[command].append(phrase)
        self._takes = takes("train")
        self._shares = np.array([take.share for take in self._takes])
        self._shares /= self._shares.sum()
        other = negatives()
        self._spoken = [
            spoken(take, [*said, *rng.choice(other, _NEGATIVES_PER_TAKE, replace=False)]) for take in self._takes
        ]
        self._others = [[text for text in bank if text not in said] for bank in self._spoken]
        self._commands = list(Command)
        weights = np.array([3.0 if command in PAIN_FAMILY | {Command.STOP} else 1.0 for command in self._commands])
        self._weights = weights / weights.sum()
        self._people: list[Utterance] = []
        self._people_others: list[Utterance] = []
        self._people_sounds: list[Utterance] = []
        self._noises: list[Sound] = []
        if people is not None:
            self._add_people(people)
        talk = [bank[text] for bank, texts in zip(self._spoken, self._others, strict=True) for text in texts[::9]]
        talk += [one.sound / max(float(np.abs(one.sound).max()), 1e-3) for one in self._people_others[::6]]
        self._talk = np.concatenate(talk)

    def _add_people(self, folder: Path) -> None:
        for clip in clips(folder, "train"):
            if clip.kind == "esc10":
                self._noises.append(clip.sound)
                self._people_sounds.append(Utterance(clip.sound[: 2 * RATE], None, 2 * RATE))
            elif clip.kind == "speech_commands" and clip.word in PEOPLE_SAY:
                self._people.append(Utterance(clip.sound, Command(clip.word), clip.end))
            else:
                self._people_others.append(Utterance(clip.sound, None, clip.end))

    def stream(self, rng: Rng, kind: Kind) -> Stream:
        """Return one stream of a kind."""
        sound = np.zeros(LENGTH + RATE, np.float32)
        ends: list[tuple[int, Command]] = []
        peak = 10 ** (rng.uniform(-32, -1) / 20)
        place = int(rng.uniform(0.4, 1.4) * RATE)
        lived_in = rng.random() > _QUIET
        while place < LENGTH - RATE // 2:
            said = self._utterance(rng, kind)
            spot = self._placed(said, rng, lived_in=lived_in)
            spot = spot[: len(sound) - place]
            sound[place : place + len(spot)] += spot * 10 ** (rng.uniform(-6, 0) / 20)
            if said.command is not None and place + said.end < LENGTH:
                ends.append((place + said.end, said.command))
            place += min(len(said.sound), len(spot)) + int(rng.uniform(0.3, 1.2) * RATE)
        sound = sound[:LENGTH]
        sound = self._with_noise(sound, rng)
        sound = equalised(sound, rng)
        sound *= peak / max(float(np.abs(sound).max()), 1e-6)
        sound += rng.normal(size=LENGTH).astype(np.float32) * 10 ** (rng.uniform(-90, -65) / 20)
        return Stream(np.asarray(np.clip(sound, -1, 1) * 32767, np.int16), classes(ends))

    def _utterance(self, rng: Rng, kind: Kind) -> Utterance:
        if kind is Kind.HOUSEHOLD and rng.random() < 0.3:  # noqa: PLR2004 - most of it is speech
            return self._people_sounds[rng.integers(len(self._people_sounds))]
        wanted = kind is Kind.COMMANDS and rng.random() < 0.62  # noqa: PLR2004 - more commands than other words
        of_people = bool(self._people) and (kind is Kind.HOUSEHOLD or rng.random() < _PEOPLE_SPEAK)
        if of_people and wanted and rng.random() < 0.4:  # noqa: PLR2004 - they know three commands only
            return self._people[rng.integers(len(self._people))]
        if of_people and not wanted:
            said = self._people_others[rng.integers(len(self._people_others))]
            if len(said.sound) > (longest := 5 * RATE):
                start = int(rng.integers(len(said.sound) - longest))
                return Utterance(said.sound[start : start + longest], None, longest)
            return said
        number = rng.choice(len(self._takes), p=self._shares)
        bank = self._spoken[number]
        if wanted:
            command = self._commands[rng.choice(len(self._commands), p=self._weights)]
            texts = [text for text in self._phrases[command] if text in bank]
        else:
            command, texts = None, self._others[number]
        sound = _at_tempo(bank[texts[rng.integers(len(texts))]], rng)
        return Utterance(sound, command, len(sound))

    def _placed(self, said: Utterance, rng: Rng, *, lived_in: bool) -> Sound:
        sound = said.sound / max(float(np.abs(said.sound).max()), 1e-4)
        return heard_in(sound, self._rooms[rng.integers(_ROOMS)]) if lived_in else sound

    def _with_noise(self, sound: Sound, rng: Rng) -> Sound:
        if rng.random() < _QUIET:
            return sound
        loud = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
        level = float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.05
        if self._noises and rng.random() < 0.25:  # noqa: PLR2004 - a quarter of the noises are recorded
            other = np.resize(self._noises[rng.integers(len(self._noises))], len(sound))
            other = other / max(float(np.sqrt(np.mean(other**2))), 1e-4)
        else:
            other = noise(NOISES[rng.integers(len(NOISES))], len(sound), rng, self._talk)
        return sound + other * np.float32(level * 10 ** (-rng.uniform(0, 30) / 20))


def classes(ends: Sequence[tuple[int, Command]], length: int = LENGTH) -> NDArray[np.int64]:
    """Return the class of every hop of a stream, given when which command ended."""
    times = (np.arange(length // HOP) + 1) * HOP
    found = np.full(len(times), NONE, np.int64)
    for end, _ in ends:
        found[(times > end + EARLY - UNSURE_BEFORE) & (times < end + LATE + UNSURE_AFTER)] = UNSURE
    for end, command in ends:
        found[(times >= end + EARLY) & (times <= end + LATE)] = 1 + list(Command).index(command)
    return found


def _at_tempo(sound: Sound, rng: Rng) -> Sound:
    """Return a sound a little slower and deeper, or faster and higher."""
    return np.asarray(soxr.resample(sound, RATE, RATE * rng.uniform(0.83, 1.22), quality="LQ"), np.float32)
