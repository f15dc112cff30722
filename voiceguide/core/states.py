"""The session's states and what each command does in each of them.

A session walks along the routine:

    WAITING -> INTRODUCING -> SETTING_UP -> HOLDING -> RESTING -> HOLDING ... (repeats of one side)
                    ^                          |
                    |                          +----> CHANGING -> HOLDING ... (the other side)
                    +------- (next exercise) --+----> FINISHED                (after the last)

Five states stand beside this walk. PAUSED keeps the place and waits for words. ENDING asks whether the session
shall end, and keeps the place as well. SAFETY is entered by a pain phrase from every state, without exception
(S1); there the pain conversation in `safety.py` decides, with a table of its own, and only a spoken answer leads
out again (S3). QUIET is the rest that is offered when an exercise is over after pain: nothing but the end, or
another report of pain, leads out of it (S4). DOUBT is entered from a hold by speech that is no command: it asks
whether something hurts, and goes on after a moment of silence (S8).

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

    WAITING = "waiting"
    INTRODUCING = "introducing"
    SETTING_UP = "setting_up"
    HOLDING = "holding"
    RESTING = "resting"
    CHANGING = "changing"
    PAUSED = "paused"
    ENDING = "ending"
    SAFETY = "safety"
    QUIET = "quiet"
    DOUBT = "doubt"
    FINISHED = "finished"


class Step(StrEnum):
    """What a command makes the session do."""

    PROCEED = "proceed"
    """On to what comes next on the walk."""
    CHANGE_SIDE = "change_side"
    SKIP = "skip"
    GO_BACK = "go_back"
    SAY_AGAIN = "say_again"
    HOLD_AGAIN = "hold_again"
    PAUSE = "pause"
    RESUME = "resume"
    ASK_END = "ask_end"
    END = "end"
    ANSWER = "answer"
    PACE = "pace"
    VOLUME = "volume"
    PAIN = "pain"
    """Into the pain conversation, or, within it, an answer to it."""
    IT_HURTS = "it_hurts"
    """"Yes" to the question whether something hurts: a report of pain as good as any."""


_C = Command

_ALWAYS: dict[Command, Step] = {
    **dict.fromkeys(PAIN_FAMILY, Step.PAIN),
    **dict.fromkeys((_C.LOUDER, _C.QUIETER), Step.VOLUME),
}

_QUESTIONS: dict[Command, Step] = dict.fromkeys(
    (_C.HOW_LONG, _C.WHATS_NEXT, _C.WHY, _C.WHAT_IS, _C.WHY_TIGHT, _C.HELP),
    Step.ANSWER,
)

_MOVES: dict[Command, Step] = {
    _C.NEXT: Step.PROCEED,
    _C.NEXT_SIDE: Step.CHANGE_SIDE,
    _C.SKIP: Step.SKIP,
    _C.BACK: Step.GO_BACK,
}

_ON_THE_WALK: dict[Command, Step] = {
    **_ALWAYS,
    **_QUESTIONS,
    **_MOVES,
    **dict.fromkeys((_C.SLOWER, _C.FASTER), Step.PACE),
    **dict.fromkeys((_C.PAUSE, _C.REST), Step.PAUSE),
    _C.STOP: Step.ASK_END,
}

_GETTING_READY: dict[Command, Step] = {
    **_ON_THE_WALK,
    **dict.fromkeys((_C.READY, _C.START, _C.RESUME, _C.YES), Step.PROCEED),
    _C.REPEAT: Step.SAY_AGAIN,
}

TABLE: Mapping[State, Mapping[Command, Step]] = MappingProxyType(
    {
        State.WAITING: {
            **_ALWAYS,
            **_QUESTIONS,
            **dict.fromkeys((_C.START, _C.READY, _C.NEXT, _C.YES), Step.PROCEED),
            **dict.fromkeys((_C.SLOWER, _C.FASTER), Step.PACE),
            _C.REPEAT: Step.SAY_AGAIN,
            _C.STOP: Step.ASK_END,
        },
        State.INTRODUCING: _GETTING_READY,
        State.SETTING_UP: _GETTING_READY,
        State.CHANGING: _GETTING_READY,
        State.HOLDING: {**_ON_THE_WALK, _C.REPEAT: Step.HOLD_AGAIN},
        State.RESTING: {**_GETTING_READY, _C.REPEAT: Step.HOLD_AGAIN},
        State.PAUSED: {
            **_ALWAYS,
            **_QUESTIONS,
            **_MOVES,
            **dict.fromkeys((_C.RESUME, _C.READY, _C.START, _C.YES), Step.RESUME),
            **dict.fromkeys((_C.SLOWER, _C.FASTER), Step.PACE),
            _C.REPEAT: Step.SAY_AGAIN,
            _C.STOP: Step.ASK_END,
        },
        State.ENDING: {
            **_ALWAYS,
            **dict.fromkeys((_C.YES, _C.STOP), Step.END),
            **dict.fromkeys((_C.NO, _C.RESUME), Step.RESUME),
            _C.REPEAT: Step.SAY_AGAIN,
        },
        State.DOUBT: {
            **_ALWAYS,
            **_MOVES,
            **dict.fromkeys((_C.RESUME, _C.READY, _C.NO), Step.RESUME),
            **dict.fromkeys((_C.PAUSE, _C.REST), Step.PAUSE),
            _C.YES: Step.IT_HURTS,
            _C.REPEAT: Step.SAY_AGAIN,
            _C.STOP: Step.ASK_END,
        },
        State.QUIET: {**_ALWAYS, **dict.fromkeys((_C.REPEAT, _C.HELP), Step.SAY_AGAIN), _C.STOP: Step.END},
        # Which answers are possible depends on how far the pain conversation has come: see `safety.ANSWERS`.
        State.SAFETY: {**dict.fromkeys(_C, Step.PAIN), **_ALWAYS},
        State.FINISHED: {**_ALWAYS},
    },
)
"""What each command does in each state."""
