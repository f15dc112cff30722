"""Streams of 24 s to learn from: words in rooms, one after another, with noise, and when each command ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import numpy as np
import soxr
from numpy.typing import NDArray

from training.people import PEOPLE_SAY, clips
from training.scenes import NOISES, Rng, Sound, equalised, heard_in, left_over, noise, room
from training.texts import SAFETY, guide_lines, negatives, phrases, random_talk
from training.voices import some, spoken, takes
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.hearing.enrolment.embedding import HOP

LENGTH = samples(24.0)
EARLY, LATE = samples(-0.06), samples(0.36)
"""A command counts as just said from here to here, from its end."""

UNSURE_BEFORE, UNSURE_AFTER = samples(0.12), samples(0.24)
"""Before and after that nothing is asked of the classifier."""

NONE, UNSURE = 0, -1
_ROOMS = 80
_QUIET = 0.2
_LOUD_NOISE = 0.7
"""Share of the noisy streams with less than 15 dB between a command and the noise: there most is to be gained."""

_GUIDE_NOISE = 0.12
_PEOPLE_SPEAK = 0.35
_READ_ALOUD = 0.5
"""Share of people's talk that is read aloud, without a pause; the rest is single words, of which there are twenty
times as many recordings. Drawn by recording, reading was next to never heard, and taken for commands."""

_PACE, _PACE_OF_TALK = (0.9, 1.12), (0.85, 1.2)
"""How much longer people's commands and talk are made; pitch changes with it. So few people read aloud."""

_MOST_SAID, _OFTEN = {Command.PAIN, Command.STOP}, 5.0
"""What people most likely cry out, and how often it is drawn relative to commands that are no words of safety."""


class Kind(IntEnum):
    """What a stream holds: commands among other words, or none of them.

    Attributes:
        COMMANDS: commands among other words.
        OTHERS: other words.
        HOUSEHOLD: people's talk and household sounds.
        GUIDE: the guide's own voice, as it is or as an echo canceller leaves it.
    """

    COMMANDS = 1
    OTHERS = 2
    HOUSEHOLD = 3
    GUIDE = 4


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

    Attributes:
        fingerprint: tells what is said, and by whom, from what another material says.

    Args:
        seed: the same seed gives the same material and the same streams.
        people: folder of people's recordings, or None for synthetic voices alone.
    """

    def __init__(self, seed: int, people: Path | None) -> None:
        rng = np.random.default_rng([seed, 0])
        self._rooms = [room(rng) for _ in range(_ROOMS)]
        self._takes = takes("train")
        said = phrases()
        other = negatives()
        self._spoken = []
        for take in self._takes:
            known = {text: command for text, command in said.items() if command not in take.without}
            free = [text for text, command in known.items() if command not in SAFETY]
            urgent = [text for text, command in known.items() if command in SAFETY]
            texts = [*urgent, *some(take, free, take.phrases), *some(take, other, take.others)]
            self._spoken.append(spoken(take, [*texts, *random_talk(take.talk, crc32(take.name.encode()))]))
        self._others = [[text for text in bank if text not in said] for bank in self._spoken]
        self._phrases = [
            {command: [text for text in bank if said.get(text) is command] for command in Command}
            for bank in self._spoken
        ]
        shares = np.array([take.share for take in self._takes])
        self._shares = shares / shares.sum()
        # A voice that says a part of a command's phrases says the command that much more seldom.
        counts = np.array([[len(texts[command]) for command in Command] for texts in self._phrases])
        drawn = shares[:, None] * counts / counts.max(axis=0)
        self._shares_of = dict(zip(Command, (drawn / drawn.sum(axis=0)).T, strict=True))
        self._commands = list(Command)
        weights = np.array(
            [_OFTEN if command in _MOST_SAID else 3.0 if command in SAFETY else 1.0 for command in Command]
        )
        self._weights = weights / weights.sum()
        self._guide = [sound for take in takes("guide") for sound in spoken(take, guide_lines()).values()]
        said_by = [
            [take.name, take.share, sorted(bank)] for take, bank in zip(self._takes, self._spoken, strict=True)
        ]
        self.fingerprint = sha256(json.dumps([said_by, people is not None]).encode()).hexdigest()[:12]
        self._people: list[Utterance] = []
        self._people_others: list[Utterance] = []
        self._people_reading: list[Utterance] = []
        self._people_sounds: list[Utterance] = []
        self._noises: list[Sound] = []
        if people is not None:
            self._add_people(people)
        others_said = [
            bank[text] for bank, texts in zip(self._spoken, self._others, strict=True) for text in texts[::7]
        ]
        by_people = self._people_others[::3] + self._people_reading
        others_said += [one.sound / max(float(np.abs(one.sound).max()), 1e-3) for one in by_people]
        # Mixed, so that neighbours in a television programme or in babble are different people.
        self._talk = np.concatenate([others_said[number] for number in rng.permutation(len(others_said))])

    def _add_people(self, folder: Path) -> None:
        for clip in clips(folder, "train"):
            if clip.kind == "esc10":
                self._noises.append(clip.sound)
                self._people_sounds.append(Utterance(clip.sound[: 2 * RATE], None, 2 * RATE))
            elif clip.kind == "speech_commands" and clip.word in PEOPLE_SAY:
                self._people.append(Utterance(clip.sound, Command(clip.word), clip.end))
            elif clip.kind == "librispeech":
                self._people_reading.append(Utterance(clip.sound, None, clip.end))
            else:
                self._people_others.append(Utterance(clip.sound, None, clip.end))

    def stream(self, rng: Rng, kind: Kind) -> Stream:
        """Return one stream of a kind."""
        sound = np.zeros(LENGTH + RATE, np.float32)
        ends: list[tuple[int, Command]] = []
        guide = kind is Kind.GUIDE
        peak = 10 ** (rng.uniform(-45 if guide else -32, -1) / 20)
        place = int(rng.uniform(0.4, 1.4) * RATE)
        lived_in = rng.random() > _QUIET
        while place < LENGTH - RATE // 2:
            said = self._utterance(rng, kind)
            spot = self._placed(said, rng, lived_in=lived_in)
            spot = spot[: len(sound) - place]
            sound[place : place + len(spot)] += spot * 10 ** (rng.uniform(-6, 0) / 20)
            if said.command is not None and place + said.end < LENGTH:
                ends.append((place + said.end, said.command))
            # Commands mostly stand alone; the guide goes on after a breath.
            longest = 0.8 if guide else 1.0 if rng.random() < 0.5 else 2.5  # noqa: PLR2004 - half and half
            place += min(len(said.sound), len(spot)) + int(rng.uniform(0.3, longest) * RATE)
        sound = sound[:LENGTH]
        if guide and rng.random() < 0.6:  # noqa: PLR2004 - the rest comes raw, as before a canceller has adapted
            sound = left_over(sound, self._rooms[rng.integers(_ROOMS)], rng)
        sound = self._with_noise(sound, rng)
        sound = equalised(sound, rng)
        sound *= peak / max(float(np.abs(sound).max()), 1e-6)
        sound += rng.normal(size=LENGTH).astype(np.float32) * 10 ** (rng.uniform(-90, -65) / 20)
        return Stream(np.asarray(np.clip(sound, -1, 1) * 32767, np.int16), classes(ends))

    def _utterance(self, rng: Rng, kind: Kind) -> Utterance:
        if kind is Kind.HOUSEHOLD and rng.random() < 0.3:  # noqa: PLR2004 - most of it is speech
            return self._people_sounds[rng.integers(len(self._people_sounds))]
        if kind is Kind.GUIDE:
            line = self._guide[rng.integers(len(self._guide))]
            return Utterance(line, None, len(line))
        wanted = kind is Kind.COMMANDS and rng.random() < 0.62  # noqa: PLR2004 - more commands than other words
        of_people = bool(self._people) and (kind is Kind.HOUSEHOLD or rng.random() < _PEOPLE_SPEAK)
        if of_people and wanted and rng.random() < 0.4:  # noqa: PLR2004 - they know three commands only
            said = self._people[rng.integers(len(self._people))]
            pitch = rng.uniform(*_PACE)
            return Utterance(_at_tempo(said.sound, pitch), said.command, int(said.end * pitch))
        if of_people and not wanted:
            talk = self._people_reading if rng.random() < _READ_ALOUD else self._people_others
            said = talk[rng.integers(len(talk))]
            sound = said.sound
            if len(sound) > (longest := 5 * RATE):
                start = int(rng.integers(len(sound) - longest))
                sound = sound[start : start + longest]
            sound = _at_tempo(sound, rng.uniform(*_PACE_OF_TALK))
            return Utterance(sound, None, len(sound))
        if wanted:
            command = self._commands[rng.choice(len(self._commands), p=self._weights)]
            number = rng.choice(len(self._takes), p=self._shares_of[command])
            texts = self._phrases[number][command]
        else:
            command, number = None, rng.choice(len(self._takes), p=self._shares)
            texts = self._others[number]
        # Short phrases are the hardest to hear, so they are drawn more often.
        odds = np.array([1 / len(text.split()) for text in texts])
        text = texts[rng.choice(len(texts), p=odds / odds.sum())] if wanted else texts[rng.integers(len(texts))]
        sound = _at_tempo(self._spoken[number][text], rng.uniform(0.83, 1.22))
        return Utterance(sound, command, len(sound))

    def _placed(self, said: Utterance, rng: Rng, *, lived_in: bool) -> Sound:
        sound = said.sound / max(float(np.abs(said.sound).max()), 1e-4)
        return heard_in(sound, self._rooms[rng.integers(_ROOMS)]) if lived_in else sound

    def _with_noise(self, sound: Sound, rng: Rng) -> Sound:
        if rng.random() < _QUIET:
            return sound
        loud = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
        level = float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.05
        kind = rng.random()
        if kind < _GUIDE_NOISE:
            lines = [self._guide[number] for number in rng.integers(0, len(self._guide), 12)]
            other = left_over(np.resize(np.concatenate(lines), len(sound)), self._rooms[rng.integers(_ROOMS)], rng)
        elif self._noises and kind < 0.25 + _GUIDE_NOISE:  # a quarter of the noises are recorded
            other = np.resize(self._noises[rng.integers(len(self._noises))], len(sound))
        else:
            drawn = list(NOISES)[rng.choice(len(NOISES), p=list(NOISES.values()))]
            other = noise(drawn, len(sound), rng, self._talk)
        other = other / max(float(np.sqrt(np.mean(other**2))), 1e-4)
        snr = rng.uniform(-2, 15) if rng.random() < _LOUD_NOISE else rng.uniform(15, 30)
        return sound + other * np.float32(level * 10 ** (-snr / 20))


def classes(ends: Sequence[tuple[int, Command]], length: int = LENGTH) -> NDArray[np.int64]:
    """Return the class of every hop of a stream, given when which command ended."""
    times = (np.arange(length // HOP) + 1) * HOP
    found = np.full(len(times), NONE, np.int64)
    for end, _ in ends:
        found[(times > end + EARLY - UNSURE_BEFORE) & (times < end + LATE + UNSURE_AFTER)] = UNSURE
    for end, command in ends:
        found[(times >= end + EARLY) & (times <= end + LATE)] = 1 + list(Command).index(command)
    return found


def _at_tempo(sound: Sound, longer: float) -> Sound:
    """Return a sound so many times as long: a little slower and deeper, or faster and higher."""
    return np.asarray(soxr.resample(sound, RATE, RATE * longer, quality="LQ"), np.float32)
