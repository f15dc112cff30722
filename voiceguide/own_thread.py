"""Work that may have to wait, for a disk, a lock or somebody who does not read, in a thread of its own.

Whoever hands something over never waits. What waits is bounded: one who is too far behind, or fails, is told of
once and let go.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)


class OwnThread(Generic[T]):
    """Does something with each thing that it is handed, in order.

    Args:
        do: what to do; what it raises is its end.
        name: of what works here, as the log tells it.
        most: how many things may wait.
    """

    def __init__(self, do: Callable[[T], object], name: str, *, most: int) -> None:
        self._do = do
        self._name = name
        self._most = most
        self._waiting: deque[T] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._busy = False
        self._let_go = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def let_go(self) -> bool:
        """Whether it is handed nothing more."""
        return self._let_go

    def put(self, thing: T) -> bool:
        """Hand something over; never waits.

        Returns:
            False when it was let go.
        """
        with self._changed:
            if self._let_go or self._closing:
                return False
            if len(self._waiting) < self._most:
                self._waiting.append(thing)
                self._changed.notify_all()
                return True
            self._drop()
        _log.warning("%s is too far behind and is told nothing more. The guide goes on.", self._name)
        return False

    def done(self, within_s: float) -> bool:
        """Wait, seconds at the most, until all that was handed over is done; tell whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and not self._waiting, within_s)

    def end(self) -> None:
        """Let the thread end when what waits is done."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def close(self, within_s: float) -> bool:
        """End, and wait for that, seconds at the most; tell whether it has."""
        self.end()
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _drop(self) -> None:
        self._let_go = True
        self._waiting.clear()
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._waiting) or self._closing or self._let_go)
                if not self._waiting:
                    return
                thing = self._waiting.popleft()
                self._busy = True
            try:
                self._do(thing)
            except Exception:  # noqa: BLE001 - whatever it is, the guide goes on
                with self._changed:
                    self._drop()
                _log.exception("%s failed and is told nothing more. The guide goes on.", self._name)


class Lately(Generic[T]):
    """What a question was answered with lately, while a thread asks again; for who cannot wait for the answer.

    Args:
        ask: the question; it is asked once at the beginning, and waited for.
        name: of what asks, as the log tells it.
    """

    def __init__(self, ask: Callable[[], T], name: str) -> None:
        self._ask = ask
        self._answer = ask()
        self._asks: OwnThread[None] = OwnThread(self._take, name, most=2)

    def __call__(self) -> T:
        """Return the last answer that is known, and ask again."""
        if self._asks.done(0):
            self._asks.put(None)
        return self._answer

    def _take(self, _: None) -> None:
        self._answer = self._ask()


def close_all(threads: Iterable[OwnThread[Any]], within_s: float) -> None:
    """End all of them, and wait for that, seconds at the most for all together."""
    every = [*threads]
    for one in every:
        one.end()
    ends = time.monotonic() + within_s
    for one in every:
        one.close(max(0.0, ends - time.monotonic()))
