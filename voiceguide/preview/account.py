"""A session's time, every sample of it, as it was spent.

An `Onlooker` takes the journal and the views of a session and gives an `Account` of it: passages without a gap
from the first sample to the last, each with what was said and breathed in it. All times are samples.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from voiceguide.core.clock import samples
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Exercise, Routine, Side
from voiceguide.core.states import State
from voiceguide.core.view import View

BREATH_WORDS = frozenset({"breathe_in", "breathe_out"})
"""Keys of the lines that are breath words."""

ASKS = frozenset({"check_ask", "ask_ready"})
"""Keys of the lines after which the guide waits for the person's word."""


@dataclass(frozen=True)
class Spoken:
    """A line as it was spoken.

    Attributes:
        begins: its first sample.
        ends: the sample after its last.
        key: what kind of line it is, as in `Say.key`.
        text: its words.
    """

    begins: int
    ends: int
    key: str
    text: str


@dataclass(frozen=True)
class Breath:
    """One breath of a hold.

    Attributes:
        begins: first sample of the in-breath.
        turns: first sample of the out-breath.
        ends: the sample after it.
    """

    begins: int
    turns: int
    ends: int


@dataclass(frozen=True)
class Passage:
    """A stretch of the session in one state and at one place of the routine.

    Attributes:
        begins: first sample.
        ends: the sample after the last.
        state: where the session is.
        exercise: which exercise; None before the first of them and in the closing.
        side: which side of it.
        repeat: number of the repeat, from 1.
        spoken: the lines that begin in it, in order.
        breaths: the breaths of a hold, in order.
        unsaid: cues of the routine that found no place in this hold.
    """

    begins: int
    ends: int
    state: State
    exercise: Exercise | None
    side: Side | None
    repeat: int
    spoken: tuple[Spoken, ...]
    breaths: tuple[Breath, ...] = ()
    unsaid: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Samples of the passage."""
        return self.ends - self.begins

    @property
    def speech(self) -> int:
        """Samples in which the guide speaks."""
        return sum(min(line.ends, self.ends) - line.begins for line in self.spoken)

    @property
    def waited(self) -> int:
        """Samples from a question to the person's answer, which no routine can know: an assumption."""
        ends = (*(line.begins for line in self.spoken), self.ends)
        return sum(ends[i + 1] - line.ends for i, line in enumerate(self.spoken) if line.key in ASKS)

    @property
    def breath_words(self) -> int:
        """How many breath words are spoken."""
        return sum(line.key in BREATH_WORDS for line in self.spoken)


@dataclass(frozen=True)
class Chapter:
    """The passages of one exercise and side, or those around all of them.

    Attributes:
        passages: at least one, without a gap.
    """

    passages: tuple[Passage, ...]

    @property
    def exercise(self) -> Exercise | None:
        """Which exercise; None for the opening and the closing."""
        return self.passages[0].exercise

    @property
    def side(self) -> Side | None:
        """Which side, None where the exercise has none."""
        return self.passages[0].side

    @property
    def begins(self) -> int:
        """First sample."""
        return self.passages[0].begins

    @property
    def ends(self) -> int:
        """The sample after the last."""
        return self.passages[-1].ends

    @property
    def length(self) -> int:
        """Samples of the chapter."""
        return self.ends - self.begins

    def spent(self, *states: State) -> int:
        """Return the samples spent in some states."""
        return sum(passage.length for passage in self.passages if passage.state in states)

    @property
    def breaths(self) -> tuple[int, ...]:
        """Breaths of each hold."""
        return tuple(len(passage.breaths) for passage in self.passages if passage.state is State.HOLDING)


@dataclass(frozen=True)
class Account:
    """How a session's time was spent.

    Attributes:
        routine: the routine.
        passages: from sample 0 to the end, without a gap.
    """

    routine: Routine
    passages: tuple[Passage, ...]

    @property
    def length(self) -> int:
        """Samples of the whole session."""
        return self.passages[-1].ends

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Passages of one exercise and side together, in order."""
        chapters: list[list[Passage]] = []
        for passage in self.passages:
            last = chapters[-1][-1] if chapters else None
            if last and (last.exercise, last.side) == (passage.exercise, passage.side):
                chapters[-1].append(passage)
            else:
                chapters.append([passage])
        return tuple(Chapter(tuple(passages)) for passages in chapters)


class Onlooker:
    """Looks on while a session runs.

    Args:
        routine: what is run.
        phrases: the prompts of its language.
    """

    def __init__(self, routine: Routine, phrases: Phrases) -> None:
        self._routine = routine
        self._phrases = phrases
        self._entered: list[dict[str, Any]] = []
        self._started: dict[int, int] = {}
        self._spoken: list[Spoken] = []
        self._phases: set[int] = set()

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry."""
        at = samples(entry["time_s"])
        match entry["kind"]:
            case "state":
                self._entered.append(entry)
            case "say_started":
                self._started[entry["utterance"]] = at
            case "say_finished" | "say_cut" if entry["utterance"] in self._started:
                begins = self._started.pop(entry["utterance"])
                self._spoken.append(Spoken(begins, at, entry["key"], entry["text"]))

    def show(self, view: View) -> None:
        """Take a look at the session; ten a second miss no breath, whose phases last longer."""
        if view.breath is not None:
            self._phases.add(view.at - view.breath.done)

    def account(self, ends: int) -> Account:
        """Return the account of a session that is over.

        Args:
            ends: its length in samples.
        """
        begins = [samples(entry["time_s"]) for entry in self._entered]
        stretches = zip(self._entered, pairwise((*begins, ends)), strict=True)
        passages = [self._passage(entry, *stretch) for entry, stretch in stretches]
        return Account(self._routine, tuple(passage for passage in passages if passage.length))

    def _passage(self, entry: dict[str, Any], begins: int, ends: int) -> Passage:
        state = State(entry["state"])
        titles = (line.begins for line in self._spoken if line.key == "title")
        around = ends <= next(titles, ends) or state is State.FINISHED
        exercise = next(e for e in self._routine.exercises if e.id == entry["exercise"])
        side = Side(entry["side"]) if entry["side"] else None
        spoken = tuple(line for line in self._spoken if begins <= line.begins < ends)
        hold = state is State.HOLDING
        return Passage(
            begins=begins,
            ends=ends,
            state=state,
            exercise=None if around else exercise,
            side=None if around else side,
            repeat=entry["repeat"],
            spoken=spoken,
            breaths=tuple(self._breaths(begins, ends)) if hold else (),
            unsaid=tuple(self._unsaid(exercise, side, spoken)) if hold else (),
        )

    def _breaths(self, begins: int, ends: int) -> Iterable[Breath]:
        bounds = [*sorted(at for at in self._phases if begins <= at < ends), ends]
        for first, turns, after in zip(bounds[::2], bounds[1::2], bounds[2::2], strict=False):
            yield Breath(first, turns, after)

    def _unsaid(self, exercise: Exercise, side: Side | None, spoken: Iterable[Spoken]) -> Iterable[str]:
        said = {line.text for line in spoken}
        cues = self._phrases.sided(tuple(cue.text for cue in exercise.cues), side)
        return (text for text in cues if text not in said)
