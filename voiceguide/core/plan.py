"""A routine as the session sees it: plain frozen data, already checked.

`routine/` reads and checks YAML and builds these; nothing here validates. Spoken lines may carry `{side}` and
`{other_side}`, which the session fills with the language's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which leg or hip an exercise works on."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Breathing:
    """One breath, in through the nose and out, in seconds.

    Attributes:
        in_s: length of the in-breath.
        out_s: length of the out-breath.
        fading: the first breaths are all spoken, later only some; for long rests. Otherwise every breath is.
    """

    in_s: float
    out_s: float
    fading: bool = False

    @property
    def cycle_s(self) -> float:
        """Seconds of one whole breath."""
        return self.in_s + self.out_s


@dataclass(frozen=True)
class HoldCue:
    """A line spoken within a hold, at the first moment from `at_s` on when the guide's voice is free."""

    at_s: float
    text: str


@dataclass(frozen=True)
class PainGuidance:
    """What pain means in one exercise, and what to do.

    Attributes:
        sharp: lines answering sharp or throbbing pain.
        sharp_tries: how often the person may reposition after sharp pain before the exercise is over; 0 ends
            it at the first report.
        dull: lines answering a dull, mild sensation.
    """

    sharp: tuple[str, ...]
    sharp_tries: int
    dull: tuple[str, ...]


@dataclass(frozen=True)
class Exercise:
    """One exercise of a routine.

    Attributes:
        id: short name, unique within the routine.
        title: spoken and shown name.
        purpose: spoken on "why".
        equipment: what must lie within reach.
        setup: set-up lines in full, for the first time.
        setup_short: set-up lines for repeats and the second side.
        wait_s: seconds to wait after the set-up; None waits for "ready" for as long as it takes.
        sides: sides in order; empty when the exercise has none.
        repeats: holds per side (or in all, without sides); at least 1.
        between_s: seconds of rest between repeats, from the end of one hold to the beginning of the next.
        hold_s: planned seconds of one hold or rest, never exceeded by a planned whole number of breaths.
        open_rest: a rest rather than a hold: no count-down, no "halfway".
        breathing: the breathing pattern.
        cues: lines within the hold, in order of time.
        release: how to come out of the position. Never empty.
        pain: what pain means here.
    """

    id: str
    title: str
    purpose: tuple[str, ...]
    equipment: tuple[str, ...]
    setup: tuple[str, ...]
    setup_short: tuple[str, ...]
    wait_s: float | None
    sides: tuple[Side, ...]
    repeats: int
    between_s: float
    hold_s: float
    open_rest: bool
    breathing: Breathing
    cues: tuple[HoldCue, ...]
    release: tuple[str, ...]
    pain: PainGuidance


@dataclass(frozen=True)
class Routine:
    """A checked routine.

    Attributes:
        id: name on the command line.
        language: language code of its lines, such as "en".
        title: spoken and shown name.
        welcome: lines after "start".
        exercises: in order; at least one.
        closing: last lines.
    """

    id: str
    language: str
    title: str
    welcome: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    closing: tuple[str, ...]
