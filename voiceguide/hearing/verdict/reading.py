"""What an utterance may mean, and what speaks for it.

A recogniser's hypothesis is read twice: its phrase scores by command, its transcript by the words in it. Each
command that either of them suggests is a candidate, with the evidence for it as a few numbers. How probable the
candidate is follows from these (`sureness.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from voiceguide.core.clock import seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.recognisers.recogniser import Hypothesis, Scored, pattern_name
from voiceguide.hearing.verdict.rules import SAFETY
from voiceguide.hearing.verdict.situation import Around
from voiceguide.language.pack import LanguagePack, normalise
from voiceguide.language.understanding import Meaning, Understanding

LEAST = -12.0
"""Logarithm of a probability below which nothing is told apart."""

LEAST_ODDS = -6.0
"""Log odds of a word that does not sound like it at all."""

LETTER_S, START_S = 0.06, 0.2
"""Seconds of speech for each letter of a phrase, and beside them: a fit to voices for tuning."""


@dataclass(frozen=True)
class Candidate:
    """One thing that may have been said.

    Attributes:
        command: which.
        words: the phrase, or the transcript.
        evidence: what speaks for it and against it, by name (`EVIDENCE`); empty for an engine without scores,
            whose word has to do.
    """

    command: Command
    words: str
    evidence: Mapping[str, float]


EVIDENCE: Mapping[str, str] = {
    "score": "log probability of the command's best phrase",
    "ratio": "the same, less that of the transcript",
    "margin": "the same, less that of the next command",
    "written": "the transcript says just this, in several words",
    "one_word": "the transcript says just this, in a single word",
    "mentioned": "the transcript says this among other things",
    "otherwise": "the transcript says something else that is known",
    "longer": "the utterance is longer than the words take",
    "shorter": "the utterance is shorter than the words take",
    "letters": "how many letters the phrase has",
    "alike": "how much of the phrase's spelling the transcript has",
    "lone": "the phrase is a single word",
    "sounds": "log odds of the word by its sound alone",
    "sounds_other": "log odds of another word by its sound, where that is likelier",
    "clear": "log probability of the transcript, a word",
    "faint": "no voice stood out",
    "guide": "the guide was speaking",
}
"""Every kind of evidence, as `hear --explain` names it. Numbers are scaled to a few units."""


class Reading:
    """Reads hypotheses of one language.

    Args:
        pack: the language.
    """

    def __init__(self, pack: LanguagePack) -> None:
        self._command_of = {phrase: command for command, phrases in pack.commands.items() for phrase in phrases}
        self._command_of |= {pattern_name(command): command for command in pack.also}
        self._understanding = Understanding(pack)

    def candidates(self, hypothesis: Hypothesis, possible: frozenset[Command], around: Around) -> list[Candidate]:
        """Return what a hypothesis may mean, in no order; none for speech that means nothing here."""
        # "Pain" may be the beginning of "painted".
        text = hypothesis.text.rpartition(" ")[0] if hypothesis.speaking else hypothesis.text
        meaning = self._understanding.of(text, possible)
        if meaning.command is None:
            meaning = self._understanding.of(text)  # said at the wrong moment
        if not hypothesis.scores:
            return [] if meaning.command is None else [Candidate(meaning.command, meaning.phrase, {})]
        totals = self._totals(hypothesis.scores)
        suggested = dict.fromkeys([*sorted(totals, key=lambda one: -totals[one])[:3], meaning.command])
        pain = max((one for one in totals if one in SAFETY), key=lambda one: totals[one], default=None)
        # What is written as several words is none of the words that are known by their sound.
        several = meaning.whole and " " in normalise(hypothesis.text)
        sounds = {} if several else self._by_sound(hypothesis.sounds)
        likely = [command for command, odds in sounds.items() if odds > 0]
        return [
            self._candidate(command, hypothesis, meaning, totals, sounds, around)
            for command in dict.fromkeys([*suggested, pain, *likely])
            if command is not None
        ]

    def _totals(self, scores: Sequence[Scored]) -> dict[Command, float]:
        """Return the score of each command: that of its best phrase, if there is any hope of it."""
        best: dict[Command, float] = {}
        for one in scores:
            command = self._command_of.get(one.phrase)
            if command is not None and one.log_p > LEAST:
                best[command] = max(best.get(command, one.log_p), one.log_p)
        return best

    def _by_sound(self, sounds: Sequence[Scored]) -> dict[Command, float]:
        """Return the log odds of each command by the sound of its lone words; empty where none were asked."""
        probable: dict[Command, float] = {}
        for one in sounds:
            if (command := self._command_of.get(one.phrase)) is not None:
                probable[command] = probable.get(command, 0.0) + math.exp(one.log_p)
        return {command: _log_odds(p) for command, p in probable.items()}

    def _candidate(
        self,
        command: Command,
        hypothesis: Hypothesis,
        meaning: Meaning,
        totals: Mapping[Command, float],
        sounds: Mapping[Command, float],
        around: Around,
    ) -> Candidate:
        phrase = next(
            (one.phrase for one in hypothesis.scores if self._command_of.get(one.phrase) is command),
            "",
        )
        same = _alike(command)
        if phrase == pattern_name(command) or (meaning.whole and meaning.command in same):
            phrase = normalise(hypothesis.text)  # with its fillers: so many words take so long
        score = max([LEAST, *(value for one, value in totals.items() if one in same)])
        other = max((value for one, value in totals.items() if one not in same), default=LEAST)
        written = meaning.command in same
        words = hypothesis.text if written and not (meaning.whole and phrase) else phrase or hypothesis.text
        letters = len(phrase or meaning.phrase)
        lone = bool(phrase) and " " not in phrase
        by_sound = sounds.get(command, LEAST_ODDS if lone and sounds else 0.0)
        longer = math.log(max(seconds(hypothesis.length), 0.05) / (START_S + LETTER_S * letters))
        evidence = {
            "score": score / 4,
            "ratio": min(max(score - hypothesis.text_log_p, -8.0), 1.0) / 4,
            "margin": min(max(score - other, -6.0), 8.0) / 4,
            "written": float(written and meaning.whole and not lone),
            "one_word": float(written and meaning.whole and lone),
            "mentioned": float(written and not meaning.whole),
            "otherwise": float(meaning.command is not None and not written),
            "longer": min(max(longer, 0.0), 2.0),
            "shorter": min(max(-longer, 0.0), 2.0),
            "letters": math.log(max(letters, 2)) - 2,
            "alike": SequenceMatcher(None, normalise(hypothesis.text), phrase).ratio(),
            "lone": float(lone),
            "sounds": (by_sound if lone else max(by_sound, 0.0)) / 4,
            "sounds_other": max([0.0, *(odds for other, odds in sounds.items() if other is not command)]) / 4,
            "clear": max(hypothesis.text_log_p / (1 + len(hypothesis.text.split())), -3.0),
            "faint": float(not around.stood_out),
            "guide": float(around.guide),
        }
        return Candidate(command, words, evidence)


def _log_odds(p: float) -> float:
    """Return the log odds of a probability, `LEAST_ODDS` at least and as much at most."""
    return min(max(math.log(max(p, 1e-9) / max(1 - p, 1e-9)), LEAST_ODDS), -LEAST_ODDS)


def _alike(command: Command) -> frozenset[Command]:
    if command in PAIN_FAMILY:
        return PAIN_FAMILY
    return frozenset({command})
