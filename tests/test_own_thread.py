"""Work beside the loop: nobody waits, what is too far behind is let go, and it is told once."""

from __future__ import annotations

import threading

import pytest

from voiceguide.own_thread import Lately, OwnThread, close_all
from voiceguide.testing.waiting import until

PATIENCE_S = 60.0


def test_everything_is_done_in_order() -> None:
    done: list[int] = []
    own: OwnThread[int] = OwnThread(done.append, "a list", most=1000)
    assert all(own.put(number) for number in range(1000))
    assert own.done(PATIENCE_S)
    assert done == list(range(1000))
    assert own.close(PATIENCE_S)
    assert not own.put(1)


def test_what_waits_is_done_before_it_ends() -> None:
    may, done = threading.Event(), list[int]()
    own: OwnThread[int] = OwnThread(lambda number: (may.wait(PATIENCE_S), done.append(number)), "it", most=10)
    for number in range(5):
        own.put(number)
    own.end()
    assert not own.done(0.01)
    may.set()
    assert own.close(PATIENCE_S)
    assert done == [0, 1, 2, 3, 4]


def test_one_that_hangs_is_let_go_and_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    frees, begun = threading.Event(), threading.Event()
    own: OwnThread[int] = OwnThread(lambda _: (begun.set(), frees.wait(PATIENCE_S)), "A slow light", most=10)
    own.put(0)
    assert begun.wait(PATIENCE_S)
    taken = [own.put(number) for number in range(1, 100)]
    assert taken == [True] * 10 + [False] * 89
    assert own.let_go
    assert caplog.text.count("A slow light is too far behind") == 1
    close_all([own], 0.01)  # nor is it waited for
    frees.set()
    assert own.close(PATIENCE_S)


def test_one_that_fails_is_let_go_and_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    own: OwnThread[int] = OwnThread(fail, "A broken light", most=10)
    own.put(0)
    until(lambda: own.let_go)
    assert not own.put(1)
    assert own.close(PATIENCE_S)
    assert caplog.text.count("A broken light failed") == 1


def test_who_cannot_wait_is_told_what_was_known_lately() -> None:
    answers, may = iter(range(100)), threading.Event()
    may.set()

    def ask() -> int:
        assert may.wait(PATIENCE_S)
        return next(answers)

    lately = Lately(ask, "a question")
    assert lately() == 0
    until(lambda: lately() > 0)
    may.clear()
    known = lately()
    assert lately() in (known, known + 1), "while nobody answers"
    may.set()
