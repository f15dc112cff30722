"""What the microphone hears in silence, and what it hears of the loudspeaker.

Both run on an audio port and count samples: a sound card, a file and the simulated room take the same path.
Levels are those of the band of speech, 200 to 6,500 Hz: a hum below it disturbs no ear here, and no person.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from voiceguide.audio.port import BLOCK, AudioPort, MicrophoneBlock
from voiceguide.audio.samples import FULL_SCALE
from voiceguide.core.clock import RATE, samples
from voiceguide.doctor.probe import birdsong
from voiceguide.hearing.front_end.delay import DelayFinder
from voiceguide.hearing.front_end.drift import DelayTrack
from voiceguide.hearing.health.microphone import NOTHING
from voiceguide.speaking.finish import ACTIVE_LEVEL_DB
from voiceguide.speaking.voice import Samples

QUIET_FOR = samples(3.0)
SETTLE = samples(0.5)
"""What a card delivers first may be a click, or zeros."""

WINDOW = samples(0.1)
_BAND_HZ = (200.0, 6500.0)
_TINY = 1e-12

_TAIL = samples(1.0)
"""So much silence is listened to after the last sound: the longest delay that is looked for, and the room."""


@dataclass(frozen=True)
class Quiet:
    """What the microphone hears while the guide is silent.

    Attributes:
        floor_dbfs: level of what usually sounds; -infinity for nothing.
        loudest_dbfs: level of the loudest tenth of a second.
        offset: mean, of full scale.
        clipped: share of samples at full scale.
        dead: nothing beyond the last bit came.
        slips: how often sound was lost or came late.
    """

    floor_dbfs: float
    loudest_dbfs: float
    offset: float
    clipped: float
    dead: bool
    slips: int


@dataclass(frozen=True)
class Echo:
    """What the microphone hears of the loudspeaker.

    Attributes:
        delay_ms: from a sample's exchange to its echo; None when no echo was found.
        drift_ppm: how much faster the microphone's clock is than the speaker's; None when that is not known.
        voice_dbfs: level of the guide's voice in the microphone at its usual volume; -infinity without an echo.
        clipped: share of samples at full scale.
        dead: nothing beyond the last bit came.
        slips: how often sound was lost or came late.
    """

    delay_ms: float | None
    drift_ppm: float | None
    voice_dbfs: float
    clipped: float
    dead: bool
    slips: int


class MicrophoneOver(Exception):  # noqa: N818 - it is no error: a file has an end
    """The microphone has come to its end."""


def listen_to_silence(port: AudioPort) -> Quiet:
    """Play nothing for three seconds and tell what is heard.

    Raises:
        AudioError: the device stopped delivering.
        MicrophoneOver: the microphone's file is too short.
    """
    before = port.slipped
    heard = _exchange(port, np.zeros(SETTLE + QUIET_FOR, np.float32))[SETTLE:]
    levels = [level_dbfs(window) for window in heard.reshape(-1, WINDOW)]
    return Quiet(
        floor_dbfs=float(np.median(levels)),
        loudest_dbfs=max(levels),
        offset=float(heard.mean()) / FULL_SCALE,
        clipped=clipped_share(heard),
        dead=_dead(heard),
        slips=(port.slipped - before).times,
    )


def listen_to_the_loudspeaker(port: AudioPort, floor_dbfs: float, song: Samples | None = None) -> Echo:
    """Play birdsong and tell what is heard of it.

    Args:
        port: microphone and speaker.
        floor_dbfs: what is heard without it.
        song: what to play, `(n,)` float32 at 16 kHz; None for ten seconds of birdsong.

    Raises:
        AudioError: the device stopped delivering.
        MicrophoneOver: the microphone's file is too short.
    """
    before = port.slipped
    song = birdsong() if song is None else song
    played = np.pad(song, (0, _TAIL + (-len(song) - _TAIL) % WINDOW))
    heard = _exchange(port, played)
    finder, track = DelayFinder(), DelayTrack()
    for at in range(0, len(played), BLOCK):
        sighting = finder.accept(heard[at : at + BLOCK], played[at : at + BLOCK])
        if sighting is not None:
            track.observe(sighting)
    return Echo(
        delay_ms=track.delay(len(played)) / RATE * 1000 if track.found else None,
        drift_ppm=None if track.drift is None else track.drift * 1e6,
        voice_dbfs=_voice_dbfs(heard, played, floor_dbfs) if track.found else -math.inf,
        clipped=clipped_share(heard),
        dead=_dead(heard),
        slips=(port.slipped - before).times,
    )


def level_dbfs(sound: MicrophoneBlock | Samples) -> float:
    """Return the root mean square of `(n,)` samples within the band of speech, in dBFS; -infinity for silence."""
    power = _band_power(sound)
    return 10 * math.log10(power) if power > _TINY else -math.inf


def clipped_share(sound: MicrophoneBlock) -> float:
    """Return which share of `(n,)` samples lies at full scale."""
    return float(np.mean((sound >= FULL_SCALE - 1) | (sound <= -FULL_SCALE)))


def _dead(sound: MicrophoneBlock) -> bool:
    return bool(np.abs(sound.astype(np.int32)).max() <= NOTHING)


def _band_power(sound: MicrophoneBlock | Samples) -> float:
    scale = FULL_SCALE if sound.dtype == np.int16 else 1
    # Smooth edges, without which an offset or a hum would leak into the band; 8/3 makes up for them.
    smooth = (sound / scale - np.mean(sound) / scale) * np.hanning(len(sound))
    spectrum = np.abs(np.fft.rfft(smooth)) ** 2
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    band = (frequencies >= _BAND_HZ[0]) & (frequencies <= _BAND_HZ[1])
    return float(2 * spectrum[band].sum() / len(sound) ** 2 * 8 / 3)


def _voice_dbfs(heard: MicrophoneBlock, played: Samples, floor_dbfs: float) -> float:
    """Return how loud the guide's voice is in the microphone, by the power of what was played and heard."""
    floor = 10 ** (floor_dbfs / 10)
    echo = float(np.mean([_band_power(window) - floor for window in heard.reshape(-1, WINDOW)]))
    reference = float(np.mean([_band_power(window) for window in played.reshape(-1, WINDOW)]))
    gain = echo / max(reference, _TINY)
    return ACTIVE_LEVEL_DB + 10 * math.log10(gain) if gain > _TINY else -math.inf


def _exchange(port: AudioPort, played: Samples) -> MicrophoneBlock:
    heard = []
    for block in np.pad(played, (0, -len(played) % BLOCK)).reshape(-1, BLOCK):
        frame = port.exchange(block)
        if frame is None:
            raise MicrophoneOver
        heard.append(frame)
    return np.concatenate(heard)[: len(played)]
