"""From hypotheses to verdicts: finds the likeliest meaning, gathers the facts, and asks the rules.

What must be remembered from one hypothesis to the next is kept here: what was answered a moment ago, a partial
result that must stand still, and a word of safety that a partial result held and the final one lost. The rules
themselves are in `rules.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.hearing.recognisers.recogniser import Hypothesis
from voiceguide.hearing.verdict.reading import Candidate, Reading
from voiceguide.hearing.verdict.rules import SAFETY, Facts, Outcome, Row, decide
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.hearing.verdict.sureness import Sureness, fitted
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import LanguagePack

EARLY = SAFETY | {Command.PAUSE}
"""Acted on from partial results, when they are very probable or have stood still."""

CERTAIN = 0.8
"""In a hold, what is less probable than this does not stand against a doubtful word of safety: "stop" and "start"
are taken for each other."""

REFRACTORY = samples(0.5)
"""The same command again so soon is the same call: people do not say a word twice within half a second and mean
it twice."""

REST_OF_IT = samples(1.0)
"""What is not understood so soon after a command belongs to it."""

UNKNOWN_AGAIN = samples(2.0)
"""Long talk is one unknown thing, not one for each breath."""

BEFORE = samples(2.0)
"""How far back from a recogniser's decision a person's own word may have been found: the longest phrase, and the
wait after it."""

VOICE = "voice"
"""The engine's name in the records for a voice of which no word was made out."""


@dataclass(frozen=True)
class _Voice:
    """A voice of which no word was made out yet.

    Attributes:
        counts_at: sample time at which it counts.
        ended: when it ended.
        around: the room.
        command: the rehearsed word that it may have been.
    """

    counts_at: int
    ended: int
    around: Around
    command: Command | None


@dataclass(frozen=True)
class _Judged:
    """A candidate and how probable it is."""

    candidate: Candidate | None
    sure: float

    @property
    def command(self) -> Command | None:
        return self.candidate.command if self.candidate is not None else None


NO_MEANING = _Judged(None, 0.0)


class OwnWords(Protocol):
    """What knows how one person says a command."""

    def agrees(self, command: Command, since: int) -> bool:
        """Tell whether it was nearly found since a sample time."""
        ...


class Decision:
    """Decides, in sample time, what counts. Keeps no clock: times come with the calls.

    Args:
        pack: the language.
        steady: samples for which a partial result without scores must stand still.
        sureness: the model; the one that ships by default.
        own_words: what knows how this very person says a command; None for nobody in particular.
    """

    def __init__(
        self,
        pack: LanguagePack,
        steady: int = 0,
        sureness: Sureness | None = None,
        own_words: OwnWords | None = None,
    ) -> None:
        self._own_words = own_words
        self._reading = Reading(pack)
        self._sureness = sureness or fitted()
        self._steady = steady
        self._possible: frozenset[Command] = frozenset(Command)
        self._hold = False
        self._standing: tuple[int, Hypothesis, Around] | None = None  # a partial result that must stand still
        self._reported: set[Command] = set()  # for the utterance that goes on
        self._feared: _Judged = NO_MEANING  # the likeliest word of safety of its partial results
        self._last: dict[Command | None, int] = {}  # when each was reported
        self._answered: int | None = None
        self._voice: _Voice | None = None

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        self._possible = commands | PAIN_FAMILY
        self._hold = hold

    def recognised(self, hypothesis: Hypothesis, around: Around) -> list[Verdict]:
        """Take the recogniser's next hypothesis."""
        self._standing = None
        if not hypothesis.final and not hypothesis.scores and self._steady:
            self._standing = hypothesis.at + self._steady, hypothesis, around
            return []
        return [self._judge(hypothesis, around, hypothesis.at)]

    def voice_ended(self, at: int, within: int, around: Around = QUIET, command: Command | None = None) -> None:
        """Take that a voice has spoken: it counts unless something is made of it within `within` samples.

        Args:
            at: when it had spoken.
            within: how long to wait for the recogniser.
            around: what was known about the room.
            command: a word of safety as this person has rehearsed it; None for a voice in a hold.
        """
        if self._voice is None or (command is not None and self._voice.command is None):
            self._voice = _Voice(at + within, at, around, command)

    def settle(self, now: int) -> list[Verdict]:
        """Return what has become certain by sample time `now`."""
        verdicts = []
        if self._standing is not None and now >= self._standing[0]:
            at, hypothesis, around = self._standing
            self._standing = None
            verdicts.append(self._judge(hypothesis, around, at, stood=True))
        if self._voice is not None and now >= self._voice.counts_at:
            voice, self._voice = self._voice, None
            if (self._hold or voice.command is not None) and self._nothing_since(voice.ended):
                candidate = Candidate(voice.command, "", {}) if voice.command is not None else None
                judged = _Judged(candidate, self._sureness.thresholds(voice.command).ask)
                facts = self._facts(judged, voice.around, voice.counts_at, final=True, heard_words=False)
                verdicts.append(self._verdict(facts, decide(facts), voice.counts_at, "", VOICE, candidate))
        return verdicts

    def restart_recogniser(self) -> None:
        """Forget what the recogniser has begun to say: it hears a new stream."""
        self._standing = None
        self._reported.clear()
        self._feared = NO_MEANING

    # --- one hypothesis -----------------------------------------------------------------------------------

    def _judge(self, hypothesis: Hypothesis, around: Around, at: int, *, stood: bool = False) -> Verdict:
        judged = self._likeliest(hypothesis, around)
        if judged.command in SAFETY and judged.sure > self._feared.sure:
            self._feared = judged
        if hypothesis.final:
            judged = self._or_what_was_feared(judged)
        facts = self._facts(judged, around, at, final=hypothesis.final, stood=stood)
        row = decide(facts)
        verdict = self._verdict(facts, row, at, hypothesis.text, hypothesis.engine, judged.candidate, hypothesis)
        if hypothesis.final:
            self._reported.clear()
            self._feared = NO_MEANING
        elif verdict.heard is not None and judged.command is not None:
            self._reported.add(judged.command)
        return verdict

    def _likeliest(self, hypothesis: Hypothesis, around: Around) -> _Judged:
        """Return the likeliest meaning; pain that is sure enough wins over stop, and stop over the rest.

        In a hold a doubtful word of safety wins over what is not sure either.
        """
        candidates = self._reading.candidates(hypothesis, self._possible, around)
        judged = [_Judged(one, self._sureness.probability(one.evidence)) for one in candidates]
        judged.sort(key=lambda one: -one.sure)
        for urgent in (PAIN_FAMILY, SAFETY):
            for one in judged:
                if one.command in urgent and one.sure >= self._sureness.thresholds(one.command).believe:
                    return one
        if self._hold and judged and judged[0].sure < CERTAIN:
            for one in judged:
                if one.command in SAFETY and one.sure >= self._sureness.thresholds(one.command).ask:
                    return one
        return judged[0] if judged else NO_MEANING

    def _or_what_was_feared(self, judged: _Judged) -> _Judged:
        """Return the word of safety of a partial result, unless the final one is surer of something else (S8)."""
        feared = self._feared
        if feared.command is None or judged.command in SAFETY or feared.command in self._reported:
            return judged
        return feared if feared.sure >= max(self._sureness.thresholds(feared.command).ask, judged.sure) else judged

    def _facts(
        self,
        judged: _Judged,
        around: Around,
        at: int,
        *,
        final: bool,
        stood: bool = False,
        heard_words: bool = True,
    ) -> Facts:
        command = judged.command
        limits = self._sureness.thresholds(command)
        last = self._last.get(command) if command is not None else None
        same = last is not None and at - last < REFRACTORY
        return Facts(
            command=command,
            sure=judged.sure,
            believe=limits.believe,
            ask=limits.ask,
            final=final,
            early=command in EARLY and (stood or judged.sure >= limits.early),
            possible=command in self._possible,
            hold=self._hold,
            guide=around.guide,
            other=around.other,
            apart=around.apart,
            stood_out=around.stood_out,
            same_call=same or command in self._reported or (command not in SAFETY and bool(self._reported)),
            answered=self._answered is not None and at - self._answered < REST_OF_IT,
            talking=None in self._last and at - self._last[None] < UNKNOWN_AGAIN,
            own_word=command is not None and heard_words and self._as_rehearsed(command, at),
        )

    def _as_rehearsed(self, command: Command, at: int) -> bool:
        if self._own_words is None:
            return False
        alike = SAFETY if command in SAFETY else {command}
        return any(self._own_words.agrees(one, at - BEFORE) for one in alike)

    def _nothing_since(self, ended: int) -> bool:
        return all(at < ended for at in self._last.values())

    def _verdict(  # noqa: PLR0917 - everything that a record of it holds
        self,
        facts: Facts,
        row: Row,
        at: int,
        text: str,
        engine: str,
        candidate: Candidate | None = None,
        hypothesis: Hypothesis | None = None,
    ) -> Verdict:
        heard: Heard | None = None
        match row.outcome:
            case Outcome.COMMAND:
                heard = Heard(at, facts.command, candidate.words if candidate is not None else text, engine)
                self._answered = self._last[facts.command] = at
            case Outcome.ASK | Outcome.UNKNOWN:
                asked = facts.command if row.outcome is Outcome.ASK else None
                heard = Heard(at, None, text, engine, asked)
                self._last[None] = at
            case Outcome.NOTHING:
                pass
        return Verdict(
            at=at,
            rule=row.rule,
            heard=heard,
            text=text,
            engine=engine,
            command=facts.command,
            sure=facts.sure,
            final=facts.final,
            hypothesis=hypothesis,
            evidence=candidate.evidence if candidate is not None else {},
            facts=facts,
        )
