"""How loud the microphone is: a thin layer around the audio port that passes everything on as it is."""

from __future__ import annotations

import math

import numpy as np

from voiceguide.audio.port import AudioPort, MicrophoneBlock, SpeakerBlock

BLOCKS = 10
"""Blocks for one reading: a tenth of a second."""

SILENCE_DBFS = -90.0
_FULL_SCALE = 32_768.0


class Level:
    """The newest reading of a microphone, for another thread to read.

    Attributes:
        dbfs: root mean square of the last tenth of a second, in decibels below full scale; None without a reading.
    """

    def __init__(self) -> None:
        self.dbfs: float | None = None


class MeteredPort:
    """An audio port whose microphone is metered.

    Args:
        port: the port itself.
        level: where readings go.
    """

    def __init__(self, port: AudioPort, level: Level) -> None:
        self._port = port
        self._level = level
        self._energy = 0.0
        self._blocks = 0

    @property
    def name(self) -> str:
        """What is connected, for logs."""
        return self._port.name

    @property
    def slipped(self) -> int:
        """How often so far samples were lost or added."""
        return self._port.slipped

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Hand over a block, take one, and measure it. Raises what the port raises."""
        frame = self._port.exchange(block)
        if frame is not None:
            samples = frame.astype(np.float32)
            self._energy += float(np.dot(samples, samples)) / len(frame)
            self._blocks += 1
            if self._blocks == BLOCKS:
                power = self._energy / BLOCKS / _FULL_SCALE**2
                self._level.dbfs = max(SILENCE_DBFS, 10 * math.log10(power)) if power > 0 else SILENCE_DBFS
                self._energy, self._blocks = 0.0, 0
        return frame

    def close(self) -> None:
        """Close the port."""
        self._port.close()
