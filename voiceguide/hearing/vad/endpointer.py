"""Where speech begins and ends: cuts the stream of samples into utterances, in sample time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from pocketsphinx import Vad

from voiceguide.core.clock import RATE, samples
from voiceguide.hearing.recognisers.recogniser import Frame

WINDOW = samples(0.03)
"""Samples judged at once; the detector (WebRTC's) takes 10, 20 or 30 ms."""

_DETECTOR_MODE = 2
"""0 calls most things speech, 3 the fewest. After clean words 2 lets go within 0.11 s and 1 within 0.17 s; 3 let
go of some words before they had ended."""

_OPENS_ON, _OPENS_OF = 4, 6
"""Windows of speech among the last ones that open an utterance: 0.12 s within 0.18 s, shorter than "no" and
longer than a click."""

_BEFORE = 10
"""Windows kept from before the opening, 0.3 s, so that a soft first consonant is not lost."""

_CLOSES_AFTER = 8
"""Windows without speech that end an utterance: 0.24 s. A stop consonant closes the mouth for up to 0.1 s,
people pause between sentences for 0.3 s and more."""


@dataclass(frozen=True)
class Piece:
    """A stretch of an utterance.

    Attributes:
        sound: the samples as bytes, 16-bit mono; with the first piece also what was kept from before.
        at: sample time of its end.
        first: an utterance begins with it.
        last: the utterance has ended with it.
    """

    sound: bytes
    at: int
    first: bool
    last: bool


class Utterances:
    """Finds the utterances in a stream of samples.

    An utterance longer than `longest_s` is cut there and goes on as a new one, so that somebody who speaks into
    steady noise is still heard.

    Args:
        longest_s: seconds after which an utterance is cut.
    """

    def __init__(self, longest_s: float) -> None:
        self._detector = Vad(mode=_DETECTOR_MODE, sample_rate=RATE, frame_length=WINDOW / RATE)
        self._longest = samples(longest_s)
        self._rest = bytearray()
        self._kept: deque[bytes] = deque(maxlen=_BEFORE)
        self._judged: deque[bool] = deque(maxlen=_OPENS_OF)
        self._at = 0
        self._open = False
        self._length = 0
        self._quiet = 0

    def abandon(self) -> None:
        """Forget the utterance that is going on."""
        self._open = False
        self._length = 0

    def accept(self, frame: Frame) -> Iterator[Piece]:
        """Take the next samples, in blocks of any size, and return the pieces of utterances they completed."""
        self._rest += frame.tobytes()
        while len(self._rest) >= 2 * WINDOW:
            window = bytes(self._rest[: 2 * WINDOW])
            del self._rest[: 2 * WINDOW]
            self._at += WINDOW
            speech = bool(self._detector.is_speech(window))
            piece = self._within(window, speech=speech) if self._open else self._outside(window, speech=speech)
            if piece:
                yield piece

    def _outside(self, window: bytes, *, speech: bool) -> Piece | None:
        self._kept.append(window)
        self._judged.append(speech)
        if sum(self._judged) < _OPENS_ON:
            return None
        sound = b"".join(self._kept)
        self._kept.clear()
        self._judged.clear()
        self._open = True
        self._quiet = 0
        self._length = len(sound) // 2
        return Piece(sound, self._at, first=True, last=False)

    def _within(self, window: bytes, *, speech: bool) -> Piece:
        first = self._length == 0
        self._length += WINDOW
        self._quiet = 0 if speech else self._quiet + 1
        ended = self._quiet >= _CLOSES_AFTER
        last = ended or self._length >= self._longest
        self._open = not ended
        if last:
            self._length = 0
        return Piece(window, self._at, first=first, last=last)
