"""The page's server: Starlette and uvicorn with an event loop of their own, in a thread of the page's process.

It knows nothing of the guide but a board to read from and `Presses` to write to; `page_process.py` holds the line
from there to the guide.
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
from voiceguide.page.addresses import BACKLOG, names_of_this_machine
from voiceguide.page.board import Board
from voiceguide.page.connections import Connection
from voiceguide.page.door import Door
from voiceguide.page.guests import Guests
from voiceguide.page.heavy import Heavy
from voiceguide.page.pairing import Pairing
from voiceguide.page.routes import Behind, application
from voiceguide.page.stream import Streams
from voiceguide.presses import Presses
from voiceguide.wall_clock import read_clock

HEAD_MOST = 16 * 1024
"""Bytes of a request line with all its headers."""

CLOSE_LIMIT_S = 0.45

ALIVE_EVERY_S = 2.0

_log = logging.getLogger(__name__)


class PageServer:
    """Serves the page until it is closed.

    Args:
        presses: where what is pressed goes.
        listening: the port, open already.
        board: what is shown.
        printed: makes a pairing code known where the guide cannot say it.
        history: the history's file.
        language: of the page, while no guide is there to set it.
        pairings: where paired browsers are kept; None forgets them with the program.
        night: from when until when the page is dark.
        alive: called every two seconds while the server does its work and no piece of it takes too long.
        ended: called when it serves no longer, whatever the reason.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that the page needs
        self,
        presses: Presses,
        listening: socket.socket,
        *,
        board: Board,
        printed: Callable[[str], None],
        history: Path,
        language: str = "en",
        pairings: Path | None = None,
        night: tuple[str, str] | None = None,
        alive: Callable[[], Any] = lambda: None,
        ended: Callable[[], Any] = lambda: None,
    ) -> None:
        self._presses = presses
        self._printed = printed
        self._board = board
        self._alive = alive
        self._ended = ended
        self._socket = listening
        port = listening.getsockname()[1]
        self._streams = Streams(board)
        self._heavy = Heavy()
        guests = Guests(pairings, read_clock)
        behind = Behind(
            board=board,
            streams=self._streams,
            guests=guests,
            pairing=Pairing(guests, self._announce, time.monotonic),
            press=self._press,
            choose_voice=presses.choose_voice,
            history=history,
            language=language,
            night=night,
            heavy=self._heavy,
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                Door(application(behind), guests, port, names_of_this_machine()),
                loop="asyncio",
                http=Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=BACKLOG,
                h11_max_incomplete_event_size=HEAD_MOST,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving; open pages show that the guide is gone. Comes back within half a second."""
        self._streams.close()
        self._server.should_exit = True
        self._thread.join(CLOSE_LIMIT_S)

    def _press(self, command: Command, text: str, by: str) -> None:
        self._presses.press(command, by, text)

    def _announce(self, digits: str) -> str:
        may_speak = self._presses.says_codes and self._board.shown.values["state"] in MAY_SPEAK_OF_OTHERS
        if may_speak and self._presses.ask_for_code(digits):
            return "spoken"
        self._printed(digits)
        return "printed"

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:  # noqa: BLE001 - whatever it is, the log says so and another process is started
            _log.exception("The page has failed.")
        finally:
            self._ended()

    async def _serve(self) -> None:
        signs = asyncio.create_task(self._show_life())
        await self._server.serve(sockets=[self._socket])
        signs.cancel()

    async def _show_life(self) -> None:
        while True:
            if not self._heavy.takes_too_long:
                self._alive()
            await asyncio.sleep(ALIVE_EVERY_S)
