from __future__ import annotations

import json
import logging
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from telling import LOST, PAIN, view, wait_until

from voiceguide.companions.stream import BEHIND_AT_MOST, CLIENTS_AT_MOST, EventStream
from voiceguide.core.states import State
from voiceguide.errors import VoiceguideError


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[EventStream]:
    served = EventStream(tmp_path / "run" / "events.sock")
    yield served
    served.close()


def connect(stream: EventStream) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(30)
    client.connect(str(stream.path))
    return client


def lines(client: socket.socket, count: int) -> list[dict[str, Any]]:
    with client.makefile() as file:
        return [json.loads(file.readline()) for _ in range(count)]


def test_a_reader_learns_what_is_the_case_and_what_happens(stream: EventStream) -> None:
    stream.show(view(State.PAUSED))
    first, second = connect(stream), connect(stream)
    wait_until(lambda: len(stream._clients) == 2)
    stream.notice(PAIN)
    stream.notice(LOST)
    for client in (first, second):
        assert lines(client, 4) == [
            {"time_s": 1.0, "kind": "condition", "condition": "paused"},
            PAIN,
            LOST,
            {"time_s": 1.0, "kind": "condition", "condition": "deaf"},
        ]
        client.close()


def test_nobody_else_can_open_it(stream: EventStream) -> None:
    assert stat.S_IMODE(stream.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(stream.path.parent.stat().st_mode) == 0o700


def test_a_reader_that_does_not_read_is_cut_off_and_others_are_served(
    stream: EventStream, caplog: pytest.LogCaptureFixture
) -> None:
    idle = connect(stream)
    wait_until(lambda: len(stream._clients) == 1)
    filler = {**PAIN, "heard": "x" * 10_000}
    with caplog.at_level(logging.WARNING):
        for _ in range(2 * BEHIND_AT_MOST):
            stream.notice(filler)
    assert "was cut off" in caplog.text
    reading = connect(stream)
    assert lines(reading, 1)[0]["kind"] == "condition"
    idle.close()
    reading.close()


def test_too_many_readers_are_refused(stream: EventStream) -> None:
    clients = [connect(stream) for _ in range(CLIENTS_AT_MOST)]
    wait_until(lambda: len(stream._clients) == CLIENTS_AT_MOST)
    assert connect(stream).recv(100) == b""
    for client in clients:
        client.close()


def test_readers_that_have_left_make_room_though_nothing_happens(stream: EventStream) -> None:
    half = connect(stream)
    half.shutdown(socket.SHUT_WR)  # as `nc -N` does, and goes on reading
    assert lines(half, 1)
    for _ in range(2 * CLIENTS_AT_MOST):
        with connect(stream) as client:
            assert lines(client, 1)
        wait_until(lambda: len(stream._clients) < CLIENTS_AT_MOST)
    wait_until(lambda: len(stream._clients) == 1)
    stream.notice(PAIN)
    assert lines(half, 1) == [PAIN]
    half.close()


def test_a_socket_left_by_a_killed_guide_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "events.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    served = EventStream(path)
    with pytest.raises(VoiceguideError, match="another voiceguide"):
        EventStream(path)
    served.close()
    assert not path.exists()


def test_closing_ends_the_readers(tmp_path: Path) -> None:
    served = EventStream(tmp_path / "events.sock")
    client = connect(served)
    assert lines(client, 1)
    served.close()
    assert client.recv(100) == b""
