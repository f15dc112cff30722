"""A disk that may never answer: it is asked in a thread, and given up after a while."""

from __future__ import annotations

import errno
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

from voiceguide.own_thread import OwnThread

T = TypeVar("T")

LIMIT_S = 3.0
"""Seconds that a disk may take for one file; a slow card has been seen to take one."""


class PatientDisk:
    """Does things with files, each within `LIMIT_S`. A context manager: leaving it ends the thread when it can.

    Args:
        limit_s: seconds for one thing; None for `LIMIT_S`.
    """

    def __init__(self, limit_s: float | None = None) -> None:
        self._limit_s = LIMIT_S if limit_s is None else limit_s
        self._hangs = False
        self._thread: OwnThread[Callable[[], None]] = OwnThread(lambda job: job(), "speech cache", most=1)

    def ask(self, what: Callable[[], T]) -> T:
        """Return what a function returns, or raise what it raises.

        Raises:
            TimeoutError: it did not come back in time; nor will the disk be asked again.
        """
        if self._hangs:
            raise TimeoutError(errno.ETIMEDOUT, "the disk does not answer")
        answers: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()

        def job() -> None:
            try:
                answers.put((what(), None))
            except Exception as error:  # noqa: BLE001 - whoever asks gets it
                answers.put((None, error))

        self._thread.put(job)
        try:
            answer, error = answers.get(timeout=self._limit_s)
        except Empty:
            self._hangs = True
            raise TimeoutError(errno.ETIMEDOUT, f"the disk has not answered for {self._limit_s:g} s") from None
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return] # what `what` returns

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.end()
