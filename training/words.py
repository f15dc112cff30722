"""Fits the head that knows lone words by their sound: `make fit-words HUMAN=DIR`.

People for training say "stop", "yes", "no" and words that are no command, voices for training every lone word of
the language and words that sound like them, in simulated rooms, in quiet and in pink noise. The real endpointer
and the real encoder hear them. What people and voices for tuning say is only reported on. Writes
`voiceguide/hearing/recognisers/moonshine/words.npz`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.people import clips
from training.texts import negatives, phrases
from training.verdict import in_room
from training.voices import Sound, some, spoken, takes
from voiceguide.audio.room import Room, place
from voiceguide.audio.samples import FULL_SCALE
from voiceguide.hearing.recognisers.moonshine.head import FILE, LONGEST, pooled
from voiceguide.hearing.recognisers.moonshine.model import Model
from voiceguide.hearing.recognisers.moonshine_engine import SILENCE
from voiceguide.hearing.vad.endpointer import Endpointer
from voiceguide.models.find import find_model

ROOMS = ((31, 0.3), (32, 0.45), (33, 0.35), (34, 0.5))
RIDGE, ROUNDS, RATE = 0.01, 500, 0.05
OTHERS = 0.5
"""Weight of an example that is none of the words: they are the most."""

NEAR, LONGER = 0.13, 0.06
"""Shares of the words that are no command, and of the longer phrases, that each voice says."""


@dataclass(frozen=True)
class Heard:
    """One utterance.

    Attributes:
        who: people or voices.
        learned: learned from, or only reported on.
        condition: quiet or pink.
        word: a lone word of the language, empty for anything else.
        features: see `pooled`.
    """

    who: str
    learned: bool
    condition: str
    word: str
    features: NDArray[np.float32]


def words() -> list[str]:
    """Return every phrase of the language that is a single word."""
    return sorted(phrase for phrase in phrases() if " " not in phrase)


def said(human: Path) -> Iterator[tuple[str, bool, str, Sound]]:
    """Yield what is said: by whom, whether it is learned from, the word, the sound."""
    known = words()
    near = [text for text in negatives() if " " not in text]
    longer = sorted(set(phrases()) - set(known))
    for side in ("train", "tune"):
        for clip in clips(human, side):
            if clip.kind == "speech_commands":
                yield "people", side == "train", clip.word if clip.word in known else "", clip.sound
        for take in takes(side):
            texts = [*known, *some(take, near, NEAR), *some(take, longer, LONGER)]
            for text, sound in spoken(take, texts).items():
                yield "voices", side == "train", text if text in known else "", sound


def heard(human: Path, condition: str) -> list[Heard]:
    """Return what endpointer and encoder make of it."""
    folder = find_model("en", "moonshine")
    assert folder is not None  # noqa: S101 - nothing can be fitted without
    model = Model(folder)
    rooms = [place(Room(rt60_s=rt60_s, person_m=2.0), seed) for seed, rt60_s in ROOMS]
    silence = np.zeros(SILENCE, np.float32)
    examples = []
    for number, (who, learned, word, sound) in enumerate(said(human)):
        stream = in_room(sound, condition, rooms[number % len(rooms)], number)
        found = [one for one in Endpointer().accept(stream) if one.over and one.length <= LONGEST]
        if found:
            utterance = max(found, key=lambda one: one.length)
            padded = np.concatenate((silence, (utterance.sound / FULL_SCALE).astype(np.float32), silence))
            features = pooled(model.hear(padded).states[0], SILENCE)
            examples.append(Heard(who, learned, condition, word, features))
    return examples


def main() -> None:
    """Fit the head, report on people and voices it was not fitted on, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--human", type=Path, required=True, help="folder of people's recordings")
    human = parser.parse_args().human
    list(said(human))  # renders what is missing, once
    with ProcessPoolExecutor(2) as pool:
        examples = [one for some in pool.map(partial(heard, human), ("quiet", "pink")) for one in some]
    classes = (*words(), "")
    features = np.array([one.features for one in examples])
    right = np.array([classes.index(one.word) for one in examples])
    learned = np.array([one.learned for one in examples])
    mean, scale = features[learned].mean(axis=0), features[learned].std(axis=0) + 1e-3
    scaled = np.column_stack(((features - mean) / scale, np.ones(len(features))))
    weights = fitted(scaled[learned], right[learned], len(classes))
    report(examples, classes, scaled @ weights)
    np.savez_compressed(
        FILE,
        words=np.array(classes[:-1]),
        mean=mean.astype(np.float32),
        scale=scale.astype(np.float32),
        weights=weights.astype(np.float16),
    )


def fitted(features: NDArray[np.float64], right: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Return the weights of a softmax regression, by gradient descent with momentum."""
    weights = np.zeros((features.shape[1], classes))
    moving = np.zeros_like(weights)
    wanted = np.eye(classes)[right]
    counts = np.where(right == classes - 1, OTHERS, 1.0)[:, None]
    for _ in range(ROUNDS):
        sure = softmax(features @ weights)
        gradient = features.T @ ((sure - wanted) * counts) / len(features) + RIDGE * weights
        moving = 0.9 * moving + gradient
        weights -= RATE * moving
    return weights


def softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each class, row by row."""
    sure = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(sure / sure.sum(axis=1, keepdims=True), np.float64)


def report(examples: list[Heard], classes: tuple[str, ...], values: NDArray[np.float64]) -> None:
    """Print how many words are told right, and how often another word or none was taken for one of them."""
    sure = softmax(values)
    best = sure.argmax(axis=1)
    for who in ("people", "voices"):
        for condition in ("quiet", "pink"):
            mine = [n for n, one in enumerate(examples) if (one.who, one.condition) == (who, condition)]
            mine = [n for n in mine if not examples[n].learned]
            lone = [n for n in mine if examples[n].word]
            none = [n for n in mine if not examples[n].word]
            hits = sum(classes[best[n]] == examples[n].word for n in lone)
            false = sum(sure[n, :-1].max() > 0.5 for n in none)
            print(f"{who}, {condition}: {hits} of {len(lone)} words; false {false} of {len(none)}")


if __name__ == "__main__":
    main()
