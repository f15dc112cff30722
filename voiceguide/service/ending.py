"""Told to end, end in good order; told a second time, end at once.

It is told by SIGTERM, as from systemd, by SIGHUP, as when a connection is lost, and by SIGINT, as from Ctrl-C. The
handlers set flags and raise nothing: an exception would be lost whenever a C library is just calling back into
Python, as one does that reads sound. The loop looks at the flags with each block, what comes before it with each
step.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, Protocol

from voiceguide.errors import INTERRUPTED

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

TOLD_BY = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

STEP_LIMIT_S = 5.0
"""Seconds that a step of the preparation may take after a signal, such as loading a model or opening a file that
nobody reads: the program then leaves from within it. systemd gives it ten."""


class Told(Protocol):
    """What can be told to end."""

    def run(self) -> None:
        """Guide to the end."""
        ...

    def tell_to_end(self) -> None:
        """End with a last word; called from a signal's handler, so it sets a flag and returns."""
        ...

    def leave(self) -> None:
        """End without a word; the same holds."""
        ...


class Ending:
    """What a signal leads to.

    Args:
        told_by: the signals.
        at_once: those of them that ask to be gone without a word, as Ctrl-C of somebody at the keyboard.

    Attributes:
        told: a signal came that asks for an end in good order.
        interrupted: one came that asks to be gone at once.
    """

    def __init__(
        self, told_by: Sequence[signal.Signals] = TOLD_BY, at_once: Sequence[signal.Signals] = ()
    ) -> None:
        self._told_by = told_by
        self._at_once = at_once
        self._guide: Told | None = None
        self._leaving = False
        self.told = False
        self.interrupted = False

    def tells(self, guide: Told | None) -> None:
        """From now on a signal tells this guide; so does one that came before. None: `look` is called instead."""
        self._guide = guide
        self._pass_on()

    def runs(self, guide: Told) -> None:
        """Run a guide that is told of signals.

        Raises:
            SystemExit, KeyboardInterrupt: as `look`, before it begins; after Ctrl-C also when it has ended.
        """
        self.look()
        self.tells(guide)
        guide.run()
        if self.interrupted:
            raise KeyboardInterrupt

    def look(self) -> None:
        """Leave if a signal came; to be called between two steps for as long as no guide is told.

        Raises:
            SystemExit: the program is told to end.
            KeyboardInterrupt: somebody at the keyboard wants it to be gone.
        """
        if self.interrupted:
            self._leaving = True
            raise KeyboardInterrupt
        if self.told:
            self._leaving = True
            raise SystemExit(0)

    def looking(self, progress: Callable[[int, int], None]) -> Callable[[int, int], None]:
        """Return what tells progress and looks at each step of it."""

        def step(done: int, total: int) -> None:
            self.look()
            progress(done, total)

        return step

    def signalled(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        for one in self._told_by:
            # A second one is the system's to obey: it ends a program that hangs, too. But of a lost connection the
            # terminal tells and the shell as well, and logind sends SIGHUP together with SIGTERM.
            signal.signal(one, signal.SIG_IGN if one is signal.SIGHUP else signal.SIG_DFL)
        if number in self._at_once:
            self.interrupted = True
        else:
            self.told = True
        self._pass_on()

    def leave_a_step_that_hangs(self, number: int) -> None:
        """Leave if a signal came a while ago and nobody has looked; from a thread of its own."""
        if self._guide is None and not self._leaving:
            os._exit(INTERRUPTED if number in self._at_once else 0)

    def _pass_on(self) -> None:
        if self._guide is not None and self.interrupted:
            self._guide.leave()
        elif self._guide is not None and self.told:
            self._guide.tell_to_end()


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
def ending_in_good_order(*, ctrl_c_at_once: bool = False) -> Iterator[Ending]:
    """Take the signals for as long as the block runs; not those that `nohup` or the shell has switched off.

    Args:
        ctrl_c_at_once: somebody at the keyboard wants it to be gone without a word.
    """
    heeded = [one for one in TOLD_BY if one is signal.SIGTERM or signal.getsignal(one) != signal.SIG_IGN]
    ending = Ending(heeded, (signal.SIGINT,) if ctrl_c_at_once else ())
    before = {one: signal.signal(one, ending.signalled) for one in heeded}
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    woken = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    over = threading.Event()
    threading.Thread(target=_oversee, args=(reading, ending, over), name="signals", daemon=True).start()
    complain, sys.unraisablehook = sys.unraisablehook, _complain_of_all_but_two_at_once
    try:
        yield ending
    finally:
        sys.unraisablehook = complain
        over.set()
        signal.set_wakeup_fd(woken)
        os.close(writing)
        for one, handler in before.items():
            signal.signal(one, handler)


def _oversee(reading: int, ending: Ending, over: threading.Event) -> None:
    """See that a signal is heeded also in the middle of a step that does not come to its end."""
    heeded = os.read(reading, 1)
    while heeded and heeded[0] not in TOLD_BY:  # another one that Python handles
        heeded = os.read(reading, 1)
    if heeded and not over.wait(STEP_LIMIT_S):
        ending.leave_a_step_that_hangs(heeded[0])
    os.close(reading)


def _complain_of_all_but_two_at_once(unraisable: UnraisableHookArgs) -> None:
    # Of two signals that come at once the first hands the other back to the system, and Python finds that nobody
    # takes it: "Signal 15 ignored due to race condition". To ignore it is right.
    if not (isinstance(unraisable.exc_value, OSError) and "due to race condition" in str(unraisable.exc_value)):
        sys.__unraisablehook__(unraisable)
