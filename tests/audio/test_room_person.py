"""The person in the room: what they hear, when they say it again, and a session with them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from rooms import needs_flite, needs_rooms, spoken

from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import Room, place
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.session import Session
from voiceguide.demo.actor import Words
from voiceguide.demo.flite import FliteVoice
from voiceguide.demo.insistent import AGAIN_AFTER, InsistentActor
from voiceguide.demo.piper import PiperVoice
from voiceguide.demo.script import Line
from voiceguide.demo.visit import Visit, visit
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Voice
from voiceguide.testing import VirtualSpeech

PAIN = Line(when={"kind": "cue"}, wait_s=0.5, say="it hurts", expect="pain")
READY = Line(when={"kind": "chime"}, wait_s=0.5, say="ready", expect="ready")
CUE = {"kind": "cue", "time_s": 0.0}
WORDS = {text: Words(np.ones(samples(0.6), np.float32), samples(0.5)) for text in ("it hurts", "ready")}


def insists(
    person: InsistentActor, guide_speaks: Iterable[tuple[float, float]], until_s: float = 10.0
) -> list[float]:
    """Let the guide be heard for some stretches of time and return when the person spoke."""
    for at in range(0, samples(until_s), BLOCK):
        speaking = any(samples(low) <= at < samples(high) for low, high in guide_speaks)
        person.exchange(np.full(BLOCK, 0.1 if speaking else 0.0, np.float32))
    return [words.starts / 16_000 for words in person.uttered]


def test_pain_is_said_again_every_one_and_a_half_seconds_over_a_guide_that_goes_on() -> None:
    person = InsistentActor([PAIN], WORDS, tries=3)
    person.notice(CUE)
    assert insists(person, [(0, 10)]) == [0.5, 2.0, 3.5]
    assert [words.attempt for words in person.uttered] == [1, 2, 3]
    assert samples(1.5) == AGAIN_AFTER


@pytest.mark.parametrize(("silent_from_s", "said"), [(0.9, 1), (1.8, 1), (1.9, 2), (3.3, 2), (3.4, 3)])
def test_nothing_is_said_again_once_the_guide_was_silent_for_150_ms(silent_from_s: float, said: int) -> None:
    person = InsistentActor([PAIN], WORDS, tries=5)
    person.notice(CUE)
    assert len(insists(person, [(0, silent_from_s)])) == said


def test_who_speaks_into_silence_waits_for_an_answer() -> None:
    person = InsistentActor([PAIN], WORDS, tries=4)
    person.notice(CUE)
    assert insists(person, []) == [0.5, 2.0, 3.5, 5.0]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("release", 1),
        ("safety_ask", 1),
        ("doubt_ask", 1),
        ("stop_hurts", 1),
        ("coach", 4),
        ("breathe_in", 4),
        ("setup", 4),
    ],
)
def test_an_answer_to_pain_is_one_that_speaks_of_it(key: str, said: int) -> None:
    person = InsistentActor([PAIN], WORDS, tries=4)
    person.notice(CUE)
    insists(person, [], until_s=1.2)
    person.notice({"kind": "say_started", "key": key, "time_s": 1.2})
    assert len(insists(person, [(0, 10)])) == said


def test_who_wants_an_answer_waits_for_it_as_long_as_the_guide_is_silent() -> None:
    person = InsistentActor([PAIN], WORDS, tries=3, patience=samples(4))
    person.notice(CUE)
    assert insists(person, [(0, 1.0)]) == [0.5, 4.5, 6.0], "the second time it spoke into silence"


def test_other_words_are_said_once() -> None:
    person = InsistentActor([READY], WORDS)
    person.notice({"kind": "chime", "time_s": 0.0})
    assert insists(person, [(0, 10)]) == [0.5]


def test_the_next_line_waits_until_the_guide_gave_way() -> None:
    person = InsistentActor([PAIN, READY], WORDS, tries=9)
    person.notice(CUE)
    insists(person, [(0, 10)], until_s=5.0)
    person.notice({"kind": "chime", "time_s": 5.0})
    assert {words.line.say for words in person.uttered} == {"it hurts"}
    insists(person, [], until_s=2.0)
    person.notice({"kind": "chime", "time_s": 7.0})
    assert person.uttered[-1].line.say == "ready"


@needs_rooms
@needs_flite
def test_what_is_said_in_the_room_begins_with_the_person_and_ends_with_the_room() -> None:
    words = spoken()
    heard = place(Room(rt60_s=0.0, person_m=2.0), 1).spoken(words)
    lags = np.arange(200)
    likeness = [heard[lag : lag + len(words)] @ words[: len(heard) - lag] for lag in lags]
    assert lags[np.argmax(likeness)] == round(2.0 / 343 * 16_000)
    reverberant = place(Room(rt60_s=0.3, person_m=2.0), 1).spoken(words)
    tail = [np.square(sound[len(words) + 200 :]).sum() for sound in (heard, reverberant)]
    assert tail[1] > 100 * tail[0]


def line(key: str, kind: str, wait_s: float, say: str, expect: str) -> Line:
    return Line(when={"kind": kind, "key": key}, wait_s=wait_s, say=say, expect=expect)


SCRIPT = (
    line("check_ask", "say_finished", 0.9, "start", "start"),
    line("purpose", "say_started", 1.2, "it hurts", "pain"),
    line("safety_ask", "say_finished", 1.0, "sharp pain", "sharp"),
    line("safety_offer_rest", "say_finished", 1.5, "stop", "stop"),
)


def session(room: Room, recogniser: Recogniser, person: Voice) -> tuple[Visit, list[dict[str, Any]]]:
    """Run the short routine in a room to its end."""
    routine, language, speech = load_routine(find_routine("psoas-short")), load_language("en"), VirtualSpeech()
    visited = visit(place(room, 1), SCRIPT, person, speech.samples("Let the hips sink."))
    journal, entries = Journal(), list[dict[str, Any]]()
    journal.watch(entries.append)
    journal.watch(visited.port.notice)
    Guide(
        Session(routine, language.phrases, speech.length, first_time=False),
        port=visited.port,
        hearing=Chain(Ears(recogniser, language)),
        speech=speech,
        chimes={sound: chime(sound) for sound in Sound},
        journal=journal,
    ).run()
    return visited, entries


@needs_rooms
def test_a_session_in_a_dry_room_without_echo_is_heard_as_it_is_spoken() -> None:
    pytest.importorskip("piper", reason="pip install 'voiceguide[demo]'")
    with closing(choose_recogniser("en", "moonshine")) as recogniser:
        visited, journal = session(Room(rt60_s=0.0, speech_to_echo_db=math.inf), recogniser, PiperVoice())
    heard = [entry for entry in journal if entry["kind"] == "heard"]
    assert [entry["command"] for entry in heard] == [line.expect for line in SCRIPT]
    for entry, words in zip(heard, visited.uttered, strict=True):
        assert words.starts < samples(entry["time_s"]) < words.ends + samples(1.0)
        assert words.attempt == 1
    assert [entry["pain"] for entry in journal if entry["kind"] in ("pain", "pain_kind")] == ["unknown", "sharp"]
    assert [entry["key"] for entry in journal if entry["kind"] == "say_cut"] == ["purpose"]
    assert journal[-1]["kind"] == "finished"
    assert journal[-1]["how"] == "pain"


@needs_rooms
@needs_flite
def test_pain_is_said_until_the_guide_that_heard_it_late_falls_silent() -> None:
    """What is heard is typed; when the person gives up is decided by the sound that reaches them."""
    room, typed = Room(rt60_s=0.2), [(samples(8), "start"), (samples(26), "stop"), (samples(32), "yes")]
    unheard, _ = session(room, TypedRecogniser(script=typed), FliteVoice("slt"))
    assert [words.attempt for words in unheard.uttered if words.line.expect == "pain"] == [1, 2, 3]
    second = unheard.uttered[-2]
    typed = sorted([*typed, (second.ends, "it hurts")])
    heard, journal = session(room, TypedRecogniser(script=typed), FliteVoice("slt"))
    assert [words.attempt for words in heard.uttered if words.line.expect == "pain"] == [1, 2]
    cut = next(entry for entry in journal if entry["kind"] == "say_cut")
    assert second.ends <= samples(cut["time_s"]) < second.ends + samples(0.1)
