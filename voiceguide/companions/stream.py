"""The event stream: what happens, for other programs of the same user, over a Unix socket.

Whoever connects gets one JSON object a line: first what the guide is doing now (`kind` is `condition`), then each
entry of the journal as it is written, as in docs/events.md, and each new condition. Nothing is read from a client.
One that does not keep up is cut off rather than waited for.
"""

from __future__ import annotations

import json
import logging
import queue
import select
import socket
import socketserver
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from voiceguide.companions.condition import Watch
from voiceguide.core.clock import seconds
from voiceguide.core.view import View
from voiceguide.errors import VoiceguideError

BEHIND_AT_MOST = 500
"""Lines that a client may be behind: several minutes of a session."""

CLIENTS_AT_MOST = 16

LOOK_EVERY_S = 1.0
"""How often it is seen whether a client is still there while there is nothing to tell it. In a quiet night that
may be for hours, and whoever came, read one line and left would keep the others out."""

_END = b""
_log = logging.getLogger(__name__)


class EventStream:
    """Serves the events on a socket that only this user can open.

    Args:
        path: of the socket; the folder is made if need be.

    Raises:
        VoiceguideError: another guide serves there already, or the socket cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._watch = Watch()
        self._lock = threading.Lock()
        self._clients: set[queue.Queue[bytes]] = set()
        self._now = _line({"time_s": 0.0, "kind": "condition", "condition": self._watch.condition.value})
        self._server = _serve(path, self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="event stream", daemon=True
        )
        self._thread.start()

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        self._send(_line(entry))
        if self._watch.notice(entry):
            self._tell_condition(entry["time_s"])

    def show(self, view: View) -> None:
        """Take a look at the session."""
        if self._watch.show(view):
            self._tell_condition(seconds(view.at))

    def close(self) -> None:
        """End the connections and take the socket away."""
        self._server.shutdown()
        self._server.server_close()
        with self._lock:
            for client in self._clients:
                _end(client)
        self.path.unlink(missing_ok=True)

    def connect(self) -> queue.Queue[bytes] | None:
        """Return the lines for a new client, what is the case now first; None when there are too many clients."""
        client: queue.Queue[bytes] = queue.Queue(BEHIND_AT_MOST)
        with self._lock:
            if len(self._clients) >= CLIENTS_AT_MOST:
                return None
            client.put_nowait(self._now)
            self._clients.add(client)
        return client

    def disconnect(self, client: queue.Queue[bytes]) -> None:
        """Forget a client."""
        with self._lock:
            self._clients.discard(client)

    def _tell_condition(self, time_s: float) -> None:
        line = _line({"time_s": time_s, "kind": "condition", "condition": self._watch.condition.value})
        self._send(line, remember=True)

    def _send(self, line: bytes, *, remember: bool = False) -> None:
        with self._lock:
            if remember:
                self._now = line
            for client in list(self._clients):
                try:
                    client.put_nowait(line)
                except queue.Full:
                    self._clients.discard(client)
                    _end(client)
                    _log.warning(
                        "A reader of the event stream was cut off: it was %d lines behind.", BEHIND_AT_MOST
                    )


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = CLIENTS_AT_MOST
    block_on_close = False

    def __init__(self, path: Path, stream: EventStream) -> None:
        self.stream = stream
        super().__init__(str(path), _Client)


class _Client(socketserver.StreamRequestHandler):
    timeout = 10.0
    """Seconds for one line to be taken."""

    server: _Server

    def handle(self) -> None:
        stream = self.server.stream
        lines = stream.connect()
        if lines is None:
            return
        try:
            while (line := self._next(lines)) != _END:
                self.wfile.write(line)
        except OSError:
            pass  # gone, or not reading
        finally:
            stream.disconnect(lines)

    def _next(self, lines: queue.Queue[bytes]) -> bytes:
        """Return the next line, or the end when the client has gone meanwhile."""
        connection = select.poll()
        # Asked for nothing, it tells of a client that is gone; one that only sends no more may go on reading.
        connection.register(self.request, 0)
        while not connection.poll(0):
            with suppress(queue.Empty):
                return lines.get(timeout=LOOK_EVERY_S)
        return _END


def _serve(path: Path, stream: EventStream) -> _Server:
    with suppress(OSError), socket.socket(socket.AF_UNIX) as there:
        there.settimeout(1.0)
        there.connect(str(path))
        raise VoiceguideError(f"{path}: another voiceguide serves its events there. End it first.")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # left by one that was killed
        server = _Server(path, stream)
        path.chmod(0o600)
    except OSError as error:
        raise VoiceguideError(
            f"{path}: the socket of the event stream cannot be made: {error.strerror or error}. Set "
            "XDG_RUNTIME_DIR to a folder of yours, or `stream: false` in the settings."
        ) from error
    return server


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def _end(client: queue.Queue[bytes]) -> None:
    """Let a client's thread come to its end, whatever it still has to send."""
    with suppress(queue.Empty):
        client.get_nowait()
    with suppress(queue.Full):
        client.put_nowait(_END)
