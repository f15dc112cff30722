"""Typed text in place of speech: the same path, without a microphone."""

from __future__ import annotations

import queue
import sys
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TextIO

from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis

Lines = queue.SimpleQueue[str]
"""Lines on their way from the thread that reads them."""


def read_lines(source: TextIO | None = None) -> Lines:
    """Return a queue that a background thread fills with the lines of a text stream, standard input by default."""
    lines: Lines = queue.SimpleQueue()
    stream = source or sys.stdin

    def read() -> None:
        for line in stream:
            lines.put(line)

    threading.Thread(target=read, name="typed lines", daemon=True).start()
    return lines


class TypedRecogniser:
    """Hears what is typed. The sound only gives the time.

    Args:
        lines: lines that somebody is typing; heard with the next frame.
        script: lines known beforehand, with the sample time at which each is heard, in order of time.
    """

    def __init__(self, lines: Lines | None = None, script: Iterable[tuple[int, str]] = ()) -> None:
        self._lines = lines
        self._script = deque(script)
        self._at = 0

    @property
    def name(self) -> str:
        """Short name for logs."""
        return "typed"

    @property
    def listens_to_sound(self) -> bool:
        """Somebody types."""
        return False

    @property
    def steady(self) -> int:
        """A typed line is not revised."""
        return 0

    @property
    def decides_within(self) -> int:
        """A typed line comes whole."""
        return 0

    def expect(self, phrases: Sequence[str]) -> None:
        """Anything can be typed."""

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        """Let the time of one frame pass and return what was typed in it."""
        self._at += len(frame)
        typed = []
        while self._script and self._script[0][0] <= self._at:
            typed.append(self._script.popleft())
        with suppress(queue.Empty):
            while self._lines is not None:
                typed.append((self._at, self._lines.get_nowait()))
        return [self._hypothesis(at, line) for at, line in typed if line.strip()]

    def restart(self) -> None:
        """Count samples from zero."""
        self._at = 0

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:  # noqa: ARG002 - any word can be typed
        """Return nothing: there is no vocabulary."""
        return []

    def close(self) -> None:
        """Nothing to free; a thread that reads lines ends with its stream or with the program."""

    def _hypothesis(self, at: int, line: str) -> Hypothesis:
        return Hypothesis(text=line.strip(), final=True, at=at, engine=self.name)
