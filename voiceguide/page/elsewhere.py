"""A guide and a page in two processes: `voiceguide page` waits at a socket, and whatever guide runs comes to it.

The socket is open to this user alone. Each line on it is a JSON object. The guide sends `state`, what its board
shows, whenever that has changed, `level`, the microphone in decibels below full scale, and neither when there has
been no news for long. The page sends what was pressed: `press` (a command) with its `text` and what it comes from
(`by`), `code` (digits to be said), `voice` (a name). Both processes share the machine's monotonic clock, so sample
time needs no mapping.

A guide looks for the page again and again: it does not matter which of them is there first, nor which ends first.
"""

from __future__ import annotations

import json
import logging
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from voiceguide.core.commands import Command
from voiceguide.core.pressed import STRANGER
from voiceguide.core.view import View
from voiceguide.errors import PageError
from voiceguide.page.board import Board
from voiceguide.presses import Presses

LOOK_EVERY_S = 0.1
"""How often the guide's end looks whether something is new, and the page's end whether something was pressed."""

SEARCH_EVERY_S = 1.0
"""How often a guide looks for a page."""

ALIVE_EVERY = 20
"""Looks without news after which a sign of life is sent: two seconds."""

SILENT_MOST_S = 10.0
"""Seconds of silence after which a guide, or a page that does not read, is taken for gone."""

LINE_MOST = 256 * 1024
"""Bytes of a line; a state has a few thousand."""

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
        self._presses = presses
        self._board = board
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
                page.settimeout(SILENT_MOST_S)
                page.connect(str(self._path))
                self._visit(page)
            self._closing.wait(SEARCH_EVERY_S)

    def _visit(self, page: socket.socket) -> None:
        lines, told, level, silent = _Lines(), -1, None, 0
        while not self._closing.is_set():
            news: dict[str, Any] = {}
            shown, reading = self._board.shown, self._board.level_dbfs
            if shown.number != told:
                told = shown.number
                news["state"] = shown.values
            if reading is not None and round(reading) != level:
                news["level"] = level = round(reading)
            silent = 0 if news else silent + 1
            if news or silent == ALIVE_EVERY:
                silent = 0
                page.sendall(_line({**news, "says_codes": self._presses.says_codes}))
            if _has_news(page, LOOK_EVERY_S):
                data = page.recv(4096)
                if not data:
                    return
                for line in lines.of(data):
                    self._pressed(line)

    def _pressed(self, line: dict[str, Any]) -> None:
        match line:
            case {"press": str(command), "text": str(text)}:
                # Whatever is not surely of a paired browser is of an unknown machine.
                by = "page" if line.get("by") == "page" else STRANGER
                self._presses.press(Command(command), by, text)
            case {"code": str(digits)}:
                self._presses.ask_for_code(digits)
            case {"voice": str(name)}:
                self._presses.choose_voice(name)


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
        self._presses = presses
        self._board = board
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
            if not _has_news(self._socket, LOOK_EVERY_S):
                continue
            guide, _ = self._socket.accept()
            with closing(guide):
                try:
                    self._receive(guide)
                except (OSError, ValueError) as error:
                    _log.info("A guide in another process is shown no longer: %s", error)
            self._board.stopped()
            self._hand_over()  # nobody is there to take it

    def _receive(self, guide: socket.socket) -> None:
        guide.settimeout(SILENT_MOST_S)
        lines, looks = _Lines(), 0
        while not self._closing.is_set():
            for pressed in self._hand_over():
                guide.sendall(pressed)
            looks += 1
            if looks * LOOK_EVERY_S > SILENT_MOST_S:
                raise TimeoutError("it has been silent for too long")
            if not _has_news(guide, LOOK_EVERY_S):
                continue
            data = guide.recv(65536)
            if not data:
                return
            looks = 0
            for line in lines.of(data):
                self._told(line)

    def _told(self, line: dict[str, Any]) -> None:
        if isinstance(state := line.get("state"), dict):
            self._board.take(state)
        if isinstance(level := line.get("level"), int):
            self._board.level_dbfs = level
        self._presses.says_codes = line.get("says_codes") is True

    def _hand_over(self) -> list[bytes]:
        """Return what was pressed since the last time, as lines."""
        lines = [
            _line({"press": press.command.value, "text": press.text, "by": press.by})
            for press in self._presses.take()
        ]
        if (digits := self._presses.take_code()) is not None:
            lines.append(_line({"code": digits}))
        if (voice := self._presses.take_voice()) is not None:
            lines.append(_line({"voice": voice}))
        return lines


def waits(path: Path) -> bool:
    """Tell whether a page waits at a socket."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as there:
        there.settimeout(1.0)
        there.connect(str(path))
        return True
    return False


class _Lines:
    """Bytes as they come, in lines."""

    def __init__(self) -> None:
        self._rest = b""

    def of(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Yield what is complete.

        Raises:
            ValueError: it is no line of ours.
        """
        *complete, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_MOST:
            raise ValueError("a line without an end")
        for line in complete:
            read = json.loads(line)
            if not isinstance(read, dict):
                raise ValueError("a line that is no object")  # noqa: TRY004 - not a caller's mistake
            yield read


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


def _has_news(one: socket.socket, within_s: float) -> bool:
    return bool(select.select([one], [], [], within_s)[0])


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
