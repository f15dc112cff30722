"""The protocol every voice is reached through."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono audio at the session's rate (16 kHz), float32 in -1..1."""


class Voice(Protocol):
    """A speech synthesiser that renders text to samples; it never plays anything."""

    @property
    def name(self) -> str:
        """Short name, such as "pyttsx3" or "hibari"."""
        ...

    @property
    def fingerprint(self) -> str:
        """Everything besides the text that decides how it sounds: engine, version, voice, rate, pitch.

        The speech cache's key is a hash of this and the text.
        """
        ...

    def render(self, text: str) -> Samples:
        """Return the utterance at 16 kHz as the engine speaks it, untrimmed and unlevelled.

        Raises:
            VoiceError: the engine is missing, failed twice or took longer than its time limit.
        """
        ...

    def close(self) -> None:
        """End child processes and free models."""
        ...
