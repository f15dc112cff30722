"""The ears in a thread of their own, for the sound card: a slow recogniser never stalls the speaker."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from voiceguide.backoff import Backoff
from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import Command
from voiceguide.core.events import HearingBack, HearingLost, Trouble
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.health.shedding import Level, Shedding, Thrifty
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame, Revivable
from voiceguide.hearing.verdict.situation import QUIET, Around

BACKLOG = 300
"""Frames (3 s) that may wait for the recogniser. A word that is answered later than that would startle."""

DEAF_AFTER = samples(5.0)
"""Samples lost in a row: then the recogniser hangs, and the guide must know that it is deaf (S7)."""


KEPT_OF_DEAFNESS = samples(2.0)
"""Silence that the ears are given for the time while there was no recogniser: enough to end whatever was begun."""

PROOF = samples(1.0)
"""Heard without a failure before the recogniser counts as back."""

STEADY = samples(60.0)
"""Heard without a failure before the next one is treated as if it were the first."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Waiting:
    missing: int  # samples that were dropped before it
    frame: Frame
    around: Around = QUIET


class EarsInThread:
    """Ears that listen in the background.

    What was decided is returned by a later call of `accept`, with the sample time of the decision. Ears that
    cannot keep up leave something out (`shedding.py`). When that is not enough, frames are dropped and counted;
    silence takes their place, so that sample time stays true.

    A recogniser that failed is brought back for as long as it takes, if it can be; meanwhile nothing is heard.

    Args:
        ears: what listens; used by the thread alone from now on.
        thrifty: the same, if it can leave something out when it falls behind.
        revivable: the same, if it can be brought back when it failed.
        behind: by how many samples what is handed over is old already.
    """

    def __init__(
        self,
        ears: Listening,
        thrifty: Thrifty | None = None,
        revivable: Revivable | None = None,
        behind: Callable[[], int] = lambda: 0,
    ) -> None:
        self._ears = ears
        self._behind = behind
        self._thrifty = thrifty
        self._revivable = revivable
        self._backoff = Backoff()
        self._shedding = Shedding(thrifty.deepest if thrifty is not None else Level.ALL)
        self._frames: queue.Queue[_Waiting] = queue.Queue(BACKLOG)
        self._noticed: queue.SimpleQueue[Noticed] = queue.SimpleQueue()
        self._wanted: tuple[frozenset[Command], bool] | None = None
        self._failure: RecogniserError | None = None
        self._closing = threading.Event()
        self._reviving = False
        self._lost = False  # the guide was told that it is deaf
        self._heard = 0  # samples since the recogniser came back
        self._at = 0
        self._dropped = 0
        self._missing = 0
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Frames dropped so far because the recogniser was behind."""
        return self._dropped

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; frames that still wait are heard with them too."""
        self._wanted = commands, hold

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Noticed]:
        """Hand over the next frame, without waiting, and return what has been noticed meanwhile, in order.

        Raises:
            RecogniserError: the recogniser failed, or has not taken a frame for a long time, and cannot be
                brought back.
        """
        self._at += len(frame)
        if self._reviving:
            self._missing = min(self._missing + len(frame), KEPT_OF_DEAFNESS)
            return self._fetch()
        try:
            # A copy: the caller may use its buffer again.
            self._frames.put_nowait(_Waiting(self._missing, frame.copy(), around))
            self._missing = 0
        except queue.Full:
            self._dropped += 1
            self._missing += len(frame)
        behind = self._behind() + self._frames.qsize() * len(frame)
        noticed = [*self._shedding.look(behind, len(frame)), *self._fetch()]
        if noticed:
            return noticed
        if self._failure is not None:
            raise self._failure
        if self._missing >= DEAF_AFTER and not self._lost:
            stuck = RecogniserError(f"the recogniser has been stuck for {seconds(self._missing):.0f} s")
            if self._revivable is None:
                raise stuck
            self._lose(stuck)  # its own limit of time will end it
        return []

    def close(self) -> None:
        """Stop listening. What still waits is not heard any more."""
        self._closing.set()
        with suppress(queue.Full):  # when it is full, the thread is awake anyway
            self._frames.put_nowait(_Waiting(0, np.zeros(0, np.int16)))
        self._thread.join(timeout=2.0)  # a hung C library must not keep the program from ending
        self._ears.close()

    def _fetch(self) -> list[Noticed]:
        noticed: list[Noticed] = []
        with suppress(queue.Empty):
            while True:
                noticed.append(self._noticed.get_nowait())
        return noticed

    def _run(self) -> None:
        while True:
            waiting = self._frames.get()
            if self._closing.is_set():
                return
            try:
                self._listen(waiting)
                continue
            except RecogniserError as error:
                failure = error
            except Exception as error:  # noqa: BLE001 - whatever it was, the guide is deaf now and must know
                failure = RecogniserError(f"the recogniser stopped: {type(error).__name__}: {error}")
            if self._revivable is None:
                self._failure = failure
                return
            self._lose(failure)
            self._revive(self._revivable)

    def _listen(self, waiting: _Waiting) -> None:
        if self._wanted is not None:
            commands, hold = self._wanted
            self._ears.listen_for(commands, hold=hold)
        if self._thrifty is not None:
            self._thrifty.shed(self._shedding.level)
        if waiting.missing:
            self._put(self._ears.accept(np.zeros(waiting.missing, np.int16)))
        self._put(self._ears.accept(waiting.frame, waiting.around))
        before, self._heard = self._heard, self._heard + len(waiting.frame)
        if self._lost and self._heard >= PROOF:
            self._lost = False
            self._noticed.put(HearingBack(self._at, Trouble.RECOGNISER))
            _log.warning("The recogniser listens again")
        if before < STEADY <= self._heard:
            self._backoff.reset()

    def _lose(self, why: RecogniserError) -> None:
        self._heard = 0
        if not self._lost:
            self._lost = True
            self._noticed.put(HearingLost(self._at, str(why), Trouble.RECOGNISER))
            _log.warning("Nothing can be heard: %s", why)

    def _revive(self, revivable: Revivable) -> None:
        """Bring the recogniser back, however often it takes, unless the session ends first."""
        self._reviving = True
        with suppress(queue.Empty):
            while True:
                self._frames.get_nowait()
        while not self._closing.wait(self._backoff.next_s()):
            try:
                revivable.revive()
            except Exception as error:  # noqa: BLE001 - a thread that ended would be deaf for good
                _log.info("The recogniser does not come back yet: %s", error)
            else:
                break
        self._reviving = False

    def _put(self, noticed: Sequence[Noticed]) -> None:
        for one in noticed:
            self._noticed.put(one)
