"""A page in one process and a guide in another, and the socket between them."""

from __future__ import annotations

import io
import json
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from voiceguide.cli.page_command import pages_beside
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.errors import PageError
from voiceguide.history.journal import Journal
from voiceguide.page.board import Board
from voiceguide.page.elsewhere import GuidesElsewhere, PageElsewhere, waits
from voiceguide.page.line import STATE_MOST
from voiceguide.places import page_socket
from voiceguide.presses import Press, Presses
from voiceguide.settings import Page, Settings
from voiceguide.testing.waiting import until

PATIENCE_S = 60.0
"""There to end a hang, not to measure."""

HOLD = View(at=16_000, state=State.HOLDING, exercise="The stretch", commands=frozenset({Command.PAUSE}))
SAID = {"kind": "say_started", "time_s": 1.0, "key": "setup", "text": "Kneel down"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "page.sock"


class Waiting:
    """A page that waits."""

    def __init__(self, path: Path) -> None:
        self.presses, self.board = Presses(), Board()
        self.guides = GuidesElsewhere(self.presses, self.board, path)

    def shows(self, **values: object) -> bool:
        return values.items() <= self.board.shown.values.items()

    def close(self) -> None:
        self.guides.close()


@pytest.fixture
def page(path: Path) -> Iterator[Waiting]:
    with closing(Waiting(path)) as waiting:
        yield waiting


@pytest.fixture
def guide(path: Path) -> Iterator[PageElsewhere]:
    with closing(PageElsewhere(Presses(), Board(language="ko", voice="pyttsx3"), path)) as one:
        yield one


def test_a_guide_is_shown_and_what_is_pressed_reaches_it(page: Waiting, guide: PageElsewhere) -> None:
    guide.show(HOLD)
    guide.notice(SAID)
    until(lambda: page.shows(running=True, state="holding", exercise="The stretch", saying="Kneel down"))
    assert page.shows(language="ko", voice="pyttsx3", start_s=guide._board.shown.values["start_s"])
    page.presses.press(Command.PAIN, "page")
    page.presses.press(Command.START, "page", "start the short routine")
    page.presses.ask_for_code("123456")
    page.presses.choose_voice("hibari")
    taken: list[Press] = []
    until(lambda: (taken.extend(guide._end._presses.take()), len(taken) == 2)[1])
    assert taken == [Press(Command.PAIN, "page"), Press(Command.START, "page", "start the short routine")]
    until(lambda: guide._end._presses.take_code() == "123456")
    until(lambda: guide._end._presses.take_voice() == "hibari")


def test_it_does_not_matter_who_is_there_first_or_ends_first(path: Path, guide: PageElsewhere) -> None:
    guide.show(HOLD)
    for _ in range(2):
        with closing(Waiting(path)) as page:
            until(lambda page=page: page.shows(running=True, exercise="The stretch"))
    with closing(Waiting(path)) as page:
        until(lambda: page.shows(running=True))
        guide.close()
        until(lambda: page.shows(running=False, commands=[]))


def test_when_one_guide_is_gone_the_next_is_shown(path: Path, page: Waiting, guide: PageElsewhere) -> None:
    guide.show(HOLD)
    until(lambda: page.shows(exercise="The stretch"))
    with closing(PageElsewhere(Presses(), Board(), path)) as second:
        second.show(View(at=0, state=State.PAUSED, exercise="The ball"))
        page.presses.press(Command.PAIN, "page")
        until(guide._end._presses.take)  # the one that is shown gets it
        guide.close()
        until(lambda: page.shows(exercise="The ball", state="paused"))
        assert not second._end._presses.take()


def test_what_was_pressed_while_a_guide_went_does_not_wait_for_the_next(
    path: Path, page: Waiting, guide: PageElsewhere
) -> None:
    guide.show(HOLD)
    until(lambda: page.shows(running=True))
    guide.close()
    until(lambda: page.shows(running=False))
    assert page.presses.take() == []
    with closing(PageElsewhere(Presses(), Board(), path)) as second:
        second.show(HOLD)
        until(lambda: page.shows(running=True))
        assert second._end._presses.take() == []


@pytest.mark.parametrize("garbage", [b"no line of ours\n", b"[]\n", b"x" * (STATE_MOST + 2), b"\xff\xfe\n"])
def test_garbage_is_shown_the_door_and_the_next_guide_comes_in(path: Path, page: Waiting, garbage: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(PATIENCE_S)
        stranger.connect(str(path))
        stranger.sendall(garbage)
        assert stranger.recv(1) == b""
    with closing(PageElsewhere(Presses(), Board(), path)) as guide:
        guide.show(HOLD)
        until(lambda: page.shows(running=True))


def test_a_page_that_sends_garbage_is_left(path: Path) -> None:
    path.parent.mkdir()
    presses = Presses()
    with socket.socket(socket.AF_UNIX) as false_page:
        false_page.bind(str(path))
        false_page.listen()
        with closing(PageElsewhere(presses, Board(), path)):
            guide, _ = false_page.accept()
            guide.sendall(b'{"press": "fly", "text": ""}\n')
            guide.settimeout(PATIENCE_S)
            while guide.recv(65536):
                pass
            guide.close()
            again, _ = false_page.accept()  # it looks again
            again.close()
    assert presses.take() == []


def test_only_this_user_may_open_the_socket_and_one_page_waits_at_it(path: Path, page: Waiting) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert waits(path)
    with pytest.raises(PageError, match="another `voiceguide page` waits there"):
        GuidesElsewhere(Presses(), Board(), path)
    page.close()
    assert not path.exists()
    assert not waits(path)


def test_a_socket_that_a_killed_page_left_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    with closing(Waiting(path)):
        assert waits(path)


def test_a_socket_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PageError, match=r"cannot be made: .* Set XDG_RUNTIME_DIR"):
        GuidesElsewhere(Presses(), Board(), tmp_path / "file" / "page.sock")


class Here:
    """A terminal."""

    def __init__(self, shown: list[View]) -> None:
        self.show = shown.append

    def notice(self, entry: dict[str, Any]) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize("asked_for", [False, True])
def test_a_session_shows_itself_and_puts_up_no_second_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, asked_for: bool
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    console, presses, journal = Console(file=io.StringIO(), width=200), Presses(), Journal()
    settings = Settings(page=Page(port=1024)) if asked_for else None  # a port that nobody is to open
    shown: list[View] = []
    with (
        closing(Waiting(page_socket())) as page,
        pages_beside(
            console, settings, presses, journal, Here(shown), language="en", voice="hibari", history=None
        ) as show,
    ):
        show(HOLD)
        journal.write(16_000, "say_started", key="setup", text="Kneel down")
        until(lambda: page.shows(exercise="The stretch", saying="Kneel down", voice="hibari"))
        page.presses.press(Command.PAUSE, "page")
        until(presses.take)
        until(lambda: shown)
    assert shown == [HOLD]
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert ("shows on the page that voiceguide page serves" in told) is asked_for


def asked(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
        return json.load(answer)


def states(port: int) -> Iterator[dict[str, Any]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/events", timeout=PATIENCE_S) as stream:
        kind = ""
        for line in stream:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind == "state":
                yield json.loads(value)


def test_voiceguide_page_shows_a_guide_of_another_process_and_ends_on_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    # A shell that puts tests into the background lets its children ignore Ctrl-C.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from voiceguide.cli.main import main; main()"
    )
    command = [sys.executable, "-c", program, "page", "--page-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().strip().rpartition(":")[2])
            assert asked(port, "/api/hello")["language"] == "en"
            told = states(port)
            assert not next(told)["running"]
            with closing(PageElsewhere(Presses(), Board(language="ko"), page_socket())) as guide:
                guide.show(HOLD)
                assert next(state for state in told if state["running"])["exercise"] == "The stretch"
                assert asked(port, "/api/hello")["language"] == "ko"
            assert not next(state for state in told if not state["running"])["commands"]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
