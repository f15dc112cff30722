"""What somebody in the network can do to the page, done for real on loopback, and that no guide notices."""

from __future__ import annotations

import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from on_the_wire import PATIENCE_S, Browser, is_closed, open_files, silent

from voiceguide.audio import card_link
from voiceguide.audio.card import CardPort
from voiceguide.audio.card_link import OPENED, Counters, Wanted, microphone_message
from voiceguide.audio.lasting import LastingPort
from voiceguide.audio.port import BLOCK
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.page.apart import PageApart
from voiceguide.page.board import Board
from voiceguide.page.connections import MOST, MOST_OF_ONE
from voiceguide.page.door import BODY_MOST
from voiceguide.page.page_process import FILES_MOST
from voiceguide.page.server import HEAD_MOST
from voiceguide.presses import Press, Presses
from voiceguide.testing.live import LiveSession
from voiceguide.testing.waiting import until

HOLD = View(at=16_000, state=State.HOLDING, exercise="The stretch", commands=frozenset({Command.PAUSE}))
FLOOD = 1_000
UNKNOWN_KEYS = "".join(f"k{number}:\n" for number in range(8_300))


@pytest.fixture
def page(tmp_path: Path) -> Iterator[PageApart]:
    with closing(PageApart(Presses(), board=Board(), history=tmp_path / "history.sqlite", port=0)) as one:
        one.show(HOLD)
        Browser(one.port)  # it is up
        yield one


def presses_of(page: PageApart) -> Presses:
    return page._end._presses


def press_pain(page: PageApart) -> None:
    """Press pain on a browser that comes now, and see the guide get it."""
    browser = Browser(page.port)
    until(lambda: browser.post("/api/press", {"command": "pain"}) == 204)
    assert until(presses_of(page).take) == [Press(Command.PAIN, "page")]


# --- connections that send nothing ---------------------------------------------------------------------------


@contextmanager
def flood(page: PageApart) -> Iterator[list[socket.socket]]:
    """Open a thousand connections that send nothing, as fast as it goes."""
    with ExitStack() as stack:
        yield [stack.enter_context(silent(page.port)) for _ in range(FLOOD)]


def test_of_a_thousand_silent_connections_few_are_let_in_and_none_stays(page: PageApart) -> None:
    assert page.process_id is not None
    with flood(page) as connections:
        until(lambda: sum(map(is_closed, connections)) >= FLOOD - MOST_OF_ONE)
        assert open_files(page.process_id) < FILES_MOST
        until(lambda: all(map(is_closed, connections)))
        press_pain(page)


def test_one_machine_leaves_room_for_others(page: PageApart) -> None:
    assert MOST_OF_ONE <= MOST // 2
    with ExitStack() as stack:
        mine = [stack.enter_context(silent(page.port)) for _ in range(MOST_OF_ONE + 10)]
        until(lambda: sum(map(is_closed, mine)) >= 10)
        # Another machine is another address; all of 127/8 is this one.
        other = stack.enter_context(
            socket.create_connection(("127.0.0.1", page.port), source_address=("127.0.0.2", 0))
        )
        other.settimeout(PATIENCE_S)
        other.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n\r\n".encode())
        assert other.recv(15) == b"HTTP/1.1 200 OK"


class ScriptedCard:
    """A card's process as a thread of this one would be: it needs descriptors as a real one does."""

    def __init__(self, wanted: Wanted) -> None:
        self.link, self._theirs = card_link.pair()
        self._theirs.setblocking(True)
        opened = b'{"mic": "Mic", "mic_rate": 16000, "speaker": "Speaker", "speaker_rate": 16000}'
        self._theirs.send(OPENED + opened)
        for number in range(1, 200):
            counters = Counters(microphone_blocks=number, speaker_blocks=number)
            self._theirs.send(microphone_message(0, counters, np.full(BLOCK, 7, np.int16)))
        self.process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)

    def lose(self) -> None:
        self._theirs.close()

    def end(self, limit_s: float) -> bool:
        self._theirs.close()
        self.process.wait(max(limit_s, PATIENCE_S))
        return True


@contextmanager
def few_files(more: int) -> Iterator[None]:
    """Let this process, which is the guide, open only so many files more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(int(one.name) for one in Path("/proc/self/fd").iterdir()) + more, hard)
    )
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


FLOOD_FROM_ELSEWHERE = """
import socket, sys, time
kept = []
print("begins", flush=True)
while True:
    try:
        kept.append(socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5))
    except OSError:
        time.sleep(0.01)
    if len(kept) % 100 == 0:
        print(len(kept), flush=True)
    del kept[:-1000]
"""


def test_a_card_comes_back_in_the_middle_of_a_flood(page: PageApart) -> None:
    cards: list[ScriptedCard] = []

    def start(wanted: Wanted) -> ScriptedCard:
        cards.append(ScriptedCard(wanted))
        return cards[-1]

    port = LastingPort(
        None, None, open_card=lambda mic, speaker, *, deaf: CardPort(mic, speaker, deaf=deaf, start=start)
    )
    block = np.zeros(BLOCK, np.float32)
    port.exchange(block)
    command = [sys.executable, "-c", FLOOD_FROM_ELSEWHERE, str(page.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as elsewhere:
        try:
            assert elsewhere.stdout is not None
            while elsewhere.stdout.readline().strip() != str(FLOOD):
                pass
            with few_files(20):  # a fiftieth of the flood
                cards[0].lose()
                until(lambda: port.exchange(block) is not None and port.lost)
                until(lambda: port.exchange(block) is not None and not port.lost)
                assert len(cards) > 1
        finally:
            elsewhere.kill()
    port.close()
    until(lambda: Browser(page.port).hello["paired"])


# --- requests that never come to their end -------------------------------------------------------------------


def dribble(connection: socket.socket, first: bytes, then: bytes) -> None:
    """Send a beginning, and then a byte at a time, often enough never to be silent the other end closes."""
    connection.sendall(first)
    ends = time.monotonic() + PATIENCE_S
    while not is_closed(connection):
        assert time.monotonic() < ends, "it may go on for ever"
        connection.setblocking(True)
        try:
            connection.sendall(then)
        except OSError:
            return
        time.sleep(0.05)


HEAD = "{} /api/press HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("", b"G"),
        ("GET / HTTP/1.1\r\nHost: x\r\nA", b"a"),
        (f"{HEAD}Content-Length: 60000\r\n\r\n", b" "),
        (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (f"{HEAD}\r\n", b"G"),  # a whole request, and then another one slowly
    ],
    ids=["line", "header", "body", "chunks", "second"],
)
def test_a_slow_request_is_given_up(page: PageApart, first: str, then: bytes) -> None:
    with silent(page.port) as connection:
        dribble(connection, first.format("POST" if "T" in first else "GET", page.port).encode(), then)
    press_pain(page)


def test_who_does_not_take_the_answer_is_given_up(page: PageApart) -> None:
    with silent(page.port) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        asked = f"GET /page.js HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n\r\n".encode()
        connection.setblocking(False)
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:  # ask, and never read
            try:
                connection.send(asked)
            except BlockingIOError:
                pass
            except OSError:
                break
            time.sleep(0.001)
        else:
            raise AssertionError("it may go on for ever")
    press_pain(page)


def answer_to(page: PageApart, *pieces: bytes) -> bytes:
    with silent(page.port) as connection:
        came = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            while data := connection.recv(65536):
                came += data
        except OSError:
            pass  # closed in the midst of it
        return came


def test_a_head_that_is_too_long_is_refused(page: PageApart) -> None:
    header = b"X-Long: " + b"a" * 1000 + b"\r\n"
    line = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n".encode()
    assert answer_to(page, line + header * (HEAD_MOST // 2000) + b"Connection: close\r\n\r\n").startswith(
        b"HTTP/1.1 200"
    )
    for times in (HEAD_MOST // 1000 + 6, 200):
        assert not answer_to(page, line, header * times, b"\r\n").startswith(b"HTTP/1.1 200")
    press_pain(page)


def test_a_body_that_is_too_long_is_refused_on_the_wire(page: PageApart) -> None:
    line = f"POST /api/press HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nConnection: close\r\n".encode()
    told = answer_to(page, line + f"Content-Length: {BODY_MOST + 1}\r\n\r\n".encode())
    assert b" 403 " in told.partition(b"\r\n")[0] or b" 413 " in told.partition(b"\r\n")[0]
    answer_to(
        page, line + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n", b"0\r\n\r\n"
    )
    press_pain(page)


def test_a_flood_of_garbage_is_told_once_and_then_counted(
    page: PageApart, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(120):
        answer_to(page, b"no such thing\r\n\r\n")
    until(lambda: any("100 times" in text for text in caplog.messages))
    assert [text for text in caplog.messages if "Invalid HTTP" in text] == [
        "Invalid HTTP request received.",
        "Invalid HTTP request received. (10 times so far)",
        "Invalid HTTP request received. (100 times so far)",
    ]


# --- a process that dies -------------------------------------------------------------------------------------


def test_a_killed_page_is_there_again_and_the_log_says_so_once(
    page: PageApart, caplog: pytest.LogCaptureFixture
) -> None:
    for by in (signal.SIGKILL, signal.SIGSEGV):
        killed = page.process_id
        assert killed is not None
        os.kill(killed, by)
        until(lambda dead=killed: not Path(f"/proc/{dead}").exists())  # it takes no connection with it
        press_pain(page)  # which waits until the next one is there
        assert page.process_id != killed
    gone = [text for text in caplog.messages if "The page's process is gone" in text]
    assert len(gone) == 1
    assert "SIGKILL" in gone[0]
    assert "the guide goes on" in gone[0]


def said(text: str) -> dict[str, object]:
    return {"kind": "say_started", "time_s": 0.0, "key": "setup", "text": f"{time.monotonic()} {text}"}


def test_a_page_that_hangs_does_not_hold_the_guide_up(page: PageApart) -> None:
    stopped = page.process_id
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    until(lambda: page.notice(said("x" * 20_000)) or page.process_id != stopped)  # more than any buffer takes
    press_pain(page)


LINE = "import socket, sys; s = socket.socket(fileno=int(sys.argv[1]));"
WORTHLESS = {
    "at once": "raise SystemExit(3)",
    "garbage": f"{LINE} s.sendall(b'x' * 10**6); s.recv(1)",
    "no line": f"{LINE} s.sendall(b'[]\\n'); s.recv(1)",
    "unknown": f"{LINE} s.sendall(b'{{\"a\": 1}}\\n'); s.recv(1)",
}


@pytest.mark.parametrize("program", WORTHLESS.values(), ids=WORTHLESS.keys())
def test_a_page_that_cannot_work_is_tried_with_growing_pauses(
    tmp_path: Path, program: str, caplog: pytest.LogCaptureFixture
) -> None:
    page = PageApart(
        Presses(), board=Board(), history=tmp_path / "history.sqlite", port=0, process=("-c", program)
    )
    with closing(page):
        page.show(HOLD)
        first = until(lambda: page.process_id)
        until(lambda: page.process_id != first)
        assert presses_of(page).take() == []
    assert len([text for text in caplog.messages if "is gone" in text]) == 1


def test_the_page_ends_with_a_guide_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from voiceguide.page.apart import PageApart;"
        "from voiceguide.page.board import Board; from voiceguide.presses import Presses;"
        "page = PageApart(Presses(), board=Board(), history=Path(sys.argv[1]), port=0);"
        "print(page.port, flush=True); time.sleep(0.5); print(page.process_id, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "history.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as guide:
        assert guide.stdout is not None
        port, number = (int(guide.stdout.readline()) for _ in range(2))
        Browser(port)
        guide.kill()
    until(
        lambda: not Path(f"/proc/{number}").exists() or "\nState:\tZ" in Path(f"/proc/{number}/status").read_text()
    )


# --- work that takes the processor ---------------------------------------------------------------------------


class Gaps:
    """The longest time between two blocks of a session's loop, and how many there were."""

    def __init__(self, live: LiveSession) -> None:
        self.blocks, self.worst_s = 0, 0.0
        self._last = time.monotonic()
        exchange = live.port.exchange

        def watched(block: object) -> object:
            now = time.monotonic()
            self.worst_s = max(self.worst_s, now - self._last)
            self._last = now
            self.blocks += 1
            return exchange(block)  # type: ignore[arg-type]

        live.port.exchange = watched  # type: ignore[method-assign, assignment]

    def during(self, work: Callable[[], object]) -> float:
        """Return the longest gap while something is done."""
        self.worst_s = 0.0
        work()
        time.sleep(0.1)
        return self.worst_s


def processor_s(process_id: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


CHECKS = "import sys; from voiceguide.page.routines import check; [check('x', sys.stdin.read()) for _ in range(4)]"


def test_the_loop_runs_on_while_the_page_checks_routines_without_an_end_of_mistakes(tmp_path: Path) -> None:
    with LiveSession(tmp_path) as live:
        live.into_a_hold()
        gaps, browser = Gaps(live), Browser(live.page.port)
        draft = {"name": "x", "text": UNKNOWN_KEYS}

        def control() -> None:  # the same work in processes that have nothing to do with the guide
            def one(_: int) -> None:
                subprocess.run([sys.executable, "-c", CHECKS], input=UNKNOWN_KEYS, text=True, check=True)

            with ThreadPoolExecutor(4) as four:
                list(four.map(one, range(4)))

        def attack() -> None:
            with ThreadPoolExecutor(4) as four:
                statuses = list(four.map(lambda _: browser.post("/api/routines/check", draft), range(16)))
            assert 200 in statuses
            assert set(statuses) <= {200, 429, 503}

        # A loop that is starved is so each time; one that had to wait for the processor is not.
        number = live.page.process_id
        assert number is not None
        before_s, guide_s = processor_s(number), time.process_time()
        attack()
        assert processor_s(number) - before_s > time.process_time() - guide_s  # it is not done here
        for _ in range(3):
            before = gaps.blocks
            usual_s, attacked_s = gaps.during(control), gaps.during(attack)
            assert gaps.blocks > before
            if attacked_s < 0.2 + 2 * usual_s:
                break
        else:
            raise AssertionError(
                f"the loop stood still for {attacked_s:.2f} s, and for {usual_s:.2f} s beside the same"
            )
        live.say("it hurts")
        live.wait_for("state", state="safety")


def test_pain_is_taken_while_work_waits(page: PageApart) -> None:
    browser = Browser(page.port)
    with ThreadPoolExecutor(12) as others:
        posts = [
            others.submit(browser.post, "/api/routines/check", {"name": "x", "text": UNKNOWN_KEYS})
            for _ in range(40)
        ]
        press_pain(page)
        statuses = {post.result() for post in posts}
    assert {200, 429} <= statuses <= {200, 429, 503}
