"""What a person can say. The words for each command are data: see `voiceguide/language/locales`."""

from __future__ import annotations

from enum import StrEnum


class Command(StrEnum):
    """One thing a person can ask of the guide or answer to it."""

    START = "start"
    READY = "ready"
    NEXT = "next"
    NEXT_SIDE = "next_side"
    LEFT_SIDE = "left_side"
    RIGHT_SIDE = "right_side"
    SKIP = "skip"
    BACK = "back"
    REPEAT = "repeat"
    SAY_AGAIN = "say_again"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    REST = "rest"
    HOW_LONG = "how_long"
    WHATS_NEXT = "whats_next"
    WHY = "why"
    WHAT_IS = "what_is"
    WHY_TIGHT = "why_tight"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    QUIETER = "quieter"
    HELP = "help"
    YES = "yes"
    NO = "no"
    PAIN = "pain"
    SHARP = "sharp"
    SHOOTING = "shooting"
    DULL = "dull"
    NUMB = "numb"
    WORSE = "worse"
    CANNOT_MOVE = "cannot_move"
    TIGHT = "tight"
    """Not pain, only the stretch: an answer, never a report by itself."""
    SOMEWHERE = "somewhere"
    """A place in the body, in answer to what kind of pain it is."""
    UNSURE = "unsure"
    """Neither yes nor no: "a bit", "not really", "I don't know"."""
    NO_PAIN = "no_pain"
    """A false alarm."""
    HOW_DID_I_DO = "how_did_i_do"
    LAST_TIME = "last_time"


PAIN_FAMILY = frozenset(
    {
        Command.PAIN,
        Command.SHARP,
        Command.SHOOTING,
        Command.DULL,
        Command.NUMB,
        Command.WORSE,
        Command.CANNOT_MOVE,
    }
)
"""Heard in every state, before anything else (S1)."""

ANSWERS = frozenset(
    {Command.YES, Command.NO, Command.NO_PAIN, Command.TIGHT, Command.SOMEWHERE, Command.UNSURE},
)
"""Said to a question of the guide's, and nothing by themselves."""

ASKED_BY_NAME = frozenset(Command) - PAIN_FAMILY - ANSWERS
"""What the guide asks about by its name when it is not sure that it was said."""

URGENT = PAIN_FAMILY | {Command.STOP, Command.PAUSE}
"""Acted on from a recogniser's partial results; everything else waits for the final one."""
