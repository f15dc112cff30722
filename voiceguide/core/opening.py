"""Before the first exercise: what the guide is, reasons not to begin, and where the last session stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from voiceguide.core.course import Place
from voiceguide.core.interruptions import ANSWER_WITHIN
from voiceguide.core.lines import Line
from voiceguide.core.memory import Remembered, neglected_side
from voiceguide.core.plan import Routine, Side
from voiceguide.core.scene import Scene
from voiceguide.core.states import State
from voiceguide.core.walk import WARNINGS, Walk
from voiceguide.core.week_rule import lasts_over_a_week


def neglected_side_first(routine: Routine, remembered: Remembered) -> tuple[Routine, Side | None]:
    """Return the routine with the side first that had less time of late, and that side; None when none had."""
    side = neglected_side(remembered.sides, routine)
    if side is None or all(exercise.sides[:1] in ((), (side,)) for exercise in routine.exercises):
        return routine, None
    exercises = tuple(
        replace(exercise, sides=tuple(sorted(exercise.sides, key=lambda one: one is not side)))
        for exercise in routine.exercises
    )
    return replace(routine, exercises=exercises), side


class Opening:
    """Greets, asks at most one question before the start and one after an interrupted session.

    Args:
        scene: the session's present.
        walk: the walk along the routine.
        remembered: the sessions before.
        first_time: say what the guide is and is not, and when to leave it (S10).
        recorded: say that everything is being recorded.
    """

    def __init__(
        self,
        scene: Scene,
        walk: Walk,
        remembered: Remembered,
        *,
        first_time: bool,
        recorded: bool,
    ) -> None:
        self._scene = scene
        self._walk = walk
        self._remembered = remembered
        self._first_time = first_time
        self._recorded = recorded
        self._asked_again = False
        self._place: Place | None = None
        if (last := remembered.cut_off) is not None:
            self._place = walk.course.find(last.exercise, last.side, last.repeat)
        if self._place is not None:
            walk.begins = self.offer_to_return

    def greet(self) -> None:
        """Say what has to be said before the start, then ask, or wait for the start at once."""
        lines: list[Line] = [*self._scene.prompt("recording_note")] if self._recorded else []
        for key in ("not_a_device", "how_to_speak", "four_reasons") if self._first_time else ():
            lines += self._scene.prompt(key)
        pain, now = self._remembered.pain, self._remembered.now
        if lasts_over_a_week([one for one in pain if one.known], now):
            self._scene.record("advised", why="week")
            lines += self._scene.prompt("week_rule")
        elif lasts_over_a_week(pain, now):
            # Only with what an unknown machine pressed: it is asked about, not counted.
            self._scene.record("advised", why="week_unknown")
            lines += self._scene.prompt("week_unknown")
        self.check(lines)

    def check(self, before: Iterable[Line] = ()) -> None:
        """Ask for a reason not to begin. No answer to it begins anything."""
        self._walk.enter(State.CHECKING, self._walk.begins)
        self._walk.says_again(self.check)
        self._ask([*before, *self._scene.prompt("check_ask")])

    def advise_against(self) -> None:
        """Somebody has a reason not to begin: advise against it. Beginning all the same stays their choice."""
        self._scene.record("advised", why="reason")
        self._walk.enter(State.WAITING, self._walk.begins)
        self._scene.say(self._scene.prompt("check_advice"))

    def offer_to_return(self) -> None:
        """Ask whether to go on where the last session was cut off."""
        warnings = [line for line in self._scene.lines.unsaid() if line[0] in WARNINGS]
        self._walk.enter(State.RETURNING, self._return)
        self._walk.says_again(self.offer_to_return)
        self._asked_again = False
        self._ask([*warnings, *self._where_it_stopped()])

    def from_the_beginning(self) -> None:
        """Begin with the first exercise after all."""
        self._walk.begins = self._walk.introduce_routine
        self._walk.introduce_routine()

    def _return(self) -> None:
        if self._place is not None:
            self._walk.begins = self._walk.introduce_routine
            self._walk.go_on_at(self._place)

    def _where_it_stopped(self) -> list[Line]:
        place, course, scene = self._place, self._walk.course, self._scene
        if place is None:
            return []
        exercise, side = course.exercise(place), course.side(place)
        lines = scene.prompt("return_at", title=exercise.title)
        if side is not None:
            lines += scene.prompt("return_side", side=self._walk.name_of(side))
        if exercise.repeats > 1:
            lines += scene.prompt("return_repeat", number=place.repeat + 1, total=exercise.repeats)
        return [*lines, *scene.prompt("return_ask")]

    def _ask(self, lines: list[Line]) -> None:
        self._scene.say(lines, partial(self._scene.wait_for, ANSWER_WITHIN, self._no_answer))

    def _no_answer(self) -> None:
        # Nothing begins by silence; whoever comes back later is told how to.
        if self._scene.state is State.RETURNING and not self._asked_again:
            self._asked_again = True
            self._ask(self._where_it_stopped())
        else:
            self._walk.wait_for_start()
