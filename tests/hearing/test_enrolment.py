"""A person's own words: which takes are refused and why, what is learned, how it is kept, what it then hears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import soxr
from speakers import Sound, blocks, in_a_room, spoken

from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.takes import Problem
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.enrolment.embedding import HOP, SIZE, SpeechEmbedding
from voiceguide.hearing.enrolment.enrolled import Enrolled
from voiceguide.hearing.enrolment.learning import BOUNDS, Lesson, learn
from voiceguide.hearing.enrolment.matching import Match, Matching, Warping, directions
from voiceguide.hearing.enrolment.takes import examine
from voiceguide.hearing.enrolment.templates import Bounds, Enrolment, forget, load, place
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.language.pack import load_language

WORDS = {Command.PAIN: "it hurts", Command.STOP: "stop"}
HOW = (0.97, 1.0, 1.03)


def said(text: str, voice: str = "slt", how: float = 1.0, gain_db: float = -12.0) -> Sound:
    """Return a word a little slower and deeper or faster and higher, never twice alike."""
    sound = soxr.resample(spoken(text, voice).astype(np.float32), RATE, RATE / how)
    return np.asarray(sound * 10 ** (gain_db / 20), np.int16)


def take(sound: Sound, noise: float = 8.0) -> Sound:
    return in_a_room(sound, before_s=0.6, after_s=0.5, noise=noise)


def takes(text: str, voice: str = "slt") -> list[Sound]:
    return [take(said(text, voice, how)) for how in HOW]


def noise(seed: int, rms: float = 800.0) -> Sound:
    return np.asarray(np.random.default_rng(seed).normal(0, rms, samples(1.6)), np.int16)


def burst(integrations: int) -> Sound:
    """Return 0.4 s of white noise, or of noise that falls by 6 dB an octave."""
    sound = np.random.default_rng(2).normal(size=samples(0.4))
    for _ in range(integrations):
        sound = np.cumsum(sound - sound.mean())
        sound -= np.linspace(sound[0], sound[-1], len(sound))
    return np.asarray(sound / np.abs(sound).max() * 12_000, np.int16)


@pytest.fixture(scope="module")
def embedding() -> Iterator[SpeechEmbedding]:
    pytest.importorskip("pyopen_wakeword", reason="pip install pyopen-wakeword==1.1.0")
    made = SpeechEmbedding()
    yield made
    made.close()


@pytest.fixture(scope="module")
def slt(embedding: SpeechEmbedding) -> Lesson:
    return learn({command: takes(text) for command, text in WORDS.items()}, embedding)


def matches(enrolment: Enrolment | None, embedding: SpeechEmbedding, sound: Sound) -> list[Match]:
    assert enrolment is not None
    matching = Matching(enrolment)
    vectors = embedding.whole(sound)
    found: list[Match] = []
    for number in range(len(vectors)):
        found += matching.accept(vectors[number : number + 1], (number + 1) * HOP)
    return found


# --- takes ------------------------------------------------------------------------------------------------


def test_a_word_is_found_where_it_is() -> None:
    word = said("it hurts")
    found = examine(take(word))
    assert found.problem is None
    assert abs(found.start - samples(0.6)) <= samples(0.03)
    assert abs(found.end - samples(0.6) - len(word)) <= samples(0.08)


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (noise(1), Problem.NOISE),
        (np.zeros(samples(1.5), np.int16), Problem.QUIET),
        (take(said("stop", gain_db=-60.0), noise=1.0), Problem.QUIET),
        (
            take(np.asarray(np.clip(said("stop", gain_db=0.0).astype(np.int32) * 8, -32768, 32767), np.int16)),
            Problem.CLIPPED,
        ),
        (take(np.full(160, 9000, np.int16)), Problem.SHORT),
        (take(said("please come out of this position slowly and rest on the floor")), Problem.LONG),
        (take(burst(0)), Problem.NOISE),
        (take(burst(1)), Problem.NOISE),
        (np.zeros(10, np.int16), Problem.SHORT),
    ],
    ids=[
        "noise",
        "digital silence",
        "very soft",
        "clipped",
        "knock",
        "a sentence",
        "a hiss",
        "a rumble",
        "nothing",
    ],
)
def test_what_nothing_can_be_learned_from_is_refused_with_its_reason(sound: Sound, problem: Problem) -> None:
    assert examine(sound).problem is problem


# --- learning ---------------------------------------------------------------------------------------------


def test_three_takes_teach_a_word(slt: Lesson) -> None:
    assert slt.enrolment is not None
    assert set(slt.enrolment.templates) == set(WORDS)
    for word in slt.words.values():
        assert word.problems == (None, None, None)
        assert word.by_own == 3
        assert word.problem is None


def test_an_enrolment_made_of_noise_is_refused(embedding: SpeechEmbedding) -> None:
    lesson = learn({Command.PAIN: [noise(seed) for seed in range(3)]}, embedding)
    assert lesson.enrolment is None
    assert lesson.words[Command.PAIN].problem is Problem.NOISE
    assert set(lesson.words[Command.PAIN].problems) == {Problem.NOISE}


def test_a_take_of_another_word_is_left_out(embedding: SpeechEmbedding) -> None:
    lesson = learn({Command.PAIN: [*takes("it hurts")[:2], take(said("good morning"))]}, embedding)
    assert lesson.words[Command.PAIN].problems == (None, None, Problem.UNLIKE)
    assert lesson.enrolment is not None


def test_three_different_words_teach_nothing(embedding: SpeechEmbedding) -> None:
    lesson = learn({Command.PAIN: [take(said(text)) for text in ("it hurts", "good morning", "seven")]}, embedding)
    assert lesson.enrolment is None
    assert lesson.words[Command.PAIN].problem is Problem.UNLIKE


def test_no_take_at_all_teaches_nothing(embedding: SpeechEmbedding) -> None:
    lesson = learn({Command.PAIN: []}, embedding)
    assert lesson.enrolment is None
    assert lesson.words[Command.PAIN].problem is Problem.SILENCE


# --- hearing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "command"), [("it hurts", Command.PAIN), ("stop", Command.STOP)])
def test_the_word_said_once_more_is_recognised(
    slt: Lesson, embedding: SpeechEmbedding, text: str, command: Command
) -> None:
    sound = in_a_room(said(text, how=1.015, gain_db=-18.0), noise=15.0)
    found = matches(slt.enrolment, embedding, sound)
    assert [match.command for match in found] == [command]
    ends = len(sound) - samples(1.0)
    assert ends - samples(0.2) <= found[0].at <= ends + samples(0.3)


def test_other_talk_is_not_recognised(slt: Lesson, embedding: SpeechEmbedding) -> None:
    talk = ("we painted the kitchen yellow", "turn left at the church", "next side", "how long is it", "ready")
    sound = in_a_room(*(said(text) for text in talk))
    assert matches(slt.enrolment, embedding, sound) == []


def test_a_language_without_any_recogniser_model_is_learned_as_well(embedding: SpeechEmbedding) -> None:
    words = {Command.PAIN: "아파", Command.STOP: "그만"}
    lesson = learn({command: takes(text, "ko") for command, text in words.items()}, embedding, "ko")
    for command, text in words.items():
        found = matches(lesson.enrolment, embedding, in_a_room(said(text, "ko", how=1.015)))
        assert [match.command for match in found] == [command]


def test_it_can_be_asked_whether_a_word_was_nearly_found(slt: Lesson, embedding: SpeechEmbedding) -> None:
    assert slt.enrolment is not None
    matching = Matching(slt.enrolment)
    sound = in_a_room(said("stop"))
    vectors = embedding.whole(sound)
    matching.accept(vectors, len(vectors) * HOP)
    assert matching.agrees(Command.STOP, 0)
    assert not matching.agrees(Command.PAIN, 0)
    assert not matching.agrees(Command.STOP, len(sound)), "not since then"
    assert not matching.agrees(Command.SHARP, 0), "it was not rehearsed"
    matching.restart()
    assert not matching.agrees(Command.STOP, 0)


def test_beside_another_ear_less_is_enough(slt: Lesson, embedding: SpeechEmbedding) -> None:
    assert slt.enrolment is not None
    strict = Enrolment("en", slt.enrolment.templates, dict.fromkeys(slt.enrolment.templates, Bounds(1.0, 0.66)))
    matching = Matching(strict)
    vectors = embedding.whole(in_a_room(said("stop", how=1.015)))
    assert matching.accept(vectors, len(vectors) * HOP) == [], "not sure enough alone"
    assert matching.agrees(Command.STOP, 0)


def test_vectors_in_any_portions_give_the_same(slt: Lesson, embedding: SpeechEmbedding) -> None:
    sound = in_a_room(said("stop"), said("it hurts"))
    one_by_one = matches(slt.enrolment, embedding, sound)
    assert slt.enrolment is not None
    vectors = embedding.whole(sound)
    assert Matching(slt.enrolment).accept(vectors, len(vectors) * HOP) == one_by_one
    assert len(one_by_one) == 2


def test_warping_meets_a_template_that_is_stretched() -> None:
    rng = np.random.default_rng(4)
    template = directions(rng.normal(0, 30, (6, SIZE)).astype(np.float32))
    stretched = np.repeat(template, [1, 2, 1, 3, 1, 1], axis=0)
    before = directions(rng.normal(0, 30, (5, SIZE)).astype(np.float32))
    warping = Warping([template, template[:2]])
    scores = [warping.take(vector) for vector in (*before, *stretched)]
    assert scores[-1][0] == pytest.approx(1.0, abs=1e-5)
    assert max(score[0] for score in scores[:-1]) < 0.9
    assert scores[len(before) + 1][1] == pytest.approx(1.0, abs=1e-5)


# --- keeping ----------------------------------------------------------------------------------------------


def same(one: Mapping[Command, Sequence[np.ndarray]], other: Mapping[Command, Sequence[np.ndarray]]) -> bool:
    return list(one) == list(other) and all(
        np.array_equal(left, right)
        for command in one
        for left, right in zip(one[command], other[command], strict=True)
    )


def test_what_was_learned_is_kept_as_numbers(slt: Lesson, tmp_path: Path) -> None:
    assert slt.enrolment is not None
    path = tmp_path / "rehearsal" / "en.npz"
    slt.enrolment.save(path)
    slt.enrolment.save(path)
    found = load(path)
    assert found is not None
    assert same(found.templates, slt.enrolment.templates)
    assert found.bounds == slt.enrolment.bounds
    assert found.language == "en"
    assert [file.name for file in path.parent.iterdir()] == ["en.npz"]
    with np.load(path, allow_pickle=False) as stored:
        for name in stored.files:
            # A recording of these takes would need some 25,000 numbers; a template has 96 for every 80 ms.
            assert stored[name].size < 30 * SIZE, name


def test_there_may_be_none(tmp_path: Path) -> None:
    assert load(tmp_path / "en.npz") is None


@pytest.mark.parametrize("damage", ["cut", "text", "version", "shape", "pickle"])
def test_a_damaged_file_is_named_and_put_aside(slt: Lesson, tmp_path: Path, damage: str) -> None:
    assert slt.enrolment is not None
    path = tmp_path / "en.npz"
    slt.enrolment.save(path)
    whole = path.read_bytes()
    with np.load(path) as stored:
        arrays = dict(stored)
    match damage:
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "text":
            path.write_text("not numbers", encoding="utf-8")
        case "version":
            np.savez(path, **arrays | {"version": np.array(99)})
        case "shape":
            np.savez(path, **arrays | {"pain-0": np.zeros((3, 5), np.float32)})
        case "pickle":
            np.savez(path, **arrays | {"pain-0": np.array([object()])})
    with pytest.raises(RecogniserError, match=r"en\.npz.*Rehearse again"):
        load(path)
    assert load(path) is None
    assert (tmp_path / "en.broken").exists()
    assert forget(path) is False
    assert not (tmp_path / "en.broken").exists()


def test_forgetting_deletes_it(tmp_path: Path) -> None:
    path = tmp_path / "en.npz"
    Enrolment("en", {Command.PAIN: (np.ones((4, SIZE), np.float32),)}, {Command.PAIN: Bounds(0.7, 0.5)}).save(path)
    assert forget(path) is True
    assert forget(path) is False
    assert load(path) is None


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "rehearsal").write_text("in the way", encoding="utf-8")
    enrolment = Enrolment("en", {Command.PAIN: (np.ones((4, SIZE), np.float32),)}, {Command.PAIN: BOUNDS})
    with pytest.raises(RecogniserError, match="cannot be kept"):
        enrolment.save(tmp_path / "rehearsal" / "en.npz")


def test_each_language_has_its_own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert place("en") == tmp_path / "voiceguide" / "rehearsal" / "en.npz"
    assert place("ko") != place("en")


# --- an ear of its own ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [160, 1000])
def test_in_frames_of_any_size_the_same_words_are_recognised(
    slt: Lesson, embedding: SpeechEmbedding, size: int
) -> None:
    assert slt.enrolment is not None
    sound = in_a_room(said("stop"), said("next side"), said("it hurts"), before_s=2.0)
    ear = Enrolled(slt.enrolment)
    found = [match for block in blocks(sound, size) for match in ear.accept(block)]
    ear.close()
    assert [match.command for match in found] == [Command.STOP, Command.PAIN]
    assert [match.at for match in found] == [match.at for match in matches(slt.enrolment, embedding, sound)]


def test_an_own_word_that_the_recogniser_missed_is_asked_about(embedding: SpeechEmbedding) -> None:
    lesson = learn({Command.PAIN: takes("아파", "ko"), Command.STOP: takes("그만", "ko")}, embedding, "ko")
    assert lesson.enrolment is not None
    ears = Ears(TypedRecogniser(), load_language("ko"), enrolled=Enrolled(lesson.enrolment))
    ears.listen_for(frozenset(Command))
    sound = in_a_room(said("아파", "ko", how=1.015))
    verdicts = [one for at in range(0, len(sound), 160) for one in ears.accept(sound[at : at + 160])]
    ears.close()
    heard = [(one.heard.command, one.heard.perhaps, one.rule) for one in verdicts if one.heard]
    assert heard == [(None, Command.PAIN, Rule.PERHAPS_PAIN)]
