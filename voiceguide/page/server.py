"""The page's server: a companion of the guide, in a thread with an event loop of its own.

The guide's thread only writes on the board and never waits for a browser. What is pressed goes the other way,
through `Presses`, and from there takes the very path of the voice.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from voiceguide.core.commands import Command
from voiceguide.core.states import MAY_SPEAK_OF_OTHERS
from voiceguide.core.view import View
from voiceguide.errors import PageError
from voiceguide.page.board import Board
from voiceguide.page.door import Door
from voiceguide.page.guests import Guests
from voiceguide.page.pairing import Pairing
from voiceguide.page.routes import Behind, application
from voiceguide.page.stream import Streams
from voiceguide.presses import Presses
from voiceguide.wall_clock import read_clock

CONNECTIONS_MOST = 64
"""Open connections; more are turned away. A browser opens up to six."""

HEAD_MOST = 16 * 1024
"""Bytes of a request line with all its headers."""

CLOSE_LIMIT_S = 0.45

_NETWORKS = ("local", "lan", "home.arpa", "internal", "localdomain")
"""What routers put behind a name at home; none of these can be registered on the internet."""

_log = logging.getLogger(__name__)


def in_log(digits: str) -> None:
    """Make a pairing code known where the program's messages go."""
    _log.warning("To pair a phone with the page, type: %s %s", digits[:3], digits[3:])


class PageServer:
    """Serves the page until it is closed. A companion of the guide.

    Args:
        presses: where what is pressed goes; None for a page that only shows what was.
        lan: let other machines in, after pairing; otherwise this very machine only.
        port: the TCP port; 0 for any that is free.
        language: of the page, while no guide is there to set it.
        history: the history's file.
        pairings: where paired browsers are kept; None forgets them with the program.
        night: from when until when the page is dark.
        printed: makes a pairing code known where the guide cannot say it.
        board: what is shown.

    Raises:
        PageError: the port is taken or cannot be opened.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that the page needs
        self,
        presses: Presses | None,
        *,
        history: Path,
        lan: bool = False,
        port: int = 8642,
        language: str = "en",
        pairings: Path | None = None,
        night: tuple[str, str] | None = None,
        printed: Callable[[str], None] = in_log,
        board: Board | None = None,
    ) -> None:
        self._presses = presses
        self._printed = printed
        self._board = board or Board()
        self._socket = _listen(port, lan=lan)
        self.port: int = self._socket.getsockname()[1]
        self.lan = lan
        self._streams = Streams(self._board)
        guests = Guests(pairings, read_clock)
        behind = Behind(
            board=self._board,
            streams=self._streams,
            guests=guests,
            pairing=Pairing(guests, self._announce, time.monotonic),
            press=self._press,
            choose_voice=self._choose_voice,
            history=history,
            language=language,
            night=night,
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                Door(application(behind), guests, self.port, names_of_this_machine()),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=CONNECTIONS_MOST,
                backlog=CONNECTIONS_MOST,
                h11_max_incomplete_event_size=HEAD_MOST,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._thread.start()

    @property
    def addresses(self) -> list[str]:
        """Where the page can be opened, the best first."""
        here = f"http://localhost:{self.port}"
        name = socket.gethostname().lower()
        return [f"http://{name}.local:{self.port}", here] if self.lan else [here]

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        self._board.notice(entry)

    def show(self, view: View) -> None:
        """Take a look at the session."""
        self._board.show(view)

    def stopped(self) -> None:
        """Show that no guide runs any more, while the page stays."""
        self._board.stopped()

    def close(self) -> None:
        """Stop serving; open pages show that the guide is gone. Comes back within half a second."""
        self._streams.close()
        self._server.should_exit = True
        self._thread.join(CLOSE_LIMIT_S)

    def _press(self, command: Command, text: str, by: str) -> None:
        if self._presses is not None:
            self._presses.press(command, by, text)

    def _choose_voice(self, name: str) -> None:
        if self._presses is not None:
            self._presses.choose_voice(name)

    def _announce(self, digits: str) -> str:
        shown, presses = self._board.shown.values, self._presses
        may_speak = presses is not None and presses.says_codes and shown["state"] in MAY_SPEAK_OF_OTHERS
        if presses is not None and may_speak and presses.ask_for_code(digits):
            return "spoken"
        self._printed(digits)
        return "printed"

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        except Exception:  # noqa: BLE001 - whatever it is, the guide goes on without its page
            _log.exception("The page has failed and is gone; the guide goes on.")


def names_of_this_machine() -> frozenset[str]:
    """Return the names under which this machine is known in its network: none that anybody could register."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({name, short, *(f"{short}.{network}" for network in _NETWORKS)})


def _listen(port: int, *, lan: bool) -> socket.socket:
    try:
        if lan and socket.has_dualstack_ipv6():
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        return socket.create_server(("" if lan else "127.0.0.1", port))
    except OSError as error:
        raise PageError(
            f"The page cannot be served at port {port}: {error.strerror or error}. Another voiceguide may serve "
            "it; end that one, or choose another port in the settings (page: port)."
        ) from error
