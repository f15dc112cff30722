"""How well a trained head hears: what becomes of calls, and of sound in which there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import soxr
from numpy.typing import NDArray

from training.embedded import vectors_of
from training.people import PEOPLE_SAY, Clip
from training.scenes import Rng, Sound, heard_in, noise, room
from training.shares import Share
from training.texts import SAFETY, guide_lines, negatives, phrases
from training.voices import some, spoken, takes
from voiceguide.core.clock import RATE
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.enrolment.embedding import HOP, SpeechEmbedding
from voiceguide.hearing.spotter.head import CONTEXT, Head, Limits
from voiceguide.hearing.spotter.sureness import Sureness
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Voice

BEFORE = CONTEXT * HOP
SLOT = 46 * HOP
"""3.68 s for one call: silence before it, the phrase, silence after it."""

LONG = 300 * HOP
LEVEL_DB = -26.0
"""Of a phrase, where it is spoken; the level at which the program's other benchmarks let people speak."""

HISS_DB = -66.0

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """Where something is said: with a noise, in a room, at a pace.

    Attributes:
        name: for the report.
        noise: one of `scenes.NOISES`, or empty for a faint hiss alone.
        snr_db: how much louder than the noise.
        lived_in: in a room, 2 m away, rather than close to the microphone.
        longer: how much slower and deeper than recorded.
    """

    name: str
    noise: str = ""
    snr_db: float = 10.0
    lived_in: bool = False
    longer: float = 1.0

    def __str__(self) -> str:
        return self.name


QUIET, PINK = Scene("quiet"), Scene("pink 10 dB", "pink")
CALLS = (
    QUIET,
    PINK,
    Scene("fan 10 dB", "fan"),
    Scene("babble 10 dB", "babble"),
    Scene("television 10 dB", "television"),
    Scene("room, 2 m", lived_in=True),
)
"""In which calls of voices are judged."""

CALLS_OF_PEOPLE = (QUIET, PINK, Scene("babble 10 dB", "babble"))
"""In which people's words are judged; they come with rooms and noises of their own."""

TALK = (
    QUIET,
    Scene("in a room, pink 10 dB", "pink", lived_in=True),
    Scene("fan 10 dB", "fan"),
    Scene("in a room", lived_in=True),
    Scene("slower, deeper", longer=1.1),
    Scene("faster, higher", longer=0.9),
    Scene("in a room, with music, 5 dB", "music", 5.0, lived_in=True),
    Scene("in a room, slower, pink 15 dB", "pink", 15.0, lived_in=True, longer=1.05),
)
"""In which unrelated speech is judged: the same minutes each time, for mistakes that one scene brings out."""


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
        recorded: people's recordings of the same side, for babble and television; without any, voices do it.
        side: of the voices: tune or test.
    """

    def __init__(
        self, head: Head, embedding: SpeechEmbedding, seed: int, recorded: Sequence[Clip], side: str
    ) -> None:
        self._head = head
        self._embedding = embedding
        self._seed = seed
        self._recorded = recorded
        self._side = side
        talking = [clip.sound for clip in recorded if clip.kind == "librispeech"] or [
            sound for take in takes(side) for sound in spoken(take, negatives()).values()
        ]
        self._talk = np.concatenate([_levelled(sound) for sound in talking])

    def probabilities(self, sound: Sound) -> Scores:
        """Return the probabilities of every hop of a sound (full scale 1); 0 before the context is full."""
        vectors = vectors_of(self._embedding, np.asarray(np.clip(sound, -1, 1) * 32767, np.int16))
        heard = self._head.probabilities(vectors)
        return np.concatenate([np.zeros((CONTEXT - 1, heard.shape[1]), np.float32), heard])

    def calls(self, scene: Scene) -> list[Call]:
        """Return the phrases by every voice of the side."""
        rng = np.random.default_rng([self._seed, 11])
        said = phrases()
        return [
            self._call(Spoken(sound, said[text], len(sound)), scene, rng)
            for take in takes(self._side)
            for text, sound in spoken(take, some(take, said, take.phrases)).items()
        ]

    def words(self, scene: Scene) -> list[Call]:
        """Return people's isolated words."""
        rng = np.random.default_rng([self._seed, 12])
        known = {word: phrases()[word] for word in PEOPLE_SAY}
        return [
            self._call(Spoken(clip.sound, known.get(clip.word), clip.end), scene, rng)
            for clip in self._recorded
            if clip.kind == "speech_commands"
        ]

    def unrelated(self, kind: str, scene: Scene) -> list[Scores]:
        """Return people's read speech, words that are no commands, or household noises, in streams of 24 s."""
        rng = np.random.default_rng([self._seed, 13])
        pause = np.zeros(RATE // 2 if kind == "speech_commands" else 0, np.float32)
        pieces = [
            np.concatenate([_levelled(clip.sound), pause])
            for clip in self._recorded
            if clip.kind == kind and clip.word not in PEOPLE_SAY
        ]
        return self._long(np.concatenate(pieces), scene, rng)

    def unrelated_voices(self) -> list[Scores]:
        """Return words and sentences that are no command by the voices of the side."""
        rng = np.random.default_rng([self._seed, 14])
        pieces = [
            np.concatenate([_levelled(sound), np.zeros(RATE // 2, np.float32)])
            for take in takes(self._side)
            for sound in spoken(take, negatives()).values()
        ]
        return self._long(np.concatenate(pieces), QUIET, rng)

    def guide(self, voice: Voice) -> list[Scores]:
        """Return everything the guide says, in one of its voices, as it plays it."""
        rng = np.random.default_rng([self._seed, 15])
        pause = np.zeros(int(0.4 * RATE), np.float32)
        pieces = [np.concatenate([finish(voice.render(line)), pause]) for line in guide_lines()]
        return self._long(np.concatenate(pieces), QUIET, rng)

    def _long(self, sound: Sound, scene: Scene, rng: Rng) -> list[Scores]:
        sound = self._in(scene, sound, rng)
        sound = np.resize(sound, -(-len(sound) // LONG) * LONG)
        sound = sound + _hiss(len(sound), rng)
        return [self.probabilities(part) for part in np.split(sound, len(sound) // LONG)]

    def _call(self, clip: Spoken, scene: Scene, rng: Rng) -> Call:
        whole = np.zeros(SLOT, np.float32)
        sound = _levelled(clip.sound)[: SLOT - BEFORE]
        whole[BEFORE : BEFORE + len(sound)] += sound
        whole = self._in(scene, whole, rng)[:SLOT] + _hiss(SLOT, rng)
        return Call(clip.command, BEFORE + clip.end, self.probabilities(whole))

    def _in(self, scene: Scene, sound: Sound, rng: Rng) -> Sound:
        if scene.longer != 1:
            sound = np.asarray(soxr.resample(sound, RATE, RATE * scene.longer), np.float32)
        if scene.lived_in:
            response = room(rng, 2.0, 2.0)
            sound = heard_in(sound, response / np.float32(np.sqrt(np.sum(response**2))))
        if scene.noise:
            other = np.resize(noise(scene.noise, min(len(sound), LONG), rng, self._talk), len(sound))
            sound = sound + other * np.float32(10 ** ((LEVEL_DB - scene.snr_db) / 20))
        return sound


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
class Result:
    """What became of the calls under one condition."""

    per_command: dict[Command, Share]
    protected: Share
    doubted: Share
    wrong: int
    delays_s: list[float]

    @property
    def all_commands(self) -> Share:
        """All commands together."""
        return _sum(self.per_command.values())

    @property
    def others(self) -> Share:
        """All commands that are no words of safety."""
        return _sum(share for command, share in self.per_command.items() if command not in SAFETY)


def _sum(shares: Iterable[Share]) -> Share:
    known = list(shares)
    return Share(sum(share.hits for share in known), sum(share.tries for share in known))


def result(head: Head, calls: Sequence[Call], limits: Mapping[Command, Limits]) -> Result:
    """Return how many calls were spotted.

    Protected: a pain phrase answered by any command of the pain family or by stop, which do no harm for one
    another. Doubted: the same at the limits of doubt.
    Wrong: calls answered by another command, before or beside the right one, other than those.
    """
    hits: Counter[Command] = Counter()
    tries: Counter[Command] = Counter()
    protected = doubted = wrong = 0
    delays = []
    doubts = doubting(limits)
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
        doubted += call.command in PAIN_FAMILY and any(
            command in SAFETY for _, command in events(head, call.probabilities, doubts, CONTEXT)
        )
        wrong += any(command not in alike for _, command in told)
    return Result(
        {command: Share(hits[command], tries[command]) for command in head.commands if tries[command]},
        Share(protected, sum(tries[command] for command in PAIN_FAMILY)),
        Share(doubted, sum(tries[command] for command in PAIN_FAMILY)),
        wrong,
        delays,
    )


def doubting(limits: Mapping[Command, Limits]) -> dict[Command, Limits]:
    """Return limits at which what is worth a question is told."""
    return {command: replace(one, alone=one.doubt) for command, one in limits.items()}


@dataclass(frozen=True)
class FalseEvents:
    """What was told of sound that holds no command, and how long it lasted."""

    events: Counter[Command]
    hours: float

    def of(self, commands: Iterable[Command]) -> int:
        """Return how many events some commands had."""
        return sum(self.events[command] for command in commands)


def false_events(head: Head, streams: Sequence[Scores], limits: Mapping[Command, Limits]) -> FalseEvents:
    """Return which commands were taken from sound that holds none."""
    found = Counter(command for stream in streams for _, command in events(head, stream, limits))
    return FalseEvents(found, sum(map(len, streams)) * HOP / RATE / 3600)


def _levelled(sound: Sound) -> Sound:
    loud = sound[np.abs(sound) > 0.1 * np.abs(sound).max()]
    return sound * np.float32(10 ** (LEVEL_DB / 20) / max(float(np.sqrt(np.mean(loud**2))), 1e-5))


def _hiss(count: int, rng: Rng) -> Sound:
    return rng.normal(size=count).astype(np.float32) * np.float32(10 ** (HISS_DB / 20))
