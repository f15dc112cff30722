"""Under which conditions hearing is measured, and how many calls are made in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from voiceguide.audio.room import Noise, Room

RT60_S = (0.3, 0.45)
"""Reverberation times of the two rooms in which each condition is heard."""


class Hears(StrEnum):
    """Who listens."""

    RECOGNISER = "recogniser alone"
    SECOND = "second ear alone"
    BOTH = "two ears"
    KEYWORDS = "PocketSphinx's keyword spotting"


class Amount(Enum):
    """How many calls each voice makes: of the pain family, of stop, of other commands.

    Each amount takes the first of the same list, so that conditions differ in nothing else.
    """

    FEW = (3, 1, 1)
    SOME = (9, 1, 3)
    MANY = (12, 1, 6)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One way in which a person calls and the guide listens.

    Attributes:
        name: for tables.
        noise: what else sounds in the room.
        snr_db: how much louder the person is.
        guide: the guide speaks all the time; else a position is held in silence.
        speech_to_echo_db: how much louder the person is at the microphone than the guide.
        drift_ppm: of the speaker's clock against the microphone's.
        person_m: from the microphone to the person.
        hears: who listens.
        amount: how many calls each voice makes.
    """

    name: str
    noise: Noise = Noise.NONE
    snr_db: float = 20.0
    guide: bool = False
    speech_to_echo_db: float = -10.0
    drift_ppm: float = 0.0
    person_m: float = 2.0
    hears: Hears = Hears.BOTH
    amount: Amount = Amount.FEW

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


QUIET = "quiet"
PINK, FAN, BABBLE, TELEVISION = "pink 10 dB", "fan 10 dB", "babble 10 dB", "television 10 dB"
SPEAKING = "guide speaking, -10 dB"

_NOISES = (Noise.PINK, Noise.FAN, Noise.BABBLE, Noise.TELEVISION)
_SNR_DB = (20.0, 10.0, 5.0)
_ECHOES_DB = (0.0, -5.0, -10.0, -15.0, -20.0)

_KEY = {
    **dict.fromkeys((QUIET, PINK), Amount.MANY),
    **dict.fromkeys((FAN, BABBLE, TELEVISION, SPEAKING), Amount.SOME),
}
"""Conditions with a figure to reach: more calls."""

_QUICK = (QUIET, PINK, BABBLE, SPEAKING)


def matrix() -> list[Condition]:
    """Return all conditions, in the order of the tables."""
    found = [Condition(name=QUIET)]
    found += [Condition(name=f"quiet, {metres:g} m", person_m=metres) for metres in (1.0, 3.0)]
    found += [
        Condition(name=f"{noise.value} {snr_db:g} dB", noise=noise, snr_db=snr_db)
        for noise in _NOISES
        for snr_db in _SNR_DB
    ]
    found += [
        Condition(name=f"guide speaking, {echo_db:g} dB", guide=True, speech_to_echo_db=echo_db)
        for echo_db in _ECHOES_DB
    ]
    found.append(Condition(name=f"{SPEAKING}, drift 50 ppm", guide=True, drift_ppm=50.0))
    found = [_sized(one, _KEY.get(one.name, Amount.FEW)) for one in found]
    named = {one.name: one for one in found}
    found += [
        _sized(named[name], Amount.FEW, hears)
        for hears in (Hears.RECOGNISER, Hears.SECOND, Hears.KEYWORDS)
        for name in (QUIET, PINK, SPEAKING)
    ]
    return found


def quick() -> list[Condition]:
    """Return a few conditions with a few calls, for a first look."""
    return [_sized(one, Amount.FEW) for one in matrix() if one.name in _QUICK]


def _sized(one: Condition, amount: Amount, hears: Hears = Hears.BOTH) -> Condition:
    name = one.name if hears is Hears.BOTH else f"{one.name}: {hears.value}"
    return Condition(**{**vars(one), "name": name, "amount": amount, "hears": hears})
