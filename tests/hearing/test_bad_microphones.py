"""Microphones with something wrong, through the whole chain: what can be heard is heard, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from echo_room import echo, guide
from speakers import JOE, spoken

from voiceguide.app import listening
from voiceguide.audio.files import FilePort
from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import Fault, Room
from voiceguide.audio.room.levels import active_dbfs
from voiceguide.audio.room.microphone import Microphone
from voiceguide.audio.samples import to_float
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.events import HearingBack, HearingLost
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.health.microphone import BACK_AFTER, PATIENCE, STRETCH, MicrophoneWatch
from voiceguide.hearing.health.missing import missing_parts
from voiceguide.hearing.noticed import Noticed, Remark
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Frame, Recogniser
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import load_language
from voiceguide.speaking.voice import Samples

GUIDE_S = 5.0
SAYS = ((6.5, "it hurts", Command.PAIN), (9.0, "sharp pain", Command.SHARP))
LENGTH_S = 11.0
PERSON_DBFS, GUIDE_DBFS = -36.0, -30.0


def at_level(sound: Samples, dbfs: float) -> Samples:
    return sound * np.float32(10 ** ((dbfs - active_dbfs(sound)) / 20))


@cache
def room() -> tuple[Samples, Samples]:
    """Return what the guide says, and what arrives at a microphone: its echo, and a person when it is silent."""
    says = np.concatenate([guide(GUIDE_S), np.zeros(samples(LENGTH_S - GUIDE_S), np.float32)])
    arrives = at_level(to_float(echo(says)), GUIDE_DBFS)
    for at_s, words, _ in SAYS:
        sound = at_level(to_float(spoken(words, JOE)), PERSON_DBFS)
        arrives[samples(at_s) : samples(at_s) + len(sound)] += sound
    return says, arrives


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    engine = choose_recogniser("en", "moonshine")
    yield engine
    engine.close()


def notice(recogniser: Recogniser, microphone: Frame, says: Samples) -> list[Noticed]:
    chain = listening(recogniser, load_language("en"), cancel_echo=True)
    watch = MicrophoneWatch()
    chain.listen_for(frozenset(Command))
    noticed: list[Noticed] = []
    for at in range(0, len(microphone) - BLOCK + 1, BLOCK):
        noticed += watch.accept(microphone[at : at + BLOCK])
        noticed += chain.accept(microphone[at : at + BLOCK], says[at : at + BLOCK])
    chain.close()
    return noticed


def commands(noticed: list[Noticed]) -> list[Command]:
    found = [one.heard for one in noticed if isinstance(one, Verdict) and one.heard]
    return [heard.command for heard in found if heard.command]


def answered(noticed: list[Noticed]) -> list[Command]:
    """Return what was believed, and what is asked about because it does not stand out of hum or clipped echo."""
    found = [one.heard for one in noticed if isinstance(one, Verdict) and one.heard]
    return [command for heard in found if (command := heard.command or heard.perhaps)]


def troubles(noticed: list[Noticed]) -> list[str]:
    return [one.fields["trouble"] for one in noticed if isinstance(one, Remark)]


SAID = [command for _, _, command in SAYS]


@pytest.mark.parametrize(
    ("fault", "heard", "told"),
    [
        (Fault.NONE, SAID, []),
        (Fault.CLIPS, SAID, ["clipping"]),
        (Fault.HUMS, SAID, []),
        (Fault.DC, SAID, ["offset"]),
        (Fault.MUTED, [], ["silent"]),
        (Fault.ZEROS, [], ["silent"]),
    ],
)
def test_what_can_be_heard_is_heard_and_the_fault_is_told_once(
    recogniser: Recogniser, fault: Fault, heard: list[Command], told: list[str]
) -> None:
    says, arrives = room()
    microphone = Microphone(Room(fault=fault), np.random.default_rng(1)).hear(arrives)
    noticed = notice(recogniser, microphone, says)
    assert list(dict.fromkeys(answered(noticed))) == heard, "asked about first, or believed at once"
    assert set(commands(noticed)) <= set(heard)
    assert troubles(noticed) == told
    assert any(isinstance(one, HearingLost) for one in noticed) == (not heard)


def test_a_microphone_40_db_too_quiet_makes_nothing_up(recogniser: Recogniser) -> None:
    """The person's words are five steps of sixteen bits there: no one can promise to hear them."""
    says, arrives = room()
    microphone = Microphone(Room(fault=Fault.QUIET), np.random.default_rng(1)).hear(arrives)
    assert set(commands(notice(recogniser, microphone, says))) <= set(SAID)


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (22_050, 2), (44_100, 1), (48_000, 2)])
def test_files_of_any_rate_and_with_any_number_of_channels(
    recogniser: Recogniser, tmp_path: Path, rate: int, channels: int
) -> None:
    hiss = np.random.default_rng(2).standard_normal(samples(2.5)).astype(np.float32) * np.float32(2e-4)
    words = to_float(spoken("it hurts", JOE))
    hiss[samples(0.7) : samples(0.7) + len(words)] += words
    path = tmp_path / "mic.wav"
    resampled = soxr.resample(hiss, RATE, rate)
    soundfile.write(path, np.stack([resampled] * channels, axis=1), rate)
    port = FilePort(path, None, silence_after_s=1.0)
    chain = listening(recogniser, load_language("en"), cancel_echo=False)
    chain.listen_for(frozenset(Command))
    silence = np.zeros(BLOCK, np.float32)
    noticed: list[Noticed] = []
    while (frame := port.exchange(silence)) is not None:
        noticed += chain.accept(frame, silence)
    chain.close()
    port.close()
    assert commands(noticed) == [Command.PAIN]


# --- the watch alone ------------------------------------------------------------------------------------------


def watched(watch: MicrophoneWatch, sound: Frame) -> list[Noticed]:
    return [one for at in range(0, len(sound), BLOCK) for one in watch.accept(sound[at : at + BLOCK])]


def hiss(seconds: float, steps: float = 20.0, seed: int = 1) -> Frame:
    return np.random.default_rng(seed).normal(0, steps, samples(seconds)).astype(np.int16)


def silence(seconds: float) -> Frame:
    return np.zeros(samples(seconds), np.int16)


def test_silence_is_hearing_lost_and_a_words_length_of_sound_brings_it_back() -> None:
    watch = MicrophoneWatch()
    assert watched(watch, hiss(10)) == []
    remark, lost = watched(watch, silence(20))
    assert isinstance(remark, Remark)
    assert isinstance(lost, HearingLost)
    assert lost.at == samples(10) + PATIENCE
    assert watched(watch, hiss(0.05)) == [], "a click is not a word"
    [back] = watched(watch, hiss(1))
    assert isinstance(back, HearingBack)
    assert BACK_AFTER <= back.at - samples(30.05) <= 2 * BACK_AFTER


def test_s7_the_guides_own_voice_does_not_bring_a_silent_microphone_back() -> None:
    """A sound server may give the loudspeaker's sound in place of the microphone's."""
    watch = MicrophoneWatch()
    watched(watch, silence(4))
    own = hiss(3)
    noticed = [
        one for at in range(0, len(own), BLOCK) for one in watch.accept(own[at : at + BLOCK], speaking=True)
    ]
    assert noticed == []
    assert watched(watch, silence(10)) == []
    assert watch.silent
    [back] = watched(watch, hiss(1))
    assert isinstance(back, HearingBack)


def test_a_noise_gate_is_given_more_and_more_patience() -> None:
    watch = MicrophoneWatch()
    word = np.concatenate([hiss(2), silence(14)])
    kinds = [[type(one).__name__ for one in watched(watch, word)] for _ in range(8)]
    assert kinds[0] == ["Remark", "HearingLost"]
    assert kinds[1] == ["HearingBack", "Remark", "HearingLost"]
    # 3, 6, 12 and then 24 seconds: longer than this gate is ever closed.
    assert kinds[3:] == [["HearingBack"], [], [], [], []]


def test_a_closed_gate_is_not_too_quiet_and_a_far_too_soft_microphone_is_told_once() -> None:
    watch = MicrophoneWatch()
    quiet = hiss(2 * STRETCH / RATE * 15, steps=10.0)
    assert troubles(watched(watch, quiet)) == ["quiet"]


def test_one_thump_is_no_clipping() -> None:
    sound = hiss(20)
    sound[50_000:50_070] = 32767
    assert watched(MicrophoneWatch(), sound) == []


# --- what is not installed ------------------------------------------------------------------------------------


def test_parts_that_are_not_installed_are_told_with_the_promise_that_weakens() -> None:
    front_end = FrontEnd()
    assert missing_parts(front_end) == missing_parts(None) == [], "nothing is missing that there need not be"
    front_end.close()
    front_end._canceller = None
    [canceller] = missing_parts(front_end)
    assert canceller.fields["part"] == "echo canceller"
    assert "S1" in canceller.fields["why"]
