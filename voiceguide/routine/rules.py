"""Rules of good speech: what a routine may say and should not, because a person on the floor has to follow it.

A file that breaks one can be run. Each rule has a name, can be switched off in the file with a reason
(`rules_off`), and is one function here of that name; what it asks for is told in `model.RulesOff`. Lengths of
speech are estimates (`duration.py`); `voiceguide preview` knows the true ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.plan import Side
from voiceguide.core.timeline import FADING_FIRST
from voiceguide.errors import LanguageError
from voiceguide.handwritten.problems import Location, shown
from voiceguide.handwritten.source import Source
from voiceguide.handwritten.wording import where
from voiceguide.language.pack import LanguagePack, load_language
from voiceguide.language.understanding import Understanding
from voiceguide.routine.checks import whole_breaths
from voiceguide.routine.duration import about_s, speech_s, spoken_s
from voiceguide.routine.load import Reading, as_plan
from voiceguide.routine.model import Exercise, RoutineFile
from voiceguide.routine.problems import Finding

LONGEST_SENTENCE_S = 8.0
"""Guess: a breath and a half. The longest sentence of the shipped routines takes seven seconds."""

LONGEST_RELEASE_S = 6.0
"""Guess: one out-breath. The longest first sentence of a shipped release takes five seconds."""

LEAST_S = 1.25
"""Guess: four English words are the shortest instruction, such as "lower your front knee"."""

BREATH_WORD_S = 0.9
"""From the beginning of a phase: "in" and "out" take 0.4 s with espeak-ng, "들이쉬고" 0.87 s."""

CLOSE = 0.15
"""Share by which the minutes in a file may differ from the estimate: no voice is that exact."""

_PAUSES = re.compile(r"[.,;:!?()\u2026\u2013\u2014]")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_NOT_SPOKEN = re.compile(r"[0-9;()\[\]<>/\\*_#%&+=@\u2013\u2014\u2026]")

Found = Iterator[tuple[Location, str, str]]
"""Where, what, and what to do."""


@dataclass(frozen=True)
class Spoken:
    """A line of a routine file.

    Attributes:
        location: where it stands.
        text: its words, with placeholders.
    """

    location: Location
    text: str


class Subject:
    """A correct file, as the rules look at it.

    Args:
        file: what it holds.
        pack: its language.
    """

    def __init__(self, file: RoutineFile, pack: LanguagePack) -> None:
        self.file = file
        self.pack = pack

    @cached_property
    def lines(self) -> list[Spoken]:
        """Everything that is spoken, titles and equipment included."""
        lines = [Spoken(("title",), self.file.title), *_lines(("welcome",), self.file.welcome)]
        for i, exercise in enumerate(self.file.exercises):
            at: Location = ("exercises", i)
            lines.append(Spoken((*at, "title"), exercise.title))
            lines += _lines((*at, "equipment"), exercise.equipment)
            lines += _lines((*at, "purpose"), exercise.purpose)
            lines += _lines((*at, "setup", "first_time"), exercise.setup.first_time)
            lines += _lines((*at, "setup", "again"), exercise.setup.again)
            lines += [Spoken((*at, "cues", n, "say"), cue.say) for n, cue in enumerate(exercise.cues)]
            lines += _lines((*at, "release"), exercise.release)
            lines += _lines((*at, "pain", "sharp"), exercise.pain.sharp)
            lines += _lines((*at, "pain", "dull"), exercise.pain.dull)
        return [*lines, *_lines(("closing",), self.file.closing)]

    @property
    def exercises(self) -> Iterator[tuple[Location, Exercise]]:
        """The exercises, with where they stand."""
        for i, exercise in enumerate(self.file.exercises):
            yield ("exercises", i), exercise

    def filled(self, text: str) -> str:
        """Return a line as it is spoken on the left."""
        return self.pack.phrases.sided((text,), Side.LEFT)[0]

    def speech_s(self, text: str) -> float:
        """Return about how many seconds a line takes."""
        return speech_s(self.filled(text), self.file.language)


def find(reading: Reading) -> list[Finding]:
    """Return what a correct file says that is not good to hear, in the order of its lines.

    Empty for a broken file, and for one in a language that is not there: nothing is run from either.
    """
    if reading.file is None:
        return []
    try:
        pack = load_language(reading.file.language)
    except LanguageError:
        return []
    subject = Subject(reading.file, pack)
    off = reading.file.rules_off.model_fields_set
    findings = (
        _finding(reading.source, name, *found)
        for name, rule in RULES.items()
        if name not in off
        for found in rule(subject)
    )
    return sorted(set(findings))


def lone_command(subject: Subject) -> Found:
    """Each part of a line between two pauses, against all phrases of all commands."""
    understanding = Understanding(subject.pack)
    for line in subject.lines:
        for part in _PAUSES.split(subject.filled(line.text)):
            if understanding.whole(part) is not None:
                what = f"{shown(part.strip())} is a command and stands alone between two pauses"
                yield line.location, what, "Take the pause away, or put the word into a sentence."


def long_sentence(subject: Subject) -> Found:
    """Each sentence of what is followed while moving or holding still."""
    for line in subject.lines:
        for sentence in _SENTENCES.split(line.text):
            if (length := subject.speech_s(sentence)) > LONGEST_SENTENCE_S:
                what = f"a sentence of about {length:.0f} seconds: {shown(sentence)}"
                yield line.location, what, "Make two of it, each with one thing to do."


def long_release(subject: Subject) -> Found:
    """The first sentence that is spoken when something hurts."""
    for at, exercise in subject.exercises:
        first = _SENTENCES.split(exercise.release[0])[0]
        if (length := subject.speech_s(first)) > LONGEST_RELEASE_S:
            what = f"the first sentence of the release takes about {length:.0f} seconds"
            yield (*at, "release", 0), what, "Begin with what takes the load off: one short sentence of its own."


def thin_release(subject: Subject) -> Found:
    """All lines of a release together."""
    for at, exercise in subject.exercises:
        if sum(map(subject.speech_s, exercise.release)) < LEAST_S:
            what = f"the release is only {shown(' '.join(exercise.release))}"
            yield (
                (*at, "release"),
                what,
                "Say how to come out of this very position, for somebody with closed eyes.",
            )


def thin_pain(subject: Subject) -> Found:
    """Both answers to pain."""
    for at, exercise in subject.exercises:
        for key, lines in (("sharp", exercise.pain.sharp), ("dull", exercise.pain.dull)):
            if sum(map(subject.speech_s, lines)) < LEAST_S:
                what = f"`pain.{key}` is only {shown(' '.join(lines))}"
                yield (*at, "pain", key), what, "Say in a sentence what to do about it in this exercise."
        if exercise.pain.sharp == exercise.pain.dull:
            remedy = "Sharp pain is a reason to stay out of it, a dull ache to do less: say each in its own words."
            yield (*at, "pain", "dull"), "`pain.dull` and `pain.sharp` are the same", remedy


def many_tries(subject: Subject) -> Found:
    """How often sharp pain is tried again."""
    for at, exercise in subject.exercises:
        if (tries := exercise.pain.tries_after_sharp) > 1:
            what = f"{tries} new tries after sharp pain"
            yield (
                (*at, "pain", "tries_after_sharp"),
                what,
                "Write 0, or 1 where a new place can be found, as for a ball.",
            )


def side_left_out(subject: Subject) -> Found:
    """Seconds held on each side over the whole routine, told at the exercises that do one side only."""
    held = {"left": 0.0, "right": 0.0}
    for _, exercise in subject.exercises:
        for side in exercise.sides:
            held[side] += exercise.repeats * _hold_s(exercise)
    if held["left"] == held["right"]:
        return
    less, more = sorted(held, key=lambda side: held[side])
    for at, exercise in subject.exercises:
        if exercise.sides == [more]:
            what = f"the {less} side is left out: {held[less]:g} seconds in all, {held[more]:g} on the {more}"
            yield (*at, "sides"), what, f"Write `sides: [{more}, {less}]`, or add an exercise for the {less} side."


def side_not_said(subject: Subject) -> Found:
    """Whether the way into a position of two sides tells them apart."""
    for at, exercise in subject.exercises:
        said = " ".join(exercise.setup.first_time)
        if len(exercise.sides) > 1 and "{side}" not in said and "{other_side}" not in said:
            what = "there are two sides, and the set-up does not say which leg or hand goes where"
            yield (*at, "setup", "first_time"), what, "Write {side} and {other_side} where they differ."


def crowded_cue(subject: Subject) -> Found:
    """Where each cue lies within its breath, as long as breaths are spoken."""
    for at, exercise in subject.exercises:
        into, whole = exercise.breathing.in_seconds, exercise.breathing.in_seconds + exercise.breathing.out_seconds
        for i, cue in enumerate(exercise.cues):
            number, phase = divmod(cue.at_second, whole)
            if exercise.breathing.spoken == "fading" and number >= FADING_FIRST:
                continue
            since, left = (phase, into - phase) if phase < into else (phase - into, whole - phase)
            here = (*at, "cues", i, "at_second")
            if since < BREATH_WORD_S:
                what = f"the cue at second {cue.at_second:g} begins where a breath word is spoken"
                yield here, what, f"Begin a second later, at {cue.at_second - since + 1:g}."
            elif (length := subject.speech_s(cue.say)) > left:
                what = f"the cue takes about {length:.1f} seconds, and the next breath word comes after {left:g}"
                yield (
                    here,
                    what,
                    f"Shorten it, or begin with an out-breath: at second {number * whole + into + 1:g}.",
                )


def short_between(subject: Subject) -> Found:
    """What is spoken in the rest between two repeats."""
    for at, exercise in subject.exercises:
        if exercise.repeats == 1:
            continue
        prompts = [line for key in ("ease_off", "next_repeat") for line in subject.pack.phrases.prompts[key]]
        needed = spoken_s([*prompts, *exercise.setup.again], subject.file.language)
        if needed > exercise.between_seconds:
            what = f"what is said between two holds takes about {needed:.0f} seconds"
            remedy = f"Write at least {needed:.0f}, or shorten `again`: the hold begins late otherwise."
            yield (*at, "between_seconds"), what, remedy


def not_spoken(subject: Subject) -> Found:
    """Characters that a voice reads in its own way, or not at all."""
    for line in subject.lines:
        if found := _NOT_SPOKEN.search(subject.filled(line.text)):
            what = f"{shown(found.group())} is written and not spoken"
            yield line.location, what, "Write it as it is to be said: a number in words, brackets as a sentence."


def name_is_command(subject: Subject) -> Found:
    """Names by which a routine is chosen, against the words of safety."""
    understanding = Understanding(subject.pack)
    for i, name in enumerate(subject.file.called):
        if (command := understanding.whole(name)) in PAIN_FAMILY | {Command.STOP}:
            what = f"{shown(name)} is how people say {command}"
            yield ("called", i), what, "Choose a name that nobody says in need."


def wrong_minutes(subject: Subject) -> Found:
    """The minutes of the list against the estimate."""
    about = max(1, round(about_s(as_plan(subject.file)) / 60))
    if abs(about - subject.file.minutes) > max(1, subject.file.minutes * CLOSE):
        what = f"the file says {subject.file.minutes} minutes, and it takes about {about}"
        yield ("minutes",), what, f"Write `minutes: {about}`."


RULES: dict[str, Callable[[Subject], Found]] = {
    rule.__name__: rule
    for rule in (
        lone_command,
        long_sentence,
        long_release,
        thin_release,
        thin_pain,
        many_tries,
        side_left_out,
        side_not_said,
        crowded_cue,
        short_between,
        not_spoken,
        name_is_command,
        wrong_minutes,
    )
}
"""Every rule by its name."""


def _finding(source: Source, rule: str, location: Location, what: str, remedy: str) -> Finding:
    line, column = source.place(location)
    return Finding(source.file, line, column, f"{where(location, source.data)}{what}", remedy, rule)


def _lines(at: Location, texts: list[str]) -> list[Spoken]:
    return [Spoken((*at, i), text) for i, text in enumerate(texts)]


def _hold_s(exercise: Exercise) -> float:
    breath = exercise.breathing.in_seconds + exercise.breathing.out_seconds
    return whole_breaths(exercise.hold_seconds or exercise.rest_seconds, breath) * breath
