"""How sound travels in the room: impulse responses by the image-source method.

A shoebox of living-room size, its proportions and the places in it drawn from a seed. Guide and microphone stand
low, the person lies on the floor, and what makes noise stands at the other end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.room.levels import active_dbfs, ratio
from voiceguide.audio.room.parameters import Room
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError
from voiceguide.speaking.voice import Samples

SPEED_OF_SOUND = 343.0
"""Metres a second in air at 20 degrees Celsius; pyroomacoustics' default as well."""

LEAD = 40
"""Samples by which every impulse response begins too early: the interpolation filter (81 taps in pyroomacoustics)
that puts each reflection between two samples has half of its length before it."""

_SIZE_M = np.array([4.6, 3.8, 2.5])
_SIZE_VARIES = 0.1
_FROM_WALLS_M = 0.4
_DEVICE_HEIGHT_M = (0.3, 0.6)
_MOUTH_HEIGHT_M = 0.15
_NOISE_HEIGHT_M = 0.8
_NOISE_AWAY_M = 1.5
_TRIES = 1000
_DECAY_FROM_DB, _DECAY_TO_DB = -5.0, -35.0


@dataclass(frozen=True)
class Placed:
    """A room with everything in its place: the truth that hearing is judged against.

    Impulse responses are `(n,)` float32 at 16 kHz and begin `LEAD` samples before the sound leaves its source. As
    amplitudes they follow distance; `audio.room.port` scales them to the room's levels.

    Attributes:
        room: the parameters.
        seed: what the places were drawn from.
        echo: loudspeaker to microphone.
        speech: the person's mouth to the microphone.
        noise: the source of noise to the microphone.
        ear: loudspeaker to the person's ear.
        rt60_s: measured on `speech`; 0 without reflections.
    """

    room: Room
    seed: int
    echo: Samples
    speech: Samples
    noise: Samples
    ear: Samples
    rt60_s: float

    @property
    def direct_delay(self) -> float:
        """Samples that sound takes from loudspeaker to microphone."""
        return self.room.microphone_m / SPEED_OF_SOUND * RATE

    @property
    def bulk_delay(self) -> float:
        """Samples that buffers take, at the beginning; drift changes it by `drift` each sample."""
        return self.room.bulk_delay_ms / 1000 * RATE

    @property
    def echo_delay(self) -> float:
        """Samples from a sample's exchange to its arrival at the microphone, at the beginning."""
        return self.bulk_delay + self.direct_delay

    @property
    def drift(self) -> float:
        """Samples that the speaker plays more in each microphone sample; negative for a slow speaker."""
        return self.room.drift_ppm * 1e-6

    def spoken(self, sound: Samples) -> Samples:
        """Return what the person says as the microphone hears it, at exactly the room's level.

        Args:
            sound: `(n,)` float32 at any level, not all zero.

        Returns:
            `(n + reverberation,)` float32; the first sample is the one in which the person begins.
        """
        heard = convolve(sound, self.speech)[LEAD:]
        return heard * np.float32(ratio(self.room.speech_dbfs - active_dbfs(heard)))


def place(room: Room, seed: int) -> Placed:
    """Put guide, microphone, person and noise into a room.

    Raises:
        AudioError: pyroomacoustics is missing.
    """
    echo, speech, noise, ear = _responses(room.rt60_s, room.microphone_m, room.person_m, seed)
    return Placed(room, seed, echo, speech, noise, ear, measured_rt60_s(speech) if room.rt60_s else 0.0)


def convolve(sound: Samples, response: Samples) -> Samples:
    """Return the whole convolution, `(n + m - 1,)` float32."""
    length = len(sound) + len(response) - 1
    size = 1 << (length - 1).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[:length].astype(np.float32)


def measured_rt60_s(response: Samples) -> float:
    """Return the reverberation time of an impulse response, from its decay between -5 and -35 dB (ISO 3382)."""
    energy = np.cumsum(np.square(response[::-1], dtype=np.float64))[::-1]
    decay = 10 * np.log10(energy[energy > 0] / energy[0])
    fit = np.flatnonzero((decay <= _DECAY_FROM_DB) & (decay >= _DECAY_TO_DB))
    slope, _ = np.polyfit(fit / RATE, decay[fit], 1)
    return float(-60 / slope)


@lru_cache(maxsize=64)
def _responses(rt60_s: float, microphone_m: float, person_m: float, seed: int) -> tuple[Samples, ...]:
    try:
        import pyroomacoustics as pra  # noqa: PLC0415 - optional, and takes a second to load
    except ImportError as error:
        raise AudioError(
            "The simulated room needs pyroomacoustics, which is not installed. "
            "Install it with: pip install 'voiceguide[bench]'"
        ) from error
    size, places = _places(microphone_m, person_m, np.random.default_rng([seed, 1]))
    order = math.ceil(SPEED_OF_SOUND * rt60_s / size.min())

    def responses(sources: Sequence[str], receiver: str) -> list[Samples]:
        shoebox = pra.ShoeBox(size, fs=RATE, materials=pra.Material(1 - math.exp(-decay)), max_order=order)
        for source in sources:
            shoebox.add_source(places[source])
        shoebox.add_microphone(places[receiver])
        shoebox.compute_rir()
        return [_audible(np.asarray(response, np.float32), rt60_s) for response in shoebox.rir[0]]

    decay = math.inf
    if rt60_s:
        # Sabine supposes that sound comes from everywhere alike. In a box it does not, and lasts up to 22% longer.
        absorption, _ = pra.inverse_sabine(rt60_s, size)
        decay = -math.log(1 - absorption)
        (first,) = responses(("person",), "microphone")
        decay *= measured_rt60_s(first) / rt60_s
    echo, speech, noise = responses(("guide", "person", "noise"), "microphone")
    (ear,) = responses(("guide",), "person")
    return echo, speech, noise, ear


def _audible(response: Samples, rt60_s: float) -> Samples:
    """Cut off what lies more than 60 dB below the beginning: it costs time and nobody hears it."""
    return response[: int(np.argmax(np.abs(response))) + LEAD + 1 + round(rt60_s * RATE)]


def _places(
    microphone_m: float, person_m: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], dict[str, list[float]]]:
    """Draw positions until everybody is in the room and clear of its walls."""
    for _ in range(_TRIES):
        size = _SIZE_M * (1 + rng.uniform(-_SIZE_VARIES, _SIZE_VARIES, 3))
        floor = size[:2] - _FROM_WALLS_M
        microphone = np.array([*rng.uniform(_FROM_WALLS_M, floor), rng.uniform(*_DEVICE_HEIGHT_M)])
        guide = microphone + microphone_m * _direction(rng, 0.0)
        person = microphone + person_m * _direction(rng, (_MOUTH_HEIGHT_M - microphone[2]) / person_m)
        noise = np.array([*rng.uniform(_FROM_WALLS_M, floor), _NOISE_HEIGHT_M])
        inside = all(
            (place[:2] >= _FROM_WALLS_M).all() and (place[:2] <= floor).all() for place in (guide, person)
        )
        if inside and np.linalg.norm(noise - microphone) >= _NOISE_AWAY_M:
            places = {"microphone": microphone, "guide": guide, "person": person, "noise": noise}
            return size, {name: place.tolist() for name, place in places.items()}
    raise AssertionError(f"no place for a person {person_m} m away in a room of {_SIZE_M} m")


def _direction(rng: np.random.Generator, rises: float) -> NDArray[np.float64]:
    """Return a random unit vector that rises by so much."""
    angle, flat = rng.uniform(0, 2 * np.pi), math.sqrt(1 - rises**2)
    return np.array([flat * math.cos(angle), flat * math.sin(angle), rises])
