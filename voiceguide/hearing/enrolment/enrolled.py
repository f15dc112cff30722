"""The ear that knows one person's own words, in any language and accent."""

from __future__ import annotations

from voiceguide.core.commands import Command
from voiceguide.hearing.enrolment.hops import Hops
from voiceguide.hearing.enrolment.matching import Match, Matching
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.recognisers.recogniser import Frame


class Enrolled:
    """Listens for what a person has rehearsed.

    Deterministic: the same samples give the same answers, whatever the size of the frames.

    Args:
        enrolment: what was learned.

    Raises:
        RecogniserError: the speech embedding is missing.
    """

    def __init__(self, enrolment: Enrolment) -> None:
        self._matching = Matching(enrolment)
        self._sound = Hops()

    @property
    def at(self) -> int:
        """Sample time of the last hop."""
        return self._sound.at

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self._matching.restart()
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
            for match in self._matching.accept(look.vectors, look.at)
        ]

    def agrees(self, command: Command, since: int) -> bool:
        """Tell whether the person's own way of saying a command was nearly found since a sample time."""
        return self._matching.agrees(command, since)

    def close(self) -> None:
        """Free the networks. The ear is not used again."""
        self._sound.close()
