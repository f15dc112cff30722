"""The process of the page: `python -m voiceguide.page.page_process SOCKET PORT WANTED`.

Whatever a browser sends is read, judged and answered here, with an interpreter, descriptors and memory of its own:
what floods, fills or crashes this process costs the guide nothing, and it starts another one (`apart.py`).

SOCKET is the number of the inherited socket to the guide (see `line.py`), PORT that of the listening one, WANTED
is `Wanted`, as JSON. When the guide closes its end, or dies, the process ends.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

from voiceguide.audio.priority import as_others
from voiceguide.page.apart import Wanted
from voiceguide.page.board import Board
from voiceguide.page.counted_log import times
from voiceguide.page.line import PageEnd
from voiceguide.page.server import PageServer
from voiceguide.presses import Presses
from voiceguide.seldom import Counts

FILES_MOST = 256
"""Descriptors: 64 connections, those that asyncio accepts before it can close one too many, and what the page
needs. A flood of a thousand from one machine had 73 open."""

MEMORY_MOST = 1024**3
"""Bytes of memory; a page has 70 MB."""

NICENESS = 10
"""Behind the guide, its recogniser and its card."""

KILLED_FIRST = 500
"""Added to the score by which the kernel chooses what to kill when memory is short; 0 for the guide."""

HANGS_AFTER_S = 40
"""Seconds without a sign of life after which the kernel ends the process; the guide starts another one."""


class LogToGuide(logging.Handler):
    """Hands what is logged here over to the guide's log, each kind of it once and then counted.

    Args:
        end: of the line to the guide.
    """

    def __init__(self, end: PageEnd) -> None:
        super().__init__()
        self._end = end
        self._counts = Counts()

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of a record, with its traceback if it has one."""
        kind = str(record.msg)[:200]
        if count := self._counts.worth_telling((record.name, record.levelno, kind)):
            text = self.format(record)[:TOLD_MOST] + times(count)
            # The guide counts for itself how many processes came so far.
            self._end.tell({"log": [record.name, record.levelno, f"{kind} {count}", text]})


TOLD_MOST = 4000
"""Letters of a log entry that are told: a traceback's beginning."""


def limit_itself() -> None:
    """Take less of the machine than the guide, whatever comes: files, memory, processor, and last to live."""
    _lower(resource.RLIMIT_NOFILE, FILES_MOST)
    _lower(resource.RLIMIT_DATA, MEMORY_MOST)
    _lower(resource.RLIMIT_CORE, 0)
    as_others()  # it inherits the guide's priority
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(KILLED_FIRST))


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(what, (most, most))


def serve(guide: socket.socket, listening: socket.socket, wanted: Wanted) -> None:
    """Serve the page until the guide closes its end of the line or is silent for too long, or the server fails."""
    presses, board, closing = Presses(), Board(), threading.Event()
    end = PageEnd(board, presses)
    logging.basicConfig(level=wanted.log_level, format="%(message)s", handlers=[LogToGuide(end)], force=True)
    server = PageServer(
        presses,
        listening,
        board=board,
        printed=lambda digits: end.tell({"print": digits}),
        history=Path(wanted.history),
        language=wanted.language,
        pairings=None if wanted.pairings is None else Path(wanted.pairings),
        night=wanted.night,
        alive=lambda: signal.alarm(HANGS_AFTER_S),
        ended=closing.set,
    )
    with suppress(OSError, ValueError):  # the guide is gone
        end.talk(guide, closing)
        for line in end.hand_over():  # what the server said at its end
            guide.sendall(line)
    server.close()


def main() -> None:
    """Be the process of the page until the guide closes the socket."""
    # By ctrl-C, by systemd and by a terminal that is gone; the guide decides.
    for sent_to_all in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent_to_all, signal.SIG_IGN)
    signal.alarm(HANGS_AFTER_S)
    limit_itself()
    guide, listening = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    serve(guide, listening, Wanted(**json.loads(sys.argv[3])))
    os._exit(0)  # not waiting for a piece of work that nobody waits for


if __name__ == "__main__":
    main()
