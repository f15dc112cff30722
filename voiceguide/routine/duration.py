"""About how long a routine takes, before a voice has rendered it.

Only for people who choose a routine. A session never works from estimates: it counts rendered samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.routine.checks import whole_breaths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.core.plan import Exercise, Routine

WORDS_PER_S = 3.2
"""Measured on every line of the shipped English routines: espeak-ng, en-us, 150 words a minute, trimmed."""

LINE_PAUSE_S = 0.6
"""Between two lines."""

READY_S = 12.0
"""Guess: to get into a position and say so."""

PROMPTS_S = 8.0
"""Guess: what the guide says of its own accord around an exercise: its name, the side, what comes next."""


def spoken_s(lines: Iterable[str]) -> float:
    """Return about how many seconds it takes to say these lines."""
    return sum(len(line.split()) / WORDS_PER_S + LINE_PAUSE_S for line in lines)


def about_s(routine: Routine) -> float:
    """Return about how many seconds a routine takes when nothing is repeated, paused or skipped."""
    exercises = sum(map(_exercise_s, routine.exercises))
    return PROMPTS_S + spoken_s(routine.welcome) + exercises + spoken_s(routine.closing)


def _exercise_s(exercise: Exercise) -> float:
    wait = READY_S if exercise.wait_s is None else exercise.wait_s
    sides = max(1, len(exercise.sides))
    hold = whole_breaths(exercise.hold_s, exercise.breathing.cycle_s) * exercise.breathing.cycle_s
    holds = hold * exercise.repeats + exercise.between_s * (exercise.repeats - 1)
    first = spoken_s(exercise.setup) + wait
    other_sides = (sides - 1) * (spoken_s(exercise.setup_short) + wait)
    return PROMPTS_S + first + other_sides + sides * (holds + spoken_s(exercise.release))
