"""The process of a recogniser: `python -m voiceguide.hearing.recognisers.apart_process SOCKET CHOICE`.

It loads the engine, so that the model is in no other process, and answers questions (see `apart_link.py`) until
the program closes the socket or dies.

SOCKET is the number of the inherited socket, CHOICE the JSON list of language, preferred engine (null for the best
one) and log level.
"""

from __future__ import annotations

import json
import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from functools import partial

import numpy as np

from voiceguide.errors import RecogniserError, VoiceguideError
from voiceguide.hearing.recognisers.apart_link import (
    ACCEPT,
    DONE,
    EXPECT,
    FAILED,
    LOGGED,
    LONGEST,
    RESTART,
    SPARE,
    UNKNOWN,
)
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser, Sparing

HANGS_AFTER_S = 90
"""Seconds, longer than any program waits for an answer."""

_log = logging.getLogger(__name__)


def serve(link: socket.socket, load: Callable[[], Recogniser]) -> None:
    """Load a recogniser and answer questions until the program closes its end."""
    with suppress(ConnectionError):  # the program is gone
        try:
            with _TimeLimit():
                recogniser = load()
        except Exception as error:  # noqa: BLE001 - whatever it is, the program tells the user
            link.send(_failure(error))
            return
        about = [recogniser.name, recogniser.steady, recogniser.decides_within]
        link.send(DONE + json.dumps(about).encode())
        while question := link.recv(LONGEST):
            with _TimeLimit():
                answer = _answer(recogniser, question)
            link.send(answer)


def _answer(recogniser: Recogniser, question: bytes) -> bytes:
    what, content = question[:1], question[1:]
    answer: object = None
    try:
        if what == ACCEPT:
            answer = [astuple(one) for one in recogniser.accept(np.frombuffer(content, np.int16))]
        elif what == EXPECT:
            recogniser.expect(json.loads(content))
        elif what == RESTART:
            recogniser.restart()
        elif what == UNKNOWN:
            answer = recogniser.unknown_words(json.loads(content))
        elif what == SPARE and isinstance(recogniser, Sparing):
            recogniser.spare(sparing=json.loads(content))
    except Exception as error:  # noqa: BLE001 - whatever it is, the guide is deaf now and must know
        return _failure(error)
    return DONE + json.dumps(answer).encode()


def _failure(error: Exception) -> bytes:
    if not isinstance(error, VoiceguideError):
        _log.error("the recogniser stopped", exc_info=error)
        error = RecogniserError(f"the recogniser stopped: {type(error).__name__}: {error}")
    return FAILED + json.dumps([type(error).__name__, str(error)]).encode()


class _TimeLimit:
    """Ends the process when a C library hangs, also where nobody is left to kill it.

    A thread could not do that: such a library may hold the interpreter while it hangs. The kernel does it.
    """

    def __enter__(self) -> None:
        signal.alarm(HANGS_AFTER_S)

    def __exit__(self, *_: object) -> None:
        signal.alarm(0)


class LogToProgram(logging.Handler):
    """Hands what is logged here over to the program's own log."""

    def __init__(self, link: socket.socket) -> None:
        super().__init__()
        self._link = link

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record as text, with its traceback if it has one."""
        with suppress(OSError):  # the program is gone
            self._link.send(LOGGED + json.dumps([record.name, record.levelno, self.format(record)]).encode())


def run(load: Callable[[str, str | None], Recogniser]) -> None:
    """Be the process of the recogniser that is loaded so."""
    # By ctrl-C, by systemd and by a terminal that is gone; the program decides.
    for sent_to_all in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent_to_all, signal.SIG_IGN)
    link = socket.socket(fileno=int(sys.argv[1]))
    language, preferred, level = json.loads(sys.argv[2])
    logging.basicConfig(level=level, format="%(message)s", handlers=[LogToProgram(link)])
    serve(link, partial(load, language, preferred))


if __name__ == "__main__":
    run(choose_recogniser)
