"""What else sounds in a room, made here from random numbers and from other people's talk.

Every noise is a loop without a seam: its end runs into its beginning, whatever is convolved with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.room.levels import active_dbfs, ratio, rms_dbfs
from voiceguide.audio.room.parameters import Noise
from voiceguide.core.clock import RATE, samples
from voiceguide.errors import AudioError
from voiceguide.speaking.voice import Samples

LOOP = samples(60)
"""Length of a loop. A whole number of seconds, so that tones of whole hertz fit in."""

_LOWEST_HZ = 50.0
"""Below this neither the loudspeaker of a television nor a small microphone has much to say."""

FAN_TURNS_HZ = 21.0
FAN_BLADES = 5
_FAN_HUM_HZ = 100.0
"""A mains motor hums with twice the mains' frequency."""

MUSIC_BELOW_VOICE_DB = -8.0
"""A choice: music that is plainly heard and leaves every word clear."""

BABBLE_TALKERS = 5
"""Talkers from which on single words can hardly be made out."""

_FADE = samples(0.02)
_BEATS_A_MINUTE = 120
_CHORDS_HZ = (
    (220.00, 261.63, 329.63),  # A minor
    (174.61, 220.00, 261.63),  # F major
    (196.00, 261.63, 329.63),  # C major
    (196.00, 246.94, 293.66),  # G major
)


def make(kind: Noise, seed: int, talk: Sequence[Samples] = (), length: int = LOOP) -> Samples:
    """Return a loop of a noise.

    Args:
        kind: which noise.
        seed: of what is random in it.
        talk: for babble each talker's speech, five of them or more, and for a television one speaker's.
        length: samples of the loop, a whole number of seconds.

    Returns:
        `(length,)` float32 at 16 kHz, RMS 1, or all zero for `Noise.NONE`.

    Raises:
        AudioError: there is not enough talk.
    """
    rng = np.random.default_rng([seed, 2])
    match kind:
        case Noise.NONE:
            return np.zeros(length, np.float32)
        case Noise.PINK:
            return _unit(_shaped(length, rng, -0.5))
        case Noise.FAN:
            return _unit(_fan(length, rng))
        case Noise.BABBLE:
            return _unit(_babble(length, rng, talk))
        case Noise.TELEVISION:
            return _unit(_television(length, rng, talk))


def _shaped(length: int, rng: np.random.Generator, slope: float, corner_hz: float = 0.0) -> Samples:
    """Return random noise whose amplitude follows frequency to the power of `slope`, from a corner on."""
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    amplitude = np.where(hertz >= _LOWEST_HZ, np.maximum(hertz, max(corner_hz, _LOWEST_HZ)) ** slope, 0.0)
    phases = rng.standard_normal((2, len(hertz)))
    spectrum = amplitude * (phases[0] + 1j * phases[1])
    return np.asarray(np.fft.irfft(spectrum, length), np.float32)


def _fan(length: int, rng: np.random.Generator) -> Samples:
    """Return air that the blades chop, the tones of the blades, and the motor's hum."""
    time = np.arange(length) / RATE
    blades_hz = FAN_TURNS_HZ * FAN_BLADES
    chopped = 1 + 0.3 * np.sin(2 * np.pi * blades_hz * time) + 0.15 * np.sin(2 * np.pi * FAN_TURNS_HZ * time)
    air = _unit(_shaped(length, rng, -1.0, corner_hz=300.0)) * chopped
    tones = (
        (blades_hz, 0.35),
        (2 * blades_hz, 0.2),
        (3 * blades_hz, 0.1),
        (_FAN_HUM_HZ, 0.3),
        (2 * _FAN_HUM_HZ, 0.1),
    )
    tonal = sum(strength * np.sin(2 * np.pi * (hertz * time + rng.random())) for hertz, strength in tones)
    return np.asarray(air + tonal, np.float32)


def _babble(length: int, rng: np.random.Generator, talk: Sequence[Samples]) -> Samples:
    """Return several people talking at once, each as loud as the others."""
    if len(talk) < BABBLE_TALKERS:
        raise AudioError(
            f"Babble needs {BABBLE_TALKERS} talkers, not {len(talk)}: give more voices, or another noise."
        )
    talking = [_levelled(_endless(speech, length, rng)) for speech in talk]
    return np.asarray(np.sum(talking, axis=0), np.float32)


def _television(length: int, rng: np.random.Generator, talk: Sequence[Samples]) -> Samples:
    if not talk:
        raise AudioError("A television needs somebody who talks: give a voice, or another noise.")
    music = _unit(_music(length, rng)) * np.float32(ratio(MUSIC_BELOW_VOICE_DB))
    return _levelled(_endless(talk[0], length, rng)) + music


def _music(length: int, rng: np.random.Generator) -> Samples:
    """Return chords, a melody of their notes, a bass drum and a shaker, two beats a second."""
    beat = RATE * 60 // _BEATS_A_MINUTE
    sound = np.zeros(length, np.float64)
    for number in range(length // beat):
        chord = _CHORDS_HZ[number // 4 % len(_CHORDS_HZ)]
        parts = [0.6 * _note(2 * float(rng.choice(chord)), beat), 0.08 * _shake(beat, rng)]
        if number % 4 == 0:
            parts += [0.5 * _note(hertz, 4 * beat) for hertz in chord]
        if number % 2 == 0:
            parts.append(_thump(beat))
        for part in parts:
            sound[(number * beat + np.arange(len(part))) % length] += part
    return sound.astype(np.float32)


def _note(hertz: float, length: int) -> NDArray[np.float64]:
    time = np.arange(length) / RATE
    tone = sum(np.sin(2 * np.pi * multiple * hertz * time) / multiple**1.5 for multiple in range(1, 7))
    return np.asarray(tone * np.exp(-2.5 * time) * np.minimum(time / 0.01, 1), np.float64)


def _thump(length: int) -> NDArray[np.float64]:
    time = np.arange(length) / RATE
    return np.asarray(
        np.sin(2 * np.pi * (60 * time + 2 * (1 - np.exp(-20 * time)))) * np.exp(-12 * time), np.float64
    )


def _shake(length: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.standard_normal(length) * np.exp(-40 * np.arange(length) / RATE)


def _endless(speech: Samples, length: int, rng: np.random.Generator) -> Samples:
    """Return speech over and over, beginning anywhere in it; where the loop closes, it fades out and in."""
    turned = np.resize(np.roll(speech, -int(rng.integers(len(speech)))), length).astype(np.float32)
    turned[:_FADE] *= np.linspace(0, 1, _FADE, dtype=np.float32)
    turned[-_FADE:] *= np.linspace(1, 0, _FADE, dtype=np.float32)
    return turned


def _levelled(speech: Samples) -> Samples:
    return speech * np.float32(ratio(-active_dbfs(speech)))


def _unit(sound: Samples) -> Samples:
    return sound * np.float32(ratio(-rms_dbfs(sound)))
