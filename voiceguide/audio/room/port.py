"""The simulated room as an audio port: what the guide plays comes back as echo, and a person hears and speaks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.room.acoustics import LEAD, Placed, convolve
from voiceguide.audio.room.levels import active_dbfs, ratio, rms_dbfs
from voiceguide.audio.room.microphone import Microphone
from voiceguide.audio.room.streams import Convolver, Playback, saturate
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import samples, seconds
from voiceguide.speaking.finish import ACTIVE_LEVEL_DB
from voiceguide.speaking.voice import Samples


class Occupant(Protocol):
    """Who is in the room."""

    @property
    def has_left(self) -> bool:
        """True when they will never speak again."""
        ...

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal, in the room's time: what the guide does, and they understand."""
        ...

    def exchange(self, heard: Samples) -> Samples:
        """Hear the guide for a block and speak for the next.

        Args:
            heard: `(160,)` samples at the ear, the guide's speech at `ACTIVE_LEVEL_DB`.

        Returns:
            `(160,)` samples of their own voice as the microphone hears it.
        """
        ...


class Nobody:
    """An empty room: only the guide is heard."""

    has_left = False

    def notice(self, entry: dict[str, Any]) -> None:
        """Nobody notices."""

    def exchange(self, heard: Samples) -> Samples:
        """Return silence."""
        return np.zeros_like(heard)


@dataclass(frozen=True)
class Parts:
    """What the microphone's sound was made of, each `(160,)` float32: the truth that hearing is judged against.

    Attributes:
        echo: the guide.
        speech: the person.
        noise: everything else in the room; not the microphone's own noise and faults.
    """

    echo: Samples
    speech: Samples
    noise: Samples


class RoomPort:
    """A simulated room with a guide, a person and a noise in it.

    Two times run here. Session time counts exchanges. Room time is what truly passed: a lost block is room time
    without an exchange, a block that comes twice an exchange without room time. The occupant lives in room time.

    Args:
        placed: the room.
        occupant: who is in it.
        guide_speech: some of what the guide says, `(n,)` samples as they go to the speaker: it sets the level of
            the echo. The more, the closer the ratio holds for everything else that is said.
        noise: a loop as `noises.make` returns it; None for none.
        watch: is shown what each block was made of, lost ones as well.

    Attributes:
        playback: the buffer before the loudspeaker, and how often it ran dry or over.
        lost: blocks that never arrived.
        doubled: blocks that came twice.
    """

    name = "a simulated room"
    slipped = NO_SLIPS

    def __init__(
        self,
        placed: Placed,
        occupant: Occupant,
        guide_speech: Samples,
        noise: Samples | None = None,
        watch: Callable[[Parts], None] | None = None,
    ) -> None:
        room = placed.room
        self._room = room
        self._occupant = occupant
        self._watch = watch
        self.playback = Playback(placed.bulk_delay - LEAD, placed.drift)
        self._direct_delay = placed.direct_delay
        self._limit = None if room.saturation_dbfs is None else ratio(room.saturation_dbfs)
        echo_dbfs = room.speech_dbfs - room.speech_to_echo_db
        self._front_end = Convolver(
            [_scaled(placed.echo, guide_speech, echo_dbfs), _scaled(placed.ear, guide_speech, ACTIVE_LEVEL_DB)]
        )
        self._noise = _background(placed, noise)
        self._microphone = Microphone(room, np.random.default_rng([placed.seed, 3]))
        self._accidents = np.random.default_rng([placed.seed, 4])
        self._ear: Samples = np.zeros(BLOCK, np.float32)
        self._heard: MicrophoneBlock = np.zeros(BLOCK, np.int16)
        self._now = 0  # session time
        self._room_now = 0
        self._slips = [(0, 0)]  # room times from which on room time is ahead of session time by so much
        self.lost = 0
        self.doubled = 0

    @property
    def echo_delay(self) -> float:
        """Samples from a sample's exchange to its arrival at the microphone, now."""
        return self.playback.delay + LEAD + self._direct_delay

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Play a block into the room and hear one; None when the person has left."""
        self.playback.write(block)
        lost, doubled = self._accidents.random(2) < (self._room.lost_share, self._room.doubled_share)
        if lost:
            self._pass()
            self._slip(BLOCK)
            self.lost += 1
        if doubled:
            self._slip(-BLOCK)
            self.doubled += 1
        else:
            self._heard = self._pass()
        self._now += len(block)
        return None if self._occupant.has_left else self._heard.copy()

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry for the occupant."""
        now = seconds(samples(entry["time_s"]) + self._slips[-1][1])
        self._occupant.notice({**entry, "time_s": now})

    def session_time(self, at: int) -> int:
        """Return the session time of a sample in room time, as an occupant counts it."""
        _, ahead = self._slips[bisect_right(self._slips, at, key=lambda slip: slip[0]) - 1]
        return at - ahead

    def close(self) -> None:
        """Nothing to close."""

    def _pass(self) -> MicrophoneBlock:
        """Let a block of time pass in the room."""
        speech = self._occupant.exchange(self._ear)
        echo, self._ear = self._front_end.feed(saturate(self.playback.read(), self._limit))
        at = (self._room_now + np.arange(BLOCK)) % len(self._noise)
        parts = Parts(echo, speech, self._noise[at])
        self._room_now += BLOCK
        if self._watch is not None:
            self._watch(parts)
        return self._microphone.hear(parts.echo + parts.speech + parts.noise)

    def _slip(self, by: int) -> None:
        self._slips.append((self._room_now, self._slips[-1][1] + by))


def _scaled(response: Samples, speech: Samples, dbfs: float) -> Samples:
    """Return an impulse response through which a speech has a level; -infinity for silence."""
    if dbfs == -np.inf:
        return np.zeros(1, np.float32)
    return response * np.float32(ratio(dbfs - active_dbfs(convolve(speech, response))))


def _background(placed: Placed, noise: Samples | None) -> Samples:
    """Return a loop as the microphone hears it, at its level, without a seam."""
    if noise is None:
        return np.zeros(BLOCK, np.float32)
    spectrum = np.fft.rfft(noise) * np.fft.rfft(placed.noise, len(noise))
    heard = np.fft.irfft(spectrum, len(noise)).astype(np.float32)
    wanted_dbfs = placed.room.speech_dbfs - placed.room.snr_db
    return heard * np.float32(ratio(wanted_dbfs - rms_dbfs(heard)))
