"""A person's own words without a second ear, in languages for which none was trained.

Where there is a second ear, `Enrolled` is handed its vectors and costs next to nothing. Here the vectors are made
for it alone, in the same way.
"""

from __future__ import annotations

from voiceguide.hearing.enrolment.matching import Enrolled, Match
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.spotter.hops import Hops


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
        self._sound = Hops()

    @property
    def at(self) -> int:
        """Sample time of the last hop."""
        return self._sound.at

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self.enrolled.restart()
        self._sound.restart()

    def accept(self, frame: Frame) -> list[Match]:
        """Take the next samples, in frames of any size, and return the words that became sure with them.

        Raises:
            RecogniserError: the embedding failed.
        """
        return [
            match
            for look in self._sound.accept(frame)
            if len(look.vectors)
            for match in self.enrolled.accept(look.vectors, look.at)
        ]

    def close(self) -> None:
        """Free the networks. The ear is not used again."""
        self._sound.close()
