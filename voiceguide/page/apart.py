"""The page in a process of its own, for a guide: what browsers send never meets the interpreter of the loop.

The port is opened here, once: it is known at once whether it can be had, and connections wait while a page's
process that died is started again. Nobody accepts one here, so no flood costs the guide a descriptor.
"""

from __future__ import annotations

import json
import logging
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voiceguide.backoff import Backoff
from voiceguide.core.view import View
from voiceguide.page.addresses import addresses, listen
from voiceguide.page.board import Board
from voiceguide.page.counted_log import log_counted
from voiceguide.page.line import GuideEnd, Line
from voiceguide.presses import Presses
from voiceguide.seldom import Counts

PROCESS = ("-m", "voiceguide.page.page_process")
"""What Python runs there."""

STEADY_S = 60.0
"""Seconds after which a page's process that ended had worked, so that the next one is started soon."""

CLOSE_LIMIT_S = 0.45

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """What the page's process is asked for, as values that JSON knows.

    Attributes:
        history: the history's file.
        language: of the page, while no guide is there to set it.
        pairings: the file of paired browsers; None forgets them with the process.
        night: from when until when the page is dark.
        log_level: from which what is logged there is told here.
    """

    history: str
    language: str
    pairings: str | None
    night: tuple[str, str] | None
    log_level: int


def in_log(digits: str) -> None:
    """Make a pairing code known where the program's messages go."""
    _log.warning("To pair a phone with the page, type: %s %s", digits[:3], digits[3:])


class PageApart:
    """Serves the page from a process of its own until it is closed. A companion of the guide.

    Args:
        presses: where what is pressed goes.
        board: what is shown.
        history: the history's file.
        lan: let other machines in, after pairing; otherwise this very machine only.
        port: the TCP port; 0 for any that is free.
        language: of the page, while no guide is there to set it.
        pairings: where paired browsers are kept; None forgets them with the page's process.
        night: from when until when the page is dark.
        printed: makes a pairing code known where the guide cannot say it.
        process: what Python runs there; for tests.

    Raises:
        PageError: the port is taken or cannot be opened.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that the page needs
        self,
        presses: Presses,
        *,
        board: Board,
        history: Path,
        lan: bool = False,
        port: int = 8642,
        language: str = "en",
        pairings: Path | None = None,
        night: tuple[str, str] | None = None,
        printed: Callable[[str], None] = in_log,
        process: Sequence[str] = PROCESS,
    ) -> None:
        self._board = board
        self._printed = printed
        self._end = GuideEnd(board, presses, self._told)
        self._listening = listen(port, lan=lan)
        self.port: int = self._listening.getsockname()[1]
        self.addresses = addresses(self.port, lan=lan)
        level = _log.getEffectiveLevel()
        kept = None if pairings is None else str(pairings)
        self._wanted = json.dumps(asdict(Wanted(str(history), language, kept, night, level)))
        self._program = process
        self._process: subprocess.Popen[bytes] | None = None
        self._counts = Counts()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._thread.start()

    @property
    def process_id(self) -> int | None:
        """The process id, for logs, figures and tests that end it; None before there is one."""
        return None if self._process is None else self._process.pid

    def notice(self, entry: dict[str, Any]) -> None:
        """Take an entry of the journal."""
        self._board.notice(entry)

    def show(self, view: View) -> None:
        """Take a look at the session."""
        self._board.show(view)

    def close(self) -> None:
        """Stop serving; open pages show that the guide is gone. Comes back within half a second."""
        self._closing.set()
        self._listening.close()
        self._thread.join(CLOSE_LIMIT_S)
        if self._thread.is_alive() and self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        backoff = Backoff()
        while not self._closing.is_set():
            began, how = time.monotonic(), "it closed the line"
            try:
                with self._started() as page:
                    self._end.talk(page, self._closing)
            except (OSError, ValueError) as error:
                how = str(error)
            except Exception as error:  # noqa: BLE001 - whatever it is, the guide goes on, and so does the page
                how = f"{type(error).__name__}: {error}"
            if self._closing.is_set():
                return
            if time.monotonic() - began > STEADY_S:
                backoff.reset()
            wait_s = backoff.next_s()
            self._tell_of_trouble(f"{how}; {self._ended()}", wait_s)
            self._closing.wait(wait_s)

    @contextmanager
    def _started(self) -> Iterator[socket.socket]:
        """Start a page's process for as long as the context lasts; give the guide's end of the line."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with ours:
            with theirs:
                inherited = theirs.fileno(), self._listening.fileno()
                command = [sys.executable, *self._program, *map(str, inherited), self._wanted]
                process = subprocess.Popen(command, pass_fds=inherited, stdin=subprocess.DEVNULL)
            self._process = process
            try:
                yield ours
            finally:
                with suppress(OSError):
                    ours.shutdown(socket.SHUT_RDWR)  # it then ends by itself
                try:
                    process.wait(CLOSE_LIMIT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _ended(self) -> str:
        code = None if self._process is None else self._process.returncode
        if code is None:
            return "it did not start"
        if code < 0:
            return f"ended by {signal.Signals(-code).name}"
        return f"ended with {code}"

    def _tell_of_trouble(self, how: str, wait_s: float) -> None:
        text = f"The page's process is gone ({how}). It is started again in {wait_s:g} s; the guide goes on."
        log_counted(self._counts, __name__, logging.WARNING, "gone", text)

    def _told(self, line: Line) -> None:
        match line:
            case {"print": str(digits)}:
                self._printed(digits)
            case {"log": [str(logger), int(level), str(kind), str(text)]}:
                log_counted(self._counts, logger, level, kind, text)
            case _:
                raise ValueError("a line of no known kind")
