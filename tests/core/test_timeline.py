"""Cues on exact phase boundaries, whole breaths, and never two words at once."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_routine import REST, STRETCH

from voiceguide.core.breath import PACE_LEAST, PACE_MOST, PACE_STEP, whole_breaths
from voiceguide.core.clock import RATE, samples
from voiceguide.core.hold import Hold
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Breathing, Exercise, HoldCue
from voiceguide.core.timeline import MARGIN, Timeline, lay_out
from voiceguide.testing import spoken_length

PACES = st.sampled_from(
    [PACE_LEAST + step * PACE_STEP for step in range(int((PACE_MOST - PACE_LEAST) / PACE_STEP) + 1)]
)
PHASES = st.integers(20, 80).map(lambda tenths: tenths / 10)


@st.composite
def exercises(draw: st.DrawFn) -> Exercise:
    breathing = Breathing(draw(PHASES), draw(PHASES), fading=draw(st.booleans()))
    hold_s = draw(st.floats(breathing.cycle_s, 400))
    texts = st.text("abc ", min_size=1, max_size=80)
    cues = draw(st.lists(st.tuples(st.floats(0, hold_s), texts), max_size=6))
    cues.sort(key=lambda cue: cue[0])
    return replace(
        draw(st.sampled_from([STRETCH, REST])),
        breathing=breathing,
        hold_s=hold_s,
        cues=tuple(HoldCue(at, text) for at, text in cues),
    )


def of(
    exercise: Exercise, phrases: Phrases, pace: Fraction = Fraction(1), begins: int = 0, upcoming: str = ""
) -> Timeline:
    return lay_out(exercise, exercise.cues, phrases, spoken_length, pace, begins=begins, upcoming=upcoming)


@given(exercise=exercises(), pace=PACES, upcoming=st.sampled_from(["", "After this comes the other side."]))
def test_cues_never_overlap_and_stay_within_the_hold(
    phrases: Phrases, exercise: Exercise, pace: Fraction, upcoming: str
) -> None:
    timeline = of(exercise, phrases, pace, upcoming=upcoming)
    for one, following in pairwise(timeline.cues):
        assert one.at + one.length + MARGIN <= following.at
    assert all(cue.at >= 0 and cue.at + cue.length <= timeline.ends for cue in timeline.cues)


@given(exercise=exercises(), pace=PACES)
def test_breath_words_stand_on_phase_boundaries(phrases: Phrases, exercise: Exercise, pace: Fraction) -> None:
    timeline = of(exercise, phrases, pace)
    for cue in timeline.cues:
        if cue.key == "breathe_in":
            assert any(cue.at == breath.begins for breath in timeline.breaths)
        if cue.key == "breathe_out":
            assert any(cue.at == breath.turns for breath in timeline.breaths)


@given(exercise=exercises(), pace=PACES)
def test_a_hold_is_whole_breaths_and_not_longer_than_planned(
    phrases: Phrases, exercise: Exercise, pace: Fraction
) -> None:
    timeline = of(exercise, phrases, pace)
    cycle = samples(exercise.breathing.in_s * float(pace)) + samples(exercise.breathing.out_s * float(pace))
    assert timeline.ends % cycle == 0
    assert timeline.ends <= samples(exercise.hold_s) or timeline.ends == cycle
    assert samples(exercise.hold_s) - timeline.ends < cycle


def test_thirty_seconds_in_full(phrases: Phrases) -> None:
    timeline = of(STRETCH, phrases, upcoming="The other side next.")
    at = [(cue.key, cue.at / RATE) for cue in timeline.cues]
    assert ("breathe_in", 0.0) in at
    assert ("breathe_out", 4.0) in at
    assert ("breathe_in", 20.0) in at
    assert ("breathe_out", 24.0) in at
    assert [(key, time) for key, time in at if key.startswith("count")] == [
        ("count_3", 27.0),
        ("count_2", 28.0),
        ("count_1", 29.0),
    ]
    halfway = next(time for key, time in at if key == "halfway")
    assert 15.0 <= halfway < 17.0
    assert next(time for key, time in at if key == "upcoming") >= 21.0
    assert timeline.ends == 30 * RATE


def test_short_holds_have_no_halfway(phrases: Phrases) -> None:
    keys = {cue.key for cue in of(replace(STRETCH, hold_s=19.0), phrases).cues}
    assert "halfway" not in keys
    assert "halfway" in {cue.key for cue in of(replace(STRETCH, hold_s=20.0), phrases).cues}


def test_an_open_rest_has_neither_countdown_nor_halfway(phrases: Phrases) -> None:
    keys = {cue.key for cue in of(REST, phrases).cues}
    assert keys == {"breathe_in", "breathe_out", "coach"}


def test_a_fading_rest_falls_silent(phrases: Phrases) -> None:
    spoken = [cue.at // (10 * RATE) for cue in of(REST, phrases).cues if cue.key == "breathe_in"]
    assert spoken == [0, 1, 2, 3, 4, 5, 9]


def test_a_cue_too_long_for_any_gap_takes_breath_words_places(phrases: Phrases) -> None:
    long_line = "a" * 120  # eight seconds, longer than any phase
    exercise = replace(STRETCH, cues=(HoldCue(5.0, long_line),), hold_s=30.0)
    timeline = of(exercise, phrases)
    assert long_line in [cue.text for cue in timeline.cues]
    assert {"count_3", "count_2", "count_1"} <= {cue.key for cue in timeline.cues}


def test_resumed_holds_begin_at_the_breath_and_keep_the_end(phrases: Phrases) -> None:
    timeline = of(STRETCH, phrases, begins=10 * RATE)
    assert timeline.breaths[0].begins == 10 * RATE
    assert timeline.ends == 30 * RATE
    assert min(cue.at for cue in timeline.cues) == 10 * RATE


@pytest.mark.parametrize("at_s", [0.0, 3.0, 9.99, 10.0, 15.0])
def test_a_change_of_pace_takes_effect_with_the_next_breath(phrases: Phrases, at_s: float) -> None:
    hold = Hold(0, lambda pace, begins: of(STRETCH, phrases, pace, begins), Fraction(1))
    while (due := hold.next_cue()) is not None and due <= samples(at_s):
        hold.take_cue()
    boundary = hold.breath(samples(at_s)).ends
    hold.change_pace(Fraction(5, 4), samples(at_s))
    phase = hold.phase(boundary)
    assert phase.inward
    assert phase.done == 0
    assert phase.length == samples(5)
    assert (hold.ends - boundary) % samples(12.5) == 0


def test_the_last_breath_keeps_its_pace(phrases: Phrases) -> None:
    hold = Hold(0, lambda pace, begins: of(STRETCH, phrases, pace, begins), Fraction(1))
    hold.change_pace(Fraction(5, 4), samples(25))
    assert hold.ends == samples(30)


@given(length=st.integers(1, 10_000_000), pace=PACES, inward=PHASES, outward=PHASES)
def test_breaths_follow_each_other_without_a_gap(
    length: int, pace: Fraction, inward: float, outward: float
) -> None:
    breaths = whole_breaths(length, Breathing(inward, outward), pace)
    assert breaths[0].begins == 0
    for one, following in pairwise(breaths):
        assert one.ends == following.begins
        assert one.begins < one.turns < one.ends
