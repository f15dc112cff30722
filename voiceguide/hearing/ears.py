"""The ears: microphone frames in, verdicts about what was heard out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.enrolment.alone import EnrolledAlone
from voiceguide.hearing.enrolment.matching import Enrolled, Match
from voiceguide.hearing.health.shedding import Level
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis, Recogniser, Revivable
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.hearing.spotter.spotter import Spotter
from voiceguide.hearing.vad.somebody import UNDERSTOOD_WITHIN, UNDERSTOOD_WITHIN_BY, Somebody
from voiceguide.hearing.verdict.decision import Decision
from voiceguide.hearing.verdict.evidence import QUIET, SAFETY, Around, Claim, Ear, Opinion, OwnWords, Verdict
from voiceguide.language.pack import LanguagePack
from voiceguide.language.understanding import Understanding

SPOTTER = "spotter"
"""The second ear's name in the records."""


class Listening(Protocol):
    """Ears that work at once (`Ears`) or in a thread of their own (`EarsInThread`)."""

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is.

        Args:
            commands: which.
            hold: a position is being held, or it was just asked whether something hurts: any voice counts (S8).
        """
        ...

    def accept(self, frame: Frame, around: Around = QUIET, spoken: Frame | None = None) -> Sequence[Noticed]:
        """Take the next frame and return what is noticed by now, in order.

        Args:
            frame: `(n,)` int16, the microphone, without the guide's voice where that could be taken out.
            around: what is known about the room.
            spoken: `(n,)` int16, what went to the loudspeaker meanwhile; None when that was silence, or cannot
                be heard by the microphone.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        ...

    def close(self) -> None:
        """Stop listening. The recogniser belongs to who made it, and is theirs to close."""
        ...


class Ears:
    """A recogniser, a second ear beside it if there is one, and the decision what counts, on the caller's thread.

    Deterministic: the same samples and calls give the same decisions, whatever the size of the frames.

    Args:
        recogniser: the engine, restarted here and closed by its owner; None to listen with the second ear alone.
        pack: the language of the phrases.
        second: the second ear, restarted here and closed with these.
        own_words: an ear for what the guide itself says; closed with these.
        enrolled: what knows this person's own words: beside a second ear it listens to that one's vectors, alone
            it makes its own and is closed with these.
    """

    def __init__(
        self,
        recogniser: Recogniser | None,
        pack: LanguagePack,
        second: Spotter | None = None,
        own_words: OwnWords | None = None,
        enrolled: Enrolled | EnrolledAlone | None = None,
    ) -> None:
        if recogniser is not None:
            recogniser.restart()
        if second is not None:
            second.restart()
        self._recogniser = recogniser
        self._pack = pack
        self._understanding = Understanding(pack)
        self._typed = isinstance(recogniser, TypedRecogniser)
        self._second = second
        self._own_words = own_words
        self._enrolled = enrolled
        others: dict[Ear, Opinion] = {}
        if second is not None:
            others[Ear.SECOND] = second
        if enrolled is not None:
            enrolled.restart()
            others[Ear.ENROLLED] = enrolled.enrolled if isinstance(enrolled, EnrolledAlone) else enrolled
        self._decision = Decision(others, own_words)
        self._commands: frozenset[Command] | None = None
        self._somebody = Somebody()
        self._hold = False
        self._looked_at = 0  # the second ear's last hop in which a doubtful word was looked for
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
            if self._recogniser is not None:
                self._recogniser.expect(self._pack.phrases_for(commands))

    def accept(self, frame: Frame, around: Around = QUIET, spoken: Frame | None = None) -> list[Verdict]:
        """Take the next frame and return what is decided by it, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        self._at += len(frame)
        if self._own_words is not None:
            self._own_words.accept(spoken if self._level is Level.ALL else None, len(frame))
        around = self._notice_somebody(frame, around)
        verdicts = self._spot(frame, around)
        for hypothesis in self._recognise(frame):
            # Before what is new: a long frame may hold a partial result, its wait and its end.
            verdicts += self._decision.settle(hypothesis.at, around)
            meaning = self._understanding.of(hypothesis.text, self._commands if self._typed else None)
            said = replace(hypothesis, text=meaning.phrase)
            verdicts += self._decision.recognised(said, meaning.command, around)
        return verdicts + self._decision.settle(self._at, around)

    def revive(self) -> None:
        """Bring back a recogniser that failed, with the phrases it listened for.

        Raises:
            RecogniserError: it does not come back.
        """
        if self._recogniser is None or not isinstance(self._recogniser, Revivable):
            raise RecogniserError("nothing here can be brought back")
        self._recogniser.revive()
        if self._commands is not None:
            self._recogniser.expect(self._pack.phrases_for(self._commands))
        self._begin_recogniser_anew()

    def close(self) -> None:
        """Close the second ear and the one for the guide's own words. The recogniser is its owner's."""
        alone = self._enrolled if isinstance(self._enrolled, EnrolledAlone) else None
        for ear in (self._second, self._own_words, alone):
            if ear is not None:
                ear.close()

    @property
    def deepest(self) -> Level:
        """The most that can be left out: nothing without a second ear, and the last ear of two stays."""
        if self._second is None:
            return Level.ALL
        return Level.LESS if self._recogniser is None else Level.SAFETY

    def shed(self, level: Level) -> None:
        """Leave out what belongs to a level (see `shedding.py`), from the next frame on."""
        if level is self._level:
            return
        if self._second is not None:
            self._second.look_every(1 if level is Level.ALL else 2)
        if Level.SAFETY in (level, self._level) and self._recogniser is not None:
            # Between two stretches of listening it knows nothing of what came before.
            self._recogniser.restart()
            self._begin_recogniser_anew()
        self._level = level

    def _begin_recogniser_anew(self) -> None:
        self._decision.restart_recogniser()
        self._since = self._at

    def _recognise(self, frame: Frame) -> Iterator[Hypothesis]:
        if self._recogniser is None or self._level is Level.SAFETY:
            return
        for hypothesis in self._recogniser.accept(frame):
            yield replace(hypothesis, at=self._since + hypothesis.at) if self._since else hypothesis

    def _spot(self, frame: Frame, around: Around) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for spotted in self._second.accept(frame) if self._second is not None else ():
            verdicts += self._sure(spotted.command, Ear.SECOND, SPOTTER, around)
        for match in self._own_words_said(frame):
            verdicts += self._sure(match.command, Ear.ENROLLED, Ear.ENROLLED.value, around)
        if self._hold and self._second is not None and self._second.at != self._looked_at:
            self._doubt(self._second, around)
        return verdicts

    def _sure(self, command: Command, ear: Ear, engine: str, around: Around) -> list[Verdict]:
        words = self._pack.commands[command][0]
        return self._decision.sure(Claim(self._at, command, ear, engine, words, around=around))

    def _own_words_said(self, frame: Frame) -> list[Match]:
        match self._enrolled:
            case EnrolledAlone() as alone:
                return alone.accept(frame)
            case Enrolled() as enrolled if self._second is not None and len(vectors := self._second.fresh()):
                return enrolled.accept(vectors, self._second.at)
            case _:
                return []

    def _notice_somebody(self, frame: Frame, around: Around) -> Around:
        """Look whether somebody has spoken, in a hold whatever it was, and whether a voice stands out at all."""
        spoken = self._somebody.accept(frame)
        if not self._somebody.stood_out and not self._typed:
            around = replace(around, stood_out=False)
        if spoken and self._hold:
            name = self._recogniser.name if self._recogniser is not None else ""
            wait = UNDERSTOOD_WITHIN_BY.get(name, UNDERSTOOD_WITHIN)
            self._decision.perhaps(Claim(self._at, None, Ear.VOICE, Ear.VOICE.value, around=around), wait)
        return around

    def _doubt(self, second: Spotter, around: Around) -> None:
        """Look whether the last hop was close to a word of safety."""
        since, self._looked_at = self._looked_at, second.at
        for command in sorted(SAFETY & set(second.commands)):
            if second.strongest(command, since) >= second.limits(command).doubt:
                words = self._pack.commands[command][0]
                self._decision.perhaps(Claim(self._at, command, Ear.SECOND, SPOTTER, words, around=around))
