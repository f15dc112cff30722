"""Somebody has spoken in a hold, whatever it was."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from speakers import spoken as trimmed

from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_float, to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.demo.flite import FliteVoice
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.vad.somebody import LONGEST, Somebody
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.hearing.verdict.situation import Around
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import load_language
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

pytestmark = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")

WORDS = "whatever this may be"


def scene(sounds: Sequence[tuple[float, Samples]], length_s: float, noise_db: float = -60.0) -> Samples:
    noise = np.random.default_rng(1).standard_normal(samples(length_s)) * 10 ** (noise_db / 20)
    for at_s, sound in sounds:
        noise[samples(at_s) : samples(at_s) + len(sound)] += sound
    return noise.astype(np.float32)


def spoken(text: str = WORDS, level_db: float = -10.0) -> Samples:
    return finish(FliteVoice("awb").render(text)) * np.float32(10 ** (level_db / 20))


def told_at(sound: Samples, frame: int = BLOCK) -> list[float]:
    somebody = Somebody()
    frames = range(0, len(sound) // frame * frame, frame)
    return [(at + frame) / RATE for at in frames if somebody.accept(to_int16(sound[at : at + frame]))]


@pytest.mark.parametrize("noise_db", [-60.0, -40.0])
def test_somebody_who_spoke_is_noticed_once_soon_after(noise_db: float) -> None:
    words = spoken()
    (at,) = told_at(scene([(4.0, words)], 8.0, noise_db))
    assert 0.1 < at - 4.0 - len(words) / RATE < 0.7


def test_noise_alone_is_nobody() -> None:
    assert told_at(scene([], 20.0, -30.0))[1:] == []


def test_who_goes_on_and_on_has_spoken_too() -> None:
    sentence = to_float(trimmed("and then we went on and on and on without a pause for breath", "rms"))
    talk = np.resize(sentence, LONGEST + samples(3.0))
    first = told_at(scene([(4.0, talk)], 14.0))[0]
    assert 4.0 < first <= 4.0 + LONGEST / RATE + 0.5, "after the longest utterance at the latest"


def test_the_size_of_frames_makes_no_difference() -> None:
    sound = scene([(3.0, spoken())], 7.0)
    assert told_at(sound, 800)[0] == pytest.approx(told_at(sound)[0], abs=0.05)


def unknown(sound: Samples, *, hold: bool, around: Around) -> list[Heard]:
    ears = Ears(Hears(), load_language("en"))
    ears.listen_for(frozenset(Command), hold=hold)
    heard = [ears.accept(to_int16(sound[at : at + BLOCK]), around) for at in range(0, len(sound), BLOCK)]
    ears.close()
    return [one.heard for some in heard for one in some if isinstance(one, Verdict) and one.heard]


def test_in_a_hold_a_voice_that_nobody_understood_is_unknown_speech() -> None:
    sound = scene([(4.0, spoken())], 8.0)
    (heard,) = unknown(sound, hold=True, around=Around())
    assert (heard.command, heard.engine) == (None, "voice")
    assert unknown(sound, hold=False, around=Around()) == []
    assert unknown(sound, hold=True, around=Around(guide=True, other=False)) == [], "it may be the guide's own"
    assert unknown(sound, hold=True, around=Around(guide=True)), "it spoke into a breath word"


class Hears:
    """A recogniser that hears by a script; unlike what is typed, that sounded in the room."""

    listens_to_sound = True

    def __init__(self, *script: tuple[int, str]) -> None:
        self._typed = TypedRecogniser(script=script)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._typed, name)


def test_speech_no_louder_than_what_usually_sounds_is_background() -> None:
    television = np.concatenate([spoken("and now to the weather in the north and in the west of the country")] * 6)
    sound = scene([(0.0, television)], len(television) / RATE)
    pack, words = load_language("en"), "tell me about the weather"
    first, last = samples(1.5), len(sound) - samples(1.0)
    ears = Ears(Hears((first, words), (last, words)), pack)
    ears.listen_for(frozenset(Command))
    verdicts = [
        one
        for at in range(0, len(sound) - BLOCK, BLOCK)
        for one in ears.accept(to_int16(sound[at : at + BLOCK]))
        if isinstance(one, Verdict)
    ]
    ears.close()
    assert [one.rule for one in verdicts] == [Rule.UNKNOWN, Rule.BACKGROUND]
