"""From what the ears claim to what counts as heard. This is the only place where that is decided.

Read from the top; the first line that fits decides.

| claim                                                               | what reaches the session                |
|---------------------------------------------------------------------|-----------------------------------------|
| partial result, no command of `EARLY`, or one that did not last     | nothing; the final result decides       |
| final result, nothing new after a partial one that counted          | nothing: the person has been answered   |
| the guide speaks, nobody else was noticed                           | nothing: it is the guide's own voice    |
| the guide speaks, the two voices cannot be told apart yet           | the recogniser's pain family alone      |
| the guide itself has just said what sounds like it                  | nothing                                 |
| the same call again: `REFRACTORY`, by another ear `SAME_CALL`       | nothing                                 |
| speech that is no command, soon after a command (`REST_OF_IT`)      | nothing: it is the rest of that call    |
| speech that is no command, and no voice stood out of late           | nothing: a television, a neighbour      |
| speech that is no command                                           | unknown speech, once in `UNKNOWN_AGAIN` |
| a word of pain, the guide silent, and no voice stood out of late    | that command, if two ears are sure;     |
|                                                                     | else unknown speech; perhaps of safety  |
| the second ear is sure: a word of safety, or one of `ALONE`         | that command                            |
| the second ear is sure where it was asked about pain: "yes", "tight"| that command                            |
| the second ear is sure: another command                             | nothing                                 |
| the same in a hold: one it finds too close to one of safety (`HINT`)| nothing, unless another ear claims it   |
| a person's own word, which the second ear noticed or cannot tell    | that command                            |
| a person's own word, which the second ear did not notice            | unknown speech; perhaps a word of safety|
| the recogniser in a hold: a command that the second ear finds closer| unknown speech                          |
|   to a word of safety (`HINT`)                                      |                                         |
| the recogniser in a hold: a single word of which the second ear     | unknown speech                          |
|   heard next to nothing (`ONE_WORD`)                                |                                         |
| the recogniser, and no other ear that could tell                    | that command                            |
| the recogniser, and another ear that noticed it within `AGREES`     | that command                            |
|   (for a word of safety: any, as sure as of this one)               |                                         |
| the recogniser, and no other ear noticed it                         | unknown speech; perhaps a word of safety|
| in a hold: the second ear finds it close to a word of safety        | the same, unless something is understood|
| in a hold: a voice has spoken                                       | the same, unless something is understood|

What a state changes: commands that are not possible in it are not claimed, except the pain family, which always
is. "In a hold" means also where it was just asked whether something hurts: what is not believed there leads to a
question and is not lost. What "perhaps" leads to is the session's decision (S8). How sure an ear must be is data,
by command: `spotter/en.yaml` for the second ear, the enrolment for a person's own words.

Why a person's own word needs the second ear as well: alone it was mistaken 3 to 6 times an hour for each word in
people's talk (docs/rehearsal.md). Why the recogniser is not believed alone where another ear could tell: of its 40
false events in 12 minutes of people reading aloud, a second opinion left 3, at the price of 1 of 73 pain phrases.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, URGENT, Command
from voiceguide.core.events import Heard
from voiceguide.hearing.recognisers.recogniser import Hypothesis
from voiceguide.hearing.verdict.evidence import (
    BEFORE,
    SAFETY,
    Around,
    Claim,
    Ear,
    Opinion,
    OwnWords,
    Rule,
    Verdict,
)

EARLY = URGENT - {Command.DULL}
"""Acted on from partial results. A dull ache can wait for the final result a quarter of a second later: its short
dark syllable was what PocketSphinx most often took the beginnings of other words for."""

_LOSE_THE_PLACE = {Command.SKIP, Command.BACK, Command.NEXT, Command.START}
_ANSWER = {Command.YES, Command.NO, Command.NO_PAIN, Command.TIGHT}

ALONE = frozenset(Command) - SAFETY - _LOSE_THE_PLACE - _ANSWER
"""Commands, beside the words of safety, that the second ear may report by itself: nothing is lost by a false one
that a word would not bring back. Answers are not among them: they may end the care for somebody in pain."""

_IT_HURTS = frozenset({Command.YES, Command.TIGHT})
"""Answers to the question whether something hurts that the second ear may report by itself there: a false one
leads to more care, not to less. In a hold itself they are not possible."""

STEADY = samples(0.24)
"""How long an early partial result must stand still. Measured with PocketSphinx: 23 minutes of people reading
aloud held 18 false commands at 0.12 s, 10 at 0.18 s, and 7 at 0.24 and at 0.30 s. A final result takes 0.35 s
from the end of the word; with voices for tuning the median early decision fell at 0.18 s."""

STEADY_OF = {"vosk": samples(0.26)}
"""Engines that need longer than `STEADY`. Vosk looks again every 240 ms only, so that anything shorter
believes a guess it never looked at twice. With the Korean model on 736 clips of eight synthetic voices that
were not used for tuning, 0.18 s led to 37 false reports of pain and 0.26 s to 15; the median decision falls
0.46 s after the word."""

HINT = 0.1
"""Probability of a word of safety, to the second ear, that speaks against a harmless command: against one that a
single ear claims, and against one on which both agree when it is the greater. With voices for tuning, in quiet and
in noise, it kept out 3 of 7 words that were taken for a harmless command, and of 243 right ones none."""

ONE_WORD = 0.04
"""What the second ear must make of a single word, such as "pause" or "help", on which it has no vote because it
often misses it. In 16 minutes of people for tuning the recogniser took 9 other words for "pause" or "help", to
none of which the second ear gave more than 0.03; of 7 that voices for tuning said in quiet, 5 were given more."""

_HOLDS_PAIN = SAFETY | {Command.NO_PAIN}
"""Commands against which the probability of a word of safety does not speak: they hold such words."""

AGREES = samples(0.16)
"""How long a final result waits for another ear: two of its hops."""

REFRACTORY = samples(0.5)
"""One call, heard twice: an engine may cut it in two, or report again what it heard after a change of grammar.
People do not say the same word twice within half a second and mean it twice."""

SAME_CALL = samples(1.5)
"""A command that one ear reports so soon after another is the same call; who calls again waits longer."""

REST_OF_IT = samples(1.0)
"""Speech that is no command, decided so soon after a command of another ear, is what that ear understood."""

PERHAPS_AFTER = samples(0.4)
"""From a doubtful score to the question: a word that is truly spoken becomes more probable until then, or the
recogniser tells what it was."""

UNKNOWN_AGAIN = samples(2.0)
"""Long talk is one unknown thing, not one for each breath."""

COINCIDES = samples(1.0)
"""A claim so soon after the guide said what sounds like it is suspect: 0.2 s on the way through the air and the
buffers, half a second until a recogniser decides, the rest is the word."""


_BELIEVED = (Rule.AGREED, Rule.ONLY_EAR, Rule.SURE)
_ASKED_ABOUT = (Rule.UNKNOWN, Rule.DISAGREED, Rule.CLOSER, Rule.PERHAPS, Rule.FAINT)


class Decision:
    """Decides, in sample time, which claims count. Keeps no clock: times come with the calls.

    Args:
        others: the ears that can be asked about the recogniser's claims, by name.
        own_words: the ear that listens to the guide itself.
    """

    def __init__(self, others: dict[Ear, Opinion] | None = None, own_words: OwnWords | None = None) -> None:
        self._others = others or {}
        self._own_words = own_words
        self._possible: frozenset[Command] = frozenset(Command)
        self._hold = False
        self._partial: Claim | None = None
        self._waiting: list[Claim] = []  # final results that another ear may still confirm
        self._perhaps: tuple[int, Claim] | None = None  # when it is told, unless something is understood
        self._acted: Command | None = None
        self._last: dict[Command | None, tuple[int, Ear]] = {}  # sample time, and who noticed it
        self._answered: tuple[int, Ear] | None = None  # the same of the last command of all

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is.

        Args:
            commands: which.
            hold: whoever is not understood is asked whether something hurts.
        """
        self._possible = commands | PAIN_FAMILY
        self._hold = hold

    def recognised(self, hypothesis: Hypothesis, command: Command | None, around: Around) -> list[Verdict]:
        """Take the recogniser's next hypothesis, with the command its text stands for."""
        claim = Claim(
            hypothesis.at,
            command,
            Ear.WORDS,
            hypothesis.engine,
            hypothesis.text,
            final=hypothesis.final,
            around=around,
        )
        if not claim.final:
            return self._consider(claim)
        acted, self._acted, self._partial = self._acted, None, None
        if acted is not None and command in (acted, None):
            return [self._verdict(claim, claim.at, Rule.ANSWERED)]
        self._waiting.append(claim)
        return self._settle_finals(claim.at)

    def restart_recogniser(self) -> None:
        """The recogniser begins to listen anew: nothing of what it claimed so far is going on any more."""
        self._partial = None
        self._acted = None

    def sure(self, claim: Claim) -> list[Verdict]:
        """Take what another ear is sure of by itself."""
        if claim.command not in self._possible:
            return [self._verdict(claim, claim.at, Rule.NOT_NOW)]
        rule = self._against(claim, claim.at)
        it_hurts = self._hold and claim.command in _IT_HURTS
        alone = claim.command in SAFETY | ALONE and not self._doubted(claim, one_ear=True)
        if rule is None and not (alone or it_hurts):
            rule = Rule.NOT_ALONE
        if rule is None and claim.ear is Ear.ENROLLED:
            rule = self._seconded(claim)
        return [self._verdict(claim, claim.at, rule or Rule.SURE)]

    def _seconded(self, claim: Claim) -> Rule | None:
        """Ask the second ear about one of this person's own words."""
        match self._agreed(claim):
            case None:
                return None
            case True:
                return Rule.AGREED
            case False:
                return self._against_unknown(claim, claim.at) or Rule.DISAGREED

    def perhaps(self, claim: Claim, wait: int = PERHAPS_AFTER) -> None:
        """Take what an ear finds close to a word of safety in a hold, or a voice that may be anything.

        It is told unless within `wait` samples something is understood.
        """
        if self._perhaps is None or self._perhaps[1].command is None:
            self._perhaps = claim.at + wait, claim

    def settle(self, now: int, around: Around) -> list[Verdict]:
        """Return what has become certain by sample time `now`."""
        return [*self._settle_partial(now, around), *self._settle_finals(now), *self._settle_perhaps(now)]

    # --- the recogniser's claims ---------------------------------------------------------------------------

    def _consider(self, claim: Claim) -> list[Verdict]:
        revised, before = [], self._partial
        if before is not None and before.command is not claim.command:
            revised = [self._verdict(before, claim.at, Rule.REVISED)]
            self._partial = None
        if claim.command in EARLY and claim.command != self._acted and self._partial is None:
            self._partial = claim
        return revised

    def _settle_partial(self, now: int, around: Around) -> list[Verdict]:
        claim = self._partial
        if claim is None:
            return []
        steady = STEADY_OF.get(claim.engine, STEADY)
        agreed = self._agreed(claim)
        if now < claim.at + steady or agreed is False or self._doubted(claim, one_ear=agreed is None):
            return []  # it may still be confirmed while it stands; the final result decides in the end
        self._partial = None
        # A late look, after a long frame, gives the same time where nobody else was asked.
        at = claim.at + steady if agreed is None else now
        claim = replace(claim, around=around)
        rule = self._against(claim, at)
        if rule is None:
            self._acted = claim.command
            rule = Rule.ONLY_EAR if agreed is None else Rule.AGREED
        return [self._verdict(claim, at, rule)]

    def _settle_finals(self, now: int) -> list[Verdict]:
        verdicts = []
        while self._waiting and (rule := self._rule_for_final(self._waiting[0], now)) is not None:
            verdicts.append(self._verdict(self._waiting.pop(0), now, rule))
        return verdicts

    def _rule_for_final(self, claim: Claim, now: int) -> Rule | None:
        """Return what becomes of a final result; None while another ear may still confirm it."""
        if (against := self._against(claim, now)) is not None:
            return against
        agreed = self._agreed(claim)
        if claim.command is None:
            doubted = Rule.UNKNOWN
        elif agreed is False:
            if now < claim.at + AGREES:
                return None
            doubted = Rule.DISAGREED
        elif (rule := self._doubted(claim, one_ear=agreed is None)) is not None:
            doubted = rule
        else:
            return Rule.AGREED if agreed else Rule.ONLY_EAR
        return self._against_unknown(claim, now) or doubted

    def _settle_perhaps(self, now: int) -> list[Verdict]:
        if self._perhaps is None or now < self._perhaps[0]:
            return []
        (at, claim), self._perhaps = self._perhaps, None
        understood = self._answered is not None and self._answered[0] >= claim.at
        rule = self._against(claim, now) or self._against_unknown(claim, now)
        kind = Rule.UNKNOWN if claim.command is None else Rule.PERHAPS
        return [] if understood or rule else [self._verdict(claim, at, kind)]

    def _agreed(self, claim: Claim) -> bool | None:
        """Tell whether another ear noticed the same; None when none could tell."""
        opinions = self._opinions(claim)
        return (
            any(score >= self._enough(claim, ear, alike) for ear, alike, score in opinions) if opinions else None
        )

    def _doubted(self, claim: Claim, *, one_ear: bool) -> Rule | None:
        """Tell why a harmless command is not believed in a hold, if the second ear was awake and doubts it."""
        second, since = self._others.get(Ear.SECOND), claim.at - BEFORE
        if not self._hold or claim.command is None or claim.command in _HOLDS_PAIN:
            return None
        if second is None or not second.judges(Command.PAIN, since):
            return None
        own = second.strongest(claim.command, since)
        told = [told[0] + REFRACTORY for told in (self._answered, self._last.get(None)) if told is not None]
        hint = max(second.strongest(command, max([since, *told])) for command in SAFETY)  # of a word not told yet
        if hint >= HINT and (one_ear or hint > own):
            return Rule.CLOSER
        lone_word = one_ear and claim.ear is Ear.WORDS and " " not in claim.text
        return Rule.DISAGREED if lone_word and own < ONE_WORD else None

    def _enough(self, claim: Claim, ear: Opinion, alike: Command) -> float:
        """Return the score of a command that agrees with a claim: none agrees more easily than with itself."""
        enough = ear.agreeing(alike)
        if claim.command is not None and ear.judges(claim.command, claim.at - BEFORE):
            enough = max(enough, ear.agreeing(claim.command))
        return enough

    # --- what speaks against a claim -----------------------------------------------------------------------

    def _against(self, claim: Claim, now: int) -> Rule | None:
        around, command = claim.around, claim.command
        if around.guide:
            by_words = claim.ear is Ear.WORDS and command in PAIN_FAMILY
            if not (around.other if around.apart else by_words):
                return Rule.OWN_VOICE
            if command is not None and self._own_words and self._own_words.said(command, claim.at - COINCIDES):
                return Rule.OWN_WORDS
        last = self._last.get(command) if command is not None else None
        if last is not None and now - last[0] < (REFRACTORY if last[1] is claim.ear else SAME_CALL):
            return Rule.SAME_CALL
        return None

    def _against_unknown(self, claim: Claim, now: int) -> Rule | None:
        """Tell what speaks against reporting unknown speech."""
        if not claim.around.stood_out and claim.command not in SAFETY:
            return Rule.BACKGROUND
        answered, last = self._answered, self._last.get(None)
        if answered is not None and now - answered[0] < REST_OF_IT and answered[1] is not claim.ear:
            return Rule.ANSWERED
        return Rule.SAME_CALL if last is not None and now - last[0] < UNKNOWN_AGAIN else None

    # --- the verdict ---------------------------------------------------------------------------------------

    def _verdict(self, claim: Claim, at: int, rule: Rule) -> Verdict:
        command, heard = claim.command, None
        faint = not (claim.around.stood_out or claim.around.guide)
        if rule in _BELIEVED and command in PAIN_FAMILY and faint and not self._both_sure(claim):
            rule = self._against_unknown(claim, at) or Rule.FAINT
        if rule in _BELIEVED:
            heard = Heard(at, command, claim.text, claim.engine)
            self._answered = self._last[command] = at, claim.ear
        elif rule in _ASKED_ABOUT:
            perhaps = command if command in SAFETY else None
            heard = Heard(at, None, claim.text, claim.engine, perhaps)
            self._last[None] = at, claim.ear
        return Verdict(at, claim, rule, heard, self._scores(claim))

    def _opinions(self, claim: Claim) -> list[tuple[Opinion, Command, float]]:
        """Return what the ears that could tell made of the command, or of any word of safety in place of one."""
        since = claim.at - BEFORE
        alike: Iterable[Command] = ()
        if claim.command is not None:
            alike = sorted(SAFETY) if claim.command in SAFETY else (claim.command,)
        return [
            (ear, command, ear.strongest(command, since))
            for name, ear in self._others.items()
            for command in alike
            if name is not claim.ear and ear.judges(command, since)
        ]

    def _both_sure(self, claim: Claim) -> bool:
        """Tell whether the recogniser's word of pain is one of which another ear would be sure by itself."""
        opinions = self._opinions(claim) if claim.ear is Ear.WORDS else []
        return any(score >= ear.alone(alike) for ear, alike, score in opinions)

    def _scores(self, claim: Claim) -> dict[Ear, float]:
        scores: dict[Ear, float] = {}
        for name, ear in self._others.items():
            found = [score for asked, _, score in self._opinions(claim) if asked is ear]
            if found:
                scores[name] = max(found)
        return scores
