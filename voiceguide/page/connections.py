"""Connections to the page: how many there may be, and how long one may keep the server waiting.

They are counted when they are accepted, before a byte of them is read. One over the limit is closed at once; one
that does not send a whole request, or does not take its answer, is closed after seconds, however many bytes it
dribbles meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from voiceguide.page.where import address_of

MOST = 64
"""Open connections. A browser opens up to six."""

MOST_OF_ONE = 32
"""Open connections from one machine, so that none keeps all the others out."""

REQUEST_LIMIT_S = 5.0
"""Seconds in which a request, its body included, must have come: 64 KiB take half a second on a poor network."""

ANSWER_LIMIT_S = 10.0
"""Seconds in which a browser must take what is sent to it."""

GONE_AFTER_MS = 30_000
"""Milliseconds after which a machine that acknowledges nothing is taken for gone; else it were 15 minutes."""

PIECE = 4096
"""Bytes that are looked at together; a head may be so much longer than its limit."""

_RECEIVING = frozenset({h11.IDLE, h11.SEND_BODY})

_log = logging.getLogger(__name__)


class Connection(H11Protocol):
    """One connection, as uvicorn serves it, within the limits."""

    _whose = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = _TimeLimit(self.loop, REQUEST_LIMIT_S, self._give_up)
        self._answer = _TimeLimit(self.loop, ANSWER_LIMIT_S, self._give_up)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Take a new connection, if there is room for it."""
        super().connection_made(transport)
        self._whose = machine(self.client[0] if self.client else "")
        others = [one for one in self.connections if one is not self]
        if (
            len(others) >= MOST
            or sum(getattr(one, "_whose", None) == self._whose for one in others) >= MOST_OF_ONE
        ):
            self.connections.discard(self)
            transport.abort()
            _log.warning("The page has as many connections as it may have: one more was closed.")
            return
        transport.set_write_buffer_limits(
            high=0
        )  # whatever cannot be sent at once is waited for, and not for long
        with suppress(OSError):
            _socket(transport).setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_AFTER_MS)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._request.stop()
        self._answer.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, in pieces: h11 bounds a head only while it is incomplete."""
        for begin in range(0, len(data), PIECE):
            if not self.transport.is_closing():
                super().data_received(data[begin : begin + PIECE])
        self._look()

    def on_response_complete(self) -> None:
        """Go on with the next request."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """The browser is behind: wait for it, up to the limit."""
        super().pause_writing()
        self._answer.run()

    def resume_writing(self) -> None:
        """The browser has taken everything."""
        self._answer.stop()
        super().resume_writing()

    def _look(self) -> None:
        """Let the time run while a request is waited for, from the first moment to the last byte of it."""
        if self.conn.their_state in _RECEIVING and not self.transport.is_closing():
            self._request.run()
        else:
            self._request.stop()

    def _give_up(self) -> None:
        self.transport.abort()


def machine(host: str) -> str:
    """Return what an address is counted under: for IPv6 the network, as one machine has many addresses in it."""
    address = address_of(host)
    if isinstance(address, IPv6Address):
        return address.exploded[:19]
    return host if address is None else str(address)


class _TimeLimit:
    def __init__(self, loop: asyncio.AbstractEventLoop, limit_s: float, over: Callable[[], None]) -> None:
        self._loop = loop
        self._limit_s = limit_s
        self._over = over
        self._timer: asyncio.TimerHandle | None = None

    def run(self) -> None:
        """Let the time run, if it does not run already."""
        self._timer = self._timer or self._loop.call_later(self._limit_s, self._over)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _socket(transport: asyncio.Transport) -> Any:
    return transport.get_extra_info("socket")
