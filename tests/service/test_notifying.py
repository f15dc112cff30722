"""What systemd is told, over a real datagram socket."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from voiceguide.service.notifying import Systemd

VIEW: Any = None  # is not looked at


@pytest.fixture
def systemd() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.bind(f"\0voiceguide-notify-{os.getpid()}")
        link.setblocking(False)
        yield link


def environment(link: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": "@" + link.getsockname()[1:].decode(), **more}


def told(link: socket.socket) -> list[str]:
    lines: list[str] = []
    while True:
        try:
            lines += link.recv(4096).decode().splitlines()
        except BlockingIOError:
            return lines


def test_without_systemd_nothing_happens() -> None:
    companion = Systemd({})
    companion.ready()
    companion.show(VIEW)
    companion.close()


def test_a_socket_in_the_file_system_works_as_well() -> None:
    # Not pytest's tmp_path: the path of a Unix socket may have no more than 107 characters.
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.bind(f"{folder}/notify")
        link.setblocking(False)
        Systemd({"NOTIFY_SOCKET": f"{folder}/notify"}).ready()
        assert "READY=1" in told(link)


def test_it_tells_of_its_preparation_of_being_ready_and_of_its_end(systemd: socket.socket) -> None:
    companion = Systemd(environment(systemd), clock=lambda: 5.0)
    for done in range(3, 200):
        companion.preparing(done, 200)
    assert told(systemd) == ["STATUS=Preparing the voice: 3 of 200", "EXTEND_TIMEOUT_USEC=120000000"]
    companion.ready()
    assert told(systemd)[0] == "READY=1"
    companion.close()
    assert told(systemd)[0] == "STOPPING=1"
    companion.ready()
    assert told(systemd) == []


def test_its_status_follows_what_happens_and_tells_nothing_that_was_heard(systemd: socket.socket) -> None:
    companion = Systemd(environment(systemd))
    state = {"kind": "state", "state": "setting_up", "exercise": "ball", "side": "left", "repeat": 1}
    for entry in (
        {"kind": "standby", "stage": "asking"},
        {"kind": "heard", "command": "yes", "text": "yes please"},
        state,
        state,
        {"kind": "hearing_lost", "trouble": "card", "reason": "why"},
        {"kind": "hearing_back", "trouble": "card"},
    ):
        companion.notice({"time_s": 1.0, **entry})
    assert told(systemd) == [
        "STATUS=Standby, asking",
        "STATUS=Session, setting up: ball",
        "STATUS=Session, setting up: ball (cannot hear: card)",
        "STATUS=Session, setting up: ball",
    ]


def test_the_watchdog_is_fed_twice_in_its_time_while_the_loop_runs_and_not_else(systemd: socket.socket) -> None:
    now = 100.0
    companion = Systemd(environment(systemd, WATCHDOG_USEC="20000000"), clock=lambda: now)
    for _ in range(10 * 60):  # a minute of looks
        now += 0.1
        companion.show(VIEW)
    assert 6 <= told(systemd).count("WATCHDOG=1") <= 7
    now += 3600
    assert told(systemd) == []


@pytest.mark.parametrize("other", [{}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}])
def test_a_watchdog_that_is_not_meant_is_not_fed(systemd: socket.socket, other: dict[str, str]) -> None:
    companion = Systemd(environment(systemd, **other))
    companion.show(VIEW)
    assert told(systemd) == []


def test_a_systemd_that_takes_nothing_never_makes_it_wait(systemd: socket.socket) -> None:
    companion = Systemd(environment(systemd, WATCHDOG_USEC="1"), clock=iter(range(10**6)).__next__)
    for _ in range(5000):  # far more than the socket holds
        companion.show(VIEW)
    systemd.close()
    companion.ready()


def test_that_it_is_ready_is_told_even_to_a_busy_systemd(systemd: socket.socket) -> None:
    companion = Systemd(environment(systemd, WATCHDOG_USEC="1"), clock=iter(range(10**6)).__next__)
    for _ in range(5000):
        companion.show(VIEW)
    telling = threading.Thread(target=companion.ready)
    telling.start()
    lines = []
    while "READY=1" not in lines:
        lines += told(systemd)
    telling.join()
