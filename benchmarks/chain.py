"""The real chain of hearing, whole or in part, and what is read from its verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from benchmarks.conditions import Hears
from benchmarks.resting import RestingEars
from training.texts import LANGUAGE
from voiceguide.core.events import Heard
from voiceguide.hearing.chain import Chain, Hearing
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.enrolment.matching import Enrolled
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.hearing.spotter.spotter import Spotter
from voiceguide.hearing.verdict.evidence import Verdict
from voiceguide.hearing.verdict.own_words import OwnWords
from voiceguide.language.pack import load_language

PARTIAL = (Hears.ALONE, Hears.SECOND)
"""What of `Hears` can be had today, apart from the whole and enrolment."""


def chain(hears: Hears = Hears.ALL, enrolment: Enrolment | None = None, *, resting: bool = False) -> Hearing:
    """Return a new chain, as a session with an open loudspeaker has it, with some of its ears.

    Args:
        hears: which ears.
        enrolment: what a person has rehearsed.
        resting: the ears rest while nothing they claim could count.
    """
    second, own_words = (None, None) if hears is Hears.ALONE else (Spotter(LANGUAGE), OwnWords(LANGUAGE))
    enrolled = None if enrolment is None else Enrolled(enrolment)
    ears = Ears(_recogniser(), load_language(LANGUAGE), second, own_words, enrolled)
    return Chain(RestingEars(ears) if resting else ears, FrontEnd())


@cache
def _recogniser() -> Recogniser:
    return choose_recogniser(LANGUAGE, "pocketsphinx")


@dataclass(frozen=True)
class Look:
    """What hearing made of some speech, whether or not anything came of it.

    Attributes:
        heard: what reached the session.
        best: the command that fitted best; None for none.
        sure: how sure that is, 0 to 1.
        took_s: CPU seconds of the look itself.
    """

    heard: Heard | None = None
    best: str | None = None
    sure: float = 0.0
    took_s: float = 0.0


def look(noticed: object) -> Look | None:
    """Return what a verdict says; None for anything else that was noticed."""
    if not isinstance(noticed, Verdict):
        return None
    heard, best = noticed.heard, noticed.claim.command
    scored = 1.0 if heard and heard.command else max(noticed.scores.values(), default=0.0)
    return Look(
        heard,
        None if best is None else best.value,
        float(getattr(noticed, "sure", scored)),
        float(getattr(noticed, "look_s", 0.0)),
    )
