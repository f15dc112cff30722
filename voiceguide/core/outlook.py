"""How long a routine still takes: true lengths of speech and holds, an allowance where a person decides."""

from __future__ import annotations

from fractions import Fraction

from voiceguide.core.breath import whole_breaths
from voiceguide.core.clock import samples
from voiceguide.core.course import Course, Place
from voiceguide.core.lines import LINE_GAP
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Exercise
from voiceguide.core.timeline import Length

READY_ALLOWANCE = samples(10)
"""Assumed time until a person says that they are ready."""

MINUTE = samples(60)


class Outlook:
    """Foretells how long the holds of a course take, everything around them included."""

    def __init__(self, course: Course, phrases: Phrases, length: Length) -> None:
        self._course = course
        self._phrases = phrases
        self._length = length

    def minutes(self, place: Place, pace: Fraction, done: int) -> int:
        """Return whole minutes from a place to the end, `done` samples of its hold being over; at least 0."""
        here = max(0, self.hold(self._course.exercise(place), pace) - done)
        total = here + sum(self._with_set_up(later, pace) for later in self._course.rest_of_routine(place))
        total += self._speech(self._course.routine.closing)
        return round(total / MINUTE)

    def total_minutes(self, pace: Fraction = Fraction(1)) -> int:
        """Return whole minutes of the whole routine after "start"; at least 1."""
        first = Place()
        total = self._speech(self._course.routine.welcome) + self._with_set_up(first, pace)
        total += sum(self._with_set_up(later, pace) for later in self._course.rest_of_routine(first))
        return max(1, round((total + self._speech(self._course.routine.closing)) / MINUTE))

    def _with_set_up(self, place: Place, pace: Fraction) -> int:
        exercise, side = self._course.exercise(place), self._course.side(place)
        hold = self.hold(exercise, pace)
        if place.repeat:
            return hold + samples(exercise.between_s)
        wait = READY_ALLOWANCE if exercise.wait_s is None else samples(exercise.wait_s)
        lines = exercise.setup_short if place.side else (*exercise.purpose, *exercise.setup)
        return hold + wait + self._speech(self._phrases.sided((*lines, *exercise.release), side))

    def hold(self, exercise: Exercise, pace: Fraction) -> int:
        """Return the samples of one hold of an exercise: the whole breaths that fit into it."""
        return whole_breaths(samples(exercise.hold_s), exercise.breathing, pace)[-1].ends

    def _speech(self, lines: tuple[str, ...]) -> int:
        return sum(self._length(line) + LINE_GAP for line in lines)
