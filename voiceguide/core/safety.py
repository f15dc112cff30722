r"""The pain conversation.

It begins with how to come out of the position, always (S5), asks what kind of pain it is, answers that kind with
the routine's guidance and then offers a way on. It keeps no time and speaks nothing itself: the session tells it
what was answered, that its lines were truly spoken, or that nobody answered, and speaks the lines it gives back.

Stages and what leads from one to the next:

    RELEASING --spoken--> ASKING --silence--> WAITING (for good: S3)
        |  (kind already named)  \--answer--/    |
        +------------------> ADVISING <----------+
                                | spoken
                                v
                            OFFERING --answer--> Outcome

Only `Outcome`s leave the conversation, and only a spoken answer in OFFERING, or "stop", yields one. A more serious
answer is taken up at every stage; a milder one never replaces it. "Stop" ends the session, but what a red flag
asks to be said is said first (S4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from voiceguide.core.commands import Command
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Exercise, Side


class Kind(IntEnum):
    """Kinds of pain, the more serious the higher."""

    UNKNOWN = 0
    DULL = 1
    SHARP = 2
    SHOOTING = 3


KIND_OF: Mapping[Command, Kind] = {
    Command.PAIN: Kind.UNKNOWN,
    Command.DULL: Kind.DULL,
    Command.SHARP: Kind.SHARP,
    Command.SHOOTING: Kind.SHOOTING,
}


class Stage(StrEnum):
    """How far the conversation has come."""

    RELEASING = "releasing"
    ASKING = "asking"
    WAITING = "waiting"
    ADVISING = "advising"
    OFFERING = "offering"


class Outcome(StrEnum):
    """How the session goes on after the conversation."""

    AGAIN = "again"
    """The same repeat from its set-up, waiting for "ready"."""
    CHANGE_SIDE = "change_side"
    SKIP = "skip"
    REST = "rest"
    """Rest in silence; only "stop" leads on when the exercise is over."""
    END = "end"


class Answer(StrEnum):
    """What an answer does at a stage."""

    KIND = "kind"
    SAY_AGAIN = "say_again"
    LEAVE = "leave"
    AGAIN = "again"
    CHANGE_SIDE = "change_side"
    SKIP = "skip"
    REST = "rest"


_C = Command
_KINDS = dict.fromkeys((_C.SHARP, _C.SHOOTING, _C.DULL), Answer.KIND)
_UNDERWAY = {**_KINDS, _C.STOP: Answer.LEAVE}
_ASKED = {**_UNDERWAY, **dict.fromkeys((_C.REPEAT, _C.HELP), Answer.SAY_AGAIN)}

ANSWERS: Mapping[Stage, Mapping[Command, Answer]] = {
    Stage.RELEASING: _UNDERWAY,
    Stage.ASKING: _ASKED,
    Stage.WAITING: _ASKED,
    Stage.ADVISING: _UNDERWAY,
    Stage.OFFERING: {
        **_ASKED,
        **dict.fromkeys((_C.RESUME, _C.READY, _C.START, _C.YES), Answer.AGAIN),
        **dict.fromkeys((_C.NEXT, _C.SKIP), Answer.SKIP),
        _C.NEXT_SIDE: Answer.CHANGE_SIDE,
        _C.REST: Answer.REST,
        _C.NO: Answer.LEAVE,
    },
}
"""What can be answered at each stage. "Pain" itself, possible at all of them, begins anew with the release."""

OVER_ANSWERS: Mapping[Command, Answer] = {
    **_ASKED,
    **dict.fromkeys(
        (_C.RESUME, _C.READY, _C.START, _C.YES, _C.NO, _C.NEXT, _C.SKIP, _C.NEXT_SIDE),
        Answer.SAY_AGAIN,
    ),
    _C.REST: Answer.REST,
}
"""OFFERING when the exercise is over: rest or the end, nothing else (S4)."""


@dataclass(frozen=True)
class Turn:
    """What the conversation does next.

    Attributes:
        lines: (key, text) to speak now, in place of what is being spoken; empty to leave the voice as it is.
        outcome: set when the conversation is over.
    """

    lines: tuple[tuple[str, str], ...] = ()
    outcome: Outcome | None = None


class PainConversation:
    """One report of pain, from the first word to the way on.

    Args:
        phrases: the language's prompts.
        exercise: whose position the person is in; None when in none.
        side: the side worked on.
        sharp_before: reports of sharp pain in this exercise earlier in this session.
        already_over: a red flag was raised earlier; whatever is answered, rest or the end is offered.
    """

    def __init__(
        self,
        phrases: Phrases,
        exercise: Exercise | None,
        side: Side | None,
        *,
        sharp_before: int = 0,
        already_over: bool = False,
    ) -> None:
        self._phrases = phrases
        self._exercise = exercise
        self._side = side
        self._sharp_before = sharp_before
        self._already_over = already_over
        self._sharp_here = 0
        self._leaving = False
        self.stage = Stage.RELEASING
        self.kind = Kind.UNKNOWN

    @property
    def over(self) -> bool:
        """True when the exercise is over for this session (S4)."""
        tries = self._exercise.pain.sharp_tries if self._exercise else 0
        too_sharp = self._sharp_before + self._sharp_here > tries
        return self._already_over or self.kind is Kind.SHOOTING or too_sharp

    @property
    def sharp_reports(self) -> int:
        """Reports of sharp pain in this exercise, this conversation's included."""
        return self._sharp_before + self._sharp_here

    @property
    def awaits_answer(self) -> bool:
        """True when, once the lines were spoken, silence should lead to asking again."""
        return self.stage is Stage.ASKING

    def answers(self) -> Mapping[Command, Answer]:
        """Return what can be answered now."""
        return OVER_ANSWERS if self.stage is Stage.OFFERING and self.over else ANSWERS[self.stage]

    def report(self, command: Command) -> Turn:
        """Open the conversation, or open it again, with a pain phrase. The release comes first (S5)."""
        # What was reported before still counts, but the new pain is asked about as if it were the first.
        self._already_over = self.over
        self._leaving = False
        self.stage = Stage.RELEASING
        self.kind = Kind.UNKNOWN
        self._take(KIND_OF[command])
        return Turn(self._release())

    def answer(self, command: Command) -> Turn | None:
        """Take an answer.

        Returns:
            What follows, or None when this is no answer at this stage.
        """
        meaning = self.answers().get(command)
        match meaning:
            case None:
                return None
            case Answer.KIND:
                return self._named(KIND_OF[command])
            case Answer.SAY_AGAIN:
                return self._offer() if self.stage is Stage.OFFERING else self._ask()
            case Answer.LEAVE:
                return self._leave()
            case _:
                return Turn(outcome=Outcome(meaning.value))

    def spoken(self) -> Turn:
        """All lines of the last turn were truly spoken."""
        match self.stage:
            case Stage.RELEASING if self.kind is not Kind.UNKNOWN:
                return self._advise()
            case Stage.RELEASING if self._leaving:
                return self._advise()
            case Stage.RELEASING:
                return self._ask()
            case Stage.ADVISING if self._leaving:
                return Turn(outcome=Outcome.END)
            case Stage.ADVISING:
                return self._offer()
            case _:
                return Turn()

    def silence(self) -> Turn:
        """Nobody answered the question: ask once more, then wait in silence for good (S3)."""
        if self.stage is not Stage.ASKING:
            return Turn()
        self.stage = Stage.WAITING
        return Turn(self._lines("safety_ask_again"))

    def _named(self, kind: Kind) -> Turn:
        if kind <= self.kind:
            return Turn()
        self._take(kind)
        # The release is never cut short by an answer: the advice follows it.
        return Turn() if self.stage is Stage.RELEASING else self._advise()

    def _take(self, kind: Kind) -> None:
        self.kind = kind
        self._sharp_here += kind is Kind.SHARP

    def _leave(self) -> Turn:
        self._leaving = True
        match self.stage:
            case Stage.RELEASING | Stage.ADVISING:
                return Turn()
            case Stage.OFFERING:
                return Turn(outcome=Outcome.END)
            case _:
                return self._advise()

    def _release(self) -> tuple[tuple[str, str], ...]:
        if self._exercise is None:
            return self._lines("safety_release_anywhere")
        lines = self._phrases.sided(self._exercise.release, self._side)
        return tuple(("release", line) for line in lines)

    def _ask(self) -> Turn:
        if self.stage is not Stage.WAITING:
            self.stage = Stage.ASKING
        return Turn(self._lines("safety_ask"))

    def _advise(self) -> Turn:
        self.stage = Stage.ADVISING
        match self.kind:
            case Kind.UNKNOWN:
                lines = self._lines("safety_stop_unasked")
            case Kind.DULL:
                lines = self._of_exercise("safety_dull", "safety_dull_anywhere")
            case Kind.SHARP:
                lines = self._advise_on_sharp()
            case Kind.SHOOTING:
                lines = self._lines("safety_shooting")
        if self.over and self._exercise is not None:
            lines += self._lines("safety_exercise_over")
        return Turn(lines)

    def _advise_on_sharp(self) -> tuple[tuple[str, str], ...]:
        how = self._of_exercise("safety_sharp", "safety_sharp_anywhere")
        if not self.over:
            return how
        # Where repositioning was allowed and did not help, how to reposition is not said again.
        tried = self._exercise is not None and self._exercise.pain.sharp_tries > 0
        return (() if tried else how) + self._lines("safety_see_professional")

    def _offer(self) -> Turn:
        self.stage = Stage.OFFERING
        return Turn(self._lines("safety_offer_rest" if self.over else "safety_offer_go_on"))

    def _of_exercise(self, key: str, anywhere: str) -> tuple[tuple[str, str], ...]:
        if self._exercise is None:
            return self._lines(anywhere)
        pain = self._exercise.pain
        lines = pain.dull if self.kind is Kind.DULL else pain.sharp
        return tuple((key, line) for line in self._phrases.sided(lines, self._side))

    def _lines(self, key: str) -> tuple[tuple[str, str], ...]:
        return tuple((key, line) for line in self._phrases.lines(key))
