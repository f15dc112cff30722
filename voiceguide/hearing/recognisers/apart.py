"""Any recogniser in a process of its own, for a session on the sound card. See `apart_process.py`.

An engine's C library keeps the processor, and often the interpreter, to itself: a look at an utterance takes
Moonshine up to 0.2 s on a PC. In the guide's own process the loop would come late and the guide's voice would have
holes. A thread that waits for a socket keeps nothing from running.

A library that crashes or hangs takes its own process with it and no more: every call here comes back in bounded
time.
"""

from __future__ import annotations

import json
import logging
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from voiceguide import errors
from voiceguide.core.clock import seconds
from voiceguide.errors import RecogniserError, VoiceguideError
from voiceguide.hearing.recognisers.apart_link import (
    ACCEPT,
    DONE,
    EXPECT,
    FAILED,
    LOGGED,
    LONGEST,
    PORTION,
    RESTART,
    SPARE,
    UNKNOWN,
)
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis

PROCESS = ("-m", "voiceguide.hearing.recognisers.apart_process")
"""What Python runs there."""

LOAD_LIMIT_S = 60.0
"""Seconds that loading may take: 1 on a PC with Moonshine, several with a Vosk model, more on a small one."""

ANSWER_LIMIT_S = 10.0
"""Seconds that a frame may take, beside its own length. The ears shed work and notice after 8 that they are stuck
(`hearing/ears_thread.py`); this only ends the wait."""

CLOSE_LIMIT_S = 2.0
"""Seconds that freeing a model may take."""

_AGAIN = "if it happens again and again, memory may be short: close other programs"

_CLOSED = "the recogniser was closed; make a new one"

_log = logging.getLogger(__name__)


class RecogniserApart:
    """The best recogniser for a language, or the one asked for, in a process of its own.

    It hears exactly what the same recogniser hears in this process. One thread at a time may use it, and any
    thread may close it, also while another one waits for an answer. After an error `revive` and `close` are left.

    Args:
        language: language code.
        preferred: as in `choose_recogniser`.
        answer_limit_s: seconds to wait for an answer before the process is given up.
        process: what Python runs there; for tests.

    Raises:
        LanguageError: there is no such language.
        RecogniserError: nothing here can hear it, or no process can be started; the message says what to do.
    """

    def __init__(
        self,
        language: str,
        preferred: str | None = None,
        *,
        answer_limit_s: float = ANSWER_LIMIT_S,
        process: Sequence[str] = PROCESS,
    ) -> None:
        self._answer_limit_s = answer_limit_s
        self._in_use = threading.Lock()
        self._closing = threading.Lock()
        self._closed = False
        self._asked = json.dumps([language, preferred, _log.getEffectiveLevel()])
        self._program = process
        self._start()
        try:
            self._name, self._steady, self._decides_within = self._ask(None, LOAD_LIMIT_S)
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        self._failure = ""
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, *self._program, str(theirs.fileno()), self._asked]
        with theirs:
            try:
                self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
            except OSError as error:
                self._link.close()
                raise RecogniserError(
                    f"the recogniser needs a process of its own, and none can be started: {error}. Close other "
                    "programs and try again."
                ) from error

    @property
    def name(self) -> str:
        """The engine's short name for logs."""
        return str(self._name)

    @property
    def listens_to_sound(self) -> bool:
        """It does."""
        return True

    @property
    def steady(self) -> int:
        """As the engine states it."""
        return int(self._steady)

    @property
    def decides_within(self) -> int:
        """As the engine states it."""
        return int(self._decides_within)

    @property
    def process_id(self) -> int:
        """The process id, for logs and for tests that end it."""
        return self._process.pid

    def expect(self, phrases: Sequence[str]) -> None:
        """Set the phrases that can be heard from now on.

        Raises:
            RecogniserError: the engine failed, or its process ended or hangs.
        """
        self._ask(EXPECT + json.dumps(list(phrases)).encode(), self._answer_limit_s)

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        """Send the next frame, of any length, and wait for what the engine made of it.

        One of more than five seconds is sent in portions.

        Raises:
            RecogniserError: the engine failed, or its process ended or hangs.
        """
        heard: list[Hypothesis] = []
        for start in range(0, len(frame), PORTION):
            portion = frame[start : start + PORTION]
            answer = self._ask(ACCEPT + portion.tobytes(), self._answer_limit_s + seconds(len(portion)))
            heard += [Hypothesis.from_fields(fields) for fields in answer]
        return heard

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero.

        Raises:
            RecogniserError: the engine failed, or its process ended or hangs.
        """
        self._ask(RESTART, self._answer_limit_s)

    def spare(self, *, sparing: bool) -> None:
        """Let the engine leave out what it can, or take it up again.

        Raises:
            RecogniserError: the engine failed, or its process ended or hangs.
        """
        self._ask(SPARE + json.dumps(sparing).encode(), self._answer_limit_s)

    def revive(self) -> None:
        """Load the engine in a new process, after an error. What was expected has to be said again.

        Raises:
            RecogniserError: it does not load either, or was closed.
        """
        with self._closing:
            if self._closed:
                raise RecogniserError(_CLOSED)
            self._end(0)
            self._link.close()
            self._start()
        self._ask(None, LOAD_LIMIT_S)

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Return the phrases that contain words the engine's model does not know.

        Raises:
            RecogniserError: the engine failed, or its process ended or hangs.
        """
        return list(self._ask(UNKNOWN + json.dumps(list(phrases)).encode(), self._answer_limit_s))

    def close(self) -> None:
        """End the process, whatever it is doing. Closing twice is harmless."""
        with self._closing:
            self._closed = True
            self._failed(_CLOSED)
            with suppress(OSError):  # closed before
                # Not close(): another thread may be waiting, and is woken by this.
                self._link.shutdown(socket.SHUT_RDWR)
            self._end(CLOSE_LIMIT_S)
        with self._in_use:
            self._link.close()

    def _ask(self, question: bytes | None, limit_s: float) -> Any:
        """Send a question, if any, and return the answer to it."""
        with self._in_use:
            if self._failure:
                raise RecogniserError(self._failure)
            try:
                self._link.settimeout(limit_s)
                if question is not None:
                    self._link.send(question)
                return self._answer()
            except VoiceguideError:
                raise
            except TimeoutError as error:
                self._end(0)
                raise self._failed(f"the recogniser did not answer within {limit_s:g} s; {_AGAIN}") from error
            except OSError as error:
                how = self._end(1)
                raise self._failed(f"the recogniser's process ended by itself ({how}); {_AGAIN}") from error
            except BaseException:
                # Ctrl-C: the answer still on its way must never be taken for that to another question.
                self._end(0)
                self._failed("the recogniser was interrupted; please start voiceguide again")
                raise

    def _answer(self) -> Any:
        while True:
            message = self._link.recv(LONGEST)
            if not message:
                raise ConnectionResetError
            kind, content = message[:1], json.loads(message[1:])
            if kind == DONE:
                return content
            if kind == FAILED:
                name, text = content
                raise getattr(errors, name)(text)
            if kind == LOGGED:
                logger, level, text = content
                logging.getLogger(logger).log(level, "%s", text)

    def _failed(self, what: str) -> RecogniserError:
        """Return the error to be raised, by each later call, too."""
        # Closed meanwhile, the process ended for that reason.
        self._failure = self._failure or what
        return RecogniserError(self._failure)

    def _end(self, limit_s: float) -> str:
        """Wait for the process to end by itself, then kill it; return how it ended."""
        try:
            code = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
