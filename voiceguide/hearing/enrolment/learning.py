"""From a few takes of each word to templates.

Every take becomes three templates: as it was recorded, with pink noise 10 dB below it, and with reverberation. The
person says a word three times in a quiet moment; the guide will hear it beside a fan or from further off
(docs/rehearsal.md has the figures).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.takes import Problem
from voiceguide.hearing.enrolment.embedding import HOP, Floats, SpeechEmbedding
from voiceguide.hearing.enrolment.matching import Warping, directions
from voiceguide.hearing.enrolment.takes import Take, examine
from voiceguide.hearing.enrolment.templates import Bounds, Enrolment, Template
from voiceguide.hearing.recognisers.recogniser import Frame

BOUNDS = Bounds(alone=0.72, agreeing=0.66)
"""The same for every word and person. Bounds drawn from a person's own takes, or from how near other speech comes
to them, were tried: at the same number of false alarms they heard less."""

FEWEST = 2
"""Takes without which nothing is learned: one alone cannot be compared with anything."""

FROM, TO = samples(0.24), samples(0.20)
"""The vectors of a word are those that end from so long after its beginning to so long after its end. Each looks
back over 0.78 s; earlier ones hear mostly what was before."""

_NOISE_DB = -10.0
_ROOM_S = 0.4
_ROOM_ENERGY = 1.0
"""Energy of the reverberation relative to the direct sound: what a person 2 m away has in a living room."""

_TAIL = samples(0.4)
_LENGTHS = 16
"""Takes are lengthened by silence to a multiple of so many hops."""

_SEED = 1


@dataclass(frozen=True)
class Word:
    """What became of one word's takes.

    Attributes:
        problems: for each take why it was left out; None for one that was used.
        by_own: how many of those used are recognised by what the others teach.
        problem: why the word was not learned; None when it was.
    """

    problems: tuple[Problem | None, ...]
    by_own: int
    problem: Problem | None


@dataclass(frozen=True)
class Lesson:
    """What was learned.

    Attributes:
        enrolment: None when no word could be learned.
        words: what became of each.
    """

    enrolment: Enrolment | None
    words: Mapping[Command, Word]


def learn(
    recordings: Mapping[Command, Sequence[Frame]], embedding: SpeechEmbedding, language: str = "en"
) -> Lesson:
    """Learn a person's words.

    Args:
        recordings: for each command its takes, int16 at 16 kHz, each with half a second of the room before the
            word. They are not kept.
        embedding: makes vectors of them.
        language: which language they are in.

    Raises:
        RecogniserError: the embedding failed.
    """
    words: dict[Command, Word] = {}
    templates: dict[Command, tuple[Template, ...]] = {}
    for command, sounds in recordings.items():
        words[command], learned = _word([examine(sound) for sound in sounds], embedding)
        if learned:
            templates[command] = learned
    enrolment = Enrolment(language, templates, dict.fromkeys(templates, BOUNDS)) if templates else None
    return Lesson(enrolment, words)


def recognised(sound: Frame, templates: Sequence[Template], embedding: SpeechEmbedding) -> float:
    """Return the highest score of templates in a recording."""
    warping = Warping(templates)
    ended = np.concatenate([sound, np.zeros(TO + HOP, np.int16)])
    return max(
        (float(warping.take(vector).max()) for vector in directions(_vectors(ended, embedding))), default=0.0
    )


def sketched(sound: Frame, embedding: SpeechEmbedding) -> tuple[Template, ...]:
    """Return a take as it was recorded, to hold others against; nothing when it cannot be used."""
    take = examine(sound)
    return () if take.problem is not None else (next(_templates(take, embedding)),)


def _word(takes: list[Take], embedding: SpeechEmbedding) -> tuple[Word, tuple[Template, ...]]:
    problems = [take.problem for take in takes]
    made = {
        number: tuple(_templates(take, embedding)) for number, take in enumerate(takes) if take.problem is None
    }
    while len(made) >= FEWEST:
        scores = {number: _score(takes[number], made, number, embedding) for number in made}
        worst = min(scores, key=lambda number: scores[number])
        if scores[worst] >= BOUNDS.agreeing:
            by_own = sum(score >= BOUNDS.alone for score in scores.values())
            learned = tuple(template for templates in made.values() for template in templates)
            return Word(tuple(problems), by_own, None), learned
        problems[worst] = Problem.UNLIKE
        del made[worst]
    given = Counter(problem for problem in problems if problem is not None)
    reason = given.most_common(1)[0][0] if given else Problem.SILENCE
    return Word(tuple(problems), 0, reason), ()


def _score(take: Take, made: Mapping[int, tuple[Template, ...]], number: int, embedding: SpeechEmbedding) -> float:
    others = [template for other, templates in made.items() if other != number for template in templates]
    return recognised(take.sound, others, embedding)


def _templates(take: Take, embedding: SpeechEmbedding) -> Iterator[Template]:
    for sound in _conditions(take):
        vectors = _vectors(sound, embedding)
        ends = (np.arange(len(vectors)) + 1) * HOP
        yield directions(vectors[(ends >= take.start + FROM) & (ends <= take.end + TO)])


def _vectors(sound: Frame, embedding: SpeechEmbedding) -> Floats:
    # The embedding keeps a network for every length it has met, so there are to be few.
    return embedding.whole(np.pad(sound, (0, -len(sound) % (_LENGTHS * HOP))))


def _conditions(take: Take) -> Iterator[Frame]:
    rng = np.random.default_rng(_SEED)
    whole = np.concatenate([take.sound, np.zeros(max(take.end + _TAIL - len(take.sound), 0), np.int16)])
    sound = whole.astype(np.float64)
    yield whole
    level = np.sqrt(np.mean(np.square(sound[take.start : take.end])))
    noise = _pink(len(sound), rng) * level * 10 ** (_NOISE_DB / 20)
    yield _as_int16(sound + noise)
    yield _as_int16(_reverberant(sound, rng))


def _pink(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(rng.normal(size=count))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0))
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise / np.sqrt(np.mean(np.square(noise))))


def _reverberant(sound: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Add a room of statistics alone: noise that dies away by 60 dB in `_ROOM_S`."""
    times = np.arange(samples(_ROOM_S)) / RATE
    tail = rng.normal(size=len(times)) * 10 ** (-3 * times / _ROOM_S)
    tail *= np.sqrt(_ROOM_ENERGY / np.sum(np.square(tail)))
    tail[0] += 1
    length = len(sound) + len(tail) - 1
    heard = np.fft.irfft(np.fft.rfft(sound, length) * np.fft.rfft(tail, length), length)[: len(sound)]
    return np.asarray(heard * np.sqrt(np.sum(np.square(sound)) / max(float(np.sum(np.square(heard))), 1e-9)))


def _as_int16(sound: NDArray[np.float64]) -> Frame:
    return np.clip(sound, -32768, 32767).astype(np.int16)
