"""Work for a page that may take long: checking a routine, reading the history, what doctor looks at.

It is done in a thread, one piece after the other, so that a press of pain never waits for it. How much one browser
may ask for is limited, and so is how many wait. Python cannot end a thread: of a piece that takes for ever
`Heavy.takes_too_long` tells, and the page's process lets itself be ended (see `page_process.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from voiceguide.page.limits import Buckets

AT_ONCE = 20
EVERY_S = 0.5
"""Pieces for one browser: 20 at once, then two a second. The editor asks for one 0.4 s after the last key."""

WAITING_MOST = 8
"""Pieces that wait for the one before them."""

TAKES_MOST_S = 30.0
"""Seconds that a piece may take. The longest text with the most mistakes takes a second on a PC."""

_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")


class BusyError(Exception):
    """Not now.

    Attributes:
        status: of the answer.
        why: a word that the page knows a sentence for.
        wait_s: seconds until the next try.
    """

    def __init__(self, status: int, why: str, wait_s: float) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.wait_s = wait_s


class Heavy:
    """Does one piece of work at a time.

    Args:
        now: the monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._asked = Buckets(AT_ONCE, EVERY_S)
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._began: float | None = None

    @property
    def takes_too_long(self) -> bool:
        """Whether a piece has been at work for longer than any may."""
        return self._began is not None and self._now() - self._began > TAKES_MOST_S

    async def do(
        self, who: str, work: Callable[_Args, _Result], *args: _Args.args, **kwargs: _Args.kwargs
    ) -> _Result:
        """Do a piece of work when its turn has come, and return what comes of it.

        Args:
            who: asks, a browser or an address.
            work: what is done, in a thread.
            *args: for the work.
            **kwargs: for the work.

        Raises:
            BusyError: this browser has asked too often, or too much is waiting.
        """
        if wait_s := self._asked.take(who, self._now()):
            raise BusyError(429, "wait", wait_s)
        if self._waiting >= WAITING_MOST:
            raise BusyError(503, "too_many", 10.0)
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        try:
            self._began = self._now()
            return await run_in_threadpool(work, *args, **kwargs)
        finally:
            self._began = None
            self._turn.release()
