"""Answers to questions: how long, what is next, why, what is it, how did I do, when was the last time, help."""

from __future__ import annotations

from voiceguide.core.clock import seconds
from voiceguide.core.commands import Command
from voiceguide.core.course import Course, Place
from voiceguide.core.lines import Line
from voiceguide.core.memory import Remembered
from voiceguide.core.phrases import Phrases
from voiceguide.core.scene import Scene
from voiceguide.core.states import State
from voiceguide.core.tally import Tally

HOLD_LEFT_STEP_S = 5
"""The time left in a hold is told in steps of this many seconds."""

HOLD_LEFT_MOST_S = 120
"""Longer rests are told in minutes alone."""

DAYS_TOLD = 30
"""A last session longer ago than this many days was "some time ago"."""

_HELP = {State.WAITING: "help_waiting", State.HOLDING: "help_hold", State.PAUSED: "help_paused"}


class Answers:
    """Answers questions about a routine in the words of one language.

    Args:
        course: the routine.
        phrases: the language's prompts.
        tally: what was done in this session.
        remembered: the sessions before.
    """

    def __init__(self, course: Course, phrases: Phrases, tally: Tally, remembered: Remembered) -> None:
        self._course = course
        self._phrases = phrases
        self._tally = tally
        self._remembered = remembered

    def lines(
        self,
        question: Command,
        state: State,
        place: Place,
        *,
        minutes_left: int,
        hold_left: int | None,
    ) -> list[Line]:
        """Return the answer to a question.

        Args:
            question: one of the commands that the table answers with words.
            state: where the session is.
            place: the hold it is at.
            minutes_left: whole minutes to the end of the routine.
            hold_left: samples left in the hold, None outside of one.
        """
        match question:
            case Command.HOW_LONG:
                return self._how_long(minutes_left, hold_left)
            case Command.WHATS_NEXT:
                return self.upcoming(place)
            case Command.WHY if state is not State.WAITING:
                exercise = self._course.exercise(place)
                lines = self._phrases.sided(exercise.purpose, self._course.side(place))
                return [("purpose", line) for line in lines]
            case Command.WHY | Command.WHAT_IS:
                return self._prompt("what_is")
            case Command.WHY_TIGHT:
                return self._prompt("why_tight")
            case Command.HOW_DID_I_DO:
                return self._tally.summary() or self._prompt("nothing_yet")
            case Command.LAST_TIME:
                return last_time(self._phrases, self._remembered)
            case _:
                return self._prompt(_HELP.get(state, "help_setup"))

    def upcoming(self, place: Place) -> list[Line]:
        """Return the name of what follows a hold."""
        course = self._course
        if again := course.next_repeat(place):
            return self.numbered(again)
        if (other := course.next_side(place)) and (side := course.side(other)):
            return self._prompt("next_side", side=self._phrases.side(side))
        if following := course.next_exercise(place):
            return self._prompt("next_exercise", title=course.exercise(following).title)
        return self._prompt("next_end")

    def numbered(self, place: Place) -> list[Line]:
        """Return the number of a repeat, such as "two of three"."""
        total = self._course.exercise(place).repeats
        return self._prompt("next_repeat", number=place.repeat + 1, total=total)

    def _how_long(self, minutes_left: int, hold_left: int | None) -> list[Line]:
        lines = []
        left = 0 if hold_left is None else rounded_up(hold_left)
        if 0 < left <= HOLD_LEFT_MOST_S:
            lines += self._prompt("hold_left", seconds=left)
        if minutes_left > 1:
            return [*lines, *self._prompt("how_long", minutes=minutes_left)]
        return [*lines, *self._prompt("how_long_soon")]

    def _prompt(self, key: str, **blanks: object) -> list[Line]:
        return [(key, line) for line in self._phrases.lines(key, **blanks)]


def last_time(phrases: Phrases, remembered: Remembered) -> list[Line]:
    """Return when the routine was done last."""
    last, days, key = remembered.last_day, 0, "last_never"
    if last is not None and not remembered.last_is_sure:
        key = "last_unsure"
    elif last is not None:
        days = max(0, remembered.today - last)
        key = {0: "last_today", 1: "last_yesterday"}.get(
            days, "last_days" if days <= DAYS_TOLD else "last_long_ago"
        )
    blanks: dict[str, object] = {"days": days} if key == "last_days" else {}
    return [(key, line) for line in phrases.lines(key, **blanks)]


def code(phrases: Phrases, digits: str) -> list[Line]:
    """Return how to pair a phone: each digit is a line of its own, so that there is time to type it."""
    spoken = [("pairing_digit", line) for digit in digits for line in phrases.lines("pairing_digit", digit=digit)]
    return [*(("pairing", line) for line in phrases.lines("pairing")), *spoken]


def say_code(scene: Scene, lines: list[Line]) -> bool:
    """Say a code after one that is being said, which it must not cut off; return whether there is one."""
    being_said = any(key == "pairing_digit" for key, _ in scene.lines.unsaid())
    if being_said:
        scene.lines.add(lines)
    return being_said


def rounded_up(hold_left: int) -> int:
    """Return samples as seconds, rounded up to the step in which they are told."""
    return -(-int(seconds(hold_left)) // HOLD_LEFT_STEP_S) * HOLD_LEFT_STEP_S
