"""What was done in this session, and what there is to say about it at the end."""

from __future__ import annotations

from voiceguide.core.course import Course, Place
from voiceguide.core.lines import Line
from voiceguide.core.memory import Remembered, SideTime, neglected_side
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Side


class Tally:
    """Counts the holds of this session.

    Args:
        course: the routine.
        phrases: the language's prompts.
        remembered: the sessions before.
    """

    def __init__(self, course: Course, phrases: Phrases, remembered: Remembered) -> None:
        self._course = course
        self._phrases = phrases
        self._remembered = remembered
        self._done: set[Place] = set()
        self._held: dict[tuple[str, Side], float] = {}

    def held(self, place: Place, held_s: float, *, complete: bool) -> None:
        """Take a hold that is over.

        Args:
            place: which.
            held_s: seconds held, since it was entered.
            complete: whether it came to its end.
        """
        side = self._course.side(place)
        if complete:
            self._done.add(place)
        if side is not None:
            of = (self._course.exercise(place).id, side)
            self._held[of] = self._held.get(of, 0.0) + held_s

    def summary(self) -> list[Line]:
        """Return one sentence on what was done; none when nothing was."""
        done, total = len(self._done), len(self._course.places())
        if done == 0:
            return []
        if done == total:
            return [("summary_all", line) for line in self._phrases.lines("summary_all")]
        return [("summary", line) for line in self._phrases.lines("summary", done=done, total=total)]

    def uneven(self, planned_s: dict[tuple[str, Side], float]) -> list[Line]:
        """Return a sentence on a side that had less time over the last sessions and this one; none if about even.

        Args:
            planned_s: what this routine plans for each exercise and side, in seconds.
        """
        if not self._remembered.sides:
            return []
        today = [SideTime(*of, self._held.get(of, 0.0), planned) for of, planned in planned_s.items()]
        side = neglected_side((*self._remembered.sides, *today), self._course.routine)
        if side is None:
            return []
        return [("uneven", line) for line in self._phrases.lines("uneven", side=self._phrases.side(side))]
