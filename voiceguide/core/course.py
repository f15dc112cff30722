"""Where in a routine we are, and what comes before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voiceguide.core.plan import Exercise, Routine, Side


@dataclass(frozen=True, order=True)
class Place:
    """One hold of a routine, by its indices from 0.

    Attributes:
        exercise: which exercise.
        side: which of its sides; 0 where it has none.
        repeat: which of the repeats on this side.
    """

    exercise: int = 0
    side: int = 0
    repeat: int = 0


class Course:
    """The order of the holds of one routine."""

    def __init__(self, routine: Routine) -> None:
        self.routine = routine

    def exercise(self, place: Place) -> Exercise:
        """Return the exercise at a place."""
        return self.routine.exercises[place.exercise]

    def side(self, place: Place) -> Side | None:
        """Return the side at a place, None where the exercise has no sides."""
        sides = self.exercise(place).sides
        return sides[place.side] if sides else None

    def places(self) -> list[Place]:
        """Return every hold, in order."""
        return [Place(), *self.rest_of_routine(Place())]

    def find(self, exercise: str, side: Side | None, repeat: int) -> Place | None:
        """Return the place of a hold, None when the routine has no such hold.

        Args:
            exercise: id of the exercise.
            side: its side.
            repeat: number of the repeat, from 1.
        """
        wanted = (exercise, side, repeat)
        found = (p for p in self.places() if (self.exercise(p).id, self.side(p), p.repeat + 1) == wanted)
        return next(found, None)

    def next_repeat(self, place: Place) -> Place | None:
        """Return the next repeat on the same side, None after the last."""
        last = place.repeat + 1 >= self.exercise(place).repeats
        return None if last else replace(place, repeat=place.repeat + 1)

    def next_side(self, place: Place) -> Place | None:
        """Return the first repeat of the next side, None after the last."""
        last = place.side + 1 >= max(1, len(self.exercise(place).sides))
        return None if last else Place(place.exercise, place.side + 1)

    def on_side(self, place: Place, side: Side) -> Place | None:
        """Return the first repeat of the same exercise on a side, None when it has no such side."""
        sides = self.exercise(place).sides
        return Place(place.exercise, sides.index(side)) if side in sides else None

    def next_exercise(self, place: Place) -> Place | None:
        """Return the first hold of the next exercise, None after the last."""
        last = place.exercise + 1 >= len(self.routine.exercises)
        return None if last else Place(place.exercise + 1)

    def after(self, place: Place) -> Place | None:
        """Return the hold that follows, None at the end of the routine."""
        return self.next_repeat(place) or self.next_side(place) or self.next_exercise(place)

    def before(self, place: Place) -> Place:
        """Return the hold to go back to: the repeat before, else the side before, else the exercise before."""
        if place.repeat:
            return replace(place, repeat=place.repeat - 1)
        if place.side:
            return Place(place.exercise, place.side - 1)
        return Place(max(0, place.exercise - 1))

    def rest_of_routine(self, place: Place) -> list[Place]:
        """Return the holds that follow a place, in order."""
        following = []
        step = self.after(place)
        while step is not None:
            following.append(step)
            step = self.after(step)
        return following
