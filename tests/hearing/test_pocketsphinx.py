"""The real engine on real synthetic speech, through the ears."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import pytest
from speakers import ESPEAK, FLITE, Sound, blocks, heard_by, in_a_room, spoken

from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.pocketsphinx_engine import PocketsphinxRecogniser, word_sequences
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import load_language

ENGLISH = load_language("en")
ALL = frozenset(Command)

# One phrase of each command that is heard well in all voices here.
SURE = {
    Command.START: "start",
    Command.READY: "ready",
    Command.NEXT: "next one",
    Command.NEXT_SIDE: "next side",
    Command.SKIP: "skip it",
    Command.BACK: "go back",
    Command.REPEAT: "once more",
    Command.PAUSE: "pause please",
    Command.RESUME: "continue",
    Command.STOP: "stop the session",
    Command.REST: "rest",
    Command.HOW_LONG: "how much longer",
    Command.WHATS_NEXT: "what comes next",
    Command.WHY: "why",
    Command.WHAT_IS: "what is the psoas",
    Command.WHY_TIGHT: "why does it get tight",
    Command.SLOWER: "breathe slower",
    Command.FASTER: "breathe faster",
    Command.LOUDER: "speak louder",
    Command.QUIETER: "speak more quietly",
    Command.HELP: "what can i say",
    Command.YES: "yes please",
    Command.NO: "no",
    Command.PAIN: "i feel pain",
    Command.SHARP: "sharp pain",
    Command.SHOOTING: "shooting pain",
    Command.DULL: "a dull ache",
    Command.NUMB: "my leg is numb",
    Command.WORSE: "it is getting worse",
    Command.CANNOT_MOVE: "i cannot move my leg",
    Command.TIGHT: "it is just tight",
    Command.SOMEWHERE: "it's in my back",
    Command.UNSURE: "i don't know",
    Command.NO_PAIN: "false alarm",
    Command.HOW_DID_I_DO: "how did i do",
    Command.LAST_TIME: "when did i last do this",
}


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    engine = choose_recogniser("en", "pocketsphinx")
    yield engine
    engine.close()


@pytest.fixture
def ears(recogniser: Recogniser) -> Ears:
    ears = Ears(recogniser, ENGLISH)
    ears.listen_for(ALL)
    return ears


def commands(heard: list[tuple[int, str, str]]) -> list[str]:
    return [command for _, command, _ in heard]


def test_every_command_has_a_sure_phrase() -> None:
    assert set(SURE) == ALL
    assert all(phrase in ENGLISH.commands[command] for command, phrase in SURE.items())


@pytest.mark.parametrize("voice", FLITE)
@pytest.mark.parametrize("command", SURE)
def test_each_command_is_heard(ears: Ears, command: Command, voice: str) -> None:
    assert commands(heard_by(ears, in_a_room(spoken(SURE[command], voice)))) == [command]


@pytest.mark.parametrize("phrase", ["pain", "ouch", "it hurts", "that hurts", "sharp pain", "shooting"])
def test_pain_is_heard_in_the_words_people_use(ears: Ears, phrase: str) -> None:
    heard = heard_by(ears, in_a_room(spoken(phrase, "slt")))
    assert len(heard) == 1
    assert heard[0][1] in PAIN_FAMILY


def test_pain_is_decided_soon_after_the_word(ears: Ears) -> None:
    word = spoken("pain", "slt")
    sound = in_a_room(word)
    end = samples(0.5) + len(word)
    ((at, command, _),) = heard_by(ears, sound)
    assert command == Command.PAIN
    assert at - end < samples(0.4)


def test_an_espeak_voice_is_heard(ears: Ears) -> None:
    assert commands(heard_by(ears, in_a_room(spoken("stop the session", ESPEAK)))) == [Command.STOP]


@pytest.mark.parametrize("loudness", [0.3, 1.0, 3.0])
def test_loud_and_soft_voices_are_heard(ears: Ears, loudness: float) -> None:
    word = np.asarray(spoken("next side", "slt") * loudness, np.int16)
    assert commands(heard_by(ears, in_a_room(word, noise=5.0))) == [Command.NEXT_SIDE]


@pytest.mark.parametrize("level", [0.0, 3.0, 100.0, 1000.0])
def test_silence_and_steady_noise_are_nothing(ears: Ears, level: float) -> None:
    assert heard_by(ears, in_a_room(before_s=0, after_s=20, noise=level)) == []


def test_an_unrelated_sentence_is_at_most_unknown(ears: Ears) -> None:
    for voice in FLITE:
        sentence = spoken("My neighbour has bought a green bicycle for the summer", voice)
        assert set(commands(heard_by(ears, in_a_room(sentence)))) <= {"unknown"}


def test_unknown_speech_is_told(ears: Ears) -> None:
    assert commands(heard_by(ears, in_a_room(spoken("wonderful weather today", "slt")))) == ["unknown"]


def test_what_is_not_expected_is_unknown_until_it_is(recogniser: Recogniser) -> None:
    ears = Ears(recogniser, ENGLISH)
    sound = in_a_room(spoken("next side", "slt"), after_s=3)
    ears.listen_for(frozenset({Command.YES, Command.NO}))
    assert commands(heard_by(ears, sound)) == ["unknown"]
    ears.listen_for(ALL)
    assert commands(heard_by(ears, sound)) == [Command.NEXT_SIDE]


def test_pain_is_heard_whatever_is_expected(recogniser: Recogniser) -> None:
    ears = Ears(recogniser, ENGLISH)
    ears.listen_for(frozenset())
    assert commands(heard_by(ears, in_a_room(spoken("i feel pain", "slt")))) == [Command.PAIN]


def conversation() -> Sound:
    return in_a_room(
        spoken("ready", "slt"), spoken("i feel pain", "rms"), spoken("lovely music", "slt"), spoken("stop", "slt")
    )


@pytest.mark.parametrize("size", [1, 37, 480, 1600, 200_000])
def test_the_size_of_the_frames_does_not_matter(recogniser: Recogniser, size: int) -> None:
    sound = conversation()
    decisions = []
    for frame_size in (160, size):
        ears = Ears(recogniser, ENGLISH)
        ears.listen_for(ALL)
        decisions.append(heard_by(ears, sound, frame_size))
    assert len(decisions[0]) == 4
    assert decisions[1] == decisions[0]


def test_a_restarted_engine_hears_as_a_new_one(recogniser: Recogniser) -> None:
    sound = conversation()
    ears = Ears(recogniser, ENGLISH)
    ears.listen_for(ALL)
    first = heard_by(ears, sound)
    # Broken off in the middle of a word, and with another loudness to get used to.
    heard_by(ears, np.asarray(sound[: samples(0.7)] // 8, np.int16))
    again = Ears(recogniser, ENGLISH)
    again.listen_for(ALL)
    assert heard_by(again, sound) == first


def test_somebody_is_heard_after_steady_noise_that_sounds_like_speech(recogniser: Recogniser) -> None:
    ears = Ears(recogniser, ENGLISH)
    ears.listen_for(ALL)
    babble = spoken(
        "the quick brown fox jumps over the lazy dog and then he runs away from all of them " * 3, "slt"
    )
    heard = heard_by(ears, in_a_room(babble, spoken("stop the session", "rms")))
    assert commands(heard)[-1] == Command.STOP
    assert set(commands(heard)[:-1]) <= {"unknown"}


def test_words_without_a_pronunciation_are_told_by_phrase(caplog: pytest.LogCaptureFixture) -> None:
    phrases = ["stop", "what is the psoas", "xyzzy stop", "what's next"]
    engine = PocketsphinxRecogniser(phrases, ["a", "qwertz"])
    assert engine.unknown_words(phrases) == ["xyzzy stop"]
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "PocketSphinx does not know every word of: xyzzy stop"
    ]
    engine.close()


def test_every_english_phrase_has_a_pronunciation(recogniser: Recogniser) -> None:
    assert recogniser.unknown_words(ENGLISH.phrases_for(ALL)) == []


def test_phrases_that_were_not_announced_can_be_heard_too() -> None:
    engine = PocketsphinxRecogniser(["stop"], ["a", "house"])
    engine.expect(["wonderful morning"])
    sound = in_a_room(spoken("wonderful morning", "slt"))
    finals = [one for frame in blocks(sound) for one in engine.accept(frame) if one.final]
    assert [one.text for one in finals] == ["wonderful morning"]
    assert samples(0.5) < finals[0].at <= len(sound)
    assert finals[0].at < samples(0.5) + len(spoken("wonderful morning", "slt")) + RATE // 2
    engine.close()


def test_the_word_sequences_are_a_probability_model() -> None:
    text = word_sequences({"next": 30, "next side": 30, "tree": 1})
    sections = text.split("\n\n")
    first = {line.split()[1]: 10 ** float(line.split()[0]) for line in sections[1].splitlines()[1:]}
    assert sum(p for word, p in first.items() if word != "<s>") == pytest.approx(1, abs=0.001)
    after_next = [line.split() for line in sections[2].splitlines()[1:] if line.split()[1] == "next"]
    # 60 calls begin with "next", half of them end there; 0.4 is left for other words.
    assert {fields[2]: round(10 ** float(fields[0]), 3) for fields in after_next} == {"</s>": 0.3, "side": 0.3}
    assert f"ngram 1={len(first)}" in text
