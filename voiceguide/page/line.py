"""What a guide and a page in two processes tell each other: a line of JSON for each thing, over one Unix socket.

    guide to page   state       what its board shows, whenever that has changed
                    level       the microphone, in decibels below full scale
                    says_codes  whether it says pairing codes; alone as a sign of life
    page to guide   press       a command, with its `text` and what it comes from (`by`)
                    code        digits to be said in the room
                    voice       a name
                    print       digits to be shown where the guide cannot say them
                    log         what was logged there: logger, level, kind and text

Both processes share the machine's monotonic clock, so sample time needs no mapping. The guide's end takes little
at a time and rests in between: a page gone mad does not keep the guide's interpreter busy.
"""

from __future__ import annotations

import json
import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from voiceguide.core.commands import Command
from voiceguide.core.pressed import STRANGER
from voiceguide.page.board import Board
from voiceguide.presses import Presses

LOOK_EVERY_S = 0.1
"""How often the guide's end looks whether something is new to be told."""

PRESSED_EVERY_S = 0.02
"""How often the page's end looks whether something was pressed: that may be pain."""

REST_S = 0.02
"""How long the guide's end rests after each piece that came."""

PIECE = 4096
"""Bytes that the guide's end takes at once."""

ALIVE_EVERY_S = 2.0
"""Seconds without news after which a sign of life is sent."""

SILENT_MOST_S = 10.0
"""Seconds of silence after which a guide, or a page that does not read, is taken for gone."""

STATE_MOST = 256 * 1024
"""Bytes of a line to the page; a state has a few thousand."""

PRESS_MOST = 16 * 1024
"""Bytes of a line to the guide; a press has a hundred, a traceback a few thousand."""

WAITING_MOST = 100
"""Lines that wait to be told to the guide; of more the oldest are dropped."""

Line = dict[str, Any]


class GuideEnd:
    """The guide's end of the line.

    Args:
        board: what is told.
        presses: where what is pressed goes.
        told: takes each line that is no press.
    """

    def __init__(self, board: Board, presses: Presses, told: Callable[[Line], None] = lambda _: None) -> None:
        self._board = board
        self._presses = presses
        self._told = told

    def talk(self, page: socket.socket, closing: threading.Event) -> None:
        """Tell what is new and take what is pressed, until the page closes its end or `closing` is set.

        Raises:
            OSError: the page is gone, or does not read.
            ValueError: what it sends is not of this kind.
        """
        page.settimeout(SILENT_MOST_S)
        lines, told, level, silent_s = Lines(PRESS_MOST), -1, None, 0.0
        while not closing.is_set():
            news: Line = {}
            shown, reading = self._board.shown, self._board.level_dbfs
            if shown.number != told:
                told = shown.number
                news["state"] = shown.values
            if reading is not None and round(reading) != level:
                news["level"] = level = round(reading)
            silent_s = 0.0 if news else silent_s + LOOK_EVERY_S
            if news or silent_s >= ALIVE_EVERY_S:
                silent_s = 0.0
                page.sendall(as_line({**news, "says_codes": self._presses.says_codes}))
            if has_news(page, LOOK_EVERY_S):
                data = page.recv(PIECE)
                if not data:
                    return
                for line in lines.of(data):
                    self._take(line)
                closing.wait(REST_S)

    def _take(self, line: Line) -> None:
        match line:
            case {"press": str(command), "text": str(text)}:
                # Whatever is not surely of a paired browser is of an unknown machine.
                by = "page" if line.get("by") == "page" else STRANGER
                self._presses.press(Command(command), by, text)
            case {"code": str(digits)}:
                self._presses.ask_for_code(digits)
            case {"voice": str(name)}:
                self._presses.choose_voice(name)
            case _:
                self._told(line)


class PageEnd:
    """The page's end of the line.

    Args:
        board: what the page shows; written to by this alone.
        presses: what is pressed on the page; handed over to the guide.
    """

    def __init__(self, board: Board, presses: Presses) -> None:
        self._board = board
        self._presses = presses
        self._waiting: deque[Line] = deque(maxlen=WAITING_MOST)

    def tell(self, line: Line) -> None:
        """Have the guide told something that is no press, from any thread."""
        self._waiting.append(line)

    def talk(self, guide: socket.socket, closing: threading.Event) -> None:
        """Show what the guide tells and hand over what is pressed, until it closes its end or `closing` is set.

        Raises:
            OSError: the guide is gone, or silent for too long.
            ValueError: what it sends is not of this kind.
        """
        guide.settimeout(SILENT_MOST_S)
        lines, silent_s = Lines(STATE_MOST), 0.0
        while not closing.is_set():
            for pressed in self.hand_over():
                guide.sendall(pressed)
            silent_s += PRESSED_EVERY_S
            if silent_s > SILENT_MOST_S:
                raise TimeoutError("it has been silent for too long")
            if not has_news(guide, PRESSED_EVERY_S):
                continue
            data = guide.recv(65536)
            if not data:
                return
            silent_s = 0.0
            for line in lines.of(data):
                self._take(line)

    def _take(self, line: Line) -> None:
        if isinstance(state := line.get("state"), dict):
            self._board.take(state)
        if isinstance(level := line.get("level"), int):
            self._board.level_dbfs = level
        self._presses.says_codes = line.get("says_codes") is True

    def hand_over(self) -> list[bytes]:
        """Return what was pressed or told since the last time, as lines."""
        lines = [
            as_line({"press": press.command.value, "text": press.text, "by": press.by})
            for press in self._presses.take()
        ]
        while (digits := self._presses.take_code()) is not None:
            lines.append(as_line({"code": digits}))
        if (voice := self._presses.take_voice()) is not None:
            lines.append(as_line({"voice": voice}))
        while self._waiting:
            lines.append(as_line(self._waiting.popleft()))
        return lines


class Lines:
    """Bytes as they come, in lines.

    Args:
        most: bytes of a line at the most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest = b""

    def of(self, data: bytes) -> Iterator[Line]:
        """Yield what is complete.

        Raises:
            ValueError: it is no line of ours.
        """
        *complete, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > self._most:
            raise ValueError("a line without an end")
        for line in complete:
            read = json.loads(line)
            if not isinstance(read, dict):
                raise ValueError("a line that is no object")  # noqa: TRY004 - not a caller's mistake
            yield read


def as_line(values: Line) -> bytes:
    """Return an object as a line."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def has_news(one: socket.socket, within_s: float) -> bool:
    """Wait for something to come, or for the other end to be closed; return whether it has."""
    waiting = select.poll()  # unlike select() it knows descriptors above 1,024
    waiting.register(one, select.POLLIN)
    return bool(waiting.poll(round(1000 * within_s)))
