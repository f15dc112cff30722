"""Small routines for tests of the core: short times, telling texts."""

from __future__ import annotations

from dataclasses import replace

from voiceguide.core.plan import Breathing, Exercise, HoldCue, PainGuidance, Routine, Side

BREATHING = Breathing(4.0, 6.0)

STRETCH = Exercise(
    id="stretch",
    title="The stretch",
    purpose=("It lengthens the muscle.",),
    equipment=("a cushion",),
    setup=("Kneel on the {side} knee.", "Shift forward."),
    setup_short=("The {side} knee again.",),
    wait_s=None,
    sides=(Side.LEFT, Side.RIGHT),
    repeats=2,
    between_s=10.0,
    hold_s=30.0,
    open_rest=False,
    breathing=BREATHING,
    cues=(HoldCue(12.0, "Tailbone down."),),
    release=("Hands to the floor, off the {side} hip.",),
    pain=PainGuidance(sharp=("Stay out of it.",), sharp_tries=0, dull=("Go less deep on the {side}.",)),
)

BALL = replace(
    STRETCH,
    id="ball",
    title="The ball",
    repeats=1,
    release=("Hands to the floor and lift off the ball.",),
    pain=PainGuidance(
        sharp=("Move the ball to another place.",), sharp_tries=1, dull=("A dull feeling is wanted.",)
    ),
)

REST = Exercise(
    id="rest",
    title="The rest",
    purpose=("To let go.",),
    equipment=(),
    setup=("Lie on your back.",),
    setup_short=("On your back.",),
    wait_s=8.0,
    sides=(),
    repeats=1,
    between_s=0.0,
    hold_s=120.0,
    open_rest=True,
    breathing=replace(BREATHING, fading=True),
    cues=(HoldCue(30.0, "Heavy arms."),),
    release=("Roll to one side.",),
    pain=PainGuidance(sharp=("Roll to one side and rest.",), sharp_tries=0, dull=("Move a little.",)),
)

ROUTINE = Routine(
    id="small",
    language="en",
    title="The small routine",
    welcome=("Welcome.",),
    exercises=(STRETCH, BALL, REST),
    closing=("That was it.",),
)
