"""Ears that doze: nothing of a word is lost, and in silence next to nothing reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.demo.flite import FliteVoice
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.dozing import AFTER, BEFORE, LOOKS_EVERY, Dozing
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.speaking.finish import finish

BLOCK = 160


@dataclass
class Ears:
    """Keeps what it is given."""

    frames: list[Frame] = field(default_factory=list)
    closed: bool = False

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        pass

    def accept(self, frame: Frame, around: Around = QUIET) -> Sequence[Noticed]:
        self.frames.append(frame.copy())
        return []

    def close(self) -> None:
        self.closed = True

    @property
    def heard(self) -> NDArray[np.int16]:
        return np.concatenate(self.frames) if self.frames else np.zeros(0, np.int16)


def room(length_s: float, level_db: float = -70.0) -> NDArray[np.int16]:
    noise = np.random.default_rng(3).standard_normal(samples(length_s))
    return (noise * 10 ** (level_db / 20) * 32768).astype(np.int16)


def let_hear(dozing: Dozing, sound: NDArray[np.int16], around: Around = QUIET) -> None:
    buffer = np.zeros(BLOCK, np.int16)  # used again and again, as a port may
    for start in range(0, len(sound) - BLOCK + 1, BLOCK):
        buffer[:] = sound[start : start + BLOCK]
        dozing.accept(buffer, around)


@pytest.fixture
def dozing() -> Dozing:
    """Return one that has got used to the room, as the detector does within seconds, and sleeps."""
    made = Dozing(Ears())
    made.may_doze = True
    let_hear(made, room(12.0))
    ears_of(made).frames.clear()
    made.passed = 0
    return made


def ears_of(dozing: Dozing) -> Ears:
    assert isinstance(dozing._ears, Ears)
    return dozing._ears


def test_in_silence_the_ears_get_a_frame_now_and_then(dozing: Dozing) -> None:
    let_hear(dozing, room(60.0))
    frames = ears_of(dozing).frames
    assert len(frames) == pytest.approx(60 * RATE / LOOKS_EVERY, abs=1)
    assert dozing.passed == len(frames) * BLOCK


@pytest.mark.parametrize("text", ["start", "help", "it hurts", "short routine"])
@pytest.mark.parametrize("level_db", [-20, -40])
def test_a_word_reaches_them_whole_and_in_one_piece(dozing: Dozing, text: str, level_db: int) -> None:
    word = finish(FliteVoice().render(text))
    word = word / np.sqrt(np.mean(np.square(word))) * 10 ** (level_db / 20)
    sound = room(20.0)
    at = samples(10.0) // BLOCK * BLOCK
    sound[at : at + len(word)] += (word * 32768).clip(-32768, 32767).astype(np.int16)
    let_hear(dozing, sound)
    begins = at - samples(0.05)
    piece = sound[begins : at + len(word) + samples(1.1)]
    heard = ears_of(dozing).heard
    where = [n for n in np.flatnonzero(heard == piece[0]) if np.array_equal(heard[n : n + len(piece)], piece)]
    assert len(where) == 1, "with a twentieth of a second before it and the pause after it, once"


def test_they_get_what_came_before_the_first_sign_and_some_time_after_the_last(dozing: Dozing) -> None:
    word = (finish(FliteVoice().render("start")) * 8000).astype(np.int16)
    sound = room(30.0)
    at = samples(4.0)  # before the first look
    sound[at : at + len(word)] += word
    let_hear(dozing, sound)
    awake = dozing.passed - BLOCK * (len(sound) // LOOKS_EVERY)
    assert BEFORE + AFTER < awake < BEFORE + AFTER + len(word) + samples(0.3)


def fan(length_s: float, level_db: float) -> NDArray[np.int16]:
    """Return a fan's noise: a rush that falls by 4.5 dB an octave and swells with the blades, and their hum."""
    count = samples(length_s)
    rng = np.random.default_rng(4)
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
    rush = np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) * frequency**-0.75, count)
    times = np.arange(count) / RATE
    rush *= (1 + 0.3 * np.sin(2 * np.pi * 12 * times)) / rush.std()
    sound = rush + 0.4 * np.sin(2 * np.pi * 90 * times)
    return np.asarray(sound / sound.std() * 10 ** (level_db / 20) * 32768).clip(-32768, 32767).astype(np.int16)


def test_a_loud_fan_lets_them_sleep() -> None:
    made = Dozing(Ears())
    made.may_doze = True
    let_hear(made, fan(40.0, -30.0))
    assert made.passed < samples(7.0), "of 40 s: it may seem to speak now and then"


@pytest.mark.parametrize("text", ["start", "help", "it hurts"])
def test_a_word_in_front_of_a_fan_wakes_them(text: str) -> None:
    made = Dozing(Ears())
    made.may_doze = True
    word = finish(FliteVoice("rms").render(text))
    word = word / np.sqrt(np.mean(np.square(word))) * 10 ** (-20 / 20)
    sound = fan(20.0, -30.0)
    at = samples(14.0) // BLOCK * BLOCK
    sound[at : at + len(word)] += (word * 32768).clip(-12000, 12000).astype(np.int16)
    let_hear(made, sound)
    piece = sound[at - samples(0.05) : at + len(word) + samples(1.1)]
    heard = ears_of(made).heard
    where = [n for n in np.flatnonzero(heard == piece[0]) if np.array_equal(heard[n : n + len(piece)], piece)]
    assert len(where) == 1, "with a twentieth of a second before it and the pause after it, once"


def test_in_a_session_they_get_everything() -> None:
    dozing = Dozing(Ears())
    sound = room(3.0)
    let_hear(dozing, sound)
    assert np.array_equal(ears_of(dozing).heard, sound)


def test_while_the_guide_speaks_they_get_everything(dozing: Dozing) -> None:
    sound = room(3.0)
    let_hear(dozing, sound, Around(guide=True))
    assert np.array_equal(ears_of(dozing).heard[-len(sound) :], sound)


def test_waking_for_a_session_loses_nothing_and_repeats_nothing(dozing: Dozing) -> None:
    sound = room(2.0)
    let_hear(dozing, sound[: samples(1.0)])
    dozing.may_doze = False
    let_hear(dozing, sound[samples(1.0) :])
    last = sound[samples(1.0) - BEFORE :]
    assert np.array_equal(ears_of(dozing).heard[-len(last) :], last)


def test_they_are_closed_with_it(dozing: Dozing) -> None:
    dozing.close()
    assert ears_of(dozing).closed
