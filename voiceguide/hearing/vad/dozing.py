"""Ears that doze while nobody speaks: voice activity first, all else second.

While the guide waits to be asked for a session, hour after hour, one cheap detector listens. When it notices
a sign of speech that stands out from the steady noise of the room, the ears get what was heard just before, so
that no first consonant is lost, and then everything as it comes, until some seconds after the last sign. The ears
hear a shorter time than passes: what they decide gets its time from the guide's loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.detector import Detector, Windows
from voiceguide.hearing.vad.steady_noise import SteadyNoise
from voiceguide.hearing.verdict.situation import QUIET, Around

BEFORE = samples(0.7)
"""Handed over from before the first sign of speech: the recogniser keeps 0.3 s from before an utterance, and 10 dB
above a noise the first sign of a word comes up to 0.36 s after its beginning."""

STANDS_OUT_DB = 4.0
"""By so much speech stands out from a steady noise. Chosen with 48 words of voices and people, each 10 dB above
five noises at -30 dBFS (fan, hum, white, brown, pink): from 2 to 6 dB every one was noticed, and at 4 dB two
seconds of noise alone gave no sign, but for 8 % of the fans; at 3 dB for 35 %. With 48 words of other people and
voices in fan, hum and white noise none was lost."""

AFTER = samples(2.5)
"""Awake for so long after the last sign of speech: Vosk says 0.7 to 1.1 s after a word that it was one, and a
machine that is behind says it later."""

LOOKS_EVERY = samples(5.0)
"""Asleep, the ears get a frame so often: one that has died must not be found out only when it is needed (S7)."""

_SPEECH = 0.2
"""Probability of speech in a window that wakes the ears: a missed word costs more than a look in vain."""


class Dozing:
    """Passes on to the ears what may be speech. Keeps no clock: it counts samples.

    Args:
        ears: what listens; closed with this.

    Attributes:
        may_doze: whether the ears may rest; in a session every sample counts.
        passed: samples that the ears were given so far, for figures.
    """

    def __init__(self, ears: Listening) -> None:
        self.may_doze = False
        self.passed = 0
        self._ears = ears
        self._detector = Detector()
        self._noise = SteadyNoise()
        self._windows = Windows()
        self._awake_until = 0
        self._at = 0
        self._before: deque[Frame] = deque()
        self._kept = 0  # samples in it
        self._slept = 0  # samples since the ears were given some

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        self._ears.listen_for(commands, hold=hold)

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Noticed]:
        """Take the next frame and return what is noticed by now, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        self._at += len(frame)
        signs = self._notices_speech(frame)
        # While the guide speaks, or may still be heard, its ears compare what comes with what it says.
        if signs or not self.may_doze or around is not QUIET:
            noticed = [one for kept in self._before for one in self._pass(kept)]
            self._before.clear()
            self._kept = 0
            return [*noticed, *self._pass(frame, around)]
        self._slept += len(frame)
        self._before.append(frame.copy())  # the caller may use its buffer again
        self._kept += len(frame)
        noticed = []
        while self._kept - len(self._before[0]) >= BEFORE:
            oldest = self._before.popleft()
            self._kept -= len(oldest)
            if self._slept >= LOOKS_EVERY:
                noticed += self._pass(oldest)
        return noticed

    def close(self) -> None:
        """Close the ears."""
        self._ears.close()

    def _notices_speech(self, frame: Frame) -> bool:
        """Take the next frame and tell whether there was a sign of speech of late."""
        for window in self._windows.accept(frame):
            if self._noise.stands_out_db(window) <= STANDS_OUT_DB:
                self._detector.pass_over(window)
            elif self._detector.probability(window) > _SPEECH:
                self._awake_until = self._at + AFTER
        return self._at <= self._awake_until

    def _pass(self, frame: Frame, around: Around = QUIET) -> Sequence[Noticed]:
        self._slept = 0
        self.passed += len(frame)
        return self._ears.accept(frame, around)
