"""Fits the head that knows a few words by their sound: `make fit-words HUMAN=DIR`.

People for training say "stop", "yes", "no" and other words in simulated rooms, in quiet and in pink noise; voices
for tuning say the other commands, which are none of the three. The real endpointer and the real encoder hear them.
What people for tuning say is only reported on. Writes `voiceguide/hearing/recognisers/moonshine/words.npz`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.people import PEOPLE_SAY, clips
from training.texts import phrases
from training.verdict import in_room
from training.voices import Sound, already_spoken, takes
from voiceguide.audio.room import Room, place
from voiceguide.audio.samples import FULL_SCALE
from voiceguide.hearing.recognisers.moonshine.head import FILE, LONGEST, pooled
from voiceguide.hearing.recognisers.moonshine.model import Model
from voiceguide.hearing.recognisers.moonshine_engine import SILENCE
from voiceguide.hearing.vad.endpointer import Endpointer
from voiceguide.models.find import find_model

WORDS = PEOPLE_SAY
ROOMS = ((31, 0.3), (32, 0.45), (33, 0.35), (34, 0.5))
RIDGE, ROUNDS, RATE = 0.01, 500, 0.05
OTHERS = 0.5
"""Weight of an example that is none of the words: there are three times as many."""


@dataclass(frozen=True)
class Heard:
    """One utterance.

    Attributes:
        learned: learned from, or only reported on.
        condition: quiet or pink.
        word: one of `WORDS`, empty for anything else.
        features: see `pooled`.
    """

    learned: bool
    condition: str
    word: str
    features: NDArray[np.float32]


def said(human: Path) -> Iterator[tuple[bool, str, Sound]]:
    """Yield what is said: whether it is learned from, the word, the sound."""
    for side in ("train", "tune"):
        for clip in clips(human, side):
            if clip.kind == "speech_commands":
                yield side == "train", clip.word if clip.word in WORDS else "", clip.sound
    for take in takes("tune"):
        for text, sound in already_spoken(take).items():
            if text in phrases() or text in WORDS:
                yield True, text if text in WORDS else "", sound


def heard(human: Path) -> Iterator[Heard]:
    """Yield what endpointer and encoder make of it."""
    folder = find_model("en", "moonshine")
    assert folder is not None  # noqa: S101 - nothing can be fitted without
    model = Model(folder)
    rooms = [place(Room(rt60_s=rt60_s, person_m=2.0), seed) for seed, rt60_s in ROOMS]
    silence = np.zeros(SILENCE, np.float32)
    for number, (learned, word, sound) in enumerate(said(human)):
        for condition in ("quiet", "pink"):
            stream = in_room(sound, condition, rooms[number % len(rooms)], number)
            found = [one for one in Endpointer().accept(stream) if one.over and one.length <= LONGEST]
            if found:
                utterance = max(found, key=lambda one: one.length)
                padded = np.concatenate((silence, (utterance.sound / FULL_SCALE).astype(np.float32), silence))
                yield Heard(learned, condition, word, pooled(model.hear(padded).states[0], SILENCE))


def main() -> None:
    """Fit the head, report on people it was not fitted on, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--human", type=Path, required=True, help="folder of people's recordings")
    examples = list(heard(parser.parse_args().human))
    classes = (*WORDS, "")
    features = np.array([one.features for one in examples])
    right = np.array([classes.index(one.word) for one in examples])
    learned = np.array([one.learned for one in examples])
    mean, scale = features[learned].mean(axis=0), features[learned].std(axis=0) + 1e-3
    scaled = np.column_stack(((features - mean) / scale, np.ones(len(features))))
    weights = fitted(scaled[learned], right[learned], len(classes))
    values = scaled @ weights
    sure = np.exp(values - values.max(axis=1, keepdims=True))
    sure /= sure.sum(axis=1, keepdims=True)
    for condition in ("quiet", "pink"):
        some = ~learned & np.array([one.condition == condition for one in examples])
        for number, word in enumerate(classes):
            mine = some & (right == number)
            false = some & (right != number)
            hits, taken = (sure[mine].argmax(axis=1) == number).sum(), (sure[false, number] > 0.5).sum()
            print(f"{condition} {word or 'others'}: {hits} of {mine.sum()}; false {taken} of {false.sum()}")
    np.savez_compressed(
        FILE,
        words=np.array(WORDS),
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
        values = features @ weights
        sure = np.exp(values - values.max(axis=1, keepdims=True))
        sure /= sure.sum(axis=1, keepdims=True)
        gradient = features.T @ ((sure - wanted) * counts) / len(features) + RIDGE * weights
        moving = 0.9 * moving + gradient
        weights -= RATE * moving
    return weights


if __name__ == "__main__":
    main()
