"""A sound card as microphone and speaker. PortAudio runs in a process of its own, see `card_process.py`.

So a recogniser that holds this interpreter's lock cannot keep the card waiting, and a driver that hangs is ended
by ending its process: every call here comes back in bounded time.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Protocol

from voiceguide.audio import card_link
from voiceguide.audio.card_link import FAILED, LONGEST, MICROPHONE, OPENED, Counters, Wanted
from voiceguide.audio.devices import LOST
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import Resampler, to_float, to_int16
from voiceguide.audio.slips import Slips
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError, CardInUseError
from voiceguide.locks import Lock, hold_devices

OPEN_LIMIT_S = 15.0
"""Seconds that opening may take: 0.3 on a PC with a living sound server. A hanging one answers never."""

DEAF_AFTER_S = 1.0
"""Seconds without a microphone block after which the card counts as lost. A healthy one sends 100 in them."""

WAKE_LIMIT_S = 3.0
"""Seconds that a card may take for its very first block: one that was suspended has been seen to take 1.6."""

MUTE_AFTER = 300
"""Blocks of the microphone (3 s) in which the speaker may take nothing before it counts as lost: as long as a
suspended one may need to wake up."""

CLOSE_LIMIT_S = 3.0
"""Seconds that closing may take: a little more than the process gives itself."""

_LOG_EVERY = 100
"""Blocks between two looks at the counters: one second, so that a bad card does not flood the log."""

_log = logging.getLogger(__name__)


class CardEnd(Protocol):
    """The process of the sound card, as seen from the program.

    Attributes:
        link: the program's end of the socket.
    """

    link: socket.socket

    def end(self, limit_s: float) -> bool:
        """Wait for the process to end by itself, then kill it; return whether it ended by itself."""
        ...


class CardPort:
    """The microphone and the speaker of a person in the room.

    The card is opened by the constructor and starts with the first `exchange`, so nothing is heard that is
    older than the session. Each direction runs at 16 kHz if the device takes it, else at the device's own
    rate, resampled. After an error only `close` is left; another `CardPort` opens the card again.

    Args:
        mic: number, name or part of the name of the microphone; None for the system's default.
        speaker: the same for the speaker.
        deaf: do without a microphone: only silence comes back.
        deaf_after_s: seconds to wait for a microphone block before giving the card up.
        start: starts the card's process.

    Raises:
        AudioError: PortAudio is missing, no single device matches, or the device cannot be opened.
        CardInUseError: another guide uses one of the devices.
    """

    def __init__(
        self,
        mic: str | None = None,
        speaker: str | None = None,
        *,
        deaf: bool = False,
        deaf_after_s: float = DEAF_AFTER_S,
        start: Callable[[Wanted], CardEnd] | None = None,
    ) -> None:
        self._deaf_after_s = deaf_after_s
        self._come: deque[bytes] = deque()  # messages that were taken from the link and not looked at
        self._heard: deque[MicrophoneBlock] = deque()
        self._exchanges = 0
        self._number = 0
        self._asked = 0  # blocks that the speaker had asked for, and microphone blocks since
        self._unasked = 0
        self._given_ns = 0
        self._counters = Counters()
        self._told: dict[str, int] = {}
        self._held: list[Lock] = []
        self._process: CardEnd | None = (start or CardProcess)(Wanted(mic, speaker, deaf))
        self._link = self._process.link
        self._readable = select.poll()
        self._readable.register(self._link, select.POLLIN)

        self._mic = self._loudspeaker = "the sound card"
        message = self._receive(OPEN_LIMIT_S, f"The sound card did not open within {OPEN_LIMIT_S:g} s.")
        opened = json.loads(message.removeprefix(OPENED))
        self._mic, mic_rate = opened["mic"], opened["mic_rate"]
        self._loudspeaker, speaker_rate = opened["speaker"], opened["speaker_rate"]
        try:
            self._held = hold_devices([self._loudspeaker] if deaf else [self._mic, self._loudspeaker])
        except CardInUseError:
            self.close()  # it has not been started: nothing was heard or played
            raise
        self._rates = mic_rate, speaker_rate
        self._from_card = Resampler(mic_rate, RATE, BLOCK, "LQ")
        self._to_card = Resampler(RATE, speaker_rate, round(speaker_rate / 100), "LQ")
        _log.info("%s at %d Hz, %s at %d Hz", self._mic, mic_rate, self._loudspeaker, speaker_rate)

    @property
    def name(self) -> str:
        """Both devices, as "USB Audio -> USB Audio"."""
        return f"{self._mic} -> {self._loudspeaker}"

    @property
    def rates(self) -> tuple[int, int]:
        """Samples per second at which the microphone and the speaker run; what is not 16,000 is resampled."""
        return self._rates

    @property
    def microphone(self) -> str:
        """The microphone's full name."""
        return self._mic

    @property
    def speaker(self) -> str:
        """The speaker's full name."""
        return self._loudspeaker

    @property
    def counters(self) -> Counters:
        """What was lost or late up to the newest microphone block."""
        return self._counters

    @property
    def slipped(self) -> Slips:
        """How the delay from speaker to microphone has changed, up to the newest microphone block."""
        return self._counters.slips

    @property
    def behind_s(self) -> float:
        """Seconds since the card gave what the last `exchange` returned: what the program takes too long for."""
        return max(0.0, (time.monotonic_ns() - self._given_ns) / 1e9) if self._given_ns else 0.0

    @property
    def late(self) -> bool:
        """Whether the next block comes too late to be played, because the session has stood still."""
        self._take_what_has_come()
        newest = next((one for one in reversed(self._come) if one.startswith(MICROPHONE)), None)
        counters = self._counters if newest is None else card_link.read_microphone(newest)[1]
        return self._number <= counters.speaker_due and counters.speaker_due > 0

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock:
        """Queue a block for the speaker and wait for the next one of the microphone.

        Args:
            block: `(160,)` float32 in -1..1, mono, 16 kHz.

        Returns:
            `(160,)` int16, mono, 16 kHz.

        Raises:
            AudioError: the microphone delivered nothing for `deaf_after_s`, the speaker took nothing for
                `MUTE_AFTER` blocks, or the card's process ended.
        """
        for played in self._to_card.feed(block):
            with suppress(OSError):  # no room, when the speaker takes nothing; a process that is gone shows below
                self._link.send(card_link.speaker_message(self._number, to_int16(played)))
            self._number += 1
        while not self._heard:
            limit_s = self._deaf_after_s if self._exchanges else max(self._deaf_after_s, WAKE_LIMIT_S)
            complaint = f'The microphone "{self._mic}" stopped delivering: nothing for {limit_s:g} s.'
            self._given_ns, self._counters, delivered = card_link.read_microphone(
                self._receive(limit_s, complaint)
            )
            self._see_that_the_speaker_asks()
            self._heard.extend(self._at_our_rate(delivered))
        self._exchanges += 1
        if self._exchanges % _LOG_EVERY == 0:
            self._tell_troubles()
        return self._heard.popleft()

    def _at_our_rate(self, delivered: MicrophoneBlock) -> Iterable[MicrophoneBlock]:
        if self._rates[0] == RATE:
            return (delivered.copy(),)  # it is a view of a message, which cannot be written to
        return (to_int16(block) for block in self._from_card.feed(to_float(delivered)))

    def close(self) -> None:
        """Play what is queued, then end the card's process. Closing twice is harmless."""
        if self._process is None:
            return
        self._tell_troubles()
        with suppress(OSError):  # the process is gone already
            self._link.shutdown(socket.SHUT_WR)
        self._end(CLOSE_LIMIT_S)

    def _end(self, limit_s: float) -> None:
        process, self._process = self._process, None
        if process is not None and not process.end(limit_s) and limit_s:
            _log.warning("%s did not close within %g s and was ended by force", self.name, limit_s)
        self._link.close()
        for lock in self._held:
            lock.close()

    def _receive(self, limit_s: float, complaint: str) -> bytes:
        """Return the next message of the card's process."""
        if self._process is None:
            raise AudioError("The sound card was closed. Open it again.")
        message = b""
        if self._come:
            message = self._come.popleft()
        elif self._readable.poll(limit_s * 1000):
            with suppress(ConnectionError):
                message = self._link.recv(LONGEST)
        else:
            raise self._failure(f"{complaint} {LOST}")
        if message.startswith(FAILED):
            raise self._failure(message.removeprefix(FAILED).decode())
        if not message:
            raise self._failure(f"The process that drives {self._mic} ended by itself. {LOST}")
        return message

    def _take_what_has_come(self) -> None:
        """Take all messages that wait, without waiting; the end of the link is an empty one."""
        while self._process is not None and not (self._come and not self._come[-1]):
            try:
                self._come.append(self._link.recv(LONGEST))
            except BlockingIOError:
                return
            except OSError:
                self._come.append(b"")

    def _see_that_the_speaker_asks(self) -> None:
        self._unasked = self._unasked + 1 if self._counters.speaker_blocks == self._asked else 0
        self._asked = self._counters.speaker_blocks
        if self._unasked > MUTE_AFTER:
            raise self._failure(f'The speaker "{self._loudspeaker}" stopped taking sound. {LOST}')

    def _failure(self, what: str) -> AudioError:
        """End the process, whatever it hangs in, and return the error to be raised."""
        self._end(0)
        return AudioError(what)

    def _tell_troubles(self) -> None:
        troubles = self._counters.troubles
        grown = {name: number for name, number in troubles.items() if number > self._told.get(name, 0)}
        self._told = troubles
        if grown:
            _log.warning("%s: sound was lost or late: %s", self.name, grown)


class CardProcess:
    """A new process for a sound card. It ends when the socket is closed, so none is left behind.

    Args:
        wanted: which devices.

    Raises:
        AudioError: no process can be started.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.link, theirs = card_link.pair()
        number = str(theirs.fileno())
        command = [sys.executable, "-m", "voiceguide.audio.card_process", number, json.dumps(asdict(wanted))]
        with theirs:
            try:
                self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
            except OSError as error:
                self.link.close()
                raise AudioError(
                    f"The sound card needs a process of its own, and none can be started: {error}. Close other "
                    "programs and try again."
                ) from error

    @property
    def number(self) -> int:
        """The process id, for logs and for tests that end it."""
        return self._process.pid

    def end(self, limit_s: float) -> bool:
        """Wait for the process to end by itself, then kill it; return whether it ended by itself."""
        try:
            self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True
