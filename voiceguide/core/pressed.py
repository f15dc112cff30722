"""Who may do what: a voice in the room, a button on the speaker, a paired phone, an unknown machine.

A press takes the same path as the voice. But the one who presses may not be the person on the floor, or even in
the room. So a press may always report pain and make less happen. What it may never do is take a report of pain
back, answer for the person that nothing hurts, or lead on after pain (S3): that takes a voice. While the guide is
deaf no press leads on either: it could not hear a cry (S7).

An unknown machine, which only reaches the page and was never paired, may do two things: press pain and press
"stop". Both silence the guide and make it ask. What it is asked about, only the room or a paired phone ends.

`TABLE` says all of it; docs/safety.md shows it, drawn from here. A row is about what a word does (`Effect`) and
when (`When`). Which words these are in each state, `effect_of` tells by the tables in `states.py` and `safety.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.safety import REPLY_OF, Move, Reply, Stage
from voiceguide.core.safety import TABLE as REPLIES
from voiceguide.core.states import BEFORE_THE_WALK, State, Step
from voiceguide.core.states import TABLE as STEPS


class Who(IntEnum):
    """Who says or presses something, the more to be relied on the higher."""

    STRANGER = 0
    """A machine that reaches the page and is not paired."""
    PAIRED = 1
    """A paired phone, or home automation."""
    HERE = 2
    """A button that is wired to this machine."""
    VOICE = 3
    """The room; also what is typed where the session was begun."""

    @property
    def called(self) -> str:
        """As records name it."""
        return {Who.STRANGER: "unknown", Who.PAIRED: "paired", Who.HERE: "button", Who.VOICE: "voice"}[self]


STRANGER = "stranger"
"""Where a press of an unknown machine comes from (`Heard.engine`)."""

PRESSED_BY: Mapping[str, Who] = MappingProxyType(
    {STRANGER: Who.STRANGER, "page": Who.PAIRED, "home": Who.PAIRED, "button": Who.HERE}
)
"""Where anything comes from that is pressed and not spoken (`Heard.engine`), and who that is."""

NO_SOUND = PRESSED_BY.keys() | {"typed"}
"""Where anything comes from that no noise can be taken for."""


class When(StrEnum):
    """What the session is about, as far as it decides who may do what."""

    HURTS = "in the conversation about pain"
    ASKS = "while it asks whether something hurts"
    AFTERWARDS = "from then on, until the next hold has begun"
    DEAF = "while the guide cannot hear"
    BEFORE = "before the routine"
    ON_IT = "else"


class Effect(StrEnum):
    """What a word does."""

    REPORTS = "says that something hurts, or what it is like"
    DENIES = "says that nothing hurts"
    LEADS_ON = "begins, goes on, or moves along the routine"
    ENDS = "ends the session"
    LESSENS = "pauses, rests, or asks whether to end"
    TELLS = "asks for an answer, the pace or the volume"


class May(StrEnum):
    """What becomes of it."""

    DOES = "yes"
    ASKS = "the room is asked"
    NOTHING = "no"


LEADS_ON = frozenset(
    {
        *(Step.PROCEED, Step.FROM_THE_BEGINNING, Step.WAIT_FOR_START, Step.RESUME, Step.AS_BEFORE),
        *(Step.CHANGE_SIDE, Step.TO_SIDE, Step.SKIP, Step.GO_BACK, Step.HOLD_AGAIN),
    }
)
"""Steps after which somebody moves, or soon will: "no" to the question for a reason not to begin is one, too."""

_EFFECT_OF_STEP: Mapping[Step, Effect] = MappingProxyType(
    {
        **dict.fromkeys(LEADS_ON, Effect.LEADS_ON),
        **dict.fromkeys((Step.PAIN, Step.IT_HURTS, Step.ADVISE_AGAINST), Effect.REPORTS),
        **dict.fromkeys((Step.END, Step.END_WITH_ADVICE), Effect.ENDS),
        **dict.fromkeys((Step.PAUSE, Step.ASK_WHETHER_IT_HURTS, Step.ASK_END), Effect.LESSENS),
        **dict.fromkeys((Step.SAY_AGAIN, Step.SAY_LAST, Step.CARRY_ON, Step.ANSWER), Effect.TELLS),
        **dict.fromkeys((Step.PACE, Step.VOLUME), Effect.TELLS),
    }
)

_EFFECT_OF_REPLY: Mapping[Reply, Effect] = MappingProxyType(
    {
        **dict.fromkeys((Reply.KIND, Reply.UNSURE, Reply.YES, Reply.NO), Effect.REPORTS),
        **dict.fromkeys((Reply.CONTINUE, Reply.OTHER_SIDE, Reply.SKIP), Effect.LEADS_ON),
        Reply.NO_PAIN: Effect.DENIES,
        Reply.STOP: Effect.ENDS,
        Reply.REST: Effect.LESSENS,
        Reply.REPEAT: Effect.TELLS,
    }
)

_EFFECT_OF_MOVE: Mapping[Move, Effect] = MappingProxyType(
    {
        **dict.fromkeys((Move.AGAIN, Move.CHANGE_SIDE, Move.SKIP), Effect.LEADS_ON),
        **dict.fromkeys((Move.OFFER, Move.ASK), Effect.TELLS),
        Move.REST: Effect.LESSENS,
        Move.TAKE_BACK: Effect.DENIES,
    }
)
"""Where a move tells more than the reply: "yes" to an offer leads on, and "no" to it is a rest."""

_DENIES_IN: Mapping[State, frozenset[Command]] = MappingProxyType(
    {state: frozenset({Command.NO, Command.NO_PAIN}) for state in (State.DOUBT, State.STOPPING)}
)


def _row(here: May, paired: May, stranger: May) -> Mapping[Who, May]:
    return MappingProxyType(
        {Who.VOICE: May.DOES, Who.HERE: here, Who.PAIRED: paired, Who.STRANGER: stranger},
    )


_DOES, _ASKS, _NOTHING = May
_PAIN = frozenset({When.HURTS, When.ASKS, When.AFTERWARDS})
_ELSE = frozenset(When) - _PAIN

TABLE: tuple[tuple[Effect, frozenset[When], Mapping[Who, May]], ...] = (
    (Effect.REPORTS, frozenset({When.HURTS}), _row(_DOES, _DOES, _NOTHING)),
    (Effect.REPORTS, frozenset(When) - {When.HURTS}, _row(_DOES, _DOES, _DOES)),
    (Effect.DENIES, frozenset({When.HURTS, When.ASKS}), _row(_ASKS, _ASKS, _NOTHING)),
    (Effect.LEADS_ON, _PAIN | {When.DEAF}, _row(_ASKS, _ASKS, _NOTHING)),
    (Effect.LEADS_ON, frozenset({When.BEFORE}), _row(_DOES, _ASKS, _NOTHING)),
    (Effect.LEADS_ON, frozenset({When.ON_IT}), _row(_DOES, _DOES, _NOTHING)),
    (Effect.ENDS, frozenset(When), _row(_DOES, _DOES, _NOTHING)),
    (Effect.LESSENS, frozenset({When.HURTS, When.ASKS}), _row(_DOES, _DOES, _NOTHING)),
    (Effect.LESSENS, frozenset(When) - {When.HURTS, When.ASKS}, _row(_DOES, _DOES, _DOES)),
    (Effect.TELLS, frozenset(When), _row(_DOES, _DOES, _NOTHING)),
)
"""Who may do what, when: each effect at each time has one row. Of an unknown machine whatever is pressed but pain
and "stop" is nothing anyway."""

_MAY = {(effect, when): cells for effect, times, cells in TABLE for when in times}

_OF_STRANGERS = PAIN_FAMILY | {Command.STOP}


def who_of(engine: str) -> Who:
    """Return who it was, by what it came from (`Heard.engine`)."""
    return PRESSED_BY.get(engine, Who.VOICE)


def when_of(state: State, *, deaf: bool, hurt: bool) -> When:
    """Return what the session is about.

    Args:
        state: where it is.
        deaf: the guide has said that it cannot hear.
        hurt: something hurt, or may have, and no hold has begun since.
    """
    if state is State.SAFETY:
        return When.HURTS
    if state in _DENIES_IN:
        return When.ASKS
    if hurt:
        return When.AFTERWARDS
    if deaf:
        return When.DEAF
    return When.BEFORE if state in BEFORE_THE_WALK else When.ON_IT


def effect_of(command: Command, state: State, stage: Stage | None = None) -> Effect | None:
    """Return what a command does, None when it does nothing here.

    Args:
        command: what was said or pressed.
        state: where the session is.
        stage: of the conversation about pain; None when there is none.
    """
    if state is State.SAFETY and stage is not None and (reply := REPLY_OF.get(command)) is not None:
        move = REPLIES[stage].get(reply)
        return None if move is None else _EFFECT_OF_MOVE.get(move, _EFFECT_OF_REPLY[reply])
    if state is State.SAFETY and STEPS[state][command] is Step.PAIN:
        return Effect.REPORTS if command in PAIN_FAMILY else None
    if command in _DENIES_IN.get(state, ()):
        return Effect.DENIES
    step = STEPS[state].get(command)
    return None if step is None else _EFFECT_OF_STEP[step]


def may(who: Who, command: Command, effect: Effect, when: When) -> May:
    """Return what becomes of something that is said or pressed.

    Args:
        who: says or presses it.
        command: what.
        effect: what it does here.
        when: what the session is about.
    """
    if who is Who.STRANGER and command not in _OF_STRANGERS:
        return May.NOTHING
    return _MAY[effect, when][who]
