"""Writing in the background: the loop of ten milliseconds never waits for a disk."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples

BACKLOG = 2 * samples(20) // BLOCK
"""Jobs that may wait, two sound blocks every 10 ms: an SD card that is busy for 20 s is no card to record on."""

_log = logging.getLogger(__name__)


class BackgroundWriter:
    """Does what it is given in a thread of its own, in order, until a job fails. Then it warns and does no more.

    Args:
        patient: wait when too much is waiting already, as a session on files can; otherwise give up.
    """

    def __init__(self, *, patient: bool) -> None:
        self._patient = patient
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(BACKLOG)
        self._broken = False
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def broken(self) -> bool:
        """Whether it has stopped."""
        return self._broken

    def put(self, job: Callable[[], None]) -> None:
        """Hand over a job; never raises, and waits only if it is patient."""
        if self._broken:
            return
        try:
            self._jobs.put(job, block=self._patient)
        except queue.Full:
            self._give_up("the disk is too slow")

    def close(self) -> None:
        """Finish what waits and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._broken:
                continue  # but take it out, for whoever waits for room
            try:
                job()
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for a thread that is gone
                self._give_up(str(error))

    def _give_up(self, why: str) -> None:
        self._broken = True
        _log.warning("The recording has stopped and is not complete: %s. The session goes on.", why.rstrip("."))
