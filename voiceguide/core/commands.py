"""What a person can say. The words for each command are data: see `voiceguide/language/locales`."""

from __future__ import annotations

from enum import StrEnum


class Command(StrEnum):
    """One thing a person can ask of the guide or answer to it."""

    START = "start"
    READY = "ready"
    NEXT = "next"
    NEXT_SIDE = "next_side"
    SKIP = "skip"
    BACK = "back"
    REPEAT = "repeat"
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


PAIN_FAMILY = frozenset({Command.PAIN, Command.SHARP, Command.SHOOTING, Command.DULL})
"""Heard in every state, before anything else (S1)."""

URGENT = PAIN_FAMILY | {Command.STOP, Command.PAUSE}
"""Acted on from a recogniser's partial results; everything else waits for the final one."""
