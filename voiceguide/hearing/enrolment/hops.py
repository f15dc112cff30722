"""From sound to the embedding's vectors, hop by hop, while somebody may be speaking.

Asleep, an ear only keeps the sound; when somebody begins to speak it makes up for the last 1.3 s in one call: the
beginning of a word may have passed before any detector noticed it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from voiceguide.hearing.enrolment.embedding import (
    FRAMES,
    HOP,
    HOP_FRAMES,
    OVERLAP,
    SIZE,
    Floats,
    SpeechEmbedding,
)
from voiceguide.hearing.enrolment.waking import Waking
from voiceguide.hearing.recognisers.recogniser import Frame

REACHES_BACK = 16
"""Vectors made up for on waking, 1.3 s."""

_MELS = FRAMES + HOP_FRAMES * (REACHES_BACK - 1)


@dataclass(frozen=True)
class Look:
    """What a look at the sound brought.

    Attributes:
        at: sample time; all sound before it was heard.
        vectors: those that are new, shape (n, 96), the last one ending at `at`; none while the ear sleeps.
    """

    at: int
    vectors: Floats


class Hops:
    """Cuts one stream of sound into hops and looks at them.

    Deterministic: the same samples give the same vectors, whatever the size of the frames.

    Raises:
        RecogniserError: the speech embedding is missing.
    """

    def __init__(self) -> None:
        self._embedding = SpeechEmbedding()
        self._sound: Frame
        self.restart()

    @property
    def at(self) -> int:
        """Sample time of the last hop."""
        return self._at

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self._at = 0
        self._sound = np.zeros(OVERLAP, np.int16)
        self._mels: Floats = self._embedding.before(REACHES_BACK)
        self._unseen: deque[Frame] = deque(maxlen=-(-_MELS // HOP_FRAMES))  # sound without mel frames yet
        self._missing = REACHES_BACK
        self._waking = Waking()

    def accept(self, frame: Frame) -> Iterator[Look]:
        """Take the next samples, in frames of any size, and yield each look they complete.

        Raises:
            RecogniserError: the embedding failed.
        """
        self._sound = np.concatenate([self._sound, frame])
        while len(self._sound) >= OVERLAP + HOP:
            window, self._sound = self._sound[: OVERLAP + HOP], self._sound[HOP:]
            self._at += HOP
            self._unseen.append(window)
            self._missing = min(self._missing + 1, REACHES_BACK)
            if not self._waking.awake(window[OVERLAP:], self._at):
                yield Look(self._at, np.zeros((0, SIZE), np.float32))
            else:
                yield Look(self._at, self._new())

    def close(self) -> None:
        """Free the networks. Nothing is looked at any more."""
        self._embedding.close()

    def _new(self) -> Floats:
        seen = (self._embedding.mel(window) for window in self._unseen)
        self._mels = np.concatenate([self._mels, *seen])[-_MELS:]
        self._unseen.clear()
        # One shape for each of the two cases: a hop as always, or all that was slept through.
        count = 1 if self._missing <= 1 else REACHES_BACK
        made = self._embedding.vectors(self._mels[_MELS - FRAMES - HOP_FRAMES * (count - 1) :])
        fresh = made[-self._missing :]
        self._missing = 0
        return fresh
