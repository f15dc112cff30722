"""The session's states and what each command does in each of them.

A session walks along the routine:

    WAITING -> INTRODUCING -> SETTING_UP -> HOLDING -> RESTING -> HOLDING ... (repeats of one side)
                    ^                          |
                    |                          +----> CHANGING -> HOLDING ... (the other side)
                    +------- (next exercise) --+----> FINISHED                (after the last)

Two states may come before it, each for one question: CHECKING asks whether there is a reason not to begin today,
RETURNING whether to go on where the last session was cut off.

Six states stand beside this walk. PAUSED keeps the place and waits for words. STOPPING is entered by "stop" where
the person is in a position, because a call of pain may have been taken for it: it asks whether something hurts.
ENDING asks whether the session shall end, and keeps the place as well. SAFETY is entered by a pain phrase from
every state, without exception (S1); there the pain conversation in `safety.py` decides, with a table of its own,
and only a spoken answer leads out again (S3). QUIET is the rest that is offered when an exercise is over after
pain: nothing but the end, or another report of pain, leads out of it (S4). DOUBT is entered from a hold by speech
that is no command, and from everywhere by what may have been a word of pain. It asks whether something hurts, once
more when nobody answers, and then waits for as long as it takes, as STOPPING does (S8).

A question by name ("Did you say next side?") is no state: see `asking.py`.

The table gives one `Step` for each state and command. A command that is missing in a row is not possible there:
the recogniser does not listen for it, and if it is heard all the same it counts as unknown speech. The session
carries a step out; it never asks for the state again to decide what a command means.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from voiceguide.core.commands import PAIN_FAMILY, Command


class State(StrEnum):
    """Where a session is."""

    CHECKING = "checking"
    WAITING = "waiting"
    RETURNING = "returning"
    INTRODUCING = "introducing"
    SETTING_UP = "setting_up"
    HOLDING = "holding"
    RESTING = "resting"
    CHANGING = "changing"
    PAUSED = "paused"
    STOPPING = "stopping"
    ENDING = "ending"
    SAFETY = "safety"
    QUIET = "quiet"
    DOUBT = "doubt"
    FINISHED = "finished"


BEFORE_THE_WALK = frozenset({State.CHECKING, State.WAITING, State.RETURNING})
"""States in which nothing has begun yet."""


ON_THE_WALK = frozenset({State.INTRODUCING, State.SETTING_UP, State.RESTING, State.CHANGING})
"""States between two holds, which lead on by themselves or by "ready"."""


MAY_BE_A_CRY = PAIN_FAMILY | {Command.STOP, Command.HELP}
"""What somebody calls who is in pain: in a hold it is asked whether something hurts, however little is sure."""


ANY_VOICE_COUNTS = frozenset({State.HOLDING, State.DOUBT, State.STOPPING})
"""States in which somebody who speaks and is not understood is asked (S8): in a hold, and where it was just asked
whether something hurts."""


MAY_SPEAK_OF_OTHERS = frozenset({State.CHECKING, State.WAITING, State.PAUSED})
"""States in which the guide may speak of what has nothing to do with the session, such as pairing a phone."""


class Step(StrEnum):
    """What a command makes the session do."""

    PROCEED = "proceed"
    """On to what comes next on the walk."""
    CHANGE_SIDE = "change_side"
    TO_SIDE = "to_the_side_named"
    SKIP = "skip"
    GO_BACK = "go_back"
    SAY_AGAIN = "say_again"
    """What the state began with."""
    SAY_LAST = "say_the_last_words_again"
    HOLD_AGAIN = "hold_again"
    PAUSE = "pause"
    RESUME = "resume"
    AS_BEFORE = "as_before"
    """Back to what was interrupted, be it a pause or another question."""
    CARRY_ON = "carry_on"
    """Nothing but the chime: it asks for what goes on anyway."""
    ADVISE_AGAINST = "advise_against"
    """"Yes" to the question whether there is a reason not to begin."""
    WAIT_FOR_START = "wait_for_start"
    FROM_THE_BEGINNING = "from_the_beginning"
    ASK_WHETHER_IT_HURTS = "ask_whether_it_hurts"
    ASK_END = "ask_end"
    END = "end"
    END_WITH_ADVICE = "end_with_advice"
    """Whether something hurts was never answered, so what to do about it is said before the goodbye."""
    ANSWER = "answer"
    PACE = "pace"
    VOLUME = "volume"
    PAIN = "pain"
    """Into the pain conversation, or, within it, an answer to it."""
    IT_HURTS = "it_hurts"
    """"Yes", or nearly so, to the question whether something hurts: a report of pain as good as any."""


_C = Command

_ALWAYS: dict[Command, Step] = {
    **dict.fromkeys(PAIN_FAMILY, Step.PAIN),
    **dict.fromkeys((_C.LOUDER, _C.QUIETER), Step.VOLUME),
}

_QUESTIONS: dict[Command, Step] = dict.fromkeys(
    (
        *(_C.HOW_LONG, _C.WHATS_NEXT, _C.WHY, _C.WHAT_IS, _C.WHY_TIGHT, _C.HELP),
        *(_C.HOW_DID_I_DO, _C.LAST_TIME),
    ),
    Step.ANSWER,
)

_AGAIN: dict[Command, Step] = dict.fromkeys((_C.REPEAT, _C.SAY_AGAIN), Step.SAY_AGAIN)

_DOES_IT_HURT: dict[Command, Step] = {
    **_ALWAYS,
    # What is neither yes nor no is taken as the more serious of the two.
    **dict.fromkeys((_C.YES, _C.UNSURE, _C.SOMEWHERE, _C.TIGHT), Step.IT_HURTS),
    # Naming a side may tell where it hurts.
    **dict.fromkeys((_C.LEFT_SIDE, _C.RIGHT_SIDE), Step.IT_HURTS),
    **dict.fromkeys((_C.PAUSE, _C.REST), Step.PAUSE),
    **_AGAIN,
}

_MOVES: dict[Command, Step] = {
    _C.NEXT: Step.PROCEED,
    _C.NEXT_SIDE: Step.CHANGE_SIDE,
    _C.SKIP: Step.SKIP,
    _C.BACK: Step.GO_BACK,
}

_SIDES: dict[Command, Step] = dict.fromkeys((_C.LEFT_SIDE, _C.RIGHT_SIDE), Step.TO_SIDE)

_ANYWHERE_ON_IT: dict[Command, Step] = {
    **_ALWAYS,
    **_QUESTIONS,
    **_MOVES,
    **_SIDES,
    **dict.fromkeys((_C.SLOWER, _C.FASTER), Step.PACE),
    **dict.fromkeys((_C.PAUSE, _C.REST), Step.PAUSE),
    _C.SAY_AGAIN: Step.SAY_LAST,
    _C.STOP: Step.ASK_WHETHER_IT_HURTS,
}

_GETTING_READY: dict[Command, Step] = {
    **_ANYWHERE_ON_IT,
    **dict.fromkeys((_C.READY, _C.START, _C.RESUME, _C.YES), Step.PROCEED),
    _C.REPEAT: Step.SAY_AGAIN,
}

TABLE: Mapping[State, Mapping[Command, Step]] = MappingProxyType(
    {
        State.CHECKING: {
            **_ALWAYS,
            **dict.fromkeys((_C.YES, _C.UNSURE), Step.ADVISE_AGAINST),
            **dict.fromkeys((_C.NO, _C.NO_PAIN), Step.WAIT_FOR_START),
            **dict.fromkeys((_C.START, _C.READY, _C.SKIP, _C.NEXT, _C.RESUME), Step.PROCEED),
            **_AGAIN,
            _C.STOP: Step.ASK_END,
        },
        State.WAITING: {
            **_ALWAYS,
            **_QUESTIONS,
            # "Yes" is missing here: it may be a late answer to the question for a reason not to begin.
            **dict.fromkeys((_C.START, _C.READY, _C.NEXT), Step.PROCEED),
            **dict.fromkeys((_C.SLOWER, _C.FASTER), Step.PACE),
            _C.REPEAT: Step.SAY_AGAIN,
            _C.SAY_AGAIN: Step.SAY_LAST,
            _C.STOP: Step.ASK_END,
        },
        State.RETURNING: {
            **_ALWAYS,
            **dict.fromkeys((_C.YES, _C.RESUME, _C.READY), Step.PROCEED),
            **dict.fromkeys((_C.NO, _C.START), Step.FROM_THE_BEGINNING),
            **_AGAIN,
            _C.STOP: Step.ASK_END,
        },
        State.INTRODUCING: {**_GETTING_READY, _C.STOP: Step.ASK_END},
        State.SETTING_UP: _GETTING_READY,
        State.CHANGING: _GETTING_READY,
        State.HOLDING: {
            **_ANYWHERE_ON_IT,
            # A late "yes" is missing here: it may be the answer to whether something hurts.
            **dict.fromkeys((_C.RESUME, _C.READY, _C.START, _C.NO, _C.NO_PAIN), Step.CARRY_ON),
            _C.REPEAT: Step.HOLD_AGAIN,
        },
        State.RESTING: {**_GETTING_READY, _C.REPEAT: Step.HOLD_AGAIN},
        State.PAUSED: {
            **_ALWAYS,
            **_QUESTIONS,
            **_MOVES,
            **_SIDES,
            **dict.fromkeys((_C.RESUME, _C.READY, _C.START, _C.YES), Step.RESUME),
            **dict.fromkeys((_C.SLOWER, _C.FASTER), Step.PACE),
            _C.REPEAT: Step.SAY_AGAIN,
            _C.SAY_AGAIN: Step.SAY_LAST,
            _C.STOP: Step.ASK_WHETHER_IT_HURTS,
        },
        State.STOPPING: {
            **_DOES_IT_HURT,
            **dict.fromkeys((_C.RESUME, _C.READY), Step.RESUME),
            **dict.fromkeys((_C.NO, _C.NO_PAIN), Step.ASK_END),
            _C.STOP: Step.END_WITH_ADVICE,
        },
        State.ENDING: {
            **_ALWAYS,
            **dict.fromkeys((_C.YES, _C.STOP), Step.END),
            **dict.fromkeys((_C.NO, _C.NO_PAIN), Step.AS_BEFORE),
            _C.RESUME: Step.RESUME,
            **_AGAIN,
        },
        State.DOUBT: {
            **_DOES_IT_HURT,
            **_MOVES,
            **dict.fromkeys((_C.RESUME, _C.READY), Step.RESUME),
            **dict.fromkeys((_C.NO, _C.NO_PAIN), Step.AS_BEFORE),
            _C.STOP: Step.ASK_WHETHER_IT_HURTS,
        },
        State.QUIET: {
            **_ALWAYS,
            **dict.fromkeys((_C.REPEAT, _C.SAY_AGAIN, _C.HELP), Step.SAY_AGAIN),
            _C.STOP: Step.END,
        },
        # Which answers are possible depends on how far the pain conversation has come: see `safety.TABLE`.
        State.SAFETY: {**dict.fromkeys(_C, Step.PAIN), **_ALWAYS},
        State.FINISHED: {**_ALWAYS},
    },
)
"""What each command does in each state."""
