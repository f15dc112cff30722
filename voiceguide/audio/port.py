"""The one interface through which samples come and go: sound card, WAV files or a simulated person."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.slips import Slips

BLOCK = 160
"""Samples per exchange: 10 ms at 16 kHz, the frame length of WebRTC's voice activity detector."""

SpeakerBlock = NDArray[np.float32]
MicrophoneBlock = NDArray[np.int16]


class AudioPort(Protocol):
    """A speaker and a microphone on one clock."""

    @property
    def name(self) -> str:
        """What is connected, for logs."""
        ...

    @property
    def slipped(self) -> Slips:
        """What was lost or added so far, so that an echo comes at another time than before."""
        ...

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Hand over the next block for the speaker and take the next one from the microphone.

        A sound card makes this wait, so it also sets the pace; files return at once.

        Args:
            block: `(160,)` float32 in -1..1, mono, 16 kHz.

        Returns:
            `(160,)` int16, mono, 16 kHz; None when the microphone has come to its end (a file).

        Raises:
            AudioError: the device stopped delivering.
        """
        ...

    def close(self) -> None:
        """Close devices and files. Samples handed over before are kept."""
        ...
