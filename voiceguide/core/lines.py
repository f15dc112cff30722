"""What is being said line by line: one utterance at a time, the next when the last has truly ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from voiceguide.core.actions import Hush, Say
from voiceguide.core.clock import samples

Line = tuple[str, str]
"""(key, text): what kind of line, and its words."""

LINE_GAP = samples(0.45)
"""Silence between two lines: a spoken full stop."""


class Lines:
    """The guide's queue of lines, and the utterance that is on its way to the speaker."""

    def __init__(self) -> None:
        self._waiting: deque[Line] = deque()
        self._current: Line | None = None
        self._utterance = 0
        self._held_back = False
        self._last: Line | None = None  # the rest waits when this one has ended
        self._silent = False

    @property
    def busy(self) -> bool:
        """True while something is being said or waits to be."""
        return self.speaking or self._held_back or self._silent

    @property
    def speaking(self) -> bool:
        """True while a line is on its way to the speaker."""
        return self._current is not None

    @property
    def held_back(self) -> bool:
        """True while a line that was interrupted waits to be said again."""
        return self._held_back

    @property
    def waiting(self) -> bool:
        """True in the silence that `wait_after` asked for."""
        return self._silent

    @property
    def current(self) -> Line | None:
        """The line on its way to the speaker."""
        return self._current

    def say(self, lines: Iterable[Line], at: int) -> list[Say]:
        """Begin to say lines at a sample, after `hush` if something is being said."""
        if self.busy:
            raise RuntimeError(f"still saying {self.unsaid()!r}: hush first")
        self._waiting = deque(lines)
        return self._next(at)

    def add(self, lines: Iterable[Line]) -> None:
        """Say lines after those that wait already."""
        self._waiting.extend(lines)

    def finished(self, utterance: int, at: int) -> list[Say] | None:
        """Take the true end of an utterance.

        Returns:
            The next line, an empty list when that was the last one, None when it is not the current utterance, or
            the rest waits.
        """
        if self._current is None or utterance != self._utterance:
            return None
        said, self._current = self._current, None
        if said == self._last:
            self._last, self._silent = None, True
            return None
        return self._next(at + LINE_GAP)

    def hush(self, at: int) -> list[Hush]:
        """Stop speaking and forget what was to be said."""
        was_speaking = self.speaking
        self._current = None
        self._held_back = self._silent = False
        self._last = None
        self._waiting.clear()
        return [Hush(at)] if was_speaking else []

    def wait_after(self, line: Line) -> None:
        """Fall silent when a line has ended, until `go_on`."""
        self._last = line

    def hold_back(self, at: int) -> list[Hush]:
        """Stop speaking, but keep the line and those after it to be said."""
        if self._current is None:
            return []
        self._waiting.appendleft(self._current)
        self._current = None
        self._held_back = True
        return [Hush(at)]

    def go_on(self, at: int) -> list[Say]:
        """Say the line that was held back, from its start, or the first of those that waited."""
        self._held_back = self._silent = False
        return self._next(at)

    def unsaid(self) -> tuple[Line, ...]:
        """Return the line being said, which has not come to its end, and those that wait."""
        current = () if self._current is None else (self._current,)
        return (*current, *self._waiting)

    def _next(self, at: int) -> list[Say]:
        if not self._waiting:
            return []
        self._current = self._waiting.popleft()
        self._utterance += 1
        key, text = self._current
        return [Say(at, self._utterance, text, key)]
