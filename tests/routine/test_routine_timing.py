"""In the shipped routines every cue finds its place and no breath goes without its word, in the real voice."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from voiceguide.core.answers import Answers
from voiceguide.core.course import Course
from voiceguide.core.memory import NOTHING
from voiceguide.core.plan import HoldCue
from voiceguide.core.tally import Tally
from voiceguide.core.timeline import lay_out
from voiceguide.language.pack import load_language
from voiceguide.places import shipped_routines
from voiceguide.routine.load import load_routine
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.voices.espeak import EspeakVoice

SHIPPED = sorted(shipped_routines().glob("*.yaml"))


@pytest.fixture(scope="module")
def stores() -> Iterator[dict[str, SpeechStore]]:
    voices = {code: EspeakVoice(code) for code in ("en", "ko")}
    yield {code: SpeechStore(voice) for code, voice in voices.items()}
    for voice in voices.values():
        voice.close()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_cue_and_every_breath_word_is_said(path: Path, stores: dict[str, SpeechStore]) -> None:
    routine = load_routine(path)
    phrases = load_language(routine.language).phrases
    course = Course(routine)
    answers = Answers(course, phrases, Tally(course, phrases, NOTHING), NOTHING)
    for place in course.places():
        exercise, side = course.exercise(place), course.side(place)
        texts = phrases.sided(tuple(cue.text for cue in exercise.cues), side)
        cues = [HoldCue(cue.at_s, text) for cue, text in zip(exercise.cues, texts, strict=True)]
        upcoming = "" if course.next_repeat(place) else answers.upcoming(place)[0][1]
        length = stores[routine.language].length
        timeline = lay_out(exercise, cues, phrases, length, Fraction(1), upcoming=upcoming)
        said = [cue.text for cue in timeline.cues if cue.key == "coach"]
        assert said == list(texts)
        assert not upcoming or "upcoming" in {cue.key for cue in timeline.cues}
        if not exercise.breathing.fading:
            words = [cue for cue in timeline.cues if cue.key.startswith("breathe")]
            assert len(words) == 2 * len(timeline.breaths), f"{exercise.id}, {side}: a breath word gives way"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_said_between_two_holds_fits_between_them(path: Path, stores: dict[str, SpeechStore]) -> None:
    routine = load_routine(path)
    phrases = load_language(routine.language).phrases
    for exercise in routine.exercises:
        for side in exercise.sides if exercise.repeats > 1 else ():
            lines = [*phrases.lines("ease_off"), *phrases.lines("next_repeat", number=2, total=exercise.repeats)]
            lines += phrases.sided(exercise.setup_short, side)
            length_s = sum(stores[routine.language].length(line) / 16_000 + 0.45 for line in lines)
            assert length_s <= exercise.between_s
