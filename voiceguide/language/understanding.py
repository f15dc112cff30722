"""What a person says, as text, and what it asks for or answers.

Three things are looked for, in this order:

1. A report of pain, anywhere. The pain family's phrases of two words and more count wherever they stand, and so do
   the language's `pain: words`, unless they lie within a longer sequence that reports none ("doesn't hurt", "pain
   relief"). A denial reaches no further than its own words, so "no, my hip hurts" is a report. Punctuation ends a
   sequence.
2. Whole phrases: one or several in a row, with fillers around them, and nothing left over. Of several, "stop"
   comes first, then the first that is possible.
3. "Stop" at the beginning or the end of a few words.

Anything else means nothing: a command within a longer sentence is somebody talking. Case, punctuation,
apostrophes, contractions and drawn-out letters do not matter; otherwise words are compared exactly.

hassil reads the templates, but its recogniser is not used: it finds one sentence for the whole text, and cannot
tell that one sequence denies another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.language.pack import LanguagePack
from voiceguide.language.patterns import Patterns
from voiceguide.language.spelling import Words, replaced

MOST_LEFT_OVER = 2
"""Words beside "stop" at the beginning or end that still let it count: "stop the music", but no longer talk."""

MOST_IN_A_ROW = 50
"""Words that may be phrases in a row. More is talk."""

SERIOUS_FIRST = (
    Command.CANNOT_MOVE,
    Command.NUMB,
    Command.SHOOTING,
    Command.WORSE,
    Command.SHARP,
    Command.PAIN,
    Command.DULL,
)
"""Which report counts when one utterance holds several: red flags first, and pain of no known kind, which is asked
about, before a dull one."""

_BREAKS = re.compile(r"[.,;:!?\u2026\u2013\u2014()\u3002\uff0c\uff01\uff1f]|\s-+\s")


@dataclass(frozen=True)
class Meaning:
    """What a text means.

    Attributes:
        command: what the words ask for or answer; None when they mean nothing here.
        phrase: the phrase or words that led to it, normalised; "" for none.
        whole: the text is that phrase, or phrases of the same command, and fillers, with nothing left over.
    """

    command: Command | None
    phrase: str
    whole: bool


NOTHING = Meaning(None, "", whole=False)
"""No command."""


@dataclass(frozen=True)
class _Found:
    """Some words at a place in a text."""

    begin: int
    end: int
    command: Command
    phrase: str

    def inside(self, spans: Iterable[tuple[int, int]]) -> bool:
        """Tell whether one of the spans holds these words and more."""
        size = self.end - self.begin
        return any(begin <= self.begin and self.end <= end and end - begin > size for begin, end in spans)


@dataclass(frozen=True)
class _Way:
    """Phrases up to a place in a text, with fillers around them."""

    row: tuple[_Found, ...] = ()
    impossible: int = 0
    fillers: int = 0

    @property
    def cost(self) -> tuple[int, int, int]:
        """What makes one way better than another: the less the better."""
        return len(self.row), self.impossible, self.fillers

    def with_phrase(self, found: _Found, *, possible: bool) -> _Way:
        return _Way((*self.row, found), self.impossible + (not possible), self.fillers)

    def with_filler(self, words: int) -> _Way:
        return _Way(self.row, self.impossible, self.fillers + words)


class _Sequences:
    """Finds known phrases.

    Args:
        phrases: each with its words.
    """

    def __init__(self, phrases: Mapping[Words, str]) -> None:
        self._phrases = phrases
        self._longest = max(map(len, phrases), default=0)

    def at(self, words: Words, begin: int, end: int) -> Iterator[tuple[int, str]]:
        """Yield the end and the phrase of every phrase that begins at `begin` and does not pass `end`."""
        for stop in range(begin + 1, min(begin + self._longest, end) + 1):
            if (phrase := self._phrases.get(words[begin:stop])) is not None:
                yield stop, phrase

    def within(self, words: Words, begin: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Yield begin, end and phrase of every phrase between two places."""
        for start in range(begin, end):
            for stop, phrase in self.at(words, start, end):
                yield start, stop, phrase


class Understanding:
    """Understands text in one language. Any text is fine; the same text always means the same.

    Args:
        pack: the language.
    """

    def __init__(self, pack: LanguagePack) -> None:
        self._words = pack.spelling.words
        self._command_of = {phrase: command for command, said in pack.commands.items() for phrase in said}
        self._phrases = self._known(self._command_of)
        self._also = [(command, Patterns(pack.also[command])) for command in Command if command in pack.also]
        self._before = self._known(pack.fillers.before)
        self._after = self._known(pack.fillers.after)
        self._stop = self._known(pack.commands[Command.STOP])
        self._not_stop = Patterns(pack.not_stop)
        # Of two words and more: a lone "sharp" may be a knife.
        self._pain = self._known(
            phrase for kind in SERIOUS_FIRST for phrase in pack.commands[kind] if " " in phrase
        )
        self._pain_words = [(kind, Patterns(pack.pain.words.get(kind, ()))) for kind in SERIOUS_FIRST]
        denials = (*pack.commands[Command.NO_PAIN], *pack.commands[Command.UNSURE])
        self._denials = self._known(phrase for phrase in denials if " " in phrase)
        self._no_pain = Patterns(pack.pain.no_pain)
        self._misheard = {
            replaced(written, pack.spelling.contractions): replaced(meant, pack.spelling.contractions)
            for written, meant in pack.pain.misheard.items()
        }

    def of(self, text: str, possible: frozenset[Command] | None = None) -> Meaning:
        """Return what a text means.

        Args:
            text: what was said or typed.
            possible: the commands that are listened for, None for all; the pain family always is.
        """
        clauses = [words for part in _BREAKS.split(text) if (words := self._words(part))]
        words = tuple(word for clause in clauses for word in clause)
        row = self._row(words, possible)
        denied = list(self._denied(clauses))
        pain = [found for found in row if found.command in PAIN_FAMILY and not found.inside(denied)]
        pain += self._reports(clauses)
        if pain:
            worst = min(pain, key=lambda found: SERIOUS_FIRST.index(found.command))
            return Meaning(worst.command, worst.phrase, whole=_all_are(worst.command, row))
        allowed = [
            found for found in row if found.command not in PAIN_FAMILY and _possible(found.command, possible)
        ]
        if allowed:
            first = next((found for found in allowed if found.command is Command.STOP), allowed[0])
            return Meaning(first.command, first.phrase, whole=_all_are(first.command, row))
        return NOTHING if row or not _possible(Command.STOP, possible) else self._stop_in(words)

    def whole(self, text: str) -> Command | None:
        """Return the command of a text that is its phrase and fillers, with nothing left over."""
        meaning = self.of(text)
        return meaning.command if meaning.whole else None

    # --- pain --------------------------------------------------------------------------------------------------

    def _reports(self, clauses: Iterable[Words]) -> list[_Found]:
        """Return the words about pain that nothing longer denies, the longest first, which say most."""
        reports: list[_Found] = []
        for said in clauses:
            clause = replaced(said, self._misheard)
            denied = list(self._denied_in(clause))
            found = [
                _Found(begin, end, self._command_of[phrase], phrase)
                for begin, end, phrase in self._pain.within(clause, 0, len(clause))
            ]
            for kind, patterns in self._pain_words:
                found += [
                    _Found(begin, end, kind, " ".join(clause[begin:end])) for begin, end in patterns.within(clause)
                ]
            longer = [(one.begin, one.end) for one in found]
            reports += (one for one in found if not one.inside(denied) and not one.inside(longer))
        return sorted(reports, key=lambda one: one.begin - one.end)

    def _denied(self, clauses: Iterable[Words]) -> Iterator[tuple[int, int]]:
        """Yield the places of what reports no pain, counted in the words of all clauses."""
        before = 0
        for clause in clauses:
            for begin, end in self._denied_in(clause):
                yield before + begin, before + end
            before += len(clause)

    def _denied_in(self, clause: Words) -> Iterator[tuple[int, int]]:
        yield from self._no_pain.within(clause)
        for begin, end, _ in self._denials.within(clause, 0, len(clause)):
            yield begin, end

    # --- whole phrases -----------------------------------------------------------------------------------------

    def _row(self, words: Words, possible: frozenset[Command] | None) -> list[_Found]:
        """Return the phrases that the words are made of, besides fillers; empty when anything is left over.

        Of several ways to divide them it is the one with the fewest phrases; of these the one with the fewest that
        are not possible, and of these the one with the fewest words of fillers.
        """
        if len(words) > MOST_IN_A_ROW:
            return []
        # The best way to each place, apart for what may follow there: a phrase, or a filler behind one.
        opening: dict[int, _Way] = {0: _Way()}
        closing: dict[int, _Way] = {}
        for place in range(len(words)):
            if (way := closing.get(place)) is not None:
                _keep(opening, place, way)
                for end, _ in self._after.at(words, place, len(words)):
                    _keep(closing, end, way.with_filler(end - place))
            if (way := opening.get(place)) is not None:
                for end, _ in self._before.at(words, place, len(words)):
                    _keep(opening, end, way.with_filler(end - place))
                for found in self._phrases_at(words, place):
                    _keep(closing, found.end, way.with_phrase(found, possible=_possible(found.command, possible)))
        return list(closing[len(words)].row) if len(words) in closing else []

    def _phrases_at(self, words: Words, place: int) -> Iterator[_Found]:
        for end, phrase in self._phrases.at(words, place, len(words)):
            yield _Found(place, end, self._command_of[phrase], phrase)
        for command, patterns in self._also:
            for end in patterns.at(words, place):
                yield _Found(place, end, command, " ".join(words[place:end]))

    def _stop_in(self, words: Words) -> Meaning:
        """Return "stop" where it begins or ends a few words."""
        begin, end = self._without_fillers(words)
        if any(True for _ in self._not_stop.within(words)):
            return NOTHING
        for start, stop, phrase in self._stop.within(words, begin, end):
            if (start == begin or stop == end) and end - begin - (stop - start) <= MOST_LEFT_OVER:
                return Meaning(Command.STOP, phrase, whole=False)
        return NOTHING

    def _known(self, phrases: Iterable[str]) -> _Sequences:
        return _Sequences({self._words(phrase): phrase for phrase in reversed(tuple(phrases))})

    def _without_fillers(self, words: Words) -> tuple[int, int]:
        begin, end = 0, len(words)
        while (longest := max((stop for stop, _ in self._before.at(words, begin, end)), default=begin)) > begin:
            begin = longest
        while (start := self._after_from(words, begin, end)) < end:
            end = start
        return begin, end

    def _after_from(self, words: Words, begin: int, end: int) -> int:
        ending = (start for start, stop, _ in self._after.within(words, begin, end) if stop == end)
        return min(ending, default=end)


def _keep(ways: dict[int, _Way], place: int, way: _Way) -> None:
    if place not in ways or way.cost < ways[place].cost:
        ways[place] = way


def _all_are(command: Command, row: list[_Found]) -> bool:
    return bool(row) and all(found.command is command for found in row)


def _possible(command: Command, possible: frozenset[Command] | None) -> bool:
    return possible is None or command in possible or command in PAIN_FAMILY
