"""One report of pain, from the first word to the way on: carries out the moves of the table in `safety.py`.

It keeps no time and speaks nothing itself: the session tells it what was answered, that its lines were truly
spoken, or that nobody answered, and speaks the lines it gives back.
"""

from __future__ import annotations

from dataclasses import dataclass

from voiceguide.core.commands import Command
from voiceguide.core.lines import Line
from voiceguide.core.pain import GUIDANCE, Closes, Kind
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Exercise, Side
from voiceguide.core.safety import REPLY_OF, TABLE, Move, Outcome, Reply, Stage


@dataclass(frozen=True)
class Turn:
    """What the conversation does next.

    Attributes:
        lines: (key, text) to speak now, in place of what is being spoken; empty to leave the voice as it is.
        outcome: set when the conversation is over.
    """

    lines: tuple[Line, ...] = ()
    outcome: Outcome | None = None


_NOTHING = Turn()

_ANSWERS = {
    stage: frozenset(command for command, reply in REPLY_OF.items() if reply in row)
    for stage, row in TABLE.items()
}
"""The commands that mean something at a stage."""


class PainConversation:
    """One report of pain, from the first word to the way on.

    Args:
        phrases: the language's prompts.
        exercise: whose position the person is in; None when in none.
        side: the side worked on.
        sharp_before: reports of sharp pain in this exercise earlier in this session.
        already_over: a red flag was raised earlier; whatever is answered, rest or the end is offered.

    Attributes:
        stage: how far it has come.
        kind: the kind of pain, as far as it is known.
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
        self.stage = Stage.RELEASING
        self.kind = Kind.UNKNOWN
        self._phrases = phrases
        self._exercise = exercise
        self._side = side
        self._sharp_before = sharp_before
        self._already_over = already_over
        self._sharp_here = 0
        self._asked = False
        self._noted: Reply | None = None

    @property
    def red_flag(self) -> bool:
        """True when this very report named what closes the exercise (S4): that is not taken back."""
        match GUIDANCE[self.kind].closes:
            case Closes.ALWAYS:
                return self.kind is not Kind.UNCLEAR
            case Closes.AFTER_TRIES:
                return self.sharp_reports > (self._exercise.pain.sharp_tries if self._exercise else 0)
            case Closes.NEVER:
                return False

    @property
    def over(self) -> bool:
        """True when the exercise is over for this session (S4)."""
        return self._already_over or self.red_flag or self.kind is Kind.UNCLEAR

    @property
    def sharp_reports(self) -> int:
        """Reports of sharp pain in this exercise, this conversation's included."""
        return self._sharp_before + self._sharp_here

    @property
    def awaits_answer(self) -> bool:
        """True when, once the lines were spoken, silence should lead to asking again."""
        return Reply.SILENCE in TABLE[self.stage]

    def answers(self) -> frozenset[Command]:
        """Return the commands that mean something now."""
        return _ANSWERS[self.stage]

    def report(self, kind: Kind) -> Turn:
        """Open the conversation, or open it again. The release comes first (S5)."""
        self._begin_anew()
        self.stage = Stage.RELEASING
        self._take(kind)
        return Turn(self._release())

    def _begin_anew(self) -> None:
        # What was named before still counts, but the new pain is asked about as if it were the first.
        self._already_over = self._already_over or self.red_flag
        self._sharp_before += self._sharp_here
        self._sharp_here = 0
        self._noted = None
        self.kind = Kind.UNKNOWN

    def take(self, reply: Reply, kind: Kind = Kind.UNKNOWN) -> Turn | None:
        """Take a reply.

        Args:
            reply: what the conversation is told.
            kind: which kind of pain, with `Reply.KIND`.

        Returns:
            What follows, or None when this is no reply at this stage.
        """
        move = TABLE[self.stage].get(reply)
        match move:
            case None:
                return None
            case Move.NOTE:
                return self._note(reply, kind)
            case Move.AFTER_RELEASE:
                return self._after_release()
            case Move.ASK:
                return self._ask()
            case Move.NARROW:
                return self._ask_at(Stage.NARROWING, "safety_narrow")
            case Move.NARROW_ANEW:
                self._begin_anew()
                return self._ask_at(Stage.NARROWING, "safety_narrow")
            case Move.ASK_AGAIN:
                return self._ask_at(Stage.WAITING, "safety_ask_again")
            case Move.ADVISE:
                return self._named(kind)
            case Move.CALL_MILD:
                return self._named(Kind.DULL)
            case Move.CALL_SERIOUS:
                return self._named(Kind.SERIOUS)
            case Move.PRESUME:
                return self._named(Kind.UNCLEAR)
            case Move.LEAVE:
                self._noted = Reply.STOP
                return self._advise()
            case Move.AFTER_ADVICE:
                return Turn(outcome=Outcome.END) if self._noted is Reply.STOP else self._offer()
            case Move.OFFER:
                return self._offer()
            case Move.TAKE_BACK:
                return self._take_back()
            case Move.AGAIN | Move.CHANGE_SIDE | Move.SKIP | Move.REST | Move.END:
                return Turn(outcome=Outcome[move.name])

    def _note(self, reply: Reply, kind: Kind) -> Turn:
        # The way out is never cut short by an answer, nor advice by "stop".
        if reply is Reply.KIND and kind > self.kind:
            self._take(kind)
        if reply is not Reply.KIND or self._noted is Reply.NO_PAIN:
            self._noted = None if reply is Reply.KIND else reply
        return _NOTHING

    def _take(self, kind: Kind) -> None:
        self.kind = kind
        self._sharp_here += kind is Kind.SHARP

    def _named(self, kind: Kind) -> Turn:
        if kind <= self.kind:
            return _NOTHING
        self._take(kind)
        return self._advise()

    def _take_back(self) -> Turn:
        if self.red_flag:
            return _NOTHING if self.stage is Stage.ADVISING else self._offer()
        self.kind = Kind.UNKNOWN
        self._sharp_here = 0
        return Turn(outcome=Outcome.TAKEN_BACK)

    # --- what is said -------------------------------------------------------------------------------------

    def _release(self) -> tuple[Line, ...]:
        if self._exercise is None:
            return self._lines("safety_release_anywhere")
        return tuple(("release", line) for line in self._phrases.sided(self._exercise.release, self._side))

    def _after_release(self) -> Turn:
        if self._noted is Reply.NO_PAIN and not self.red_flag:
            return self._take_back()
        if self.kind is not Kind.UNKNOWN or self._noted is Reply.STOP:
            return self._advise()
        # Who answers "it hurts" to the open question is asked one that yes and no can answer.
        return self._ask_at(Stage.NARROWING, "safety_narrow") if self._asked else self._ask()

    def _ask(self) -> Turn:
        self._asked = True
        return self._ask_at(Stage.WAITING if self.stage is Stage.WAITING else Stage.ASKING, "safety_ask")

    def _ask_at(self, stage: Stage, key: str) -> Turn:
        self.stage = stage
        return Turn(self._lines(key))

    def _advise(self) -> Turn:
        self.stage = Stage.ADVISING
        guidance, exercise = GUIDANCE[self.kind], self._exercise
        lines: tuple[Line, ...] = ()
        for key in guidance.says:
            lines += self._guidance(key)
        if self.red_flag:
            for key in guidance.professional:
                lines += self._lines(key)
        if self.over and exercise is not None:
            lines += self._lines("safety_exercise_over")
        return Turn(lines)

    def _guidance(self, key: str) -> tuple[Line, ...]:
        exercise = self._exercise
        match self.kind:
            case Kind.DULL | Kind.SHARP if exercise is None:
                return self._lines(f"{key}_anywhere")
            case Kind.DULL if exercise is not None:
                return tuple((key, line) for line in self._phrases.sided(exercise.pain.dull, self._side))
            case Kind.SHARP if exercise is not None:
                # Where repositioning was allowed and did not help, how to reposition is not said again.
                again = exercise.pain.sharp_tries > 0 and self.red_flag
                lines = () if again else self._phrases.sided(exercise.pain.sharp, self._side)
                return tuple((key, line) for line in lines)
            case _:
                return self._lines(key)

    def _offer(self) -> Turn:
        self.stage = Stage.CLOSED if self.over else Stage.OFFERING
        return Turn(self._lines("safety_offer_rest" if self.over else "safety_offer_go_on"))

    def _lines(self, key: str) -> tuple[Line, ...]:
        return tuple((key, line) for line in self._phrases.lines(key))
