"""The real chain of hearing, with one ear or two."""

from __future__ import annotations

from functools import cache

from benchmarks.alternatives import KeywordSpotting
from voiceguide.hearing.spotter.spotter import Spotter
from voiceguide.hearing.verdict.own_words import OwnWords

from benchmarks.conditions import Hears
from benchmarks.resting import RestingEars
from voiceguide.hearing.chain import Chain, Hearing
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.enrolment.matching import Enrolled
from voiceguide.hearing.enrolment.templates import Enrolment
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import load_language

LANGUAGE = "en"


def chain(hears: Hears = Hears.BOTH, enrolment: Enrolment | None = None, *, resting: bool = False) -> Hearing:
    """Return a new chain, as a session with an open loudspeaker has it, with some of its ears.

    Args:
        hears: which ears.
        enrolment: what a person has rehearsed.
        resting: the ears rest while nothing they claim could count.
    """
    if hears is Hears.KEYWORDS:
        return KeywordSpotting()
    recogniser = None if hears is Hears.SECOND else _recogniser()
    second, own_words = (None, None) if hears is Hears.RECOGNISER else (Spotter(LANGUAGE), OwnWords(LANGUAGE))
    enrolled = None if enrolment is None else Enrolled(enrolment)
    ears = Ears(recogniser, load_language(LANGUAGE), second, own_words, enrolled)
    return Chain(RestingEars(ears) if resting else ears, FrontEnd())


@cache
def _recogniser() -> Recogniser:
    return choose_recogniser(LANGUAGE, "pocketsphinx")
