"""Waits for another program that keeps the history to itself: with a word after two seconds, and not for ever."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from voiceguide.errors import HistoryHeldError
from voiceguide.history.reading import error_code
from voiceguide.seldom import Seldom

T = TypeVar("T")

WORD_AFTER_S = 2.0
"""When whoever waits is told why."""

LIMIT_S = 5.0
"""How long to wait. A voiceguide's turns take milliseconds, on a slow card a second; a browser may keep a file for
hours."""

_LOOK_EVERY_S = 0.05
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_seldom = Seldom(logging.getLogger(__name__))  # a session tries again and again


def is_busy(error: Exception) -> bool:
    """Tell whether another program keeps a database to itself."""
    return error_code(error) in _BUSY


class Patience:
    """How long somebody has waited for a file.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._until_s: float | None = None
        self._told = False

    def wait(self) -> None:
        """Wait a moment before the next try.

        Raises:
            HistoryHeldError: it has been long enough.
        """
        now_s = time.monotonic()
        if self._until_s is None:
            self._until_s = now_s + LIMIT_S
        if now_s >= self._until_s:
            raise HistoryHeldError(
                f"{self._path} is kept by another program and could not be used within {LIMIT_S:g} seconds. End "
                "that program, such as a database browser, or save what is open in it."
            )
        if not self._told and now_s >= self._until_s - LIMIT_S + WORD_AFTER_S:
            self._told = True
            _seldom.warn(str(self._path), "%s is used by another program just now; waiting for it.", self._path)
        time.sleep(_LOOK_EVERY_S)


def patiently(path: Path, do: Callable[[], T]) -> T:
    """Do something with a database, again while another program keeps it to itself.

    Raises:
        HistoryHeldError: that took too long.
    """
    patience = Patience(path)
    while True:
        try:
            return do()
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
        patience.wait()


@contextmanager
def turn_of(path: Path) -> Iterator[None]:
    """Be the only process that opens a history in this file's folder to write.

    Raises:
        HistoryHeldError: another one keeps the turn.
        OSError: the folder cannot be opened.
    """
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    patience = Patience(path)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                patience.wait()
        yield
    finally:
        os.close(descriptor)
