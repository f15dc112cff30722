"""Sound to try a simulated room with, and what comes of it."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import Nobody, Occupant, Parts, Placed, RoomPort
from voiceguide.core.clock import RATE
from voiceguide.demo.flite import FliteVoice
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

needs_rooms = pytest.mark.skipif(
    importlib.util.find_spec("pyroomacoustics") is None, reason="pyroomacoustics is not installed (extra: bench)"
)
needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")

SENTENCE = "Breathe in through the nose, and let the belly rise. Breathe out slowly, and let the hips sink."


@cache
def spoken(text: str = SENTENCE, speaker: str = "rms") -> Samples:
    """Return real speech at the level of the guide."""
    return finish(FliteVoice(speaker).render(text))


def blocks(sound: Samples) -> Samples:
    return np.pad(sound, (0, -len(sound) % BLOCK)).reshape(-1, BLOCK)


@dataclass(frozen=True)
class Heard:
    port: RoomPort
    microphone: NDArray[np.int16]
    echo: Samples
    speech: Samples
    noise: Samples


def let_sound(
    placed: Placed,
    sound: Samples,
    occupant: Occupant | None = None,
    noise: Samples | None = None,
    *,
    calibrated_with: Samples | None = None,
) -> Heard:
    """Play a sound into a room and return what its microphone hears."""
    parts: list[Parts] = []
    speech = sound if calibrated_with is None else calibrated_with
    port = RoomPort(placed, occupant or Nobody(), speech, noise, parts.append)
    heard: list[Any] = [port.exchange(block) for block in blocks(sound)]
    whole = (np.concatenate([getattr(part, name) for part in parts]) for name in ("echo", "speech", "noise"))
    return Heard(port, np.concatenate(heard), *whole)


def clicks(at: list[float], seconds: float) -> Samples:
    """Return silence with soft clicks in it, each a smooth pulse about 2 ms wide centred at a time in seconds."""
    time = np.arange(round(seconds * RATE)) / RATE
    return sum(np.exp(-np.square((time - one) / 0.0004)) for one in at).astype(np.float32)  # type: ignore[union-attr]


def centre(sound: Samples, low: int, high: int) -> float:
    """Return where between two samples the energy of a sound lies, to a fraction of a sample."""
    power = np.square(sound[low:high], dtype=np.float64)
    return float((power * np.arange(low, high)).sum() / power.sum())


class Recorded:
    """Somebody who plays a recording from the beginning on and remembers what they hear."""

    has_left = False

    def __init__(self, sound: Samples) -> None:
        self._blocks = iter(blocks(sound))
        self.heard: list[Samples] = []
        self.noticed: list[dict[str, Any]] = []

    def notice(self, entry: dict[str, Any]) -> None:
        self.noticed.append(entry)

    def exchange(self, heard: Samples) -> Samples:
        self.heard.append(heard)
        return next(self._blocks, np.zeros(BLOCK, np.float32))
