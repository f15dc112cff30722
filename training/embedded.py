"""Training streams as vectors of the speech embedding, kept on disk so that a run that was stopped goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.streams import Kind, Material
from voiceguide.hearing.enrolment.embedding import Floats, SpeechEmbedding

KEPT = Path("build/training/streams")
JUDGED = Path("build/training/judged")


@dataclass(frozen=True)
class Lesson:
    """Streams to learn from: vectors (streams, hops, 96) and the class of every hop (streams, hops)."""

    vectors: Floats
    classes: NDArray[np.int64]


def lesson(material: Material, *, seed: int, counts: Mapping[Kind, int], workers: int) -> Lesson:
    """Return streams number 0 to so many of each kind, made or read from disk.

    Args:
        material: what is said in them.
        seed: of the whole training.
        counts: how many streams of each kind.
        workers: processes that make them.
    """
    kept_in = KEPT / material.fingerprint
    kept_in.mkdir(parents=True, exist_ok=True)
    wanted = [(kind, number) for kind, count in counts.items() for number in range(count)]
    paths = [kept_in / f"{seed}-{kind:d}-{number}.npz" for kind, number in wanted]
    missing = [(*one, path) for one, path in zip(wanted, paths, strict=True) if not path.exists()]
    # Forked, so that all share one copy of the material.
    with get_context("fork").Pool(workers, _begin, (material, seed)) as pool:
        for _ in pool.imap_unordered(_make, missing, chunksize=8):
            pass
    stored = [np.load(path) for path in paths]
    return Lesson(
        np.stack([one["vectors"].astype(np.float32) for one in stored]),
        np.stack([one["classes"] for one in stored]),
    )


class _Maker:
    """What a worker process needs, set once when it begins."""

    material: Material
    embedding: SpeechEmbedding
    seed: int


def _begin(material: Material, seed: int) -> None:
    _Maker.material, _Maker.embedding, _Maker.seed = material, SpeechEmbedding(), seed


def _make(wanted: tuple[Kind, int, Path]) -> None:
    kind, number, path = wanted
    stream = _Maker.material.stream(np.random.default_rng([_Maker.seed, kind, number]), kind)
    part = path.with_suffix(".part.npz")
    np.savez(part, vectors=_Maker.embedding.whole(stream.sound).astype(np.float16), classes=stream.classes)
    part.replace(path)


def vectors_of(embedding: SpeechEmbedding, sound: NDArray[np.int16]) -> Floats:
    """Return the vectors of a sound to be judged, made or read from disk."""
    kept = JUDGED / f"{sha256(sound.tobytes()).hexdigest()[:24]}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part.npy")
        np.save(part, embedding.whole(sound).astype(np.float16))
        part.replace(kept)
    return np.asarray(np.load(kept), np.float32)
