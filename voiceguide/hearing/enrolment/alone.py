"""A person's own words without a second ear, in languages for which none was trained.

Where there is a second ear, `Enrolled` is handed its vectors and costs next to nothing. Here the vectors are made
for it alone, in the same way: only while somebody speaks, with what was slept through made up for on waking.
"""

from __future__ import annotations

import numpy as np

from voiceguide.hearing.enrolment.matching import Enrolled, Match
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.recogniser import Frame
from voiceguide.hearing.spotter.embedding import FRAMES, HOP, HOP_FRAMES, OVERLAP, Floats, SpeechEmbedding
from voiceguide.hearing.spotter.waking import Waking

REACHES_BACK = 16
"""Vectors made up for on waking: 1.3 s, longer than the beginning of a word that no detector noticed."""


class EnrolledAlone:
    """An ear that knows one person's own words and makes the vectors for that itself.

    Deterministic: the same samples give the same answers, whatever the size of the frames.

    Args:
        enrolment: what was learned.

    Raises:
        RecogniserError: the speech embedding is missing.
    """

    def __init__(self, enrolment: Enrolment) -> None:
        self.enrolled = Enrolled(enrolment)
        self._embedding = SpeechEmbedding()
        self._sound: Frame
        self.restart()

    @property
    def at(self) -> int:
        """Sample time of the last hop."""
        return self._at

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self.enrolled.restart()
        self._at = 0
        self._sound = np.zeros(OVERLAP, np.int16)
        self._mels: Floats = self._embedding.before(REACHES_BACK)
        self._missing = 0
        self._waking = Waking()

    def accept(self, frame: Frame) -> list[Match]:
        """Take the next samples, in frames of any size, and return the words that became sure with them.

        Raises:
            RecogniserError: the embedding failed.
        """
        sound: Frame = np.concatenate([self._sound, frame])
        matches: list[Match] = []
        while len(sound) >= OVERLAP + HOP:
            matches += self._hop(sound[: OVERLAP + HOP])
            sound = sound[HOP:]
        self._sound = sound
        return matches

    def close(self) -> None:
        """Free the networks. The ear is not used again."""
        self._embedding.close()

    def _hop(self, window: Frame) -> list[Match]:
        self._at += HOP
        self._mels = np.concatenate([self._mels[HOP_FRAMES:], self._embedding.mel(window)])
        self._missing = min(self._missing + 1, REACHES_BACK)
        if not self._waking.awake(window[OVERLAP:], self._at):
            return []
        # Two shapes only: one vector as always, or all that may have been slept through.
        count = 1 if self._missing == 1 else REACHES_BACK
        made = self._embedding.vectors(self._mels[len(self._mels) - FRAMES - HOP_FRAMES * (count - 1) :])
        fresh = made[-self._missing :]
        self._missing = 0
        return self.enrolled.accept(fresh, self._at)
