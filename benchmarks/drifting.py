"""A microphone with a clock of its own: a pipe that is filled a little faster than the loudspeaker plays."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from voiceguide.core.clock import RATE
from voiceguide.demo.flite import FliteVoice
from voiceguide.speaking.finish import finish

if TYPE_CHECKING:
    from benchmarks.device_stage import Stage

NOISE = 10 ** (-66 / 20)
LOUDNESS = 10 ** (-6 / 20)
BLOCK = 160


class DriftingMicrophone:
    """Takes the place of the stage's microphone.

    Args:
        stage: whose.
        ppm: how much faster its clock is.
    """

    def __init__(self, stage: Stage, ppm: float) -> None:
        self._path = stage.folder / "drifting"
        self._rate = RATE * (1 + ppm * 1e-6)
        self._voice = FliteVoice("rms")
        self._saying = np.zeros(0, np.float32)
        self._lock = threading.Lock()
        self._over = False
        arguments = f"source_name=drifting file={self._path} format=s16le rate={RATE} channels=1"
        stage.server.pactl("load-module", "module-pipe-source", *arguments.split())
        stage.server.pactl("set-default-source", "drifting")
        self._thread = threading.Thread(target=self._fill, name="drifting microphone", daemon=True)
        self._thread.start()

    def say(self, words: str) -> float:
        """Say something; return when it was over."""
        sound = finish(self._voice.render(words)) * np.float32(LOUDNESS)
        with self._lock:
            self._saying = sound
        time.sleep(len(sound) / RATE)
        return time.monotonic()

    def close(self) -> None:
        """Deliver nothing more."""
        self._over = True
        self._thread.join(timeout=2)

    def _fill(self) -> None:
        noise = np.random.default_rng(1)
        pipe = os.open(self._path, os.O_WRONLY)
        began, written = time.monotonic(), 0
        while not self._over:
            while written < (time.monotonic() - began) * self._rate:
                with self._lock:
                    part, self._saying = self._saying[:BLOCK], self._saying[BLOCK:]
                block = (noise.standard_normal(BLOCK) * NOISE).astype(np.float32)
                block[: len(part)] += part
                os.write(pipe, (np.clip(block, -1, 1) * 32767).astype(np.int16).tobytes())
                written += BLOCK
            time.sleep(0.004)
        os.close(pipe)
