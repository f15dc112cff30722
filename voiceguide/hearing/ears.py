"""The ears: microphone frames in, verdicts about what was heard out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.enrolment.enrolled import Enrolled
from voiceguide.hearing.health.shedding import Level
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis, Recogniser, Revivable, Sparing
from voiceguide.hearing.vad.somebody import Somebody
from voiceguide.hearing.verdict.decision import Decision
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import LanguagePack


class Listening(Protocol):
    """Ears that work at once (`Ears`) or in a thread of their own (`EarsInThread`)."""

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is.

        Args:
            commands: which.
            hold: a position is being held, or it was just asked whether something hurts: any voice counts (S8).
        """
        ...

    def accept(self, frame: Frame, around: Around = QUIET) -> Sequence[Noticed]:
        """Take the next frame and return what is noticed by now, in order.

        Args:
            frame: `(n,)` int16, the microphone, without the guide's voice where that could be taken out.
            around: what is known about the room.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        ...

    def close(self) -> None:
        """Stop listening. The recogniser belongs to who made it, and is theirs to close."""
        ...


class Ears:
    """A recogniser and the decision what counts, on the caller's thread.

    Deterministic: the same samples and calls give the same verdicts, whatever the size of the frames.

    Args:
        recogniser: the engine, restarted here and closed by its owner.
        pack: the language of the phrases.
        enrolled: what knows this person's own words; closed with these.
    """

    def __init__(self, recogniser: Recogniser, pack: LanguagePack, enrolled: Enrolled | None = None) -> None:
        recogniser.restart()
        if enrolled is not None:
            enrolled.restart()
        self._enrolled = enrolled
        self._recogniser = recogniser
        self._pack = pack
        self._decision = Decision(pack, recogniser.steady, own_words=enrolled)
        self._commands: frozenset[Command] | None = None
        self._somebody = Somebody() if recogniser.listens_to_sound else None
        self._hold = False
        self._at = 0
        self._since = 0  # when the recogniser began to listen
        self._level = Level.ALL

    @property
    def at(self) -> int:
        """Samples heard so far."""
        return self._at

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        self._hold = hold
        self._decision.listen_for(commands, hold=hold)
        if commands != self._commands:
            self._commands = commands
            self._recogniser.expect(self._pack.phrases_for(commands))

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Verdict]:
        """Take the next frame and return what is decided by it, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        self._at += len(frame)
        around = self._notice_somebody(frame, around)
        for match in self._enrolled.accept(frame) if self._enrolled is not None else ():
            self._decision.voice_ended(self._at, self._recogniser.decides_within, around, match.command)
        verdicts: list[Verdict] = []
        for hypothesis in self._recognise(frame):
            # Before what is new: a long frame may hold a partial result, its wait and its end.
            verdicts += self._decision.settle(hypothesis.at)
            verdicts += self._decision.recognised(hypothesis, around)
        return verdicts + self._decision.settle(self._at)

    def revive(self) -> None:
        """Bring back a recogniser that failed, with the phrases it listened for.

        Raises:
            RecogniserError: it does not come back.
        """
        if not isinstance(self._recogniser, Revivable):
            raise RecogniserError("nothing here can be brought back")
        self._recogniser.revive()
        if self._commands is not None:
            self._recogniser.expect(self._pack.phrases_for(self._commands))
        self._decision.restart_recogniser()
        self._since = self._at
        self._level = Level.ALL  # it knows nothing of sparing yet

    def close(self) -> None:
        """Close what knows this person's words. The recogniser is its owner's."""
        if self._enrolled is not None:
            self._enrolled.close()

    @property
    def deepest(self) -> Level:
        """The most that can be left out."""
        return Level.LESS if isinstance(self._recogniser, Sparing) else Level.ALL

    def shed(self, level: Level) -> None:
        """Leave out what belongs to a level (see `shedding.py`), from the next frame on."""
        if level is not self._level and isinstance(self._recogniser, Sparing):
            self._recogniser.spare(sparing=level is not Level.ALL)
        self._level = level

    def _recognise(self, frame: Frame) -> Iterator[Hypothesis]:
        for hypothesis in self._recogniser.accept(frame):
            yield replace(hypothesis, at=self._since + hypothesis.at) if self._since else hypothesis

    def _notice_somebody(self, frame: Frame, around: Around) -> Around:
        """Look whether somebody has spoken, in a hold whatever it was, and whether a voice stands out at all."""
        if self._somebody is None:
            return around
        spoken = self._somebody.accept(frame)
        if not self._somebody.stood_out:
            around = replace(around, stood_out=False)
        if spoken and self._hold:
            self._decision.voice_ended(self._at, self._recogniser.decides_within, around)
        return around
