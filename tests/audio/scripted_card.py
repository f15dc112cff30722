"""A stand-in for the module sounddevice, for cards that cannot be had: fussy about rates, busy, or silent.

And one for the card's process, which runs the same code on a thread.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio import card_link
from voiceguide.audio.card_process import serve


class PortAudioError(Exception):
    pass


@dataclass
class ScriptedStream:
    """A stream whose callback runs when the test says so."""

    options: dict[str, Any]
    done: list[str] = field(default_factory=list)
    started: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.done.append("start")
        self.started.set()

    def stop(self) -> None:
        self.done.append("stop")

    def abort(self) -> None:
        self.done.append("abort")

    def close(self) -> None:
        self.done.append("close")

    def deliver(self, samples: NDArray[np.int16], *, overflow: bool = False) -> None:
        """Be a microphone that heard this."""
        status = SimpleNamespace(input_overflow=overflow)
        self.options["callback"](samples[:, None], len(samples), None, status)

    def pull(self, *, underflow: bool = False) -> NDArray[np.int16]:
        """Be a loudspeaker that needs its next block."""
        block = np.full((self.options["blocksize"], 1), 12_345, np.int16)  # the memory's last use
        self.options["callback"](block, len(block), None, SimpleNamespace(output_underflow=underflow))
        return block[:, 0]


class ScriptedSounddevice(ModuleType):
    """One card, "Fussy USB Card", that runs at `rates` only, its own first.

    Args:
        rates: sample rates it takes.
        refuses: directions ("input", "output") in which it cannot be opened at all.
    """

    PortAudioError = PortAudioError

    def __init__(self, *rates: int, refuses: tuple[str, ...] = ()) -> None:
        super().__init__("sounddevice")
        self.rates = rates
        self.refuses = refuses
        self.opened: dict[str, ScriptedStream] = {}
        self.default = SimpleNamespace(hostapi=0)

    @property
    def mic(self) -> ScriptedStream:
        return self.opened["input"]

    @property
    def speaker(self) -> ScriptedStream:
        return self.opened["output"]

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": "ALSA", "default_input_device": 0, "default_output_device": 0}]

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {
                "index": 0,
                "name": "Fussy USB Card: - (hw:1,0)",
                "max_input_channels": 1,
                "max_output_channels": 2,
                "default_samplerate": float(self.rates[0]),
            }
        ]

    def InputStream(self, **options: Any) -> ScriptedStream:  # noqa: N802 - sounddevice's name
        return self._open("input", options)

    def OutputStream(self, **options: Any) -> ScriptedStream:  # noqa: N802 - sounddevice's name
        return self._open("output", options)

    def _open(self, direction: str, options: dict[str, Any]) -> ScriptedStream:
        if direction in self.refuses:
            raise PortAudioError("Error opening stream: Device unavailable [PaErrorCode -9985]")
        if options["samplerate"] not in self.rates:
            raise PortAudioError("Error opening stream: Invalid sample rate [PaErrorCode -9997]")
        self.opened[direction] = ScriptedStream(options)
        return self.opened[direction]


class ScriptedProcess:
    """What the process of the card does, on a thread. It cannot be killed, so it must never hang."""

    def __init__(self, wanted: card_link.Wanted) -> None:
        self.link, theirs = card_link.pair()
        self.thread = threading.Thread(target=self._run, args=(theirs, wanted))
        self.thread.start()

    def end(self, limit_s: float) -> bool:
        self.thread.join(limit_s)
        return not self.thread.is_alive()

    @staticmethod
    def _run(theirs: socket.socket, wanted: card_link.Wanted) -> None:
        with theirs:
            serve(theirs, wanted)
