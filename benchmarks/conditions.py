"""Under which conditions hearing is measured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voiceguide.audio.room import Noise, Room

RT60_S = (0.3, 0.45)
"""Reverberation times of the two rooms in which each condition is heard."""


SLOWER_MACHINE = 4
"""A Raspberry Pi 4 takes about so many times as long for a look as one x86 core."""


class Hears(StrEnum):
    """Who listens: the whole chain, or less of it."""

    ALL = "as in a session"
    ALONE = "recogniser alone"
    ENROLLED = "with enrolment"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One way in which a person calls and the guide listens.

    Attributes:
        name: for tables.
        noise: what else sounds in the room.
        snr_db: how much louder the person is.
        guide: the guide speaks all the time; else it is silent.
        hold: a position is held; else the session is in a set-up.
        speech_to_echo_db: how much louder the person is at the microphone than the guide.
        drift_ppm: of the speaker's clock against the microphone's.
        person_m: from the microphone to the person.
        hears: who listens.
    """

    name: str
    noise: Noise = Noise.NONE
    snr_db: float = 10.0
    guide: bool = False
    hold: bool = True
    speech_to_echo_db: float = -10.0
    drift_ppm: float = 0.0
    person_m: float = 2.0
    hears: Hears = Hears.ALL

    def room(self, number: int) -> Room:
        """Return the room with this number."""
        return Room(
            rt60_s=RT60_S[number % len(RT60_S)],
            person_m=self.person_m,
            speech_to_echo_db=self.speech_to_echo_db,
            drift_ppm=self.drift_ppm,
            noise=self.noise,
            snr_db=self.snr_db,
        )


QUIET, SET_UP = "quiet", "quiet, in a set-up"
PINK, FAN, BABBLE, TELEVISION = "pink 10 dB", "fan 10 dB", "babble 10 dB", "television 10 dB"
SPEAKING = "guide speaking, -10 dB"

CONDITIONS = {
    one.name: one
    for one in (
        Condition(name=QUIET),
        Condition(name=SET_UP, hold=False),
        Condition(name=PINK, noise=Noise.PINK),
        Condition(name=FAN, noise=Noise.FAN),
        Condition(name=BABBLE, noise=Noise.BABBLE),
        Condition(name=TELEVISION, noise=Noise.TELEVISION),
        Condition(name=SPEAKING, guide=True, hold=False),
    )
}
