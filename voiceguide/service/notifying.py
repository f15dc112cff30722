"""What systemd is told: that the guide is ready, what it is doing, and that it is alive.

The protocol is one datagram of lines to the socket that NOTIFY_SOCKET names; see sd_notify(3), which promises that
it stays as it is and invites programs to speak it themselves. It is a dozen lines, so no dependency is worth it.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from voiceguide.core.view import View

PREPARING_US = 120_000_000
"""Microseconds more that each step of the preparation is allowed: systemd counts them from when it is told. Ten
times what the slowest step takes on a PC, loading a large recogniser model."""

READY_WITHIN_S = 10.0
"""Told once and before any sound, so it may wait: systemd would take a guide that is never ready for a failure."""


class Systemd:
    """A companion that keeps systemd informed; does nothing where there is none.

    Args:
        environment: where to look for NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
        clock: seconds that only go forward.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._status = ""
        self._doing = ""
        self._troubles: set[str] = set()
        self._link: socket.socket | None = None
        name = environment.get("NOTIFY_SOCKET", "")
        if name.startswith(("/", "@")):
            self._link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            with suppress(OSError):
                self._link.connect("\0" + name[1:] if name.startswith("@") else name)
        # Twice within the time, as sd_watchdog_enabled(3) advises.
        self._feed_every_s = _watchdog_s(environment) / 2
        self._fed_s = self._prepared_s = -1e9

    def preparing(self, done: int, total: int) -> None:
        """Tell how far the preparation is, and that it goes on; of a flood of calls one a second."""
        if self._clock() - self._prepared_s < 1.0:
            return
        self._prepared_s = self._clock()
        self._tell(f"STATUS=Preparing the voice: {done} of {total}", f"EXTEND_TIMEOUT_USEC={PREPARING_US}")

    def ready(self) -> None:
        """Tell that the guide listens."""
        self._tell("READY=1", "STATUS=Listening", "WATCHDOG=1", within_s=READY_WITHIN_S)

    def failing(self, error: Exception) -> None:
        """Tell why the guide is about to end, and that it is alive to say so aloud."""
        why = str(error).partition("\n")[0] or type(error).__name__
        self._tell(f"STATUS=Cannot go on: {why}", "WATCHDOG=1")

    def stopping(self) -> None:
        """Tell that the guide is about to end."""
        self._tell("STOPPING=1", "STATUS=Stopping")

    def notice(self, entry: dict[str, Any]) -> None:
        """Take one entry of the journal: a change of state is what there is to tell."""
        match entry:
            case {"kind": "standby", "stage": stage}:
                self._doing = f"Standby, {stage}"
            case {"kind": "state", "state": state, "exercise": exercise}:
                self._doing = f"Session, {str(state).replace('_', ' ')}: {exercise}"
            case {"kind": "hearing_lost", "trouble": trouble}:
                self._troubles.add(trouble)
            case {"kind": "hearing_back", "trouble": trouble}:
                self._troubles.discard(trouble)
            case _:
                return
        deaf = f" (cannot hear: {', '.join(sorted(self._troubles))})" if self._troubles else ""
        self._tell_status(self._doing + deaf)

    def show(self, _view: View) -> None:
        """Feed the watchdog. A loop that hangs does not come by here, and systemd starts the guide again."""
        if self._feed_every_s > 0 and self._clock() - self._fed_s >= self._feed_every_s:
            self._fed_s = self._clock()
            self._tell("WATCHDOG=1")

    def close(self) -> None:
        """Tell that the guide ends, and no more."""
        self.stopping()
        if self._link is not None:
            self._link.close()
            self._link = None

    def _tell_status(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self._tell(f"STATUS={status}")

    def _tell(self, *lines: str, within_s: float = 0.0) -> None:
        """Tell something now, or lose it: the sound does not wait for systemd."""
        if self._link is not None:
            self._link.settimeout(within_s)
            with suppress(OSError):
                self._link.send("\n".join(lines).encode())


def _watchdog_s(environment: Mapping[str, str]) -> float:
    """Return the seconds after which systemd takes the guide for dead; 0 when it does not look."""
    meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if meant and microseconds.isdigit() else 0.0
