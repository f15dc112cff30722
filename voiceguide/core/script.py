"""Everything a session may come to say, so that it can be rendered before the first word."""

from __future__ import annotations

from collections.abc import Iterator

from voiceguide.core.answers import DAYS_TOLD, HOLD_LEFT_MOST_S, HOLD_LEFT_STEP_S
from voiceguide.core.course import Course
from voiceguide.core.phrases import PROMPTS, Phrases
from voiceguide.core.plan import Exercise, Routine, Side

MINUTES_ALLOWED_FOR = 40
"""Times in minutes are rendered up to this number; a longer one is rendered when it is asked for."""


def everything_said(routine: Routine, phrases: Phrases) -> list[str]:
    """Return every text a session of a routine can say, each once, about in the order it may be needed."""
    texts: dict[str, None] = {}
    for text in (*_prompts(routine, phrases), *_routine(routine, phrases)):
        texts.setdefault(text)
    return list(texts)


def _prompts(routine: Routine, phrases: Phrases) -> Iterator[str]:
    exercises = routine.exercises
    total = len(Course(routine).places())
    sides: list[dict[str, object]] = [{"side": phrases.side(side)} for side in Side]
    blanks: dict[str, list[dict[str, object]]] = {
        "waiting": [{"routine": routine.title}],
        "one_at_a_time": [{"routine": routine.title}],
        "duration": [{"minutes": minutes} for minutes in range(1, MINUTES_ALLOWED_FOR)],
        "pairing_digit": [{"digit": digit} for digit in range(10)],
        "how_long": [{"minutes": minutes} for minutes in range(2, MINUTES_ALLOWED_FOR)],
        "hold_left": [
            {"seconds": left} for left in range(HOLD_LEFT_STEP_S, HOLD_LEFT_MOST_S + 1, HOLD_LEFT_STEP_S)
        ],
        "equipment": [{"item": exercise.equipment[0]} for exercise in exercises if exercise.equipment],
        "equipment_more": [{"item": item} for exercise in exercises for item in exercise.equipment[1:]],
        "next_exercise": [{"title": exercise.title} for exercise in exercises],
        "next_repeat": [
            {"number": number, "total": exercise.repeats}
            for exercise in exercises
            for number in range(2, exercise.repeats + 1)
        ],
        "did_you_say": [{"phrase": name} for name in phrases.names.values()],
        "now_side": sides,
        "this_side": sides,
        "next_side": sides,
        "begin_with": sides,
        "uneven": sides,
        "return_side": sides,
        "return_at": [{"title": exercise.title} for exercise in exercises],
        "return_repeat": [
            {"number": number, "total": exercise.repeats}
            for exercise in exercises
            for number in range(1, exercise.repeats + 1)
        ],
        "last_days": [{"days": days} for days in range(2, DAYS_TOLD + 1)],
        "summary": [{"done": done, "total": total} for done in range(1, total)],
    }
    for key in PROMPTS:
        if not key.startswith("side_"):  # words within other sentences, never spoken alone
            for filled in blanks.get(key, [{}]):
                yield from phrases.lines(key, **filled)


def _routine(routine: Routine, phrases: Phrases) -> Iterator[str]:
    yield from routine.welcome
    for exercise in routine.exercises:
        yield exercise.title
        for side in exercise.sides or (None,):
            yield from phrases.sided(_lines(exercise), side)
    yield from routine.closing


def _lines(exercise: Exercise) -> tuple[str, ...]:
    return (
        *exercise.purpose,
        *exercise.setup,
        *exercise.setup_short,
        *(cue.text for cue in exercise.cues),
        *exercise.release,
        *exercise.pain.sharp,
        *exercise.pain.dull,
    )
