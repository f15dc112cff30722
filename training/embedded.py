"""Training streams as vectors of the speech embedding, kept on disk so that a run that was stopped goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.streams import Kind, Material
from voiceguide.hearing.spotter.embedding import Floats, SpeechEmbedding

KEPT = Path("build/training/streams")


@dataclass(frozen=True)
class Lesson:
    """Streams to learn from: vectors (streams, hops, 96) and the class of every hop (streams, hops)."""

    vectors: Floats
    classes: NDArray[np.int64]


def lesson(
    material: Material, embedding: SpeechEmbedding, *, seed: int, kind: Kind, count: int, name: str
) -> Lesson:
    """Return streams number 0 to `count` of a kind, made or read from disk.

    Args:
        material: what is said in them.
        embedding: makes vectors of sound.
        seed: of the whole training.
        kind: what they hold.
        count: how many streams.
        name: tells materials apart on disk.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    vectors, classes = [], []
    for number in range(count):
        kept = KEPT / f"{name}-{seed}-{kind:d}-{number}.npz"
        if not kept.exists():
            stream = material.stream(np.random.default_rng([seed, kind, number]), kind)
            np.savez(kept, vectors=embedding.whole(stream.sound).astype(np.float16), classes=stream.classes)
        with np.load(kept) as stored:
            vectors.append(stored["vectors"].astype(np.float32))
            classes.append(stored["classes"])
    return Lesson(np.stack(vectors), np.stack(classes))
