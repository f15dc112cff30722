"""The ears in a thread of their own, for the sound card: a slow recogniser never stalls the speaker."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.evidence import QUIET, Around
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recogniser import Frame
from voiceguide.hearing.shedding import Level, Shedding, Thrifty

BACKLOG = 300
"""Frames (3 s) that may wait for the recogniser. A word that is answered later than that would startle."""

DEAF_AFTER = samples(5.0)
"""Samples lost in a row: then the recogniser hangs, and the guide must know that it is deaf (S7)."""


@dataclass(frozen=True)
class _Waiting:
    missing: int  # samples that were dropped before it
    frame: Frame
    around: Around = QUIET
    spoken: Frame | None = None


class EarsInThread:
    """Ears that listen in the background.

    What was decided is returned by a later call of `accept`, with the sample time of the decision. Ears that
    cannot keep up leave something out (`shedding.py`). When that is not enough, frames are dropped and counted;
    silence takes their place, so that sample time stays true.

    Args:
        ears: what listens; used by the thread alone from now on.
        thrifty: the same, if it can leave something out when it falls behind.
    """

    def __init__(self, ears: Listening, thrifty: Thrifty | None = None) -> None:
        self._ears = ears
        self._thrifty = thrifty
        self._shedding = Shedding(thrifty.deepest if thrifty is not None else Level.ALL)
        self._frames: queue.Queue[_Waiting] = queue.Queue(BACKLOG)
        self._noticed: queue.SimpleQueue[Noticed] = queue.SimpleQueue()
        self._wanted: tuple[frozenset[Command], bool] | None = None
        self._failure: RecogniserError | None = None
        self._closing = False
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

    def accept(self, frame: Frame, around: Around = QUIET, spoken: Frame | None = None) -> list[Noticed]:
        """Hand over the next frame, without waiting, and return what has been noticed meanwhile, in order.

        Raises:
            RecogniserError: the recogniser failed, or has not taken a frame for a long time.
        """
        try:
            # A copy: the caller may use its buffer again.
            self._frames.put_nowait(_Waiting(self._missing, frame.copy(), around, spoken))
            self._missing = 0
        except queue.Full:
            self._dropped += 1
            self._missing += len(frame)
        noticed = self._shedding.look(self._frames.qsize() * len(frame), len(frame))
        with suppress(queue.Empty):
            while True:
                noticed.append(self._noticed.get_nowait())
        if noticed:
            return noticed
        if self._failure is not None:
            raise self._failure
        if self._missing >= DEAF_AFTER:
            raise RecogniserError(
                f"the recogniser has been stuck for {seconds(self._missing):.0f} s; please start voiceguide again"
            )
        return []

    def close(self) -> None:
        """Stop listening. What still waits is not heard any more."""
        self._closing = True
        with suppress(queue.Full):  # when it is full, the thread is awake anyway
            self._frames.put_nowait(_Waiting(0, np.zeros(0, np.int16)))
        self._thread.join(timeout=2.0)  # a hung C library must not keep the program from ending
        self._ears.close()

    def _run(self) -> None:
        try:
            while True:
                waiting = self._frames.get()
                if self._closing:
                    return
                if self._wanted is not None:
                    commands, hold = self._wanted
                    self._ears.listen_for(commands, hold=hold)
                if self._thrifty is not None:
                    self._thrifty.shed(self._shedding.level)
                if waiting.missing:
                    self._put(self._ears.accept(np.zeros(waiting.missing, np.int16)))
                self._put(self._ears.accept(waiting.frame, waiting.around, waiting.spoken))
        except RecogniserError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - whatever it was, the guide is deaf now and must know
            self._failure = RecogniserError(
                f"the recogniser stopped: {type(error).__name__}: {error}; please start voiceguide again"
            )

    def _put(self, noticed: Sequence[Noticed]) -> None:
        for one in noticed:
            self._noticed.put(one)
