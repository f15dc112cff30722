"""The process in which espeak-ng runs: `python -m voiceguide.speaking.voices.espeak_child VOICE RATE`.

pyttsx3 and the C library under it hang and crash now and then; here they can do so without taking the session
with them. Messages on standard input and output are a four-byte big-endian length and that many bytes:

    parent to child   the text of one utterance, UTF-8
    child to parent   b"+" and the answer: espeak's version at the start, then one WAV file per utterance
                      b"-" and what went wrong, UTF-8

The child ends when its standard input does, so that it never outlives its parent.
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import signal
import struct
import sys
import threading
from typing import BinaryIO

HEADER = struct.Struct("!I")
DONE = b"+"
FAILED = b"-"

_EMPTY_WAV = 44  # bytes of a WAV header
_TRIES = 3
# pyttsx3 cancels some of the first four utterances of a new process: of three lots of 80 processes 1, 3 and up to
# 10 gave an empty one, more on a busy machine. With another try in the same process none of 240 did.


def write_message(stream: BinaryIO, payload: bytes) -> None:
    """Write one message and flush it.

    Raises:
        OSError: the other side is gone.
    """
    stream.write(HEADER.pack(len(payload)) + payload)
    stream.flush()


def read_message(stream: BinaryIO) -> bytes:
    """Wait for one message and return its payload.

    Raises:
        EOFError: the stream ended, also in the middle of a message.
    """
    (length,) = HEADER.unpack(_read_exactly(stream, HEADER.size))
    return _read_exactly(stream, length)


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


class _Engine:
    """pyttsx3 with everything that was found to be needed for one reliable utterance at a time."""

    def __init__(self, voice: str, rate: int) -> None:
        import pyttsx3  # noqa: PLC0415 - a missing package or library is reported, not a failed import
        from pyttsx3.drivers import _espeak  # noqa: PLC0415 - same

        self._espeak = _espeak
        self._finished = threading.Event()
        self._engine = pyttsx3.init("espeak")
        self._engine.connect("finished-utterance", lambda **_: self._finished.set())
        # A new engine counts as busy and queues property changes until its first run.
        self._engine.runAndWait()
        self._engine.setProperty("voice", voice)
        self._engine.setProperty("rate", rate)
        # Property changes travel through espeak's own queue: rendering must not overtake them.
        self._espeak.Synchronize()
        self._check(voice)

    def _check(self, voice: str) -> None:
        # pyttsx3 swallows a failed property change, and espeak an unknown voice variant. (The rate cannot be
        # checked: pyttsx3 reads it back with an argument missing, and gets now the rate, now the default.)
        actual = str(self._engine.getProperty("voice"))
        if not actual.lower().endswith(voice.lower()):
            raise ValueError(
                f"espeak-ng has no voice '{voice}'. List what it has: `espeak-ng --voices` and "
                "`espeak-ng --voices=variant`."
            )

    def version(self) -> str:
        return str(self._espeak.Info(None).decode())

    def render(self, text: str) -> bytes:
        """Return one utterance as a WAV file; without a sample if espeak-ng refuses three times."""
        for _ in range(_TRIES):
            wav = self._render_once(text)
            if len(wav) > _EMPTY_WAV:
                break
        return wav

    def _render_once(self, text: str) -> bytes:
        self._finished.clear()
        wav = io.BytesIO()
        self._engine.save_to_file(text, wav)
        self._engine.runAndWait()  # may return before the synthesis has ended
        self._finished.wait()  # for ever, if need be: the parent keeps the time
        # The event comes from within espeak's callback; the next utterance must wait until that returns.
        self._espeak.Synchronize()
        return wav.getvalue()


def _start(voice: str, rate: int) -> _Engine:
    try:
        return _Engine(voice, rate)
    except ModuleNotFoundError as error:
        raise RuntimeError(
            f"the Python package {error.name} is missing. Install it: pip install pyttsx3==2.99"
        ) from error
    except RuntimeError as error:
        raise RuntimeError(
            f"cannot load libespeak-ng ({error}). Install it: sudo apt-get install libespeak-ng1"
        ) from error


def _serve(voice: str, rate: int, requests: queue.SimpleQueue[str], replies: BinaryIO) -> None:
    try:
        engine = _start(voice, rate)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells the user
        write_message(replies, FAILED + str(error).encode())
        return
    write_message(replies, DONE + engine.version().encode())
    while True:
        text = requests.get()
        try:
            reply = DONE + engine.render(text)
        except Exception as error:  # noqa: BLE001 - same
            reply = FAILED + f"{type(error).__name__}: {error}".encode()
        write_message(replies, reply)


def _receive(stream: BinaryIO, requests: queue.SimpleQueue[str]) -> None:
    # In a thread of its own, so that the child also ends when its parent is gone and espeak hangs.
    try:
        while True:
            requests.put(read_message(stream).decode())
    finally:
        # Not sys.exit: espeak has no clean shutdown, and other threads may hang in it.
        os._exit(0)


def main() -> None:
    """Answer requests until standard input ends."""
    # By ctrl-C, by systemd and by a terminal that is gone; the parent decides.
    for sent_to_all in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent_to_all, signal.SIG_IGN)
    # pyttsx3 prints to standard output, which carries the messages here.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as replies:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - stays open for the life of the process
        requests: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
        with contextlib.suppress(BrokenPipeError):  # the parent is gone
            _serve(sys.argv[1], int(sys.argv[2]), requests, replies)
    os._exit(0)  # as in _receive


if __name__ == "__main__":
    main()
