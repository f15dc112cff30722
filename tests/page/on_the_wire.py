"""A page in its own process, browsers on real sockets, and what somebody does who means it harm."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from voiceguide.page.door import COOKIE, TOKEN_HEADER

PATIENCE_S = 120.0
"""There to end a hang, not to measure."""


class Browser:
    """A browser on this machine that has greeted the page. Each request takes a connection of its own."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{self.address}/api/hello", timeout=PATIENCE_S) as answer:  # noqa: S310 - ours
            self.hello = json.load(answer)
            self._cookie = answer.headers["set-cookie"].partition(";")[0]

    def get(self, path: str) -> Any:
        """Return the answer."""
        with urllib.request.urlopen(self._request(path), timeout=PATIENCE_S) as answer:  # noqa: S310 - ours
            return json.load(answer)

    def post(self, path: str, body: Any) -> int:
        """Return the status of the answer."""
        request = self._request(path, json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - ours
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def _request(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        headers = {
            "cookie": self._cookie,
            "origin": self.address,
            "content-type": "application/json",
            TOKEN_HEADER: self.hello["token"],
        }
        assert self._cookie.startswith(f"{COOKIE}=")
        return urllib.request.Request(f"{self.address}{path}", body, headers)  # noqa: S310 - ours


def silent(port: int) -> socket.socket:
    """A connection that sends nothing."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def is_closed(connection: socket.socket) -> bool:
    """Tell whether the other end has closed a connection, without waiting."""
    connection.setblocking(False)
    try:
        return connection.recv(65536, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def open_files(process_id: int) -> int:
    """Return how many descriptors a process has open."""
    return len(list(Path(f"/proc/{process_id}/fd").iterdir()))
