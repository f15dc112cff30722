from __future__ import annotations

import numpy as np
import pytest
from tones import level, loudest_hertz, middle, sine

from voiceguide.audio.samples import Resampler, to_float, to_int16

RATES = [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000]


def test_16_bits_survive_the_way_to_float_and_back() -> None:
    every_value = np.arange(-32_768, 32_768, dtype=np.int16)
    assert to_float(every_value).dtype == np.float32
    assert np.array_equal(to_int16(to_float(every_value)), every_value)


def test_what_is_too_loud_is_clipped_and_does_not_wrap() -> None:
    assert to_int16(np.array([-3.0, -1.0, 1.0, 3.0], np.float32)).tolist() == [-32_768, -32_768, 32_767, 32_767]


@pytest.mark.parametrize("chunk", [1, 159, 160, 161, 1000])
def test_without_resampling_nothing_is_changed_or_lost(chunk: int) -> None:
    sound = np.random.default_rng(7).uniform(-1, 1, 4001).astype(np.float32)
    resampler = Resampler(16_000, 16_000, 160)
    blocks = [block for i in range(0, len(sound), chunk) for block in resampler.feed(sound[i : i + chunk])]
    assert len(blocks) == 25
    blocks += resampler.finish()
    assert {block.shape for block in blocks} == {(160,)}
    out = np.concatenate(blocks)
    assert np.array_equal(out[:4001], sound)
    assert not out[4001:].any()


@pytest.mark.parametrize("quality", ["HQ", "LQ"])
@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_pitch_level_and_length(rate: int, quality: str) -> None:
    sound = sine(2.0, rate)
    resampler = Resampler(rate, 16_000, 160, quality)  # type: ignore[arg-type]
    step = rate // 100
    blocks = [block for i in range(0, len(sound), step) for block in resampler.feed(sound[i : i + step])]
    out = np.concatenate(blocks + resampler.finish())
    assert len(out) == 32_000
    assert loudest_hertz(middle(out)) == pytest.approx(1000, abs=2)
    assert level(middle(out)) == pytest.approx(0.5, rel=0.01)


def test_what_16_khz_cannot_hold_does_not_fold_back() -> None:
    resampler = Resampler(48_000, 16_000, 160)
    out = np.concatenate(resampler.feed(sine(1.0, 48_000, hertz=10_000)) + resampler.finish())
    assert level(middle(out)) < 0.001
