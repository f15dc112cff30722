"""A guide and a page in two processes: `voiceguide page` waits at a socket, and whatever guide runs comes to it.

The socket is open to this user alone; `line.py` says what goes over it. A guide looks for the page again and
again: it does not matter which of them is there first, nor which ends first.
"""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from voiceguide.core.view import View
from voiceguide.errors import PageError
from voiceguide.page.board import Board
from voiceguide.page.line import GuideEnd, PageEnd, has_news
from voiceguide.presses import Presses

LOOK_EVERY_S = 0.1
"""How often the page looks whether a guide comes, and whether it is to wait no longer."""

SEARCH_EVERY_S = 1.0
"""How often a guide looks for a page."""

CONNECT_LIMIT_S = 10.0

CLOSE_LIMIT_S = 0.45

_log = logging.getLogger(__name__)


class PageElsewhere:
    """Shows a guide on a page that another process serves, if there is one. A companion of the guide.

    Args:
        presses: where what is pressed there goes.
        board: puts together what is shown; of this companion alone.
        path: of the page's socket.
    """

    def __init__(self, presses: Presses, board: Board, path: Path) -> None:
        self._board = board
        self._end = GuideEnd(board, presses)
        self._path = path
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page elsewhere", daemon=True)
        self._thread.start()

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        self._board.notice(entry)

    def show(self, view: View) -> None:
        """Take a look at the session."""
        self._board.show(view)

    def close(self) -> None:
        """Leave the page, which shows that the guide is gone."""
        self._closing.set()
        self._thread.join(CLOSE_LIMIT_S)

    def _run(self) -> None:
        while not self._closing.is_set():
            with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as page:
                page.settimeout(CONNECT_LIMIT_S)
                page.connect(str(self._path))
                self._end.talk(page, self._closing)
            self._closing.wait(SEARCH_EVERY_S)


class GuidesElsewhere:
    """Waits for guides in other processes and shows one at a time.

    Args:
        presses: what is pressed on the page; handed over to the guide that is shown.
        board: what the page shows; written to by this alone.
        path: of the socket.

    Raises:
        PageError: another page waits there, or the socket cannot be made.
    """

    def __init__(self, presses: Presses, board: Board, path: Path) -> None:
        self._board = board
        self._end = PageEnd(board, presses)
        self._path = path
        self._socket = _wait_at(path)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="guides elsewhere", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait no longer, and take the socket away."""
        self._closing.set()
        self._thread.join(CLOSE_LIMIT_S)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._closing.is_set():
            if not has_news(self._socket, LOOK_EVERY_S):
                continue
            guide, _ = self._socket.accept()
            with closing(guide):
                try:
                    self._end.talk(guide, self._closing)
                except (OSError, ValueError) as error:
                    _log.info("A guide in another process is shown no longer: %s", error)
            self._board.stopped()
            self._end.hand_over()  # nobody is there to take it


def waits(path: Path) -> bool:
    """Tell whether a page waits at a socket."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as there:
        there.settimeout(1.0)
        there.connect(str(path))
        return True
    return False


def _wait_at(path: Path) -> socket.socket:
    if waits(path):
        raise PageError(f"{path}: another `voiceguide page` waits there. End it first.")
    one = socket.socket(socket.AF_UNIX)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # left by one that was killed
        one.bind(str(path))
        path.chmod(0o600)
        one.listen()
    except OSError as error:
        one.close()
        raise PageError(
            f"{path}: the socket at which guides show themselves cannot be made: {error.strerror or error}. Set "
            "XDG_RUNTIME_DIR to a folder of yours."
        ) from error
    return one
