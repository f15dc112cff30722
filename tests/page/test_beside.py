"""The server with its sockets, and how it comes to stand beside a guide."""

from __future__ import annotations

import json
import re
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from on_the_wire import Browser

from voiceguide.companions.choose import choose_companions
from voiceguide.core.commands import Command
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.errors import PageError
from voiceguide.language.naming import NamedRoutines
from voiceguide.language.pack import available_languages, load_language
from voiceguide.page import begin
from voiceguide.page.apart import PageApart
from voiceguide.page.board import Board
from voiceguide.page.server import PageServer
from voiceguide.page.speaker_clock import CARD_LAG_S
from voiceguide.presses import CODES_MOST, Press, Presses
from voiceguide.routine.load import list_routines
from voiceguide.settings import Page, Settings
from voiceguide.testing.live import LEAD_S
from voiceguide.testing.waiting import until


@pytest.fixture
def server(tmp_path: Path) -> Any:
    one = PageApart(Presses(), board=Board(), history=tmp_path / "history.sqlite", port=0)
    yield one
    one.close()


def hello(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/hello", timeout=60) as answer:
        return dict(json.load(answer))


def test_it_serves_this_machine_only_unless_told_otherwise(server: PageApart) -> None:
    assert server._listening.getsockname()[0] == "127.0.0.1"
    assert hello(server.port)["at_home"]
    assert server.addresses == [f"http://localhost:{server.port}"]


def test_with_lan_it_serves_the_house(tmp_path: Path) -> None:
    server = PageApart(Presses(), board=Board(), history=tmp_path / "history.sqlite", port=0, lan=True)
    try:
        assert server._listening.getsockname()[0] in {"::", "0.0.0.0"}  # noqa: S104 - what is asked
        assert hello(server.port)["at_home"]
        assert server.addresses[0].endswith(f".local:{server.port}")
    finally:
        server.close()


def test_a_port_that_is_taken_is_told_in_a_sentence(server: PageApart, tmp_path: Path) -> None:
    with pytest.raises(PageError, match=rf"port {server.port}: .*choose another port"):
        PageApart(Presses(), board=Board(), history=tmp_path / "history.sqlite", port=server.port)


def test_closing_ends_its_process_also_while_somebody_looks(server: PageApart) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as viewer:
        viewer.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        assert b"text/event-stream" in viewer.recv(4096)
        server.close()
        server._thread.join(60)
        assert not server._thread.is_alive()
        assert server._process.returncode is not None


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/9.9\r\n\r\n",
        b"A" * 100_000,
        b"GET /\r\nHost\r\n\r\n",
        b"\r\n" * 1000,
    ],
)
def test_garbage_on_the_wire_is_survived(server: PageApart, garbage: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as wire:
        wire.sendall(garbage)
    assert hello(server.port)["paired"]


def test_a_viewer_who_does_not_read_holds_up_nobody(server: PageApart) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as viewer:
        viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        viewer.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        for number in range(300):
            server.notice(
                {"kind": "say_started", "time_s": 0.0, "key": "setup", "text": f"{number} " + "x" * 5_000}
            )
        assert hello(server.port)["paired"]


def test_a_code_is_said_where_it_breaks_into_nothing_and_printed_elsewhere(tmp_path: Path) -> None:
    presses, printed, board = Presses(), [], Board()
    listening = socket.create_server(("127.0.0.1", 0))
    history = tmp_path / "history.sqlite"
    server = PageServer(presses, listening, board=board, history=history, printed=printed.append)
    try:
        for state, how in (
            ("waiting", "spoken"),
            ("paused", "spoken"),
            ("holding", "printed"),
            ("safety", "printed"),
        ):
            board._set(running=True, state=state)
            assert server._announce("123456") == how
        assert [presses.take_code(), presses.take_code(), presses.take_code()] == ["123456", "123456", None]
        board._set(state="waiting")
        told = [server._announce(f"{number:06}") for number in range(CODES_MOST + 1)]
        assert told == ["spoken"] * CODES_MOST + ["printed"]
        assert [presses.take_code() for _ in told] == [*(f"{number:06}" for number in range(CODES_MOST)), None]
        presses.says_codes = False  # the session is recorded
        board._set(state="waiting")
        assert server._announce("654321") == "printed"
        assert printed == ["123456", "123456", f"{CODES_MOST:06}", "654321"]
    finally:
        server.close()


def test_the_settings_put_it_up_beside_a_guide_that_listens() -> None:
    presses = Presses()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(page=Page(on=True, port=port), routines=["psoas-short"], stream=False)
    (page,) = choose_companions(settings, presses)
    try:
        assert isinstance(page, PageApart)
        assert hello(port)["language"] == "en"
        page.show(View(at=0, state=State.WAITING, standby=True))
        browser = Browser(port)
        until(lambda: browser.post("/api/begin", {"routine": "psoas-short"}) == 204)
        taken: list[Press] = []
        until(lambda: taken.extend(presses.take()) or taken)
        assert taken == [Press(Command.START, "page", "start the short routine")]
    finally:
        page.close()


@pytest.mark.parametrize("language", available_languages())
def test_what_the_page_says_for_a_routine_is_what_asks_for_it(language: str) -> None:
    files = [one.file for one in list_routines() if one.file and one.file.language == language]
    named = NamedRoutines(load_language(language), {file.id: file.called for file in files})
    said = begin.what_to_say([file.id for file in files], language)
    assert said
    assert {routine: named.find(phrase) for routine, phrase in said.items()} == {
        routine: routine for routine in said
    }


def test_without_its_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(PageError, match=re.escape("pip install 'voiceguide[page]'")):
        begin.put_up(Settings(), Presses(), board=Board())


def test_the_paced_port_is_as_far_ahead_as_a_card() -> None:
    assert pytest.approx(CARD_LAG_S) == LEAD_S
