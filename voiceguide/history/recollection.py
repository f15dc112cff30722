"""What a guide that stays knows of the sessions so far, looked up in a thread: standby waits for no disk.

On files nobody waits in real time, and each question is answered by looking.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from voiceguide.core.memory import Remembered
from voiceguide.core.plan import Routine
from voiceguide.errors import HistoryError
from voiceguide.history.history import OPENING_LIMIT_S, History, Known, is_introduced
from voiceguide.history.looking import look
from voiceguide.history.memory import remember
from voiceguide.history.reading import tell_once
from voiceguide.own_thread import OwnThread
from voiceguide.wall_clock import WallClock, read_clock

LOOK_EVERY_S = 60.0
"""How old what is known may be in standby: the day may have changed meanwhile, or a time server set the clock."""

WRITTEN_WITHIN_S = 5.0
"""Seconds to wait, in the thread, for a session that is over to be written down, before the next look."""

CLOSING_LIMIT_S = 0.5
_JOBS_AT_MOST = 20
_log = logging.getLogger(__name__)


class Recollection:
    """What is known, and the histories of one session after the other.

    Args:
        path: the history's file.
        routines: what can be asked for, by id.
        live: a person is there in real time: nothing here waits, but for the first look.
        clock: the wall clock.
    """

    def __init__(
        self, path: Path, routines: Mapping[str, Routine], *, live: bool, clock: WallClock = read_clock
    ) -> None:
        self._path = path
        self._routines = routines
        self._clock = clock
        self._before: list[History] = []  # sessions that are over and not written down yet
        today = clock().now.date().toordinal()
        self._known = {name: Known(Remembered(today=today), introduced=False) for name in routines}
        self._looked_s = time.monotonic()
        self._thread: OwnThread[Callable[[], None]] | None = None
        if live:
            self._thread = OwnThread(lambda job: job(), "What looks into the history", most=_JOBS_AT_MOST)
            looked = threading.Event()
            self._thread.put(self._tidy)
            self._thread.put(self._look)
            self._thread.put(looked.set)
            looked.wait(OPENING_LIMIT_S)

    def of(self, routine: str) -> Known:
        """Return what is known before a session of a routine, by its id."""
        if self._thread is not None:
            return self._known[routine]
        with closing(History(self._path, self._routines[routine], clock=self._clock)) as history:
            return Known(history.remembered, history.introduced)

    @property
    def introduced(self) -> bool:
        """Whether the person was told what the guide is and what it is not."""
        if self._thread is None:
            return is_introduced(self._path)
        return any(known.introduced for known in self._known.values())

    def session(self, routine: str) -> History:
        """Return the history of a session that begins; hand it to `over` when it ends."""
        if self._thread is None:
            return History(self._path, self._routines[routine], clock=self._clock)
        return History(
            self._path,
            self._routines[routine],
            clock=self._clock,
            live=True,
            known=self._known[routine],
            after=self._before[-1] if self._before else None,
        )

    def over(self, history: History) -> None:
        """Close the history of a session; what it was is known soon."""
        history.close(within_s=0.0)
        self._before = [*(one for one in self._before if not one.over.is_set()), history]
        self._put(self._look)

    def note(self, entry: dict[str, Any]) -> None:
        """Keep an entry of the journal that belongs to no session."""
        routine = next(iter(self._routines.values()))

        def write() -> None:
            with closing(History(self._path, routine, clock=self._clock)) as history:
                history.notice(entry)

        if self._thread is None:
            write()
        else:
            self._put(write)
            self._put(self._look)

    def keep_fresh(self) -> None:
        """Look again if the last look is too long ago."""
        if time.monotonic() - self._looked_s > LOOK_EVERY_S:
            self._looked_s = time.monotonic()
            self._put(self._look)

    def close(self) -> None:
        """Let what waits be written, within `CLOSING_LIMIT_S`."""
        ends = time.monotonic() + CLOSING_LIMIT_S
        if self._thread is not None:
            self._thread.close(CLOSING_LIMIT_S)
        for history in self._before:
            history.over.wait(max(0.0, ends - time.monotonic()))

    def _put(self, job: Callable[[], None]) -> None:
        if self._thread is not None:
            self._thread.put(job)

    def _tidy(self) -> None:
        """Take over what was left, and make the file where there is none."""
        History(self._path, next(iter(self._routines.values())), clock=self._clock).close()

    def _look(self) -> None:
        before = self._before
        if before:
            before[-1].over.wait(WRITTEN_WITHIN_S)
        also = [history.reports for history in before if not history.over.is_set()]
        introduced = is_introduced(self._path)
        with suppress(OSError, ValueError, TypeError, OverflowError):
            try:
                with closing(look(self._path, also)) as copy:
                    now = self._clock()
                    known = {
                        name: Known(remember(copy, one, now), introduced) for name, one in self._routines.items()
                    }
                    tell_once(self._path, copy)
            except (HistoryError, sqlite3.Error) as error:
                _log.info("What was known of the sessions stays as it was: %s", error)
                return
            self._known = known
        self._looked_s = time.monotonic()
