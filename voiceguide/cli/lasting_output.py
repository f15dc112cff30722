"""Standard output and standard error that cannot end a session, nor hold it up.

A full disk, a closed pipe, a lost terminal or a reader that has stopped reading costs what is printed, and nothing
else. A thread writes; the guide only hands over.
"""

from __future__ import annotations

import io
import logging
import os
import select
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WAITING_AT_MOST = 500_000
"""Characters that may wait for a reader: some hours of a session's lines."""

CLOSING_LIMIT_S = 0.3
"""Seconds that a guide on the card waits at its end for somebody who does not read."""

_log = logging.getLogger(__name__)


class LastingOutput(io.TextIOBase):
    """A text stream that hands over to another one and never raises.

    Characters that the other stream's encoding lacks are replaced. When it cannot be written any more that is told
    once in the log, and all else is dropped.

    Args:
        stream: where the text goes.
        name: what it is called in the log; None where the log itself goes there.
        patient: wait for a reader that is slow, as a program on files does; otherwise drop what is too much.
    """

    def __init__(self, stream: TextIO, name: str | None, *, patient: bool = False) -> None:
        super().__init__()
        self._stream = stream
        self._called = name
        self._patient = patient
        self._descriptor = _descriptor(stream)
        self._waiting: deque[str] = deque()
        self._length = 0
        self._dropped = 0
        self._closing = False
        self._failed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=f"output to {name or 'the log'}", daemon=True)
        self._thread.start()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream."""
        return self._stream.encoding or "utf-8"

    def isatty(self) -> bool:
        """Tell whether somebody may be looking."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the stream's own."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Anything may be written, and is dropped where it cannot go."""
        return True

    def write(self, text: str, /) -> int:
        """Hand some text over."""
        with self._changed:
            while self._patient and self._length > WAITING_AT_MOST and not self._failed:
                self._changed.wait()
            if self._failed or self._length > WAITING_AT_MOST:
                self._dropped += len(text)
            elif text:
                self._waiting.append(text)
                self._length += len(text)
                self._changed.notify_all()
        return len(text)

    def flush(self) -> None:
        """Do nothing: what is handed over is on its way."""

    def finish(self) -> None:
        """Let what waits be written: all of it on files, on the card within `CLOSING_LIMIT_S`."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(None if self._patient else CLOSING_LIMIT_S)
        if self._dropped and not self._failed and self._called is not None:
            _log.warning("%s was not read: %d characters were left out.", self._called, self._dropped)

    def _work(self) -> None:
        while text := self._next():
            try:
                self._put(text)
            except (OSError, ValueError) as error:  # the latter when somebody has closed it
                self._give_up(error)
                return

    def _next(self) -> str:
        """Wait for text; none is left at the end."""
        with self._changed:
            while not self._waiting and not self._closing:
                self._changed.wait()
            text = "".join(self._waiting)
            self._waiting.clear()
            self._length = 0
            self._changed.notify_all()
        return text

    def _put(self, text: str) -> None:
        encoded = text.encode(self.encoding, "replace")
        if self._descriptor is None:
            self._stream.write(encoded.decode(self.encoding))
            self._stream.flush()
            return
        # Not by the stream: what it could not write it would try again, and fail, when the program ends.
        while encoded:
            try:
                encoded = encoded[os.write(self._descriptor, encoded) :]
            except BlockingIOError:  # another program of the same terminal has asked for that
                select.select([], [self._descriptor], [])

    def _give_up(self, error: OSError | ValueError) -> None:
        with self._changed:
            self._failed = True
            self._waiting.clear()
            self._changed.notify_all()
        if self._called is not None:
            reason = getattr(error, "strerror", None) or error
            _log.warning("%s cannot be written any more: %s. The session goes on.", self._called, reason)


@contextmanager
def lasting_output(*, live: bool) -> Iterator[None]:
    """Let nothing that is printed meanwhile end a session or hold it up.

    Args:
        live: a person is guided in real time: nobody waits for a reader.
    """
    before = sys.stdout, sys.stderr
    for stream in before:
        stream.flush()
    error = LastingOutput(sys.stderr, None, patient=not live)
    output = LastingOutput(sys.stdout, "Standard output", patient=not live)
    sys.stdout, sys.stderr = output, error
    try:
        yield
    finally:
        output.finish()
        error.finish()
        sys.stdout, sys.stderr = before


def print_what_can_be_printed() -> None:
    """Replace characters that a terminal or a locale lacks, in what is printed and in what is typed."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def given_up(stream: TextIO) -> bool:
    """Tell whether a stream cannot be written; if so, what it holds back goes nowhere when the program ends."""
    try:
        os.write(stream.fileno(), b"\n")
    except OSError:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - as a descriptor
            os.dup2(nowhere.fileno(), stream.fileno())
        return True
    return False


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):  # no file of the system's, as in a test
        return None
