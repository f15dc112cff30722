"""Tells all companions, and no longer one that fails: a broken light is no reason to stop guiding."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

from voiceguide.companions.companion import Companion
from voiceguide.core.view import View
from voiceguide.history.journal import BEHIND_AT_MOST
from voiceguide.own_thread import OwnThread

CLOSING_LIMIT_S = 0.6
"""Seconds that a guide waits at its end for all companions together: each has promised half a second."""

_log = logging.getLogger(__name__)


class Audience:
    """All companions of a guide.

    Args:
        companions: closed with this.
        live: a person is guided in real time: each companion has a thread of its own, and none is waited for.
            Otherwise each is told at once, in the order given.
    """

    def __init__(self, companions: Iterable[Companion], *, live: bool = True) -> None:
        self._told: list[_InItsThread | _AtOnce] = [
            _InItsThread(one) if live else _AtOnce(one) for one in companions
        ]

    def notice(self, entry: dict[str, Any]) -> None:
        """Hand an entry of the journal to each."""
        for companion in self._told:
            companion.notice(entry)

    def show(self, view: View) -> None:
        """Show the session to each."""
        for companion in self._told:
            companion.show(view)

    def close(self) -> None:
        """Close each, once."""
        told, self._told = self._told, []
        ends = time.monotonic() + CLOSING_LIMIT_S
        for companion in told:
            companion.end()
        for companion in told:
            companion.wait(ends - time.monotonic())


class _AtOnce:
    """A companion that is told in the guide's own thread."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self._failed = False

    def notice(self, entry: dict[str, Any]) -> None:
        if not self._failed:
            self._try(lambda: self._companion.notice(entry))

    def show(self, view: View) -> None:
        if not self._failed:
            self._try(lambda: self._companion.show(view))

    def end(self) -> None:
        self._try(self._companion.close)

    def wait(self, _within_s: float) -> None:
        """It is closed already."""

    def _try(self, what: Any) -> None:
        try:
            what()
        except Exception:  # noqa: BLE001 - whatever it is, the guide goes on
            self._failed = True
            _log.exception("%s failed and is told nothing more", type(self._companion).__name__)


class _InItsThread(_AtOnce):
    """A companion that is told in a thread of its own, and shown the newest look at the session."""

    def __init__(self, companion: Companion) -> None:
        super().__init__(companion)
        self._lock = threading.Lock()
        self._newest: View | None = None
        self._thread: OwnThread[dict[str, Any] | None] = OwnThread(
            self._tell, type(companion).__name__, most=BEHIND_AT_MOST
        )
        self._closing: threading.Thread | None = None

    def notice(self, entry: dict[str, Any]) -> None:
        self._thread.put(entry)

    def show(self, view: View) -> None:
        with self._lock:
            waits, self._newest = self._newest is not None, view
        if not waits:
            self._thread.put(None)

    def end(self) -> None:
        self._thread.end()
        self._closing = threading.Thread(target=self._close, name="closing a companion", daemon=True)
        self._closing.start()

    def wait(self, within_s: float) -> None:
        if self._closing is not None:
            self._closing.join(max(0.0, within_s))

    def _close(self) -> None:
        self._thread.close(CLOSING_LIMIT_S / 2)  # what it was told first
        super().end()

    def _tell(self, entry: dict[str, Any] | None) -> None:
        if entry is not None:
            super().notice(entry)
            return
        with self._lock:
            view, self._newest = self._newest, None
        if view is not None:
            super().show(view)
