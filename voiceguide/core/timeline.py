"""A hold laid out in time: which words are spoken at which sample.

The layout knows the true length of every rendered line, so no two cues overlap and breath words stand exactly on
the phase boundary. Whoever comes first keeps the time: the count-down, then breath words, then "halfway", then
the routine's own cues, each at the first gap that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from voiceguide.core.breath import Breath, whole_breaths
from voiceguide.core.clock import samples
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Exercise, HoldCue

Length = Callable[[str], int]
"""Samples that a text takes when spoken."""

MARGIN = samples(0.15)
"""Silence kept between two cues."""

PAUSE = samples(0.5)
"""Silence between a breath word and a line behind it, where there is room: "in" and "halfway" are two words."""

HALFWAY_FROM = samples(20)
"""Holds shorter than this need no "halfway"."""

UPCOMING_AT = 0.7
"""Share of a hold after which the name of what comes next is spoken: early enough to think about it."""

COUNT_DOWN = ("count_3", "count_2", "count_1")
"""Spoken 3, 2 and 1 seconds before the end of a hold."""

FADING_FIRST = 5
FADING_EVERY = 4
"""A fading rest speaks the first five breaths, then one in four, so that a long rest has silence in it."""


@dataclass(frozen=True)
class Cue:
    """A line at a time.

    Attributes:
        at: samples from the beginning of the hold.
        length: samples the line takes.
        key: kind of cue, as in `Say.key`.
        text: the words.
    """

    at: int
    length: int
    key: str
    text: str


@dataclass(frozen=True)
class Timeline:
    """One hold, from a breath of it on.

    Attributes:
        breaths: the breaths still to come; they follow each other without a gap.
        cues: in order of time, never overlapping.
    """

    breaths: tuple[Breath, ...]
    cues: tuple[Cue, ...]

    @property
    def ends(self) -> int:
        """Sample of the hold at which it is over: the end of an out-breath."""
        return self.breaths[-1].ends


def lay_out(
    exercise: Exercise,
    coaching: Iterable[HoldCue],
    phrases: Phrases,
    length: Length,
    pace: Fraction,
    *,
    begins: int = 0,
    halfway: bool = True,
    upcoming: str = "",
) -> Timeline:
    """Lay out a hold of an exercise.

    Args:
        exercise: whose hold.
        coaching: the exercise's cues with their side filled in.
        phrases: the language's words.
        length: samples that a text takes when spoken.
        pace: breathing pace.
        begins: where within the hold to begin (after a pause or a change of pace); earlier cues are left out.
        halfway: say "halfway"; it is not said twice in one hold.
        upcoming: a line that names what comes next, or nothing.
    """
    breaths = whole_breaths(samples(exercise.hold_s), exercise.breathing, pace, begins)
    layout = _Layout(phrases, length, breaths)
    if not exercise.open_rest:
        layout.count_down()
    layout.breathe(fading=exercise.breathing.fading, from_start=begins == 0)
    if halfway and not exercise.open_rest and breaths[-1].ends >= HALFWAY_FROM:
        layout.fit("halfway", phrases.lines("halfway")[0], breaths[-1].ends // 2)
    if upcoming:
        layout.fit("upcoming", upcoming, int(breaths[-1].ends * UPCOMING_AT))
    for cue in coaching:
        layout.fit("coach", cue.text, samples(cue.at_s))
    return Timeline(breaths, layout.cues())


def say_again(timeline: Timeline, line: tuple[str, str], phrases: Phrases, length: Length, at: int) -> Timeline:
    """Return a timeline with a line that was cut off, in the first gap from a sample of the hold on.

    Args:
        timeline: of the hold that goes on.
        line: its key and its words.
        phrases: the language's words.
        length: samples that a text takes when spoken.
        at: the present.
    """
    layout = _Layout(phrases, length, tuple(breath for breath in timeline.breaths if breath.ends > at))
    layout.keep(cue for cue in timeline.cues if cue.at >= at)
    layout.fit(*line, at)
    return Timeline(timeline.breaths, tuple(cue for cue in timeline.cues if cue.at < at) + layout.cues())


class _Layout:
    """The cues placed so far."""

    def __init__(self, phrases: Phrases, length: Length, breaths: tuple[Breath, ...]) -> None:
        self._phrases = phrases
        self._length = length
        self._breaths = breaths
        self._begins = breaths[0].begins
        self._ends = breaths[-1].ends
        self._placed: list[Cue] = []

    def keep(self, cues: Iterable[Cue]) -> None:
        self._placed += cues

    def cues(self) -> tuple[Cue, ...]:
        return tuple(sorted(self._placed, key=lambda cue: cue.at))

    def count_down(self) -> None:
        for left, key in zip((3, 2, 1), COUNT_DOWN, strict=True):
            self._place_if_free(self._cue(key, self._phrases.lines(key)[0], self._ends - samples(left)))

    def breathe(self, *, fading: bool, from_start: bool) -> None:
        for number, breath in enumerate(self._breaths):
            if fading and number >= FADING_FIRST and (number - FADING_FIRST) % FADING_EVERY:
                continue
            in_full = number == 0 and from_start
            self._breathe("breathe_in", "in", breath.begins, breath.turns, in_full=in_full)
            self._breathe("breathe_out", "out", breath.turns, breath.ends, in_full=in_full)

    def _breathe(self, key: str, short: str, begins: int, ends: int, *, in_full: bool) -> None:
        wordings = (key, short) if in_full else (short,)
        for wording in wordings:
            cue = self._cue(key, self._phrases.lines(wording)[0], begins)
            # A word longer than its phase would speak into the next one.
            if cue.length < ends - begins and self._place_if_free(cue):
                return

    def fit(self, key: str, text: str, wanted: int) -> None:
        """Place a line in the first gap from `wanted` on; one too long for any gap takes breath words' places."""
        if wanted < self._begins:
            return
        cue = self._cue(key, text, wanted)
        within = self._cycle() * 2
        gap = next((at for at in self._candidates(cue) if at <= wanted + within), None)
        if gap is not None:
            self._placed.append(self._cue(key, text, gap))
            return
        for at in self._after_breath_words(wanted):
            moved = self._cue(key, text, at)
            in_the_way = [other for other in self._placed if _collide(moved, other)]
            if moved.at + moved.length <= self._ends and all(o.key.startswith("breathe") for o in in_the_way):
                self._placed = [other for other in self._placed if other not in in_the_way]
                self._placed.append(moved)
                return

    def _candidates(self, cue: Cue) -> Iterable[int]:
        ends = sorted(other.at + other.length for other in self._placed)
        behind = (end + silence for end in ends for silence in (PAUSE, MARGIN))
        for at in (cue.at, *(after for after in behind if after > cue.at)):
            moved = self._cue(cue.key, cue.text, at)
            if at + cue.length <= self._ends and not any(_collide(moved, other) for other in self._placed):
                yield at

    def _after_breath_words(self, wanted: int) -> Iterable[int]:
        # Behind "in" or "out" a long line covers as few of the following words as possible.
        spoken = [cue for cue in self.cues() if cue.key.startswith("breathe")]
        return (cue.at + cue.length + MARGIN for cue in spoken if cue.at + cue.length >= wanted)

    def _place_if_free(self, cue: Cue) -> bool:
        if cue.at < self._begins or any(_collide(cue, other) for other in self._placed):
            return False
        self._placed.append(cue)
        return True

    def _cue(self, key: str, text: str, at: int) -> Cue:
        return Cue(at, self._length(text), key, text)

    def _cycle(self) -> int:
        return self._breaths[0].ends - self._breaths[0].begins


def _collide(one: Cue, other: Cue) -> bool:
    return one.at < other.at + other.length + MARGIN and other.at < one.at + one.length + MARGIN
