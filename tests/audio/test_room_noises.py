from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from rooms import needs_flite, spoken

from voiceguide.audio.room import Noise
from voiceguide.audio.room.levels import rms_dbfs
from voiceguide.audio.room.noises import FAN_BLADES, FAN_TURNS_HZ, make
from voiceguide.core.clock import RATE
from voiceguide.demo.neighbours import talker
from voiceguide.errors import AudioError
from voiceguide.speaking.voice import Samples

LENGTH = 4 * RATE


def talk() -> list[Samples]:
    words = ("The ferry leaves twice a day.", "We played cards.", "Bread is cheaper now.")
    return [spoken(text, speaker) for text in words for speaker in ("slt", "rms")]


def power(sound: Samples) -> NDArray[np.float64]:
    """Return power per hertz, one value for each hertz."""
    power = np.square(np.abs(np.fft.rfft(sound)))
    return power[:-1].reshape(RATE // 2, -1).sum(axis=1)


@needs_flite
@pytest.mark.parametrize("kind", [kind for kind in Noise if kind is not Noise.NONE])
def test_a_noise_has_its_level_follows_its_seed_and_has_no_seam(kind: Noise) -> None:
    noise, again, other = (make(kind, seed, talk(), LENGTH) for seed in (1, 1, 2))
    assert rms_dbfs(noise) == pytest.approx(0.0, abs=0.01)
    assert noise.shape == (LENGTH,)
    np.testing.assert_array_equal(noise, again)
    assert np.abs(np.corrcoef(noise, other)[0, 1]) < 0.5
    steps = np.abs(np.diff(noise))
    assert abs(float(noise[0] - noise[-1])) <= steps.max()


def test_pink_noise_falls_by_3_db_an_octave() -> None:
    spectrum = power(make(Noise.PINK, 1, length=16 * RATE))
    octaves = [10 * np.log10(spectrum[low : 2 * low].mean()) for low in (100, 200, 400, 800, 1600, 3200)]
    np.testing.assert_allclose(np.diff(octaves), -3.01, atol=1.0)
    assert spectrum[:49].sum() < 1e-6 * spectrum.sum()


def test_a_fan_sings_with_its_blades() -> None:
    spectrum = power(make(Noise.FAN, 1, length=LENGTH))
    blades = round(FAN_TURNS_HZ * FAN_BLADES)
    assert spectrum[blades] > 20 * np.median(spectrum[blades - 20 : blades + 20])
    assert spectrum[100] > 20 * np.median(spectrum[80:120])


@needs_flite
def test_in_a_crowd_nobody_pauses_together() -> None:
    def pauses(sound: Samples) -> float:
        frames = np.square(sound[: len(sound) // 320 * 320]).reshape(-1, 320).mean(axis=1)
        return float((frames < 0.01 * frames.mean()).mean())

    one = talker("rms", 1, 0.9)
    crowd = make(Noise.BABBLE, 1, [np.roll(one, number * 50_000) for number in range(6)], length=10 * RATE)
    assert pauses(one[: 10 * RATE]) > 0.1
    assert pauses(crowd) < 0.02


@needs_flite
def test_a_television_is_a_voice_over_music() -> None:
    voice = talk()[:1]
    television = make(Noise.TELEVISION, 1, voice, LENGTH)
    frames = np.square(television[: LENGTH // 320 * 320]).reshape(-1, 320).mean(axis=1)
    # Music fills the pauses of the voice; without it they would be far below.
    assert 10 * np.log10(np.quantile(frames, 0.05)) > -30
    turned = [np.roll(np.resize(voice[0], LENGTH), shift) for shift in range(0, len(voice[0]), 160)]
    assert max(np.corrcoef(television, shifted)[0, 1] for shifted in turned) > 0.3


def test_noises_that_need_talk_say_so() -> None:
    with pytest.raises(AudioError, match="needs 5 talkers, not 2"):
        make(Noise.BABBLE, 1, [np.ones(RATE, np.float32)] * 2, LENGTH)
    with pytest.raises(AudioError, match="needs somebody who talks"):
        make(Noise.TELEVISION, 1, [], LENGTH)
    assert not make(Noise.NONE, 1, length=LENGTH).any()


@needs_flite
def test_a_talker_says_everything_in_an_order_of_their_own() -> None:
    low, high = talker("rms", 1, 0.9), talker("rms", 1, 1.1)
    assert len(low) == pytest.approx(len(high) * 1.1 / 0.9, rel=0.01)
    assert np.array_equal(low, talker("rms", 1, 0.9))
    assert not np.array_equal(low, talker("rms", 2, 0.9))
