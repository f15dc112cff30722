"""The mixer, to the sample. A sound made of its own positions shows where each sample went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voiceguide.audio.samples import FULL_SCALE, to_int16
from voiceguide.core.actions import Sound as Answer
from voiceguide.core.events import SpeechCut, SpeechFinished, SpeechStarted
from voiceguide.core.volume import MOST_DB
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.finish import PEAK_DB
from voiceguide.speaking.mouth import FADE, Mouth, Report

Sound = NDArray[np.float32]


def constant(length: int, level: float = 0.5) -> Sound:
    return np.full(length, level, np.float32)


def ramp(length: int) -> Sound:
    return (np.arange(1, length + 1) / 16_384).astype(np.float32)


# One after the other.


def test_an_utterance_begins_at_its_sample_and_is_played_unchanged() -> None:
    mouth = Mouth()
    mouth.say(7, ramp(100), 250)
    out = mouth.render(500)
    assert not out[:250].any()
    assert np.array_equal(out[250:350], ramp(100))
    assert not out[350:].any()
    assert mouth.reports() == [SpeechStarted(250, 7), SpeechFinished(350, 7)]
    assert mouth.reports() == []
    assert mouth.now == 500


def test_the_next_follows_on_the_very_next_sample() -> None:
    mouth = Mouth()
    mouth.say(1, ramp(100), 0)
    mouth.say(2, constant(50), 0)
    mouth.say(3, ramp(10), 500)
    out = mouth.render(600)
    assert np.array_equal(out[:150], np.concatenate([ramp(100), constant(50)]))
    assert np.array_equal(out[500:510], ramp(10))
    assert mouth.reports() == [
        SpeechStarted(0, 1),
        SpeechFinished(100, 1),
        SpeechStarted(100, 2),
        SpeechFinished(150, 2),
        SpeechStarted(500, 3),
        SpeechFinished(510, 3),
    ]


def test_a_sample_in_the_past_means_now() -> None:
    mouth = Mouth()
    mouth.render(1000)
    mouth.say(1, ramp(10), 3)
    assert np.array_equal(mouth.render(10), ramp(10))
    assert mouth.reports() == [SpeechStarted(1000, 1), SpeechFinished(1010, 1)]


def test_boundaries_lead_to_each_report_at_its_sample() -> None:
    mouth = Mouth()
    mouth.say(1, ramp(100), 70)
    mouth.say(2, ramp(5), 0)
    seen = []
    while (boundary := mouth.next_boundary()) is not None:
        mouth.render(boundary - mouth.now)
        seen += [(mouth.now, report) for report in mouth.reports()]
    assert seen == [
        (70, SpeechStarted(70, 1)),
        (170, SpeechFinished(170, 1)),
        (170, SpeechStarted(170, 2)),
        (175, SpeechFinished(175, 2)),
    ]


def test_speaking_is_between_first_and_last_sample() -> None:
    mouth = Mouth()
    mouth.say(1, ramp(100), 50)
    assert not mouth.speaking
    mouth.render(50)
    assert mouth.speaking
    mouth.render(99)
    assert mouth.speaking
    mouth.render(1)
    assert not mouth.speaking


def test_rendering_nothing_changes_nothing() -> None:
    mouth = Mouth()
    assert len(mouth.render(0)) == 0
    assert mouth.now == 0


def test_an_empty_utterance_starts_and_finishes() -> None:
    mouth = Mouth()
    mouth.say(1, constant(0), 10)
    mouth.render(160)
    assert mouth.reports() == [SpeechStarted(10, 1), SpeechFinished(10, 1)]


# Hush.


def test_hush_fades_to_nothing_in_25_ms() -> None:
    mouth = Mouth()
    mouth.say(1, constant(10_000), 0)
    mouth.render(1000)
    mouth.reports()
    mouth.hush(1000)
    out = mouth.render(1000)
    fade = out[:FADE]
    assert FADE == 400
    assert np.all(np.diff(fade) < 0)
    assert np.abs(np.diff(np.concatenate([[0.5], out]))).max() < 0.002, (
        "0.5 * pi / 2 / 400, the steepest of a cosine"
    )
    assert not out[FADE - 1 :].any()
    assert mouth.reports() == [SpeechCut(1400, 1)]


def test_hush_drops_what_is_queued_at_once_and_in_order() -> None:
    mouth = Mouth()
    for utterance in (1, 2, 3):
        mouth.say(utterance, constant(5000), 0)
    mouth.render(100)
    mouth.hush(100)
    assert mouth.reports() == [SpeechStarted(0, 1), SpeechCut(100, 2), SpeechCut(100, 3)]
    assert mouth.next_boundary() == 500
    mouth.render(400)
    assert mouth.reports() == [SpeechCut(500, 1)]
    assert mouth.next_boundary() is None


def test_what_is_said_after_hush_waits_for_the_fade() -> None:
    mouth = Mouth()
    mouth.say(1, constant(5000), 0)
    mouth.render(100)
    mouth.hush(100)
    mouth.say(2, ramp(30), 100)
    out = mouth.render(1000)
    assert np.array_equal(out[400:430], ramp(30))
    assert mouth.reports()[1:] == [SpeechCut(500, 1), SpeechStarted(500, 2), SpeechFinished(530, 2)]


def test_hush_in_the_future_leaves_what_ends_before() -> None:
    mouth = Mouth()
    mouth.say(1, ramp(100), 0)
    mouth.say(2, constant(1000), 200)
    mouth.say(3, constant(1000), 0)
    mouth.hush(300)
    out = mouth.render(1200)
    assert np.array_equal(out[:100], ramp(100))
    assert np.array_equal(out[200:300], constant(100))
    assert not out[699:].any()
    assert mouth.reports() == [
        SpeechStarted(0, 1),
        SpeechCut(0, 3),
        SpeechFinished(100, 1),
        SpeechStarted(200, 2),
        SpeechCut(700, 2),
    ]


def test_hush_before_the_first_sample_drops_it_without_a_sound() -> None:
    mouth = Mouth()
    mouth.say(1, constant(1000), 0)
    mouth.hush(0)
    assert not mouth.render(500).any()
    assert mouth.reports() == [SpeechStarted(0, 1), SpeechCut(0, 1)]


def test_a_second_hush_does_not_begin_the_fade_again() -> None:
    mouth = Mouth()
    mouth.say(1, constant(5000), 0)
    mouth.render(100)
    mouth.hush(100)
    begun = mouth.render(50)
    mouth.hush(150)
    out = np.concatenate([begun, mouth.render(500)])
    assert mouth.reports() == [SpeechStarted(0, 1), SpeechCut(500, 1)]
    assert np.abs(np.diff(out)).max() < 0.002


def test_an_utterance_that_ends_within_its_fade_is_cut_at_its_end() -> None:
    mouth = Mouth()
    mouth.say(1, constant(150), 0)
    mouth.render(100)
    mouth.hush(100)
    mouth.render(500)
    assert mouth.reports() == [SpeechStarted(0, 1), SpeechCut(150, 1)]


def test_hush_in_silence_does_nothing() -> None:
    mouth = Mouth()
    mouth.hush(0)
    assert mouth.next_boundary() is None
    assert mouth.reports() == []


# Chimes, volume and the limit.


def test_a_chime_sounds_over_speech_and_through_hush() -> None:
    mouth = Mouth()
    mouth.say(1, constant(1000, 0.25), 0)
    mouth.chime(constant(600, 0.125), 100)
    mouth.render(200)
    mouth.hush(200)
    out = mouth.render(800)
    assert out[0] == pytest.approx(0.375, abs=1e-4)
    assert np.array_equal(out[400:500], constant(100, 0.125))
    assert not out[500:].any()
    assert mouth.reports() == [SpeechStarted(0, 1), SpeechCut(600, 1)]


def test_two_chimes_add_up() -> None:
    mouth = Mouth()
    mouth.chime(constant(100, 0.125), 0)
    mouth.chime(constant(100, 0.25), 50)
    out = mouth.render(200)
    assert np.array_equal(out[45:55], np.repeat(np.array([0.125, 0.375], np.float32), 5))
    assert np.array_equal(out[100:150], constant(50, 0.25))


def test_volume_glides() -> None:
    mouth = Mouth()
    mouth.say(1, constant(5000), 0)
    mouth.set_gain_db(-6.0)
    out = mouth.render(2000)
    assert np.abs(np.diff(np.concatenate([[0.5], out]))).max() < 0.001
    assert np.all(out[FADE:] == out[-1])
    assert out[-1] == pytest.approx(0.5 * 10 ** (-6 / 20))


def test_volume_changed_within_a_glide_goes_on_from_there() -> None:
    mouth = Mouth()
    mouth.say(1, constant(5000), 0)
    mouth.set_gain_db(-20.0)
    first = mouth.render(FADE // 2)
    mouth.set_gain_db(0.0)
    out = np.concatenate([first, mouth.render(1000)])
    assert np.abs(np.diff(out)).max() < 0.002
    assert np.all(out[FADE // 2 + FADE :] == 0.5)


def test_output_is_exact_up_to_the_limit_and_never_clips_above_it() -> None:
    steps = np.linspace(-0.875, 0.875, 5001).astype(np.float32)
    mouth = Mouth()
    mouth.say(1, steps, 0)
    mouth.say(2, (steps * 100).astype(np.float32), 0)
    out = mouth.render(10_002)
    assert np.array_equal(out[:5001], steps)
    loud = out[5001:]
    assert np.abs(loud).max() <= 1.0
    assert np.all(np.diff(loud) >= 0), "louder stays louder: bent, not folded"
    assert np.array_equal(np.sign(loud), np.sign(steps))


@pytest.mark.parametrize("answer", list(Answer))
def test_the_loudest_line_under_a_chime_at_the_highest_gain_does_not_clip(answer: Answer) -> None:
    loudest = 10 ** (PEAK_DB / 20)
    time = np.arange(8000) / 16_000
    speech = (loudest * np.sign(np.sin(2 * np.pi * 170 * time))).astype(np.float32)  # nothing is louder
    mouth = Mouth()
    mouth.set_gain_db(MOST_DB)
    mouth.render(FADE)
    mouth.say(1, speech, FADE)
    mouth.chime(chime(answer), FADE + 2000)
    mouth.chime(chime(answer), FADE + 2500)
    out = mouth.render(len(speech))
    assert np.abs(out).max() < 1.0
    assert np.abs(to_int16(out)).max() < FULL_SCALE - 1, "nor on the card"
    assert np.array_equal(np.sign(out), np.sign(speech)), "bent, not wrapped"
    alone = Mouth()
    alone.set_gain_db(MOST_DB)
    alone.render(FADE)
    alone.chime(chime(answer), FADE)
    heard = alone.render(2240)
    assert np.allclose(heard, chime(answer) * 10 ** (MOST_DB / 20), atol=1e-6), "a chime by itself stays as it is"


# However it is cut.


@dataclass(frozen=True)
class Call:
    kind: str
    after: int
    length: int = 0
    offset: int = 0
    gain_db: float = 0.0


calls = st.lists(
    st.builds(
        Call,
        kind=st.sampled_from(["say", "say", "say", "hush", "chime", "volume"]),
        after=st.integers(0, 900),
        length=st.integers(0, 1500),
        offset=st.integers(-300, 1500),
        gain_db=st.sampled_from([-40.0, -6.0, 0.0, 6.0, 20.0]),
    ),
    max_size=12,
)


def sung(length: int) -> Sound:
    """Smooth at both ends, so that any jump in the output is the mouth's own; no step is larger than 0.02."""
    if length < 800:
        return np.zeros(length, np.float32)
    t = np.arange(length)
    return (0.25 * np.sin(2 * np.pi * t / 100) * np.sin(np.pi * t / (length - 1))).astype(np.float32)


def play(script: list[Call], pieces: list[int], *, drain: bool) -> tuple[Sound, list[Report]]:
    """Carry out a script, rendering the time between its calls in pieces of the given sizes over and over."""
    mouth = Mouth()
    out: list[Sound] = []
    reports: list[Report] = []
    turn = 0
    for number, call in enumerate([*script, Call("end", 25_000)]):
        until = mouth.now + call.after
        while mouth.now < until:
            out.append(mouth.render(min(pieces[turn % len(pieces)], until - mouth.now)))
            turn += 1
            if drain:
                reports += mouth.reports()
        at = mouth.now + call.offset
        if call.kind == "say":
            mouth.say(number, sung(call.length), at)
        elif call.kind == "hush":
            mouth.hush(at)
        elif call.kind == "chime":
            mouth.chime(sung(call.length), at)
        elif call.kind == "volume":
            mouth.set_gain_db(call.gain_db)
    return np.concatenate(out), reports + mouth.reports()


@given(script=calls, pieces=st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_sound_and_reports_do_not_depend_on_how_rendering_is_cut(script: list[Call], pieces: list[int]) -> None:
    whole, reports = play(script, [1_000_000], drain=False)
    cut, drained = play(script, pieces, drain=True)
    assert np.array_equal(whole, cut)
    assert reports == drained


@given(script=calls)
def test_each_utterance_is_reported_once_in_order_and_at_its_samples(script: list[Call]) -> None:
    _, reports = play(script, [160], drain=True)
    times = [report.at for report in reports]
    assert times == sorted(times)
    for number, call in enumerate(script):
        mine = [report for report in reports if report.utterance == number]
        if call.kind != "say":
            assert mine == []
            continue
        assert [type(report) for report in mine] in (
            [SpeechStarted, SpeechFinished],
            [SpeechStarted, SpeechCut],
            [SpeechCut],
        )
        if isinstance(mine[-1], SpeechFinished):
            assert mine[-1].at - mine[0].at == call.length
        elif len(mine) == 2:
            assert 0 <= mine[-1].at - mine[0].at <= call.length


@given(script=calls)
def test_utterances_never_overlap(script: list[Call]) -> None:
    _, reports = play(script, [160], drain=True)
    sounding: set[int] = set()
    for report in reports:
        if isinstance(report, SpeechStarted):
            assert not sounding
            sounding.add(report.utterance)
        else:
            sounding.discard(report.utterance)
    assert not sounding


@given(script=calls)
def test_nothing_the_mouth_does_makes_a_click(script: list[Call]) -> None:
    quiet = [call for call in script if call.kind != "volume"]
    out, _ = play(quiet, [160], drain=True)
    voices = 1 + sum(call.kind == "chime" for call in quiet)
    assert np.abs(np.diff(out, prepend=0, append=0)).max() <= 0.02 * voices
    assert np.abs(out).max(initial=0) <= 1.0


@given(script=calls, until=st.integers(1, 2000))
def test_after_hush_nothing_is_left_within_25_ms(script: list[Call], until: int) -> None:
    mouth = Mouth()
    for number, call in enumerate(script):
        mouth.render(call.after)
        if call.kind == "say":
            mouth.say(number, constant(call.length), mouth.now + call.offset)
    mouth.render(until)
    mouth.hush(mouth.now)
    assert not mouth.render(20_000)[FADE - 1 :].any()
    assert not mouth.speaking
    assert mouth.next_boundary() is None


# What is rendered too late to be heard.


def test_what_sounds_begins_anew_and_is_finished_when_it_was_whole() -> None:
    mouth = Mouth()
    mouth.say(7, ramp(300), 100)
    mouth.render(200)
    assert mouth.put_off(360) == [7]
    out = np.concatenate([mouth.render(160), mouth.render(400)])
    assert not out[:160].any()
    assert np.array_equal(out[160:460], ramp(300))
    assert mouth.reports() == [SpeechStarted(100, 7), SpeechFinished(660, 7)]


def test_what_waits_comes_later_and_keeps_its_order() -> None:
    mouth = Mouth()
    mouth.say(1, ramp(100), 50)
    mouth.say(2, ramp(60), 60)
    mouth.say(3, ramp(10), 900)
    assert mouth.put_off(200) == []
    out = mouth.render(1000)
    assert np.array_equal(out[200:360], np.concatenate([ramp(100), ramp(60)]))
    assert np.array_equal(out[900:910], ramp(10))


def test_a_fade_goes_on_and_what_follows_it_is_put_off() -> None:
    mouth = Mouth()
    mouth.say(1, constant(2000), 0)
    mouth.render(100)
    mouth.hush(100)
    mouth.say(2, ramp(50), 100)
    assert mouth.put_off(260) == []
    mouth.render(1000)
    assert mouth.reports() == [
        SpeechStarted(0, 1),
        SpeechCut(100 + FADE, 1),
        SpeechStarted(100 + FADE, 2),
        SpeechFinished(150 + FADE, 2),
    ]


def test_a_chime_is_put_off_as_well() -> None:
    mouth = Mouth()
    mouth.chime(constant(100), 0)
    mouth.put_off(160)
    out = mouth.render(400)
    assert np.flatnonzero(out).tolist() == list(range(160, 260))


@settings(max_examples=60)
@given(
    late=st.lists(st.booleans(), min_size=1, max_size=60),
    lengths=st.lists(st.integers(1, 900), min_size=1, max_size=4),
)
def test_however_often_it_comes_too_late_everything_is_said_to_its_end(
    late: list[bool], lengths: list[int]
) -> None:
    mouth = Mouth()
    for number, length in enumerate(lengths):
        mouth.say(number, ramp(length), 0)
    for is_late in (*late, *[False] * 40):
        if is_late:
            mouth.put_off(mouth.now + 160)
        mouth.render(160)
    reports = mouth.reports()
    assert [one.utterance for one in reports if isinstance(one, SpeechFinished)] == list(range(len(lengths)))
    assert [one.at for one in reports] == sorted(one.at for one in reports)


def test_one_that_is_always_late_is_said_on_in_the_end() -> None:
    mouth = Mouth()
    mouth.say(1, ramp(1000), 0)
    mouth.render(160)
    for _ in range(200):
        mouth.put_off(mouth.now + 160)
        mouth.render(160)
        mouth.render(160)
    assert SpeechFinished in map(type, mouth.reports())
