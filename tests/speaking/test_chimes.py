from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceguide.core.actions import Sound
from voiceguide.speaking.chimes import LEVEL_DB, NOTES_HZ, chime

RATE = 16_000


def strongest_hz(sound: NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 15))
    return float(spectrum.argmax() * RATE / (1 << 15))


@pytest.mark.parametrize("sound", Sound)
def test_it_is_short_soft_and_without_clicks(sound: Sound) -> None:
    wave = chime(sound)
    assert wave.dtype == np.float32
    assert len(wave) <= 0.150 * RATE
    assert 20 * np.log10(np.sqrt(np.mean(np.square(wave)))) == pytest.approx(LEVEL_DB, abs=0.1)
    assert np.abs(wave).max() < 0.2
    assert wave[0] == 0
    assert abs(wave[-1]) < 1e-4
    # A click is energy far above the notes: above 4 kHz there is at most a millionth of it.
    power = np.square(np.abs(np.fft.rfft(wave)))
    above = np.fft.rfftfreq(len(wave), 1 / RATE) > 4000
    assert power[above].sum() < 1e-6 * power.sum()


@pytest.mark.parametrize("sound", Sound)
def test_it_has_its_two_notes(sound: Sound) -> None:
    first, second = np.split(chime(sound), 2)
    assert strongest_hz(first) == pytest.approx(NOTES_HZ[sound][0], rel=0.01)
    assert strongest_hz(second) == pytest.approx(NOTES_HZ[sound][1], rel=0.01)


def test_one_rises_and_the_other_falls() -> None:
    up, down = NOTES_HZ[Sound.ACCEPTED], NOTES_HZ[Sound.UNKNOWN]
    assert up[1] > 1.3 * up[0]
    assert down[1] < down[0] / 1.3


def test_it_cannot_be_changed_by_one_caller_for_all() -> None:
    with pytest.raises(ValueError, match="read-only"):
        chime(Sound.ACCEPTED)[0] = 1
