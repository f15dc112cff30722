"""Somebody else is speaking: a voice in the microphone that is not what is left of the guide's own.

The canceller tells two things apart: what it took out is the guide's voice, what it left is everything else and a
rest of the guide's. That rest is as far below what was taken out as the canceller is good. A voice is somebody
else's when it is clearly louder than this rest.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from pocketsphinx import Vad

from voiceguide.core.clock import RATE, samples
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.hearing.recogniser import Frame

WINDOW = samples(0.03)
"""Samples judged at once, as WebRTC's voice activity detector takes them."""

_DETECTOR_MODE = 3
"""The strictest: giving way for nothing annoys, and who calls again is noticed the next time."""

_MARGIN_DB = 8.0
"""How much louder than the rest of the guide's voice a voice must be."""

_CANCELLED_DB = (6.0, 30.0)
"""Bounds of how well the canceller is believed to work: it tells its average, single sounds are left louder."""

_TAIL = 8
"""Windows (0.24 s) for which the room still carries what the guide said."""

_FLOOR_DB = 9.0
_FLOOR_WINDOWS = 66
"""A voice stands this far above the softest of the last two seconds: fans and hum are not voices."""

_OPENS_ON, _OPENS_OF = 3, 5
"""Windows with a voice among the last ones that begin it: 0.09 s within 0.15 s, longer than a knock."""

_CLOSES_AFTER = 10
"""Windows without a voice that end it: 0.3 s."""


class OtherVoice:
    """Finds the beginning and the end of voices that are not the guide's. Keeps no clock: it counts samples."""

    def __init__(self) -> None:
        self._detector = Vad(mode=_DETECTOR_MODE, sample_rate=RATE, frame_length=WINDOW / RATE)
        self._clean = np.empty(0, np.int16)
        self._taken_out = np.empty(0, np.float64)
        self._echo: deque[float] = deque(maxlen=_TAIL)
        self._floor: deque[float] = deque(maxlen=_FLOOR_WINDOWS)
        self._judged: deque[bool] = deque(maxlen=_OPENS_OF)
        self._quiet = 0
        self._open = False
        self._at = 0

    @property
    def speaking(self) -> bool:
        """Whether a voice is being heard now."""
        return self._open

    def accept(self, microphone: Frame, clean: Frame, erle_db: float) -> VoiceBegan | VoiceEnded | None:
        """Take the next block, before and after the canceller.

        Args:
            microphone: `(n,)` int16 as it was recorded.
            clean: `(n,)` int16 without the guide's voice; the same as `microphone` where nothing is cancelled.
            erle_db: how well the canceller works.

        Returns:
            The beginning or the end of a voice, at the end of this block.
        """
        self._at += len(clean)
        self._clean = np.concatenate((self._clean, clean))
        self._taken_out = np.concatenate((self._taken_out, microphone.astype(np.float64) - clean))
        event: VoiceBegan | VoiceEnded | None = None
        while len(self._clean) >= WINDOW:
            window, self._clean = self._clean[:WINDOW], self._clean[WINDOW:]
            taken_out, self._taken_out = self._taken_out[:WINDOW], self._taken_out[WINDOW:]
            event = self._turn(voice=self._is_voice(window, taken_out, erle_db)) or event
        return event

    def _is_voice(self, window: Frame, taken_out: np.ndarray, erle_db: float) -> bool:
        level = float(np.mean(np.square(window, dtype=np.float64)))
        self._echo.append(float(np.mean(np.square(taken_out))))
        self._floor.append(level)
        cancelled_db = float(np.clip(erle_db, *_CANCELLED_DB))
        rest = max(self._echo) * 10 ** ((_MARGIN_DB - cancelled_db) / 10)
        floor = min(self._floor) * 10 ** (_FLOOR_DB / 10)
        return level > rest and level > floor and bool(self._detector.is_speech(window.tobytes()))

    def _turn(self, *, voice: bool) -> VoiceBegan | VoiceEnded | None:
        if not self._open:
            self._judged.append(voice)
            if sum(self._judged) < _OPENS_ON:
                return None
            self._judged.clear()
            self._open = True
            self._quiet = 0
            return VoiceBegan(self._at)
        self._quiet = 0 if voice else self._quiet + 1
        if self._quiet < _CLOSES_AFTER:
            return None
        self._open = False
        return VoiceEnded(self._at)
