"""The whole application without sockets, and browsers that greet it as the page does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from voiceguide.core.commands import Command
from voiceguide.page.board import Board
from voiceguide.page.door import COOKIE, TOKEN_HEADER, Door
from voiceguide.page.guests import Guests, token_for
from voiceguide.page.pairing import Pairing
from voiceguide.page.routes import Behind, application
from voiceguide.page.stream import Streams
from voiceguide.wall_clock import Reading, Trust, WallClock

PORT = 8642
HERE = "127.0.0.1"
PI = "192.168.7.2"
PHONE = "192.168.7.31"


@dataclass
class Page:
    """The whole application, without sockets and with a clock that is told the time."""

    behind: Behind
    guests: Guests
    app: Any
    board: Board
    pressed: list[tuple[Command, str]]
    pressed_by: list[str]
    said: list[str]
    voices: list[str]
    others: set[str]
    """Addresses on this machine at which other users than the guide's sit."""
    time: list[float] = field(default_factory=lambda: [1000.0])

    def browser(self, address: str = PHONE, host: str | None = None, *, origin: str | None = None) -> TestClient:
        """A browser at an address, opened at a host name, that has greeted the server as the page does."""
        host = host or f"{HERE if address == HERE else PI}:{PORT}"
        client = TestClient(self.app, base_url=f"http://{host}", client=(address, 50000))
        client.headers["origin"] = origin or f"http://{host}"
        client.headers["content-type"] = "application/json"
        greeting = client.get("/api/hello")
        if greeting.status_code == 200:
            client.headers[TOKEN_HEADER] = greeting.json()["token"]
        return client

    def paired(self, address: str = PHONE) -> TestClient:
        """A browser that has been paired."""
        client = self.browser(address)
        assert client.post("/api/pairing/ask", json={}).status_code == 200
        assert client.post("/api/pairing/enter", json={"code": self.said[-1]}).status_code == 204
        client.headers[TOKEN_HEADER] = token_for(client.cookies[COOKIE])
        return client

    def runs(self, **values: Any) -> None:
        """Let a guide be there."""
        self.board._set(**{"running": True, "state": "holding", "standby": False, **values})


def synchronised(time: list[float]) -> WallClock:
    """A clock that a time server has set, and that is told the time."""
    return lambda: Reading(datetime.fromtimestamp(time[0], UTC), Trust.SYNCHRONISED, "start 1", time[0])


def new_page(folder: Path, **changed: Any) -> Page:
    board, time = changed.pop("board", None) or Board(), [1000.0]
    pressed: list[tuple[Command, str]] = []
    said: list[str] = []
    voices: list[str] = []
    pressed_by: list[str] = []

    def announce(digits: str) -> str:
        said.append(digits)
        return "spoken"

    guests = Guests(folder / "paired.json", synchronised(time))
    behind = Behind(
        **{
            "board": board,
            "streams": Streams(board),
            "guests": guests,
            "pairing": Pairing(guests, announce, lambda: time[0]),
            "press": lambda command, text, by: (pressed.append((command, text)), pressed_by.append(by)),
            "choose_voice": voices.append,
            "history": folder / "history.sqlite",
            "now": lambda: time[0],
            **changed,
        }
    )
    others: set[str] = set()
    app = Door(
        *(application(behind), guests, PORT, {"guide", "guide.local"}), lambda client, _: client[0] not in others
    )
    return Page(behind, guests, app, board, pressed, pressed_by, said, voices, others, time)
