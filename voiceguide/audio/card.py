"""A sound card as microphone and speaker, through PortAudio.

Input and output are two streams, because a microphone and a speaker may be two devices. Their callbacks run
on PortAudio's threads and only move blocks through the queues of `queues.py`; everything else happens on the
thread that calls `exchange`.
"""

from __future__ import annotations

import atexit
import ctypes.util
import logging
import threading
from collections import deque
from typing import Any

from voiceguide.audio.devices import Device, Direction, as_text, choose, list_devices, portaudio
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.queues import MICROPHONE_BACKLOG, Counters, MicrophoneQueue, SpeakerQueue
from voiceguide.audio.samples import Resampler, to_float, to_int16
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError

LATENCY_S = 0.04
"""What PortAudio is asked for, in seconds. A virtual sound card under-ran with its "low", not with this."""

DEAF_AFTER_S = 1.0
"""Seconds without a microphone block after which the card counts as lost. A healthy one sends 100 in them."""

WAKE_LIMIT_S = 5.0
"""Seconds that a card may take for its very first block: one that was suspended has been seen to take 1.6."""

MUTE_AFTER = MICROPHONE_BACKLOG + 100
"""Blocks the speaker may leave untaken before it counts as lost. A session that was as far behind as it can
be hands over its whole backlog at once; a second more has no such excuse."""

CUSHION = 4
"""Blocks kept ready for the speaker: 40 ms, as much as PortAudio takes in one go at that latency. With 3 the
start of a stream sometimes had a gap, with 4 it had none."""

CUSHION_PER_RESAMPLER = 2
"""Blocks more for each direction that is resampled: so many come out of the resampler at once."""

CLOSE_LIMIT_S = 3.0
"""Seconds that closing may take. With a living sound server it takes under 0.2, with a dead one for ever."""

_LOG_EVERY = 100
"""Blocks between two looks at the counters: one second, so that a bad card does not flood the log."""

_log = logging.getLogger(__name__)


class CardPort:
    """The microphone and the speaker of a person in the room.

    The card is opened by the constructor and starts with the first `exchange`, so nothing is heard that is
    older than the session. Each direction runs at 16 kHz if the device takes it, else at the device's own
    rate, resampled.

    Args:
        mic: number, name or part of the name of the microphone; None for the system's default.
        speaker: the same for the speaker.
        deaf_after_s: seconds to wait for a microphone block before giving the card up.

    Attributes:
        counters: what was lost or late so far.

    Raises:
        AudioError: PortAudio is missing, no single device matches, or the device cannot be opened.
    """

    def __init__(
        self, mic: str | None = None, speaker: str | None = None, *, deaf_after_s: float = DEAF_AFTER_S
    ) -> None:
        self._sounddevice = portaudio()
        devices = list_devices()
        self._mic = choose(devices, mic, Direction.MICROPHONE)
        self._loudspeaker = choose(devices, speaker, Direction.SPEAKER)
        self._deaf_after_s = deaf_after_s
        self._started = False
        self._closing = False
        self._tail = 0
        self._drained = threading.Event()
        self._heard: deque[MicrophoneBlock] = deque()
        self._exchanges = 0
        self._told: dict[str, int] = {}
        self.counters = Counters()

        self._input, mic_rate = self._open(devices, self._mic, Direction.MICROPHONE)
        try:
            self._output, speaker_rate = self._open(devices, self._loudspeaker, Direction.SPEAKER)
        except AudioError:
            self._input.close()
            raise
        self._from_card = Resampler(mic_rate, RATE, BLOCK, "LQ")
        self._to_card = Resampler(RATE, speaker_rate, _ten_ms(speaker_rate), "LQ")
        cushion = CUSHION + CUSHION_PER_RESAMPLER * ((mic_rate != RATE) + (speaker_rate != RATE))
        self._from_callback = MicrophoneQueue(self.counters)
        self._to_callback = SpeakerQueue(self.counters, cushion)
        _log.info("%s at %d Hz, %s at %d Hz", self._mic.name, mic_rate, self._loudspeaker.name, speaker_rate)

    @property
    def name(self) -> str:
        """Both devices, as "USB Audio -> USB Audio"."""
        return f"{self._mic.name} -> {self._loudspeaker.name}"

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock:
        """Queue a block for the speaker and wait for the next one of the microphone.

        Args:
            block: `(160,)` float32 in -1..1, mono, 16 kHz.

        Returns:
            `(160,)` int16, mono, 16 kHz.

        Raises:
            AudioError: the microphone delivered nothing for `deaf_after_s`, or the speaker took nothing for
                `MUTE_AFTER` blocks.
        """
        if not self._started:
            self._start()
        for played in self._to_card.feed(block):
            self._to_callback.put(to_int16(played))
        if self._to_callback.untaken > MUTE_AFTER:
            raise AudioError(f'The speaker "{self._loudspeaker.name}" stopped taking sound. {_LOST}')
        while not self._heard:
            limit_s = self._deaf_after_s if self._exchanges else max(self._deaf_after_s, WAKE_LIMIT_S)
            delivered = self._from_callback.take(limit_s)
            if delivered is None:
                raise AudioError(
                    f'The microphone "{self._mic.name}" stopped delivering: nothing for {limit_s:g} s. {_LOST}'
                )
            self._heard.extend(to_int16(block) for block in self._from_card.feed(to_float(delivered)))
        self._exchanges += 1
        if self._exchanges % _LOG_EVERY == 0:
            self._tell_troubles()
        return self._heard.popleft()

    def close(self) -> None:
        """Play what is queued, then close both streams. Closing twice is harmless.

        When the sound server has died, PortAudio never returns from closing. It is then left behind on a
        thread of its own, so that the program can still end.
        """
        if self._closing:
            return
        self._closing = True
        self._tell_troubles()
        closer = threading.Thread(target=self._close_streams, name="close sound card", daemon=True)
        closer.start()
        closer.join(CLOSE_LIMIT_S)
        if closer.is_alive():
            _log.warning("%s did not close within %g s and is abandoned", self.name, CLOSE_LIMIT_S)
            self._abandon()

    def _open(self, devices: list[Device], device: Device, direction: Direction) -> tuple[Any, int]:
        microphone = direction is Direction.MICROPHONE
        stream = self._sounddevice.InputStream if microphone else self._sounddevice.OutputStream
        failure = None
        for rate in dict.fromkeys((RATE, device.rate)):
            try:
                return stream(
                    device=device.index,
                    channels=1,
                    samplerate=rate,
                    blocksize=_ten_ms(rate),
                    dtype="int16",
                    latency=LATENCY_S,
                    callback=self._on_microphone if microphone else self._on_speaker,
                ), rate
            except self._sounddevice.PortAudioError as error:
                failure = error
        raise AudioError(
            f'The {direction.value} "{device.name}" cannot be opened. PortAudio says: {failure}. '
            "Another program may hold it (`fuser -v /dev/snd/*` names it), or your user is not in the group "
            f"audio (`sudo usermod -aG audio $USER`, then log in again). Devices:\n{as_text(devices)}"
        ) from failure

    def _start(self) -> None:
        self._started = True
        try:
            self._input.start()
            self._output.start()
        except self._sounddevice.PortAudioError as error:
            raise AudioError(f"{self.name} does not start. PortAudio says: {error}. {_LOST}") from error

    def _on_microphone(self, samples: Any, _frames: int, _time: Any, status: Any) -> None:
        if status.input_overflow:
            self.counters.microphone_overflows += 1
        self._from_callback.put(samples[:, 0].copy())

    def _on_speaker(self, samples: Any, _frames: int, _time: Any, status: Any) -> None:
        if status.output_underflow:
            self.counters.speaker_underflows += 1
        block = self._to_callback.take(closing=self._closing)
        if block is None:
            samples.fill(0)
            if self._closing:
                self._tail += 1
                # As much silence as PortAudio holds back: stopping at once cost the last 20 ms of sound.
                if self._tail > CUSHION:
                    self._drained.set()
        else:
            samples[:, 0] = block

    def _close_streams(self) -> None:
        if self._started:
            # More than the queue can hold; it is over at once when the last block has been taken.
            self._drained.wait(timeout=0.5)
        try:
            # The speaker first: it goes on asking for blocks until it is stopped, and a microphone that has
            # gone silent may never return. Older PortAudios hang in close() without a stop() or abort() before.
            self._output.stop()
            self._output.close()
            self._input.abort()
            self._input.close()
        except self._sounddevice.PortAudioError as error:
            _log.warning("%s did not close cleanly: %s", self.name, error)

    def _abandon(self) -> None:
        # At exit sounddevice would wait for the same dead server, for ever.
        atexit.unregister(self._sounddevice._exit_handler)  # noqa: SLF001 - no public way
        # And Python would unload the library under the thread that hangs in it, which crashes. A second
        # reference to it that is never given back keeps it loaded.
        library = ctypes.util.find_library("portaudio")
        if library:
            ctypes.CDLL(library)

    def _tell_troubles(self) -> None:
        troubles = self.counters.troubles
        grown = {name: number for name, number in troubles.items() if number > self._told.get(name, 0)}
        self._told = troubles
        if grown:
            _log.warning("%s: sound was lost or late: %s", self.name, grown)


_LOST = "Is it still plugged in, and does the sound server run? `voiceguide devices` shows what is there now."


def _ten_ms(rate: int) -> int:
    return round(rate / 100)
