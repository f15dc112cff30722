"""The default voice: espeak-ng through pyttsx3, in a child process that may hang or crash without harm."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from ctypes.util import find_library
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
import soundfile
import soxr

from voiceguide.core.clock import RATE
from voiceguide.errors import VoiceError
from voiceguide.speaking.voices.espeak_child import DONE, read_message, write_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.speaking.voice import Samples

LANGUAGES = {"en": "en-us", "ko": "ko"}
"""Language code to espeak-ng's voice name."""

WORDS_PER_MINUTE = 150
"""Default pace; that of recorded books, slower than espeak-ng's own 175."""

RATES = range(80, 221)
"""Words per minute. espeak-ng clamps slower ones silently; faster ones have no pause to tell a whole sound by."""

TIME_LIMIT_S = 10.0
"""Default time for one utterance: it takes 10-40 ms on a PC, and some five times that on a Raspberry Pi 4."""

# A whole sound ends quietly, since espeak-ng adds a pause (0.26 s or more at 150 words per minute and 0.066 s at
# 220: en-us, ko and the variants f1-f5 and m1-m8), and a letter takes its time (0.073 s or more at 150; a third
# of that is asked for).
_TAIL_S = 0.05
_TAIL_LEVEL = 0.02
_SHORTEST_LETTER_S = 0.025 * 150  # times the rate

_log = logging.getLogger(__name__)


@cache
def is_installed() -> bool:
    """Return whether espeak-ng's library is there; loading it may still fail."""
    try:
        return find_library("espeak-ng") is not None
    except OSError:  # it asks a compiler in the end, which needs a temporary file
        return False


class EspeakVoice:
    """espeak-ng in a child process: one utterance at a time, each with a time limit and a second chance.

    Args:
        language: "en" or "ko".
        rate: words per minute, in `RATES`.
        variant: a variant of espeak-ng's voice, such as "f2" or "m3"; None for the plain voice.
        time_limit_s: seconds for starting the child, and for each try at an utterance. The longest `render`
            takes three such times: a try, a new start and the second try.

    Raises:
        VoiceError: the language, rate or variant is unknown, or espeak-ng cannot be loaded.
    """

    name = "pyttsx3"

    def __init__(
        self,
        language: str = "en",
        *,
        rate: int = WORDS_PER_MINUTE,
        variant: str | None = None,
        time_limit_s: float = TIME_LIMIT_S,
    ) -> None:
        if language not in LANGUAGES:
            known = ", ".join(sorted(LANGUAGES))
            raise VoiceError(f"The voice pyttsx3 does not speak '{language}'. It speaks: {known}.")
        if rate not in RATES:
            raise VoiceError(f"The voice pyttsx3 speaks {RATES[0]}-{RATES[-1]} words per minute, not {rate}.")
        self._voice = LANGUAGES[language] + (f"+{variant}" if variant else "")
        self._rate = rate
        self._time_limit_s = time_limit_s
        self._one_at_a_time = threading.Lock()
        self._child = _Child(self._voice, rate, time_limit_s)
        self._fingerprint = (
            f"pyttsx3 {version('pyttsx3')}, espeak-ng {self._child.espeak_version}, "
            f"voice {self._voice}, rate {rate}"
        )

    @property
    def fingerprint(self) -> str:
        """Engine, versions, voice and rate; pitch and volume are never changed."""
        return self._fingerprint

    @property
    def process_id(self) -> int:
        """The child's process id, for logs and for tests that end it."""
        return self._child.process.pid

    def render(self, text: str) -> Samples:
        """Return the utterance at 16 kHz.

        A child that crashes, hangs or answers with a truncated sound is replaced and the utterance tried once
        more.

        Raises:
            VoiceError: there is nothing to speak, or it failed twice.
        """
        line = " ".join(text.replace("\0", " ").split())
        if not any(character.isalnum() for character in line):
            raise VoiceError(f"There is nothing to speak in {text!r}. Give it at least one word.")
        with self._one_at_a_time:
            try:
                return self._child.render(line)
            except _Failure as first:
                _log.warning("The voice pyttsx3 %s; starting it again for: %s", first, line)
            try:
                self._child.close()
                self._child = _Child(self._voice, self._rate, self._time_limit_s)
                return self._child.render(line)
            except (_Failure, VoiceError) as second:
                raise VoiceError(
                    f"The voice pyttsx3 failed twice to speak {line!r}: {second}. Try the text with "
                    f"`espeak-ng -v {self._voice} TEXT`, and reinstall libespeak-ng1 if that fails too."
                ) from second

    def close(self) -> None:
        """End the child process. Safe to call twice."""
        self._child.close()


class _Failure(Exception):  # noqa: N818 - never leaves this file
    """One try failed; the message continues the words "The voice pyttsx3 ..."."""


class _Refusal(_Failure):
    """The child itself says what is wrong, and what to do."""


class _Child:
    """One life of the child process. After a failure it is of no more use.

    Raises:
        VoiceError: it did not start.
    """

    def __init__(self, voice: str, rate: int, time_limit_s: float) -> None:
        self._rate = rate
        self._time_limit_s = time_limit_s
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "voiceguide.speaking.voices.espeak_child", voice, str(rate)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError as error:
            raise VoiceError(
                f"The voice pyttsx3 cannot start a process: {error}. Close other programs and try again."
            ) from error
        self._requests = cast("BinaryIO", self.process.stdin)
        self._replies = cast("BinaryIO", self.process.stdout)
        try:
            with self._killed_after_the_limit():
                self.espeak_version = self._reply().decode()
        except _Failure as failure:
            self.close()
            remedy = (
                ""
                if isinstance(failure, _Refusal)
                else ". Install it again: sudo apt-get install --reinstall libespeak-ng1 espeak-ng-data"
            )
            raise VoiceError(f"The voice pyttsx3 cannot start: it {failure}{remedy}") from failure

    def render(self, line: str) -> Samples:
        if self._requests.closed:  # it failed before, and could not be replaced
            raise _Failure("has no process")
        with self._killed_after_the_limit():
            # A child that is gone also shows in the missing answer.
            with suppress(OSError):
                write_message(self._requests, line.encode())
            wav = self._reply()
        return _decode(wav, shortest_s=sum(map(str.isalnum, line)) * _SHORTEST_LETTER_S / self._rate)

    def close(self) -> None:
        # It ends by itself when its standard input does; the kill is for one that hangs.
        with suppress(OSError):
            self._requests.close()
        try:
            self.process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._replies.close()

    def _reply(self) -> bytes:
        try:
            message = read_message(self._replies)
        except EOFError:
            raise _Failure("ended without an answer") from None
        status, answer = message[:1], message[1:]
        if status != DONE:
            raise _Refusal(f"reports: {answer.decode(errors='replace')}")
        return answer

    @contextmanager
    def _killed_after_the_limit(self) -> Iterator[None]:
        # Killing ends every blocking read and write, which keeps them simple.
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self.process.kill()

        timer = threading.Timer(self._time_limit_s, expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        except BaseException as error:
            # Also after ctrl-C: the answer still on its way must never be taken for the next utterance.
            self.process.kill()
            if isinstance(error, _Failure) and expired.is_set():
                raise _Failure(f"gave no answer within {self._time_limit_s:g} s") from error
            raise
        finally:
            timer.cancel()


def _decode(wav: bytes, shortest_s: float) -> Samples:
    try:
        sound, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    except soundfile.LibsndfileError as error:
        raise _Failure(f"sent no sound: {error}") from error
    loudness = np.abs(sound)
    peak = loudness.max(initial=0.0)
    tail = loudness[-int(_TAIL_S * rate) :].max(initial=0.0)
    if len(sound) < shortest_s * rate or peak == 0.0 or tail > _TAIL_LEVEL * peak:
        raise _Failure(f"sent a truncated sound of {len(sound) / rate:.2f} s")
    return cast("Samples", soxr.resample(sound, rate, RATE))
