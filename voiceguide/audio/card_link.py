"""What a program and the process of its sound card tell each other, over one Unix socket.

The socket keeps messages whole (SOCK_SEQPACKET). The program sends the speaker's blocks, the process sends how the
opening went and then the microphone's blocks; each side learns from the end of the stream that the other is gone
or has had enough. All samples are mono 16-bit at the device's own rate, 10 ms in each message:

    program to process   the block's number (8 bytes) and its samples
    process to program   b"o" and the opened devices as JSON
                         b"-" and what went wrong, UTF-8
                         b"m", when the card gave it, the counters (8 bytes each) and a block of samples

Why a socket and not shared memory: it wakes whoever waits, says at once when the other side has died, leaves
nothing behind and needs no memory barriers, which Python cannot give on a Raspberry Pi's processor. A message
costs 5 microseconds.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.audio.slips import Slips

CardBlock = NDArray[np.int16]
"""10 ms of mono 16-bit samples at the card's rate."""

OPENED = b"o"
FAILED = b"-"
MICROPHONE = b"m"

LONGEST = 65_536
"""Bytes, more than any message has."""

_ROOM = 212_992
"""Bytes of each direction's buffer, as Linux allows by default: 3.3 s at 16 kHz, 1.8 s at 48 kHz. A program that
is further behind loses what comes next."""


@dataclass(frozen=True)
class Wanted:
    """Which devices a program asks for.

    Attributes:
        mic: number, name or part of the name of the microphone; None for the system's default.
        speaker: the same for the speaker.
        deaf: the speaker alone; silence comes back from it, in its own step.
    """

    mic: str | None = None
    speaker: str | None = None
    deaf: bool = False


@dataclass
class Counters:
    """What happened at the card since it was opened. Each field is written by one thread only.

    Attributes:
        microphone_blocks: blocks that the card delivered, with those dropped here.
        microphone_overflows: times PortAudio said that samples were lost before they reached this program.
        microphone_dropped: blocks dropped here because the session was seconds behind.
        speaker_blocks: blocks that the card asked for.
        speaker_underflows: times PortAudio said that the card ran dry.
        speaker_gaps: times the session was late, so that silence was played in place of its sound.
        speaker_dropped: blocks never played because they came too late.
        speaker_shifts: times the speaker's place in time was set anew, because the two devices or the session did
            not keep step.
        speaker_later_blocks: blocks by which the speaker's place became later in all; below zero earlier.
        speaker_due: number of the block that the card asks for next; one before it is never played.
    """

    microphone_blocks: int = 0
    microphone_overflows: int = 0
    microphone_dropped: int = 0
    speaker_blocks: int = 0
    speaker_underflows: int = 0
    speaker_gaps: int = 0
    speaker_dropped: int = 0
    speaker_shifts: int = 0
    speaker_later_blocks: int = 0
    speaker_due: int = 0

    @property
    def troubles(self) -> dict[str, int]:
        """The fields that tell of lost or late sound, by name."""
        return {name: number for name, number in vars(self).items() if not name.endswith(("_blocks", "_due"))}

    @property
    def slips(self) -> Slips:
        """How the delay from speaker to microphone has changed. A gap alone does not change it.

        Each block that was dropped lets all that follow arrive 10 ms earlier, until the speaker is as much later.
        """
        return Slips(
            unknown=self.microphone_overflows + self.speaker_underflows,
            later=BLOCK * (self.speaker_later_blocks - self.microphone_dropped),
        )


_NUMBER = struct.Struct("=Q")
_TIME = struct.Struct("=q")
_COUNTERS = struct.Struct(f"={len(fields(Counters))}q")
_COUNTERS_AT = len(MICROPHONE) + _TIME.size
_SAMPLES_AT = _COUNTERS_AT + _COUNTERS.size


def pair() -> tuple[socket.socket, socket.socket]:
    """Return the program's end and the process's end; neither waits when it sends or receives."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
        end.setblocking(False)
    return ends


def speaker_message(number: int, block: CardBlock) -> bytes:
    """Return a speaker block as a message."""
    return _NUMBER.pack(number) + block.tobytes()


def read_speaker(message: bytes) -> tuple[int, CardBlock]:
    """Return the number and the samples of a speaker block."""
    return _NUMBER.unpack_from(message)[0], np.frombuffer(message, np.int16, offset=_NUMBER.size)


def microphone_message(at_ns: int, counters: Counters, block: CardBlock) -> bytes:
    """Return a microphone block as a message.

    Args:
        at_ns: when the card gave it, by `time.monotonic_ns`, which is one clock for all processes.
        counters: what has been counted up to this block.
        block: the samples.
    """
    return MICROPHONE + _TIME.pack(at_ns) + _COUNTERS.pack(*vars(counters).values()) + block.tobytes()


def read_microphone(message: bytes) -> tuple[int, Counters, CardBlock]:
    """Return what `microphone_message` was given."""
    (at_ns,) = _TIME.unpack_from(message, len(MICROPHONE))
    counted = Counters(*_COUNTERS.unpack_from(message, _COUNTERS_AT))
    return at_ns, counted, np.frombuffer(message, np.int16, offset=_SAMPLES_AT)
