"""The second ear beside the recogniser, on real sound."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import pytest

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.demo.flite import FliteVoice
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.spotter.spotter import Spotter, second_ear_for
from voiceguide.hearing.verdict.evidence import SAFETY, Around, Rule, Verdict
from voiceguide.hearing.verdict.own_words import OwnWords
from voiceguide.language.pack import load_language
from voiceguide.speaking.finish import finish

WITH_SPOTTER = (
    pytest.mark.skipif(
        importlib.util.find_spec("pyopen_wakeword") is None, reason="pyopen-wakeword is not installed"
    ),
    pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed"),
)


def test_which_languages_have_a_second_ear() -> None:
    assert not second_ear_for("ko")
    with pytest.raises(RecogniserError, match="ko"):
        Spotter("ko")


def called(words: str) -> Frame:
    """Return five seconds of a quiet room in which somebody calls out after two."""
    word = finish(FliteVoice("slt").render(words)) * np.float32(0.5)
    sound = np.random.default_rng(1).standard_normal(samples(5)).astype(np.float32) * np.float32(5e-4)
    sound[samples(2) : samples(2) + len(word)] += word
    return (sound * 32767).astype(np.int16)


def verdicts(ears: Ears, sound: Frame, around: Around, spoken: Frame | None = None) -> list[Verdict]:
    ears.listen_for(frozenset(Command))
    found = []
    for at in range(0, len(sound), 160):
        found += ears.accept(sound[at : at + 160], around, None if spoken is None else spoken[at : at + 160])
    ears.close()
    return found


TWO_VOICES = Around(guide=True, other=True, apart=True)


@pytest.mark.parametrize("recogniser", [TypedRecogniser(), None])
@pytest.mark.parametrize("mark", [pytest.param(None, marks=WITH_SPOTTER)])
def test_the_second_ear_hears_a_word_of_safety_by_itself(recogniser: TypedRecogniser | None, mark: None) -> None:
    assert second_ear_for("en")
    ears = Ears(recogniser, load_language("en"), Spotter("en"))
    found = [
        verdict.heard.command for verdict in verdicts(ears, called("sharp pain"), TWO_VOICES) if verdict.heard
    ]
    assert Command.SHARP in found
    assert set(found) <= SAFETY


@pytest.mark.parametrize("mark", [pytest.param(None, marks=WITH_SPOTTER)])
def test_what_the_guide_says_at_that_time_is_its_own(mark: None) -> None:
    sound = called("shooting pain")
    ears = Ears(TypedRecogniser(), load_language("en"), Spotter("en"), OwnWords("en"))
    found = verdicts(ears, np.roll(sound, samples(0.1)), TWO_VOICES, spoken=sound)
    assert Rule.OWN_WORDS in [verdict.rule for verdict in found]
    assert [verdict.heard for verdict in found if verdict.heard] == []
