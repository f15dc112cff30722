"""Where somebody speaks: rooms, noises, microphones. All from numpy and a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceguide.core.clock import RATE

Sound = NDArray[np.float32]
Rng = np.random.Generator

SPEED_OF_SOUND = 343.0
_EARLY_S = 0.05
"""Reflections up to here come from mirror images of the source; later ones are noise that dies away."""

NOISES = {
    "pink": 0.20,
    "fan": 0.15,
    "babble": 0.18,
    "television": 0.15,
    "white": 0.07,
    "brown": 0.05,
    "hum": 0.05,
    "music": 0.08,
    "clicks": 0.07,
}
"""How often each noise is drawn."""


def room(rng: Rng, nearest_m: float = 0.5, farthest_m: float = 3.0) -> Sound:
    """Return the impulse response of a shoebox room, the direct sound first, at energy 1 for the direct sound.

    RT60 0.2-0.6 s, a source as far away as asked for. Mirror images (Allen and Berkley 1979) with a wall
    reflection that follows from RT60 by Sabine's formula, then an exponentially dying tail.
    """
    size = rng.uniform([2.5, 2.5, 2.3], [6.0, 5.0, 3.0])
    rt60 = rng.uniform(0.2, 0.6)
    surface = 2 * (size[0] * size[1] + size[1] * size[2] + size[0] * size[2])
    absorbed = min(0.161 * size.prod() / (surface * rt60), 0.95)
    reflected = np.sqrt(1 - absorbed)
    ear = rng.uniform(0.3, size - 0.3)
    direction = rng.normal(size=3)
    mouth = np.clip(
        ear + direction / np.linalg.norm(direction) * rng.uniform(nearest_m, farthest_m), 0.2, size - 0.2
    )
    steps = np.stack(np.meshgrid(*[np.arange(-4, 5)] * 3, indexing="ij"), -1).reshape(-1, 3)
    odd = steps % 2 != 0
    images = steps * size + np.where(odd, size - mouth, mouth)
    distance = np.linalg.norm(images - ear, axis=1)
    nearest = np.linalg.norm(mouth - ear)
    delay = np.round((distance - nearest) / SPEED_OF_SOUND * RATE).astype(int)
    strength = reflected ** np.abs(steps).sum(axis=1) * nearest / distance
    response = np.zeros(int(rt60 * 0.8 * RATE), np.float32)
    early = (delay >= 0) & (delay < int(_EARLY_S * RATE))
    np.add.at(response, delay[early], strength[early] * np.where(odd[early].sum(axis=1) % 2, -0.9, 1.0))
    start = int(_EARLY_S * 0.5 * RATE)
    times = np.arange(start, len(response)) / RATE
    diffuse = rng.normal(size=len(times)) * 10 ** (-3 * times / rt60)
    # Energy of the diffuse field relative to the direct sound: 16 pi r^2 / A (Kuttruff), spread over its decay.
    energy = 16 * np.pi * nearest**2 * (1 - absorbed) / (absorbed * surface)
    response[start:] += diffuse * np.sqrt(
        energy / max(np.sum(diffuse**2), 1e-9) * 10 ** (-6 * _EARLY_S * 0.5 / rt60)
    )
    return response


def heard_in(sound: Sound, response: Sound) -> Sound:
    """Return a sound as it arrives in a room; longer than before by the room's tail."""
    length = len(sound) + len(response) - 1
    size = 1 << (length - 1).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[:length].astype(np.float32)


def coloured(count: int, slope: float, rng: Rng) -> Sound:
    """Return noise of rms 1 whose power falls with frequency to the power `slope`: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.normal(size=count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0)
    return _level(np.fft.irfft(spectrum * frequency ** (-slope / 2), count))


def noise(kind: str, count: int, rng: Rng, talk: Sound) -> Sound:
    """Return noise of rms 1.

    Args:
        kind: one of `NOISES`.
        count: samples.
        rng: source of chance.
        talk: speech that babble is made of, longer than `count`.
    """
    times = np.arange(count) / RATE
    match kind:
        case "white" | "pink" | "brown":
            return coloured(count, {"white": 0.0, "pink": 1.0, "brown": 2.0}[kind], rng)
        case "hum":
            base = rng.choice([50.0, 60.0])
            tones = sum(np.sin(2 * np.pi * base * n * times + n) / n for n in range(1, 8))
            return _level(tones + 0.1 * coloured(count, 1.0, rng))
        case "fan":
            blades = 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(5, 30) * times)
            turn = 2 * np.pi * rng.uniform(40, 160)
            tones = sum(rng.uniform(0, 0.5) * np.sin(turn * n * times + rng.uniform(0, 6)) for n in range(1, 5))
            return _level(coloured(count, rng.uniform(1, 2), rng) * blades + tones)
        case "music":
            notes = np.zeros(count)
            for start in range(0, count, RATE // 4):
                tone = 220 * 2 ** (rng.integers(0, 24) / 12)
                span = np.arange(min(RATE, count - start)) / RATE
                notes[start : start + len(span)] += np.exp(-4 * span) * sum(
                    np.sin(2 * np.pi * tone * n * span) / n for n in (1, 2, 3, 4)
                )
            return _level(notes)
        case "clicks":
            clicks = 0.02 * coloured(count, 1.0, rng)
            for start in rng.integers(0, count - 800, max(count // RATE, 1)):
                clicks[start : start + 800] += rng.normal(size=800) * np.exp(
                    -np.arange(800) / rng.uniform(20, 200)
                )
            return _level(clicks)
        case "babble":
            starts = rng.integers(0, len(talk) - count, rng.integers(2, 9))
            return _level(np.sum([talk[start : start + count] for start in starts], axis=0))
        case "television":
            start = rng.integers(0, len(talk) - count)
            music = noise("music", count, rng, talk) * np.float32(10 ** (rng.uniform(-15, 3) / 20))
            return _level(_level(talk[start : start + count]) + music)
    raise ValueError(kind)


def equalised(sound: Sound, rng: Rng) -> Sound:
    """Return a sound through a microphone of its own: up to 6 dB more or less here and there."""
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    corners = np.array([0, 150, 400, 1000, 2500, 5000, 8000])
    gain = np.interp(frequency, corners, rng.uniform(-6, 6, len(corners)))
    gain[frequency < rng.uniform(20, 200)] -= 20
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (gain / 20), len(sound)).astype(np.float32)


def left_over(sound: Sound, response: Sound, rng: Rng) -> Sound:
    """Return what an echo canceller may leave of a sound: late reverberation and distortion, in bands."""
    late = response.copy()
    late[: int(rng.uniform(0, 0.06) * RATE)] = 0
    drive = rng.uniform(0.5, 4.0) / max(float(np.abs(sound).max()), 1e-4)
    distorted = np.tanh(drive * sound) / drive * np.float32(rng.uniform(0, 1))
    return equalised(equalised(heard_in(distorted + sound, late)[: len(sound)], rng), rng)


def _level(sound: NDArray[np.floating]) -> Sound:
    return np.asarray(sound / max(float(np.sqrt(np.mean(sound**2))), 1e-6), np.float32)
