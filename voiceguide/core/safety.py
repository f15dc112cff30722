"""The pain conversation, as a table.

It begins with how to come out of the position, always (S5), asks what kind of pain it is, says what that kind asks
for and then offers a way on. `TABLE` has one `Move` for each stage and each kind of reply, and `LEADS_TO` says
where a move may lead; docs/safety.md shows both, drawn from here, and `conversation.py` carries the moves out.
In short:

    RELEASING --> ASKING --> NARROWING --> ADVISING --> OFFERING or CLOSED --> an Outcome

What is not understood is first asked again in a way that yes and no can answer, and then taken as serious. A more
serious answer is taken up at every stage; a milder one never replaces it. Silence is asked about once more and
then respected for good: nothing but words leads out (S3). "Stop" ends the session, but what the pain asks to be
said is said first (S4). A false alarm can be taken back, unless a red flag was named.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from voiceguide.core.commands import Command
from voiceguide.core.pain import KIND_OF, Kind


class Stage(StrEnum):
    """How far the conversation has come."""

    RELEASING = "releasing"
    """Telling how to come out of the position."""
    ASKING = "asking"
    """What does it feel like?"""
    NARROWING = "narrowing"
    """Sharp, down the leg, or numb: yes or no?"""
    WAITING = "waiting"
    """Asked once more; waits for words for as long as it takes (S3)."""
    ADVISING = "advising"
    OFFERING = "offering"
    """How to go on is the person's choice."""
    CLOSED = "closed"
    """The exercise is over: rest or the end (S4)."""


class Reply(StrEnum):
    """What the conversation is told: a person's answer, or the lack of one, or that its lines were spoken."""

    KIND = "a kind of pain"
    UNSURE = "a place or neither yes nor no"
    YES = "yes"
    NO = "no"
    NO_PAIN = "a false alarm"
    STOP = "stop"
    REPEAT = "repeat"
    CONTINUE = "continue"
    OTHER_SIDE = "the other side"
    SKIP = "skip"
    REST = "rest"
    NOT_UNDERSTOOD = "words that are not understood"
    PERHAPS_PAIN = "perhaps a word of pain"
    SILENCE = "nothing"
    SPOKEN = "when it was spoken"


class Outcome(StrEnum):
    """How the session goes on after the conversation."""

    AGAIN = "again"
    """The same repeat from its set-up, waiting for "ready"."""
    CHANGE_SIDE = "change_side"
    SKIP = "skip"
    REST = "rest"
    """A pause; when the exercise is over, rest in silence that only "stop" leads out of."""
    END = "end"
    TAKEN_BACK = "taken_back"
    """A pause, before the same repeat from its set-up."""


class Move(StrEnum):
    """What the conversation does about a reply."""

    NOTE = "keep it until this has been said"
    AFTER_RELEASE = "go on with what was said meanwhile"
    ASK = "ask what it feels like"
    NARROW = "ask whether it is sharp, down the leg or numb"
    NARROW_ANEW = "ask of new pain whether it is sharp, down the leg or numb"
    ASK_AGAIN = "ask once more"
    ADVISE = "say what this kind of pain asks for"
    CALL_MILD = "take it as mild"
    CALL_SERIOUS = "take it as a red flag"
    PRESUME = "take it as serious"
    LEAVE = "say what has to be said, then end"
    AFTER_ADVICE = "offer how to go on"
    OFFER = "say the offer again"
    TAKE_BACK = "take it back"
    AGAIN = "this part again, from its set-up"
    CHANGE_SIDE = "to the other side"
    SKIP = "to the next exercise"
    REST = "rest"
    END = "end the session"


REPLY_OF: Mapping[Command, Reply] = MappingProxyType(
    {
        **{command: Reply.KIND for command, kind in KIND_OF.items() if kind is not Kind.UNKNOWN},
        **dict.fromkeys(
            # A side that is named may be where it hurts, and leads nowhere by itself.
            (Command.UNSURE, Command.SOMEWHERE, Command.LEFT_SIDE, Command.RIGHT_SIDE),
            Reply.UNSURE,
        ),
        **dict.fromkeys((Command.RESUME, Command.READY, Command.START), Reply.CONTINUE),
        **dict.fromkeys((Command.NEXT, Command.SKIP), Reply.SKIP),
        **dict.fromkeys((Command.REPEAT, Command.SAY_AGAIN, Command.HELP), Reply.REPEAT),
        Command.YES: Reply.YES,
        Command.NO: Reply.NO,
        Command.NO_PAIN: Reply.NO_PAIN,
        Command.STOP: Reply.STOP,
        Command.NEXT_SIDE: Reply.OTHER_SIDE,
        Command.REST: Reply.REST,
    }
)
"""What a command means as a reply. "Pain" itself is none: at every stage it begins anew, with the release."""

_QUESTION = {
    Reply.KIND: Move.ADVISE,
    Reply.NO_PAIN: Move.TAKE_BACK,
    Reply.STOP: Move.LEAVE,
}
_WHAT_IS_IT = {
    **_QUESTION,
    **dict.fromkeys((Reply.UNSURE, Reply.YES, Reply.NO, Reply.NOT_UNDERSTOOD, Reply.PERHAPS_PAIN), Move.NARROW),
    Reply.REPEAT: Move.ASK,
}

TABLE: Mapping[Stage, Mapping[Reply, Move]] = MappingProxyType(
    {
        Stage.RELEASING: {
            **dict.fromkeys((Reply.KIND, Reply.NO_PAIN, Reply.STOP), Move.NOTE),
            Reply.SPOKEN: Move.AFTER_RELEASE,
        },
        Stage.ASKING: {**_WHAT_IS_IT, Reply.SILENCE: Move.ASK_AGAIN},
        Stage.NARROWING: {
            **_QUESTION,
            Reply.YES: Move.CALL_SERIOUS,
            Reply.NO: Move.CALL_MILD,
            **dict.fromkeys((Reply.UNSURE, Reply.NOT_UNDERSTOOD, Reply.PERHAPS_PAIN), Move.PRESUME),
            Reply.REPEAT: Move.NARROW,
            Reply.SILENCE: Move.ASK_AGAIN,
        },
        Stage.WAITING: _WHAT_IS_IT,
        Stage.ADVISING: {
            Reply.KIND: Move.ADVISE,
            Reply.NO_PAIN: Move.TAKE_BACK,
            Reply.STOP: Move.NOTE,
            Reply.SPOKEN: Move.AFTER_ADVICE,
        },
        Stage.OFFERING: {
            Reply.KIND: Move.ADVISE,
            **dict.fromkeys((Reply.CONTINUE, Reply.YES), Move.AGAIN),
            Reply.OTHER_SIDE: Move.CHANGE_SIDE,
            Reply.SKIP: Move.SKIP,
            **dict.fromkeys((Reply.REST, Reply.NO), Move.REST),
            Reply.NO_PAIN: Move.TAKE_BACK,
            Reply.STOP: Move.END,
            **dict.fromkeys((Reply.REPEAT, Reply.UNSURE), Move.OFFER),
            Reply.PERHAPS_PAIN: Move.NARROW_ANEW,
        },
        Stage.CLOSED: {
            Reply.KIND: Move.ADVISE,
            Reply.REST: Move.REST,
            Reply.STOP: Move.END,
            Reply.NO_PAIN: Move.TAKE_BACK,
            **dict.fromkeys(
                (
                    *(Reply.CONTINUE, Reply.YES, Reply.NO, Reply.OTHER_SIDE, Reply.SKIP),
                    *(Reply.REPEAT, Reply.UNSURE),
                ),
                Move.OFFER,
            ),
            Reply.PERHAPS_PAIN: Move.NARROW_ANEW,
        },
    }
)
"""What each reply does at each stage; one that is missing in a row does nothing there."""

LEADS_TO: Mapping[Move, tuple[Stage | Outcome, ...]] = MappingProxyType(
    {
        Move.AFTER_RELEASE: (Stage.ASKING, Stage.NARROWING, Stage.ADVISING, Outcome.TAKEN_BACK),
        Move.NARROW: (Stage.NARROWING,),
        Move.NARROW_ANEW: (Stage.NARROWING,),
        Move.ASK_AGAIN: (Stage.WAITING,),
        Move.ADVISE: (Stage.ADVISING,),
        Move.CALL_MILD: (Stage.ADVISING,),
        Move.CALL_SERIOUS: (Stage.ADVISING,),
        Move.PRESUME: (Stage.ADVISING,),
        Move.LEAVE: (Stage.ADVISING,),
        Move.AFTER_ADVICE: (Stage.OFFERING, Stage.CLOSED, Outcome.END),
        Move.TAKE_BACK: (Outcome.TAKEN_BACK,),
        Move.AGAIN: (Outcome.AGAIN,),
        Move.CHANGE_SIDE: (Outcome.CHANGE_SIDE,),
        Move.SKIP: (Outcome.SKIP,),
        Move.REST: (Outcome.REST,),
        Move.END: (Outcome.END,),
    }
)
"""Where a move may lead; one that is missing stays at its stage. So does advice on a kind that is not more serious
than what was named, and taking back a red flag."""
