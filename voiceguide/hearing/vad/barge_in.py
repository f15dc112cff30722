"""Barge-in: somebody else is speaking, a voice in the microphone that is not the residual echo of the guide's own.

The canceller tells two things apart: what it took out is the guide's voice, what it left is everything else and a
rest of the guide's. How far that rest usually lies below what was taken out is learnt here, while the guide
speaks: a voice is somebody else's when it is clearly louder than this rest. An average over everything that was
heard would not do: each call of the person would make the canceller look worse than it is.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voiceguide.audio.samples import FULL_SCALE
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.detector import Detector, Windows

_SPEECH = 0.5
"""Probability of speech in a window that may be a voice. Giving way for nothing annoys, and a person who calls
again is noticed the next time."""

_LOUDER_DB = 15.0
"""How much louder than the usual rest a voice must be. While the guide alone spoke the rest rose 7 to 15 dB above
its median once in a hundred windows. With voices for tuning, 10 dB softer than the guide at the microphone, all of
28 calls were noticed at 12, 15 and 18 dB (15 of 28 before the rest was learnt), and in five minutes of the guide
alone none that nobody made."""

_NOT_YET_DB = -6.0
"""The rest before anything was learnt."""

_UP_DB, _DOWN_DB = 0.12, 0.15
"""Steps by which the usual rest is learnt, in each window with the guide's voice."""

_UP_FOR_A_VOICE = 0.25
"""Share of a step up when the window is loud enough to be somebody's voice: a call must not hide the next one, and
after a change in the room the rest is known again within seconds."""

_SOFTEST_SHARE = 0.1
_ABOVE_NOISE = 2.0
"""A window that is hardly louder than the noise does not tell how large the rest is. The noise is what one of ten
windows of late did not exceed, or what seven of ten of the last 12 s without the guide's voice did not, for talk
and a television rise and fall. With voices for tuning, 10 dB softer than the guide and 10 dB louder than the
noise, 17 of 20 calls in babble were noticed (10 by the softest windows alone), 18 beside a television (13), 17 in
pink noise (15), 18 in quiet (18), and in three minutes of each none that nobody made."""

_ECHO_FALLS = 0.8
"""By how much the expected echo falls from window to window: 60 dB in two seconds."""

_AUDIBLE = 900.0
"""Mean square (-61 dBFS) below which an echo does not matter."""

_USUAL_WINDOWS = 375
_USUAL_SHARE = 0.7
_ABOVE_USUAL_DB = 6.0
"""A voice stands this far above what seven of ten windows of the last 12 s did not exceed: fans, hum and a
television that is softer than the person are not voices. In a hold with a television 10 dB softer, 14 of 14 calls
of voices for tuning were noticed, and within a minute one that nobody made; 10 and 13 when a voice had to stand
9 dB above the softest of two seconds. Shares of 0.6 to 0.8 and 4 to 8 dB do the same."""

_OPENS_ON, _OPENS_OF = 3, 5
"""Windows with a voice among the last ones that begin it: 0.1 s within 0.16 s, longer than a knock."""

_CLOSES_AFTER = 9
"""Windows without a voice that end it: 0.29 s."""


class BargeIn:
    """Finds the beginning and the end of voices that are not the guide's. Keeps no clock: it counts samples."""

    def __init__(self) -> None:
        self._detector = Detector()
        self._left = Windows()
        self._taken_out = Windows()
        self._echo = 0.0
        self._rest_db = _NOT_YET_DB
        self._levels: deque[float] = deque(maxlen=_USUAL_WINDOWS)
        self._without_echo: deque[float] = deque(maxlen=_USUAL_WINDOWS)
        self._judged: deque[bool] = deque(maxlen=_OPENS_OF)
        self._quiet = 0
        self._open = False
        self._at = 0

    @property
    def speaking(self) -> bool:
        """Whether a voice is being heard now."""
        return self._open

    def accept(
        self, microphone: Frame, left: Frame, *, guide: bool, nobodys: bool = False
    ) -> VoiceBegan | VoiceEnded | None:
        """Take the next block, before and after the filter of the canceller.

        Args:
            microphone: `(n,)` int16 as it was recorded.
            left: `(n,)` int16 without the guide's voice; the same as `microphone` where nothing is cancelled.
            guide: the guide speaks, or has so a moment ago. What is taken out otherwise is no voice: the filter
                keeps low rumble out as well.
            nobodys: nobody can tell whose voice this may be: it begins none, and nothing is learnt from it.

        Returns:
            The beginning or the end of a voice, at the end of this block.
        """
        self._at += len(left)
        event: VoiceBegan | VoiceEnded | None = None
        taken_out = np.clip(microphone.astype(np.int32) - left, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
        for window, echo in zip(self._left.accept(left), self._taken_out.accept(taken_out), strict=True):
            if nobodys:
                self._detector.pass_over(window)
            voice = not nobodys and self._is_voice(window, echo, guide=guide)
            event = self._turn(voice=voice) or event
        return event

    def _is_voice(self, window: Frame, taken_out: Frame, *, guide: bool) -> bool:
        level = float(np.mean(np.square(window, dtype=np.float64)))
        self._echo = (
            max(float(np.mean(np.square(taken_out, dtype=np.float64))), self._echo * _ECHO_FALLS) if guide else 0.0
        )
        softest, usual = self._of_late()
        self._levels.append(level)
        if self._echo < _AUDIBLE:
            self._without_echo.append(level)
        somebody_elses = self._louder_than_the_rest(level, softest)
        loud = level > usual * 10 ** (_ABOVE_USUAL_DB / 10)
        if not (loud and somebody_elses):
            self._detector.pass_over(window)
            return False
        return self._detector.probability(window) > _SPEECH

    def _of_late(self) -> tuple[float, float]:
        """Return the levels that a tenth of the windows, and that most of them, did not exceed."""
        softest, usual = _not_exceeded(self._levels, _SOFTEST_SHARE, _USUAL_SHARE)
        return softest, usual

    def _louder_than_the_rest(self, level: float, softest: float) -> bool:
        if self._echo < _AUDIBLE:
            return True
        noise = max(softest, *_not_exceeded(self._without_echo, _USUAL_SHARE))
        left_db = float(10 * np.log10(max(level, 1.0) / self._echo))
        louder = left_db > self._rest_db + _LOUDER_DB
        if left_db < self._rest_db:
            self._rest_db -= _DOWN_DB
        elif level > noise * _ABOVE_NOISE:
            self._rest_db += _UP_DB * (_UP_FOR_A_VOICE if louder else 1.0)
        return louder

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


def _not_exceeded(levels: deque[float], *shares: float) -> list[float]:
    """Return the levels that these shares of the windows did not exceed; 0 where there are no windows."""
    if not levels:
        return [0.0] * len(shares)
    ranks = [int(share * len(levels)) for share in shares]
    return [float(level) for level in np.partition(levels, ranks)[ranks]]
