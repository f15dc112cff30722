"""The real chain of hearing, whole or with a person's own words, and what is read from its verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from benchmarks.conditions import SLOWER_MACHINE, Hears
from benchmarks.resting import RestingEars
from training.texts import LANGUAGE
from voiceguide.core.clock import RATE
from voiceguide.core.events import Heard
from voiceguide.hearing.chain import Chain, Hearing
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.enrolment.enrolled import Enrolled
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.recognisers.choose import MOONSHINE, choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import load_language

PARTIAL: tuple[Hears, ...] = ()
"""What of `Hears` is measured beside the whole and enrolment."""


def chain(hears: Hears = Hears.ALL, enrolment: Enrolment | None = None, *, resting: bool = False) -> Hearing:
    """Return a new chain, as a session with an open loudspeaker has it.

    Args:
        hears: who listens, for the record.
        enrolment: what a person has rehearsed.
        resting: the ears rest while nothing they claim could count.
    """
    del hears
    ears = Ears(_recogniser(), load_language(LANGUAGE), None if enrolment is None else Enrolled(enrolment))
    return Chain(RestingEars(ears) if resting else ears, FrontEnd())


@cache
def _recogniser() -> Recogniser:
    return choose_recogniser(LANGUAGE, MOONSHINE)


@dataclass(frozen=True)
class Look:
    """What hearing made of some speech, whether or not anything came of it.

    Attributes:
        heard: what reached the session.
        best: the command that fitted best; None for none.
        sure: how sure that is, 0 to 1.
        took_s: CPU seconds of the look itself, as far as the decision had to wait for it.
    """

    heard: Heard | None = None
    best: str | None = None
    sure: float = 0.0
    took_s: float = 0.0


def look(noticed: object) -> Look | None:
    """Return what a verdict says; None for anything else that was noticed."""
    if not isinstance(noticed, Verdict):
        return None
    took_s = 0.0
    if noticed.hypothesis is not None:
        # What was worked out ahead does not delay the decision; a slow machine needs four times as long for it.
        took_s = max(0.0, noticed.hypothesis.look_s - noticed.hypothesis.ahead / RATE / SLOWER_MACHINE)
    return Look(noticed.heard, noticed.command.value if noticed.command else None, noticed.sure, took_s)
