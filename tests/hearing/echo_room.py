"""A loudspeaker, a microphone and a room between them, in a few lines: delay, reverberation, drift, distortion."""

from __future__ import annotations

from contextlib import closing
from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE, samples
from voiceguide.hearing.front_end.canceller import EchoCanceller
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples
from voiceguide.speaking.voices.espeak import EspeakVoice

Pcm = NDArray[np.int16]

SENTENCES = (
    "For the coming minutes you have nothing to do but lie still and breathe.",
    "Lie down on your back, and put both feet flat on the floor.",
    "Breathe in.",
    "Breathe out.",
    "Place the ball beside your hip bone, and roll over onto it slowly.",
    "Let your weight sink into the ball, and keep your shoulders soft.",
    "Halfway. Let the breath become long and slow.",
    "When you want to change sides, move gently and take your time.",
    "Three. Two. One.",
    "Stay with the next breath, and let your belly grow wide.",
)
REVERBERATION_S = 0.4


@cache
def sentences() -> tuple[Samples, ...]:
    """Return what the guide says here, in the voice that is always installed.

    Rendered in this order by a new process, for espeak-ng sounds a little different after other words.
    """
    with closing(EspeakVoice("en")) as voice:
        return tuple(finish(voice.render(text)) for text in SENTENCES)


@cache
def guide(seconds: float, *, seed: int = 1, hold_s: float = 0.0) -> Samples:
    """Return the guide speaking with pauses of 0.3 to 1.5 s, and one hold of silence in the middle."""
    chance = np.random.default_rng(seed)
    pieces: list[Samples] = []
    length, held = 0, False
    while length < samples(seconds):
        pause = chance.uniform(0.3, 1.5)
        if hold_s and not held and length > samples((seconds - hold_s) / 2):
            pause, held = hold_s, True
        pieces += [np.zeros(samples(pause), np.float32), sentences()[chance.integers(len(SENTENCES))]]
        length += sum(map(len, pieces[-2:]))
    return np.concatenate(pieces)[: samples(seconds)]


def echo(
    reference: Samples,
    *,
    delay_ms: float = 60.0,
    drift_ppm: float = 0.0,
    gain: float = 0.5,
    drive: float = 0.0,
    noise: float = 0.0005,
    seed: int = 1,
) -> Samples:
    """Return what a microphone 15 cm from the loudspeaker hears of it.

    Args:
        reference: what is played.
        delay_ms: from the reference to its echo; below zero the reference is late.
        drift_ppm: by how much the microphone's clock is faster.
        gain: of the direct sound.
        drive: how hard the loudspeaker saturates; 0 for not at all.
        noise: root mean square of the steady noise.
        seed: of the room and the noise.
    """
    chance = np.random.default_rng(seed)
    times = np.arange(samples(REVERBERATION_S)) / RATE
    tail = chance.normal(size=len(times)) * np.exp(-6.9 * times / REVERBERATION_S)
    tail[: samples(0.002)] = 0.0
    room = 0.5 * tail / np.linalg.norm(tail)
    room[0] = 1.0
    played = np.tanh(drive * reference) / drive if drive else reference
    size = len(played) + len(room) + abs(samples(delay_ms / 1000))
    heard = gain * np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(room, size), size)
    heard = np.roll(heard, samples(delay_ms / 1000))
    if drift_ppm:
        heard = soxr.resample(heard, RATE, RATE * (1 + drift_ppm * 1e-6), quality="VHQ")
    fitted = np.pad(heard, (0, len(reference)))[: len(reference)]
    return np.asarray(fitted + chance.normal(0, noise, len(reference)), np.float32)


def pcm(sound: Samples) -> Pcm:
    """Return 16 bits, clipped as a converter clips."""
    return np.asarray(np.clip(np.round(sound * 32767), -32768, 32767), np.int16)


def through(canceller: EchoCanceller, microphone: Pcm, reference: Samples, start: int = 0) -> Pcm:
    """Return what a canceller makes of a microphone's sound, from a sample on."""
    clean = [
        canceller.process(microphone[at : at + BLOCK], reference[at : at + BLOCK])
        for at in range(start, len(microphone) - BLOCK + 1, BLOCK)
    ]
    return np.concatenate(clean)


def level_db(sound: Pcm | Samples) -> float:
    """Return the power of a sound without its direct current, in decibels to any one reference."""
    return float(10 * np.log10(np.var(sound.astype(np.float64)) + 1e-9))


def erle_db(microphone: Pcm, clean: Pcm, from_s: float, to_s: float) -> float:
    """Return by how much a stretch became softer."""
    stretch = slice(samples(from_s), samples(to_s))
    return level_db(microphone[stretch]) - level_db(clean[stretch])
