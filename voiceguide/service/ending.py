"""SIGTERM, as from systemd, and SIGINT, as from Ctrl-C: end in good order, and at once when told a second time."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_BOTH = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """What a signal leads to.

    Attributes:
        tell: tells whatever runs to end; None while nothing runs that could be told: then the program leaves at
            once, closing what it has opened.
        told: a signal came.
    """

    def __init__(self) -> None:
        self.tell: Callable[[], None] | None = None
        self.told = False

    def signalled(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        for one in _BOTH:  # a second one is the system's to obey: it ends a program that hangs, too
            signal.signal(one, signal.SIG_DFL)
        self.told = True
        if self.tell is None:
            raise SystemExit(0)
        self.tell()


def leave_at_once() -> NoReturn:
    """End the program now that everything is closed.

    The interpreter and the libraries take up to two more seconds to tidy up on a busy machine (measured), which
    nobody needs and the machine that shuts down waits for.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@contextmanager
def ending_in_good_order() -> Iterator[Ending]:
    """Take both signals for as long as the block runs."""
    ending = Ending()
    before = {one: signal.signal(one, ending.signalled) for one in _BOTH}
    try:
        yield ending
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
