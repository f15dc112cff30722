from __future__ import annotations

import threading

import numpy as np
import pytest

from voiceguide.core.commands import Command
from voiceguide.core.events import Heard, HearingSlow
from voiceguide.errors import RecogniserError
from voiceguide.hearing.evidence import QUIET, Around, Claim, Ear, Rule, Verdict
from voiceguide.hearing.noticed import Remark
from voiceguide.hearing.recogniser import Frame
from voiceguide.hearing.shedding import SLOW_AT, Level
from voiceguide.hearing.worker import BACKLOG, DEAF_AFTER, EarsInThread

PATIENCE = 60.0
FRAME = np.ones(160, np.int16)


class ScriptedEars:
    """Ears that a test can hold up, that hear something in every tenth frame, and that can fail."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.may_listen = threading.Event()
        self.may_listen.set()
        self.called = threading.Semaphore(0)
        self.listened = threading.Semaphore(0)
        self.at = 0
        self.frames = 0
        self.silence = 0
        self.wanted: list[frozenset[Command]] = []
        self.failure = failure
        self.closed = False
        self.thread = ""

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        if self.wanted[-1:] != [commands]:
            self.wanted.append(commands)

    def accept(self, frame: Frame, around: Around = QUIET, spoken: Frame | None = None) -> list[Verdict]:
        self.called.release()
        self.may_listen.wait(PATIENCE)
        self.thread = threading.current_thread().name
        if not len(frame):
            return []
        if self.failure:
            self.listened.release()
            raise self.failure
        self.at += len(frame)
        if not frame.any():
            self.silence += len(frame)
            return []
        self.frames += 1
        claim = Claim(self.at, Command.NEXT, Ear.WORDS, "scripted")
        heard = (
            [Verdict(self.at, claim, Rule.ONLY_EAR, Heard(self.at, Command.NEXT))] if self.frames % 10 == 0 else []
        )
        self.listened.release()
        return heard

    def close(self) -> None:
        self.closed = True


def wait_for(ears: ScriptedEars, frames: int) -> None:
    for _ in range(frames):
        assert ears.listened.acquire(timeout=PATIENCE)


def give(ears: EarsInThread, frames: int) -> None:
    for _ in range(frames):
        ears.accept(FRAME)


def test_what_is_heard_comes_back_with_its_own_time() -> None:
    inner = ScriptedEars()
    ears = EarsInThread(inner)
    heard = [one for _ in range(20) for one in ears.accept(FRAME)]
    wait_for(inner, 20)
    ears.close()  # the thread has ended: all it heard is there
    heard += ears.accept(FRAME)
    assert [one.at for one in heard] == [1600, 3200]
    assert inner.thread == "ears"
    assert inner.closed
    assert ears.dropped == 0


def test_commands_reach_the_ears_before_the_next_frame() -> None:
    inner = ScriptedEars()
    ears = EarsInThread(inner)
    ears.listen_for(frozenset({Command.YES}))
    ears.accept(FRAME)
    wait_for(inner, 1)
    ears.listen_for(frozenset({Command.STOP}))
    ears.accept(FRAME)
    wait_for(inner, 1)
    ears.close()
    assert inner.wanted == [frozenset({Command.YES}), frozenset({Command.STOP})]


def test_a_caller_may_use_its_buffer_again() -> None:
    inner = ScriptedEars()
    inner.may_listen.clear()
    ears = EarsInThread(inner)
    buffer = FRAME.copy()
    ears.accept(buffer)
    buffer[:] = 0
    inner.may_listen.set()
    wait_for(inner, 1)
    ears.close()
    assert inner.frames == 1


def test_a_slow_recogniser_loses_frames_but_not_the_time() -> None:
    inner = ScriptedEars()
    inner.may_listen.clear()
    ears = EarsInThread(inner)
    given = BACKLOG + 100
    ears.accept(FRAME)
    assert inner.called.acquire(timeout=PATIENCE)  # the thread holds one, the others wait
    noticed = [one for _ in range(given - 1) for one in ears.accept(FRAME)]
    assert noticed == [HearingSlow(SLOW_AT + 160)], "there is nothing that these ears could leave out"
    lost = ears.dropped
    assert lost == 99
    inner.may_listen.set()
    wait_for(inner, given - lost)
    ears.accept(FRAME)
    wait_for(inner, 1)
    ears.close()
    assert inner.silence == lost * 160
    assert inner.at == (given + 1) * 160


def test_a_hung_recogniser_is_told() -> None:
    inner = ScriptedEars()
    inner.may_listen.clear()
    ears = EarsInThread(inner)
    give(ears, 1)
    assert inner.called.acquire(timeout=PATIENCE)  # the thread holds one, the others wait
    give(ears, BACKLOG + DEAF_AFTER // 160 - 1)
    with pytest.raises(RecogniserError, match="stuck for 5 s"):
        give(ears, 1)
    inner.may_listen.set()
    ears.close()


@pytest.mark.parametrize(
    ("failure", "told"),
    [(RecogniserError("no more model"), "no more model"), (ZeroDivisionError("oh"), "ZeroDivisionError: oh")],
)
def test_a_dead_recogniser_is_told_and_stays_dead(failure: Exception, told: str) -> None:
    inner = ScriptedEars(failure)
    ears = EarsInThread(inner)
    ears.accept(FRAME)
    wait_for(inner, 1)
    ears._thread.join(PATIENCE)
    for _ in range(2):
        with pytest.raises(RecogniserError, match=told):
            ears.accept(FRAME)
    ears.close()


class ThriftyEars(ScriptedEars):
    """Ears that can leave something out, and remember when they did."""

    deepest = Level.SAFETY

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[Level] = []

    def shed(self, level: Level) -> None:
        if self.levels[-1:] != [level]:
            self.levels.append(level)


def test_ears_that_fall_behind_leave_out_what_they_can() -> None:
    inner = ThriftyEars()
    inner.may_listen.clear()
    ears = EarsInThread(inner, inner)
    ears.accept(FRAME)
    assert inner.called.acquire(timeout=PATIENCE)
    noticed = [one for _ in range(BACKLOG) for one in ears.accept(FRAME)]
    assert [one.fields["level"] for one in noticed if isinstance(one, Remark)] == [Level.LESS, Level.SAFETY]
    inner.may_listen.set()
    wait_for(inner, BACKLOG + 1)
    ears.close()
    assert inner.levels == [Level.ALL, Level.SAFETY], "what waited is heard with less"
    assert not inner.silence
