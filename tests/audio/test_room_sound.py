from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from rooms import Recorded, blocks, centre, clicks, let_sound, needs_flite, needs_rooms, spoken

from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import Noise, Room, place
from voiceguide.audio.room.acoustics import LEAD, convolve
from voiceguide.audio.room.levels import active_dbfs, ratio, rms_dbfs
from voiceguide.audio.room.noises import make
from voiceguide.audio.room.streams import Convolver, Playback, saturate
from voiceguide.audio.samples import to_float
from voiceguide.core.clock import RATE, samples
from voiceguide.errors import AudioError

RNG = np.random.default_rng(7)
WHITE = (RNG.standard_normal(2 * RATE) * 0.1).astype(np.float32)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rt60_s": 0.1},
        {"rt60_s": math.nan},
        {"microphone_m": 1.0},
        {"person_m": 0.2},
        {"speech_to_echo_db": -math.inf},
        {"bulk_delay_ms": 5.0},
        {"drift_ppm": 200.0},
        {"lost_share": 0.5},
        {"mains_hz": 0},
    ],
)
def test_a_room_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    (name,) = wrong
    with pytest.raises(AudioError, match=f"{name}=.*Choose"):
        Room(**wrong)  # type: ignore[arg-type]


def test_blocks_add_up_to_the_whole_convolution() -> None:
    responses = [RNG.standard_normal(length).astype(np.float32) for length in (1, 160, 1234)]
    convolver = Convolver(responses)
    heard = np.concatenate([convolver.feed(block) for block in blocks(WHITE)], axis=1)
    for row, response in zip(heard, responses, strict=True):
        np.testing.assert_allclose(row, np.convolve(WHITE, response)[: len(row)], atol=1e-4)


def test_playback_without_drift_is_the_same_sound_later() -> None:
    playback = Playback(400, 0.0)
    played = []
    for block in blocks(WHITE):
        playback.write(block)
        played.append(playback.read())
    np.testing.assert_allclose(np.concatenate(played)[400:], WHITE[:-400], atol=1e-6)


@pytest.mark.parametrize("ppm", [-100.0, 37.5, 100.0])
def test_a_drifting_tone_is_a_clean_tone_of_another_pitch(ppm: float) -> None:
    delay, rate = 400.3, 1 + ppm * 1e-6
    tone = np.sin(2 * np.pi * 1000 / RATE * np.arange(20 * RATE)).astype(np.float32)
    playback = Playback(delay, ppm * 1e-6)
    played = []
    for block in blocks(tone):
        playback.write(block)
        played.append(playback.read())
    at = np.arange(samples(1), 20 * RATE)
    ideal = np.sin(2 * np.pi * 1000 / RATE * (at * rate - delay))
    assert rms_dbfs(np.concatenate(played)[at] - ideal) < -80
    assert playback.underruns == playback.overruns == 0


def test_a_buffer_that_runs_dry_is_filled_again_and_one_too_full_emptied() -> None:
    dry, full = Playback(320, 0.01), Playback(320, -0.01)  # much more drift than real, to see it soon
    for block in blocks(WHITE):
        for playback in (dry, full):
            playback.write(block)
            playback.read()
            assert 0 < playback.delay <= 320 + 6 * BLOCK
    assert (dry.underruns, dry.overruns) == (1, 0)
    assert (full.underruns, full.overruns) == (0, 0)
    for block in blocks(np.tile(WHITE, 3)):
        full.write(block)
        full.read()
    assert full.overruns == 1


def test_saturation_follows_its_model() -> None:
    loud = np.array([0.001, 0.1, 1.0, -100.0], np.float32)
    expected = [0.001, 0.1 / math.sqrt(2), 1.0 / math.sqrt(101), -0.1]
    np.testing.assert_allclose(saturate(loud, 0.1), expected, rtol=1e-3)
    assert saturate(loud, None) is loud


@needs_rooms
@pytest.mark.parametrize(("rt60_s", "seed"), [(0.2, 1), (0.3, 2), (0.5, 3)])
def test_reverberation_lasts_as_long_as_it_should(rt60_s: float, seed: int) -> None:
    placed = place(Room(rt60_s=rt60_s), seed)
    # Measured otherwise than in the room itself: from the decay of noise that stops.
    decay = convolve(WHITE, placed.speech)[len(WHITE) - 1 :]
    frames = np.square(decay[: len(decay) // 160 * 160]).reshape(-1, 160).mean(axis=1)
    level = 10 * np.log10(frames / frames[0])
    span = slice(int(np.argmax(level < -5)), int(np.argmax(level < -30)))
    slope, _ = np.polyfit(np.arange(len(level))[span] * 0.01, level[span], 1)
    assert -60 / slope == pytest.approx(rt60_s, rel=0.2)
    assert placed.rt60_s == pytest.approx(rt60_s, rel=0.1)


@needs_rooms
def test_without_reflections_there_is_the_direct_sound_alone() -> None:
    placed = place(Room(rt60_s=0.0, person_m=3.0), 1)
    peak = int(np.argmax(np.abs(placed.speech)))
    assert peak - LEAD == round(3.0 / 343 * RATE)
    assert np.square(placed.speech[peak - 20 : peak + 20]).sum() > 0.99 * np.square(placed.speech).sum()


@needs_rooms
@pytest.mark.parametrize("bulk_delay_ms", [20.0, 61.03, 200.0])
def test_the_echo_comes_after_exactly_its_delay(bulk_delay_ms: float) -> None:
    placed = place(Room(rt60_s=0.0, bulk_delay_ms=bulk_delay_ms, microphone_m=0.3), 1)
    heard = let_sound(placed, clicks([0.5], 1.0))
    assert centre(heard.echo, 8000, 16000) - 0.5 * RATE == pytest.approx(placed.echo_delay, abs=0.1)
    assert placed.echo_delay == pytest.approx((bulk_delay_ms / 1000 + 0.3 / 343) * RATE)


@needs_rooms
@pytest.mark.parametrize(("ppm", "comes"), [(100.0, -32.0), (-50.0, 16.0)])
def test_drift_moves_the_echo_by_its_parts_per_million(ppm: float, comes: float) -> None:
    placed = place(Room(rt60_s=0.0, drift_ppm=ppm), 1)
    heard = let_sound(placed, clicks([0.5, 20.5], 21.0))
    apart = centre(heard.echo, 20 * RATE, 21 * RATE) - centre(heard.echo, 0, RATE)
    assert apart - 20 * RATE == pytest.approx(comes, abs=0.1)
    assert heard.port.echo_delay == pytest.approx(placed.echo_delay - placed.drift * 21 * RATE, abs=0.1)


@needs_rooms
@needs_flite
@pytest.mark.parametrize("speech_to_echo_db", [10.0, -10.0, -20.0])
def test_levels_at_the_microphone_are_exact(speech_to_echo_db: float) -> None:
    room = Room(rt60_s=0.2, speech_dbfs=-40.0, speech_to_echo_db=speech_to_echo_db, noise=Noise.PINK, snr_db=15.0)
    placed = place(room, 2)
    person = Recorded(placed.spoken(spoken("it hurts", "slt") * 0.01))
    heard = let_sound(placed, spoken(), person, make(Noise.PINK, 1, length=5 * RATE))
    assert active_dbfs(heard.speech) == pytest.approx(-40.0, abs=0.5)
    assert active_dbfs(heard.echo) == pytest.approx(-40.0 - speech_to_echo_db, abs=0.5)
    assert rms_dbfs(np.resize(heard.noise, 5 * RATE)) == pytest.approx(-55.0, abs=0.5)
    assert active_dbfs(np.concatenate(person.heard)) == pytest.approx(active_dbfs(spoken()), abs=0.5)
    whole = heard.echo + heard.speech + heard.noise
    assert rms_dbfs(to_float(heard.microphone) - whole) == pytest.approx(room.hiss_dbfs, abs=0.5)


@needs_rooms
@needs_flite
def test_other_lines_of_the_guide_are_as_loud_to_within_2_db() -> None:
    placed = place(Room(rt60_s=0.2, speech_to_echo_db=0.0), 2)
    heard = let_sound(placed, spoken("Ready for the left side?"), calibrated_with=spoken())
    assert active_dbfs(heard.echo) == pytest.approx(placed.room.speech_dbfs, abs=2.0)


@needs_rooms
def test_without_echo_the_person_still_hears_the_guide() -> None:
    person = Recorded(np.zeros(BLOCK, np.float32))
    heard = let_sound(place(Room(rt60_s=0.2, speech_to_echo_db=math.inf), 1), WHITE, person)
    assert not heard.echo.any()
    assert rms_dbfs(np.concatenate(person.heard)) > -30


@needs_rooms
def test_the_room_is_the_whole_convolution_of_what_is_played() -> None:
    placed = place(Room(rt60_s=0.3, speech_to_echo_db=0.0), 3)
    heard = let_sound(placed, WHITE)
    late = round(placed.bulk_delay) - LEAD
    whole = convolve(WHITE, placed.echo)
    gain = heard.echo[late:] @ whole[: len(heard.echo) - late] / np.square(whole[: len(heard.echo) - late]).sum()
    error = heard.echo[late:] - gain * whole[: len(heard.echo) - late]
    assert rms_dbfs(error) < rms_dbfs(heard.echo) - 80


@needs_rooms
def test_a_loud_guide_is_squeezed_by_the_loudspeaker() -> None:
    room = Room(rt60_s=0.0)
    linear, squeezed = (
        let_sound(place(replace(room, saturation_dbfs=limit), 1), WHITE).echo for limit in (None, -40.0)
    )
    assert rms_dbfs(squeezed) < rms_dbfs(linear) - 15
    assert np.abs(squeezed).max() / np.sqrt(np.square(squeezed).mean()) < 2.5
    assert ratio(-40.0) == pytest.approx(0.01)


@needs_rooms
def test_the_same_seed_gives_the_same_samples_and_another_seed_others() -> None:
    room = Room(
        rt60_s=0.2, drift_ppm=33, noise=Noise.FAN, lost_share=0.05, doubled_share=0.05, saturation_dbfs=-20
    )
    first, again, other = (
        let_sound(place(room, seed), WHITE, noise=make(Noise.FAN, seed, length=RATE)).microphone
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.9
