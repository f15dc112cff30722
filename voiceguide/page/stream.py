"""Server-sent events: what is new on the board, to everybody who looks at it.

Events rather than a WebSocket: everything that needs no answer goes one way here; it is plain HTTP, so the
rules of the door hold for it as for everything else; and browsers open a broken one again by themselves. What
is pressed comes back as ordinary requests.

A viewer is always sent the newest state, never a queue of old ones: one who does not keep up misses some, and
holds up nobody.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from voiceguide.page.board import Board

LOOK_EVERY_S = 0.1
"""How often there is a look at the board: what happened is seen a twentieth of a second later on average."""

LEVEL_EVERY = 2
"""Looks between two readings of the microphone: five a second."""

LEVEL_STEP_DB = 1.0

ALIVE_EVERY = 150
"""Looks after which a silent stream is told that it lives (15 s), so that both ends notice when it does not."""

VIEWERS_MOST = 16
"""Viewers at a time: eight phones would be many, and each open page is one."""


class Streams:
    """All open streams.

    Args:
        board: what is shown.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._open = 0
        self._closing = False
        self._written = (-1, b"")

    @property
    def full(self) -> bool:
        """Whether there are as many viewers as there may be."""
        return self._open >= VIEWERS_MOST

    def close(self) -> None:
        """Bring all streams to their end."""
        self._closing = True

    async def stream(self, still_welcome: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Yield events until the server closes or the viewer is no longer welcome.

        Args:
            still_welcome: whether the viewer may go on looking; asked with each sign of life.
        """
        self._open += 1
        try:
            told, looks, level = -1, 0, None
            yield b"retry: 1000\n\n"
            while not self._closing:
                if (shown := self._state())[0] != told:
                    told = shown[0]
                    yield shown[1]
                if looks % LEVEL_EVERY == 0:
                    reading = self._board.level_dbfs
                    if reading is not None and (level is None or abs(reading - level) >= LEVEL_STEP_DB):
                        level = reading
                        yield event("level", round(reading))
                looks += 1
                if looks % ALIVE_EVERY == 0:
                    if not still_welcome():
                        return
                    yield b": alive\n\n"
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            self._open -= 1

    def _state(self) -> tuple[int, bytes]:
        """Return the newest state as an event, written once for all viewers."""
        shown = self._board.shown
        if shown.number != self._written[0]:
            self._written = (shown.number, event("state", shown.values))
        return self._written


def event(kind: str, values: Any) -> bytes:
    """Return a server-sent event."""
    return f"event: {kind}\ndata: {json.dumps(values, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
