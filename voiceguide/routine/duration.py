"""About how long a routine takes, before a voice has rendered it.

Only for people who choose a routine. A session never works from estimates: it counts rendered samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceguide.routine.checks import whole_breaths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.core.plan import Exercise, Routine

WORDS_PER_S = {"en": 3.2, "ko": 1.7}
"""Measured on every line of the shipped routines: espeak-ng (en-us, ko), 150 words a minute, trimmed."""

_WORDS_PER_S = 2.5
"""Guess for a language that was not measured."""

LINE_PAUSE_S = 0.6
"""Between two lines."""

READY_S = 12.0
"""Guess: to get into a position and say so."""

PROMPTS_S = 8.0
"""Guess: what the guide says of its own accord around an exercise: its name, the side, what comes next."""


def speech_s(text: str, language: str) -> float:
    """Return about how many seconds it takes to say a text."""
    return len(text.split()) / WORDS_PER_S.get(language, _WORDS_PER_S)


def spoken_s(lines: Iterable[str], language: str) -> float:
    """Return about how many seconds it takes to say these lines, each with the pause after it."""
    return sum(speech_s(line, language) + LINE_PAUSE_S for line in lines)


def about_s(routine: Routine) -> float:
    """Return about how many seconds a routine takes when nothing is repeated, paused or skipped."""
    around = spoken_s((*routine.welcome, *routine.closing), routine.language)
    return PROMPTS_S + around + sum(_exercise_s(exercise, routine.language) for exercise in routine.exercises)


def _exercise_s(exercise: Exercise, language: str) -> float:
    wait = READY_S if exercise.wait_s is None else exercise.wait_s
    sides = max(1, len(exercise.sides))
    hold = whole_breaths(exercise.hold_s, exercise.breathing.cycle_s) * exercise.breathing.cycle_s
    holds = hold * exercise.repeats + exercise.between_s * (exercise.repeats - 1)
    first = spoken_s((*exercise.purpose, *exercise.setup), language) + wait
    other_sides = (sides - 1) * (spoken_s(exercise.setup_short, language) + wait)
    return PROMPTS_S + first + other_sides + sides * (holds + spoken_s(exercise.release, language))
