"""A whole rehearsal with real ears and a real voice: what is said is taken, learned, and heard afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from rehearsing_person import ASKS, HISS, Answering, Says, Sound
from speakers import JOE, blocks, in_a_room, spoken

from voiceguide.core.actions import Sound as Sounds
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.rehearsal import Rehearsal
from voiceguide.core.takes import Capture, Learn, Learned, Problem, Taken
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.enrolment.capture import Capturing
from voiceguide.hearing.enrolment.enrolled import Enrolled
from voiceguide.hearing.enrolment.learning import BOUNDS
from voiceguide.hearing.enrolment.templates import Enrolment, load, place
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.rehearsing import rehearse, worth_offering
from voiceguide.testing import VirtualSpeech

EN = replace(
    load_language("en"),
    rehearsal=replace(
        load_language("en").rehearsal,
        words={Command.PAIN: "it hurts", Command.STOP: "stop"},  # two are enough here
    ),
)
HOW = (0.98, 1.0, 1.025, 0.99)
LOUD_HISS = 480.0
"""A word is noticed in it, and too little of it stands out to be learned from."""

pytest.importorskip("pyopen_wakeword", reason="pip install pyopen-wakeword==1.1.0")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def said(text: str, number: int, gain_db: float = -12.0, voice: str = "slt") -> Sound:
    sound = soxr.resample(spoken(text, voice).astype(np.float32), RATE, RATE / HOW[number % len(HOW)])
    return np.asarray(sound * 10 ** (gain_db / 20), np.int16)


def obedient(key: str, text: str, number: int) -> Sound | None:
    if key not in ASKS and key != "rehearsal_over_guide":
        return None
    phrases = (phrase for phrase in EN.rehearsal.words.values() if phrase in text)
    return next((said(phrase, number, voice=JOE) for phrase in phrases), None)


def guided(person: Answering, entries: list[dict[str, Any]]) -> Journal:
    journal = Journal()
    journal.watch(entries.append)
    journal.watch(person.notice)
    return journal


def run(says: Says, path: Path, hiss: float = HISS) -> tuple[Learned | None, list[dict[str, Any]]]:
    """Rehearse with ears that understand no word, which is all that is needed to take and to learn."""
    entries: list[dict[str, Any]] = []
    person = Answering(says, hiss)
    capturing = Capturing(Ears(TypedRecogniser(script=[]), EN), "en", path)
    guide = Guide(
        Rehearsal(EN.rehearsal, EN.phrases),
        port=person,
        hearing=Chain(capturing),
        speech=VirtualSpeech(),
        chimes={sound: np.zeros(0, np.float32) for sound in Sounds},
        journal=guided(person, entries),
        capture=capturing.do,
    )
    guide.run()
    guide.close()
    return capturing.learned, entries


def lines(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["key"] for entry in entries if entry["kind"] == "say_started"]


def test_a_rehearsal_from_the_first_word_to_what_is_heard_afterwards() -> None:
    entries: list[dict[str, Any]] = []
    person = Answering(obedient)
    with closing(choose_recogniser("en", "moonshine")) as recogniser:
        done = rehearse(person, guided(person, entries), recogniser=recogniser, pack=EN, speech=VirtualSpeech())
    assert done.learned is not None
    assert done.learned.kept
    assert done.path == place("en")
    assert list(done.learned.words) == list(EN.rehearsal.words)
    for command, recall in done.learned.words.items():
        assert recall.takes == recall.by_own == 3, command
        assert recall.over_guide, command
    assert lines(entries).count("rehearsal_heard_well") == len(EN.rehearsal.words)
    assert lines(entries)[-1] == "rehearsal_kept"
    assert not [entry for entry in entries if entry["kind"] == "pain"], "a rehearsed word is no report of pain"

    enrolment = load(done.path)
    assert enrolment is not None
    ear = Enrolled(enrolment)
    sound = in_a_room(*(said(phrase, 1, -20.0, JOE) for phrase in EN.rehearsal.words.values()), before_s=1.5)
    heard = [match.command for block in blocks(sound) for match in ear.accept(block)]
    ear.close()
    assert heard == list(EN.rehearsal.words)


def test_a_rehearsal_in_loud_noise_keeps_nothing_and_says_why(tmp_path: Path) -> None:
    learned, entries = run(obedient, tmp_path / "en.npz", hiss=LOUD_HISS)
    assert learned is not None
    assert not learned.kept
    assert {recall.problem for recall in learned.words.values()} == {Problem.NOISE}
    assert "rehearsal_noise" in lines(entries)
    assert "rehearsal_advice_noise" in lines(entries)
    assert lines(entries)[-1] == "rehearsal_not_kept"
    assert not (tmp_path / "en.npz").exists()


def test_bursts_of_noise_are_nobodys_words(tmp_path: Path) -> None:
    def burst(key: str, text: str, number: int) -> Sound | None:
        if key not in ASKS:
            return None
        return np.asarray(np.random.default_rng(number).normal(0, 3000, samples(0.5)), np.int16)

    learned, entries = run(burst, tmp_path / "en.npz")
    assert learned is None
    assert "rehearsal_nothing_came" in lines(entries)
    assert not (tmp_path / "en.npz").exists()


def test_who_says_nothing_is_left_in_peace(tmp_path: Path) -> None:
    learned, entries = run(lambda key, text, number: None, tmp_path / "en.npz")
    assert learned is None
    assert lines(entries).count("rehearsal_nothing_came") == 2
    assert lines(entries)[-1] == "rehearsal_ended"
    assert not (tmp_path / "en.npz").exists()


# --- the listening side alone -----------------------------------------------------------------------------


@pytest.fixture
def capturing(tmp_path: Path) -> Iterator[Capturing]:
    typed = TypedRecogniser(script=[(samples(2.2), "it hurts"), (samples(8.0), "it hurts")])
    listener = Capturing(Ears(typed, EN), "en", tmp_path / "en.npz")
    listener.listen_for(frozenset(Command))
    yield listener
    listener.close()


def feed(capturing: Capturing, sound: Sound) -> list[object]:
    return [one for block in blocks(sound) for one in capturing.accept(block)]


def test_what_is_said_in_a_take_goes_no_further_and_what_is_said_later_does(capturing: Capturing) -> None:
    capturing.do(Capture(0, Command.PAIN))
    noticed = feed(capturing, in_a_room(said("it hurts", 0), before_s=1.0, after_s=3.0))
    assert [type(one) for one in noticed] == [Taken]
    (taken,) = noticed
    assert isinstance(taken, Taken)
    assert taken.heard is Command.PAIN
    assert taken.problem is None
    later = feed(capturing, in_a_room(before_s=0.0, after_s=5.0))
    assert [one.heard.command for one in later] == [Command.PAIN]  # type: ignore[attr-defined]


def test_a_take_that_was_given_up_is_not_learned_from(capturing: Capturing) -> None:
    capturing.do(Capture(0, Command.PAIN))
    feed(capturing, in_a_room(said("it hurts", 0), before_s=0.2, after_s=0.0))
    capturing.do(Capture(0, None))
    capturing.do(Learn(0))
    (learned,) = feed(capturing, np.zeros(160, np.int16))
    assert isinstance(learned, Learned)
    assert learned.words == {}
    assert not learned.kept


def take(capturing: Capturing, command: Command, text: str, number: int = 0) -> Taken:
    capturing.do(Capture(0, command))
    noticed = feed(capturing, in_a_room(said(text, number), before_s=0.6, after_s=2.0))
    (taken,) = [one for one in noticed if isinstance(one, Taken)]
    return taken


def test_a_take_that_sounds_like_another_word_is_refused(tmp_path: Path) -> None:
    listener = Capturing(Ears(TypedRecogniser(script=[]), EN), "en", tmp_path / "en.npz")
    assert [take(listener, Command.PAIN, "it hurts", number).problem for number in range(3)] == [None] * 3
    assert take(listener, Command.STOP, "it hurts", 3).problem is Problem.ALIKE
    assert [take(listener, Command.STOP, "stop", number).problem for number in range(3)] == [None] * 3
    listener.do(Learn(0))
    feed(listener, np.zeros(160, np.int16))
    listener.close()
    assert listener.learned is not None
    assert {command: recall.takes for command, recall in listener.learned.words.items()} == {
        Command.PAIN: 3,
        Command.STOP: 3,
    }, "nothing was learned from it"


def test_who_says_the_wrong_word_is_asked_for_the_right_one(tmp_path: Path) -> None:
    def mistaken(key: str, text: str, number: int) -> Sound | None:
        """Say "it hurts" where "stop" is asked for at first, and the right word when asked again."""
        if key == "rehearsal_ask" and "stop" in text:
            return said("it hurts", number)
        return said("it hurts" if "it hurts" in text else "stop", number) if key in ASKS else None

    learned, entries = run(mistaken, tmp_path / "en.npz")
    assert lines(entries).count("rehearsal_too_alike") == 1
    assert learned is not None
    assert learned.words[Command.STOP].by_own == learned.words[Command.PAIN].by_own == 3


def test_sound_is_gone_once_it_was_learned_from(capturing: Capturing) -> None:
    for number in range(3):
        capturing.do(Capture(0, Command.STOP))
        feed(capturing, in_a_room(said("stop", number), before_s=0.6, after_s=2.0))
    capturing.do(Learn(0))
    (learned,) = [one for one in feed(capturing, np.zeros(160, np.int16)) if isinstance(one, Learned)]
    assert learned.words[Command.STOP].by_own == 3
    assert capturing.learned is learned
    assert capturing._kept == {}
    assert capturing._open is None


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("in the way", encoding="utf-8")
    listener = Capturing(Ears(TypedRecogniser(script=[]), EN), "en", tmp_path / "taken" / "en.npz")
    for number in range(3):
        listener.do(Capture(0, Command.STOP))
        feed(listener, in_a_room(said("stop", number), before_s=0.6, after_s=2.0))
    listener.do(Learn(0))
    feed(listener, np.zeros(160, np.int16))
    listener.close()
    assert listener.learned is not None
    assert not listener.learned.kept
    assert "cannot be kept" in listener.failure


def test_it_is_offered_before_the_first_session_until_something_was_learned() -> None:
    assert worth_offering("en", first_time=True)
    assert not worth_offering("en", first_time=False)
    Enrolment("en", {Command.PAIN: (np.ones((4, 96), np.float32),)}, {Command.PAIN: BOUNDS}).save(place("en"))
    assert not worth_offering("en", first_time=True)
    assert worth_offering("ko", first_time=True)
