"""What a simulated room is like: every number that decides how the microphone hears."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from voiceguide.errors import AudioError


class Noise(StrEnum):
    """What else sounds in the room."""

    NONE = "none"
    PINK = "pink"
    BABBLE = "babble"
    FAN = "fan"
    TELEVISION = "television"


class Fault(StrEnum):
    """What can be wrong with a microphone."""

    NONE = "none"
    CLIPS = "clips"
    """Turned up so far that the person's speech would lie at `CLIPPED_DBFS`; cut off at full scale."""
    HUMS = "hums"
    """Mains hum with its harmonics, as loud as the person."""
    DC = "dc"
    """A constant `DC_OFFSET` is added."""
    QUIET = "quiet"
    """Everything is 40 dB too quiet."""
    MUTED = "muted"
    """Nothing but the converter's last bit."""
    ZEROS = "zeros"
    """Nothing at all, as from a device that another program holds."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room, what stands in it, and how well speaker and microphone are connected.

    Levels are of active speech (see `levels`) at the microphone.

    Attributes:
        rt60_s: seconds in which sound decays by 60 dB; 0.2 to 0.6, or 0 for no reflections at all. An average
            living room, as IEC 268-13 describes it for listening tests, has about 0.4 s.
        microphone_m: metres from loudspeaker to microphone, 0.1 to 0.3: one device, or two side by side.
        person_m: metres from microphone to the mouth of the person on the floor, 1 to 3.
        speech_dbfs: level of the person, -60 to -15. The default leaves room for an echo 20 dB louder, which is
            why it lies 10 dB below the demo's.
        speech_to_echo_db: how much louder the person is than the guide, -30 to 30; infinite for no echo, as with
            headphones. By distance alone the guide is 10 to 30 dB louder (0.1 to 0.3 m against 1 to 3 m).
        bulk_delay_ms: milliseconds that speaker and microphone buffers take together, 20 to 200. A bare codec is
            at the lower end, a sound server with a USB or HDMI device at the upper.
        drift_ppm: how much faster the speaker's clock runs than the microphone's, in parts per million, -100 to
            100, the tolerance of the crystals in cheap devices; 0 when both are one device. The session counts
            microphone blocks, so a fast speaker uses up what waits for it: the echo comes ever earlier.
        saturation_dbfs: level at which the loudspeaker can give no more (see `loudspeaker`), -40 to 0; None for
            one that never distorts.
        noise: what else sounds in the room.
        snr_db: how much louder the person is than that, -10 to 60.
        hiss_dbfs: RMS of the microphone's own white noise, -120 to -30. The default is 40 dB below the person's
            default level, as in the demo.
        lost_share: share of microphone blocks that never arrive, 0 to 0.1. What follows comes 10 ms too early.
        doubled_share: share of blocks that arrive twice, 0 to 0.1. What follows comes 10 ms late.
        fault: what is wrong with the microphone.
        mains_hz: 50 or 60, for a microphone that hums.

    Raises:
        AudioError: a number is out of range.
    """

    rt60_s: float = 0.4
    microphone_m: float = 0.15
    person_m: float = 2.0
    speech_dbfs: float = -36.0
    speech_to_echo_db: float = -10.0
    bulk_delay_ms: float = 40.0
    drift_ppm: float = 0.0
    saturation_dbfs: float | None = None
    noise: Noise = Noise.NONE
    snr_db: float = 20.0
    hiss_dbfs: float = -76.0
    lost_share: float = 0.0
    doubled_share: float = 0.0
    fault: Fault = Fault.NONE
    mains_hz: int = 50

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value not in _ALSO.get(name, ()) and not low <= value <= high:
                raise AudioError(f"A simulated room cannot have {name}={value}. Choose {_allowed(name)}.")


_RANGES: dict[str, tuple[float, float]] = {
    "rt60_s": (0.2, 0.6),
    "microphone_m": (0.1, 0.3),
    "person_m": (1.0, 3.0),
    "speech_dbfs": (-60.0, -15.0),
    "speech_to_echo_db": (-30.0, 30.0),
    "bulk_delay_ms": (20.0, 200.0),
    "drift_ppm": (-100.0, 100.0),
    "saturation_dbfs": (-40.0, 0.0),
    "snr_db": (-10.0, 60.0),
    "hiss_dbfs": (-120.0, -30.0),
    "lost_share": (0.0, 0.1),
    "doubled_share": (0.0, 0.1),
    "mains_hz": (50, 60),
}
_ALSO: dict[str, tuple[float | None, ...]] = {
    "rt60_s": (0.0,),
    "speech_to_echo_db": (math.inf,),
    "saturation_dbfs": (None,),
}


def _allowed(name: str) -> str:
    low, high = _RANGES[name]
    return " or ".join([f"{low:g} to {high:g}", *(str(value) for value in _ALSO.get(name, ()))])
