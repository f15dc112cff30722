"""A routine that is over in a few seconds, each line a word: for trying everything in every state of it."""

from __future__ import annotations

from voiceguide.core.commands import Command
from voiceguide.core.phrases import PROMPTS, Phrases
from voiceguide.core.plan import Breathing, Exercise, PainGuidance, Routine, Side

PHRASES = Phrases("xx", {key: (key,) for key in PROMPTS}, {command: command.value for command in Command})

BALL = Exercise(
    id="ball",
    title="title",
    purpose=("purpose",),
    equipment=(),
    setup=("setup",),
    setup_short=("setup",),
    wait_s=3.0,
    sides=(Side.LEFT, Side.RIGHT),
    repeats=2,
    between_s=3.0,
    hold_s=4.0,
    open_rest=True,
    breathing=Breathing(2.0, 2.0),
    cues=(),
    release=("release",),
    pain=PainGuidance(("elsewhere",), 1, ("less",)),
)


def routine(*exercises: Exercise) -> Routine:
    return Routine("tiny", "xx", "tiny", ("welcome",), exercises, ("closing",))
