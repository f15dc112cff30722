"""Told to end, end in good order; told a second time, end at once.

It is told by SIGTERM, as from systemd, by SIGHUP, as when a connection is lost, and by SIGINT, as from Ctrl-C.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, Protocol

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

TOLD_BY = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
BESIDES_CTRL_C = (signal.SIGTERM, signal.SIGHUP)
"""Where somebody at the keyboard wants it to be gone at once."""


class Told(Protocol):
    """What can be told to end."""

    def tell_to_end(self) -> None:
        """End with a last word; called from a signal's handler."""
        ...


class Ending:
    """What a signal leads to.

    Args:
        told_by: the signals.

    Attributes:
        tell: tells whatever runs to end; None while nothing runs that could be told: then the program leaves at
            once, closing what it has opened.
        told: a signal came.
    """

    def __init__(self, told_by: Sequence[signal.Signals] = TOLD_BY) -> None:
        self._told_by = told_by
        self.tell: Callable[[], None] | None = None
        self.told = False

    def tells(self, guide: Told) -> None:
        """From now on a signal tells this guide; so does one that came before."""
        self.tell = guide.tell_to_end
        if self.told:
            self.tell()

    def signalled(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        for one in self._told_by:
            # A second one is the system's to obey: it ends a program that hangs, too. But of a lost connection the
            # terminal tells and the shell as well, and logind sends SIGHUP together with SIGTERM.
            signal.signal(one, signal.SIG_IGN if one is signal.SIGHUP else signal.SIG_DFL)
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
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


@contextmanager
def ending_in_good_order(told_by: Sequence[signal.Signals] = TOLD_BY) -> Iterator[Ending]:
    """Take these signals for as long as the block runs; SIGHUP not where `nohup` has switched it off."""
    heeded = [one for one in told_by if one is not signal.SIGHUP or signal.getsignal(one) != signal.SIG_IGN]
    ending = Ending(heeded)
    before = {one: signal.signal(one, ending.signalled) for one in heeded}
    complain, sys.unraisablehook = sys.unraisablehook, _complain_of_all_but_two_at_once
    try:
        yield ending
    finally:
        sys.unraisablehook = complain
        for one, handler in before.items():
            signal.signal(one, handler)


def _complain_of_all_but_two_at_once(unraisable: UnraisableHookArgs) -> None:
    # Of two signals that come at once the first hands the other back to the system, and Python finds that nobody
    # takes it: "Signal 15 ignored due to race condition". To ignore it is right.
    if not (isinstance(unraisable.exc_value, OSError) and "due to race condition" in str(unraisable.exc_value)):
        sys.__unraisablehook__(unraisable)
