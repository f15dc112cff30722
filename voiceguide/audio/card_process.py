"""The process of the sound card: `python -m voiceguide.audio.card_process SOCKET DEVICES`.

PortAudio lives here, alone with an interpreter of its own, because its callbacks must never wait for a recogniser
that holds the other one, and because a driver that hangs can only be got rid of with its process. Blocks are moved
between PortAudio and the socket (see `card_link.py`), by the callbacks themselves; nothing else happens here.

SOCKET is the number of the inherited socket, DEVICES what is `Wanted`, as JSON. The streams start with the first
speaker block. When the program closes the socket, or dies, what waits is played and the process ends; when
PortAudio hangs in that, it ends nevertheless.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import numpy as np

from voiceguide.audio import priority
from voiceguide.audio.card_link import (
    FAILED,
    LONGEST,
    OPENED,
    Counters,
    Wanted,
    microphone_message,
    read_speaker,
)
from voiceguide.audio.devices import LOST, Device, Direction, as_text, choose, list_devices, portaudio
from voiceguide.audio.speaker_line import SpeakerLine
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError

LATENCY_S = 0.04
"""What PortAudio is asked for, in seconds. A virtual sound card under-ran with its "low", not with this."""

CUSHION = 8
"""Blocks kept ready for the speaker, 80 ms: PortAudio takes 4 in one go at that latency, and a recogniser in
the same interpreter stopped the session for more than 100 ms at the end of an utterance. While it was kept busy
all the time, the guide's voice had 13 holes a minute with 4 blocks and 2 with 8."""

CUSHION_PER_RESAMPLER = 2
"""Blocks more for each direction that is resampled: so many come out of the resampler at once."""

CLOSE_LIMIT_S = 2.0
"""Seconds that closing may take. With a living sound server it takes under 0.2, with a dead one for ever."""

_FIRST_CALL_S = 5.0
"""Seconds that a stream may take to call back for the first time; a suspended one takes 1.6."""

_TAIL = 4
"""Blocks of silence at the end, as much as PortAudio holds back: stopping at once cost the last 20 ms of sound."""


class Card:
    """Both streams of a sound card, opened and not yet started.

    Input and output are two streams, because a microphone and a speaker may be two devices. Each runs at 16 kHz if
    the device takes it, else at the device's own rate.

    Args:
        link: this process's end of the socket.
        wanted: which devices.

    Raises:
        AudioError: PortAudio is missing, no single device matches, or the device cannot be opened.
    """

    def __init__(self, link: socket.socket, wanted: Wanted) -> None:
        self._link = link
        self._sounddevice = portaudio()
        devices = list_devices()
        self._mic = None if wanted.deaf else choose(devices, wanted.mic, Direction.MICROPHONE)
        self._loudspeaker = choose(devices, wanted.speaker, Direction.SPEAKER)
        self._counters = Counters()
        self._closing = False
        self._tail = 0
        self._drained = threading.Event()
        self._threads: queue.SimpleQueue[int] = queue.SimpleQueue()  # those that call back, as soon as they do
        self._input: Any = None
        if self._mic is not None:
            self._input, self._mic_rate = self._open(devices, self._mic, Direction.MICROPHONE)
        try:
            self._output, self._speaker_rate = self._open(devices, self._loudspeaker, Direction.SPEAKER)
        except AudioError:
            if self._input is not None:
                self._input.close()
            raise
        if self._mic is None:
            self._mic_rate = self._speaker_rate
        resampled = (self._mic_rate != RATE) + (self._speaker_rate != RATE)
        self._line = SpeakerLine(self._counters, CUSHION + CUSHION_PER_RESAMPLER * resampled)

    @property
    def opened(self) -> dict[str, Any]:
        """Names and rates, for the program."""
        return {
            "mic": self._mic_name,
            "mic_rate": self._mic_rate,
            "speaker": self._loudspeaker.name,
            "speaker_rate": self._speaker_rate,
        }

    @property
    def _mic_name(self) -> str:
        return self._mic.name if self._mic is not None else "no microphone"

    def run(self, *, realtime: bool = True) -> None:
        """Wait for the first block, then play and listen until the program closes its end; then close the streams.

        Args:
            realtime: whether the threads of the streams have real-time priority.

        Raises:
            AudioError: the streams do not start.
        """
        if not wait_for(self._link, select.POLLIN):
            return
        try:
            if self._input is not None:
                self._input.start()
            self._output.start()
        except self._sounddevice.PortAudioError as error:
            raise AudioError(
                f"{self._mic_name} -> {self._loudspeaker.name} does not start. PortAudio says: {error}. {LOST}"
            ) from error
        if not realtime:
            threading.Thread(target=self._ask_rtkit, daemon=True).start()
        wait_for(self._link, 0)
        # More than can be waiting; it is over at once when the last block has been taken.
        self._drained.wait(timeout=0.5)
        with suppress(self._sounddevice.PortAudioError):  # it is over anyway
            # The speaker first: it goes on asking for blocks until it is stopped, and a microphone that has
            # gone silent may never return. Older PortAudios hang in close() without a stop() or abort() before.
            self._output.stop()
            self._output.close()
            if self._input is not None:
                self._input.abort()
                self._input.close()

    def _ask_rtkit(self) -> None:
        for _ in range(1 + (self._input is not None)):
            with suppress(queue.Empty):
                priority.first_by_rtkit(self._threads.get(timeout=_FIRST_CALL_S), priority.CARD)

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
                    blocksize=round(rate / 100),
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

    def _on_microphone(self, samples: Any, _frames: int, _time: Any, status: Any) -> None:
        if not self._counters.microphone_blocks:
            self._threads.put(threading.get_native_id())
        if status.input_overflow:
            self._counters.microphone_overflows += 1
        self._hand_over(samples)

    def _hand_over(self, samples: Any) -> None:
        counters = self._counters
        counters.microphone_blocks += 1
        try:
            self._link.send(microphone_message(time.monotonic_ns(), counters, samples))
        except BlockingIOError:
            counters.microphone_dropped += 1
        except OSError:
            pass  # the program is gone, and so is this process in a moment

    def _on_speaker(self, samples: Any, _frames: int, _time: Any, status: Any) -> None:
        if not self._counters.speaker_blocks:
            self._threads.put(threading.get_native_id())
        if status.output_underflow:
            self._counters.speaker_underflows += 1
            self._line.ran_dry()
        self._receive()
        if self._input is None:
            self._hand_over(np.zeros(len(samples), np.int16))
        block = self._line.take(closing=self._closing)
        if block is not None:
            samples[:, 0] = block
            return
        samples.fill(0)
        if self._closing:
            self._tail += 1
            if self._tail > _TAIL:
                self._drained.set()

    def _receive(self) -> None:
        with suppress(BlockingIOError, ConnectionResetError):  # the latter when the program was killed
            while message := self._link.recv(LONGEST):
                self._line.put(*read_speaker(message))
            self._closing = True


def serve(link: socket.socket, wanted: Wanted, *, realtime: bool = True) -> None:
    """Open a card and run it until the program closes its end; tell the program how that went.

    Args:
        link: this process's end of the socket.
        wanted: which devices.
        realtime: whether the process has real-time priority; else RealtimeKit is asked for its threads.
    """
    with suppress(BrokenPipeError):  # the program is gone
        try:
            card = Card(link, wanted)
            link.send(OPENED + json.dumps(card.opened).encode())
            card.run(realtime=realtime)
        except AudioError as error:
            link.send(FAILED + str(error).encode())


def wait_for(link: socket.socket, event: int) -> bool:
    """Wait for an event of `select.poll`, or for the other side to close its end; return whether it has not."""
    waiting = select.poll()
    waiting.register(link, event | select.POLLRDHUP)
    return all(not what & (select.POLLRDHUP | select.POLLHUP) for _, what in waiting.poll())


def _end_with_the_program(link: socket.socket) -> None:
    """Make sure that nothing, no hanging driver either, outlives the program for long."""
    wait_for(link, 0)
    time.sleep(CLOSE_LIMIT_S)
    os._exit(1)


def _silence_libraries() -> None:
    """Keep what ALSA writes about every underrun and every try out of the log; errors of Python still get there.

    What it would tell is told by the counters and by PortAudio's errors.
    """
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def main() -> None:
    """Run the sound card until the program closes the socket."""
    # By ctrl-C, by systemd and by a terminal that is gone; the program decides.
    for sent_to_all in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent_to_all, signal.SIG_IGN)
    link = socket.socket(fileno=int(sys.argv[1]))
    link.setblocking(False)
    threading.Thread(target=_end_with_the_program, args=(link,), daemon=True).start()
    realtime = priority.first(priority.CARD)  # threads that PortAudio starts later inherit it
    _silence_libraries()
    gc.disable()  # nothing here makes cycles
    serve(link, Wanted(**json.loads(sys.argv[2])), realtime=realtime)
    os._exit(0)  # sounddevice would first talk to the sound server again, which may be dead


if __name__ == "__main__":
    main()
