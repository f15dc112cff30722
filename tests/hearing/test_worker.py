from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard, HearingBack, HearingLost, HearingSlow, Trouble
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears_thread import BACKLOG, DEAF_AFTER, KEPT_OF_DEAFNESS, EarsInThread
from voiceguide.hearing.health.shedding import LOST_AFTER, SLOW_AT, Level
from voiceguide.hearing.noticed import Noticed, Remark
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.hearing.verdict.verdict import Verdict

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

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Verdict]:
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
        heard = [Verdict(self.at, Rule.SURE, Heard(self.at, Command.NEXT))] if self.frames % 10 == 0 else []
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
    slow, deaf = noticed
    assert slow == HearingSlow(SLOW_AT + 160), "there is nothing that these ears could leave out"
    assert isinstance(deaf, HearingLost)
    assert deaf.at <= samples(3.1)
    lost = ears.dropped
    assert lost == 99
    inner.may_listen.set()
    wait_for(inner, given - lost)
    ears.accept(FRAME)
    wait_for(inner, 1)
    ears.close()
    assert inner.silence == lost * 160
    assert inner.at == (given + 1) * 160


def test_a_program_that_is_seconds_behind_the_card_tells_it_at_once_and_when_it_is_over() -> None:
    """The ears themselves keep up: it is the loop that was not run."""
    inner, late = ScriptedEars(), samples(3.0)
    ears = EarsInThread(inner, behind=lambda: late)
    told: list[Noticed] = []
    for _ in range(LOST_AFTER // 160 + 1):
        told += ears.accept(FRAME)
    assert [type(one) for one in told if not isinstance(one, Verdict)] == [HearingSlow, HearingLost]
    late = 0
    wait_for(inner, LOST_AFTER // 160 + 1)
    told = ears.accept(FRAME)
    assert [type(one) for one in told if not isinstance(one, Verdict)] == [HearingBack]
    ears.close()


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


class MortalEars(ScriptedEars):
    """Ears whose recogniser can be killed, and comes back at the third try."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    def revive(self) -> None:
        self.tries += 1
        if self.tries < 3:
            raise RecogniserError("no memory")
        self.failure = None


def give_until(ears: EarsInThread, inner: ScriptedEars, kind: type[HearingLost | HearingBack]) -> list[Noticed]:
    """Give frames, no faster than they are listened to, until something is noticed."""
    noticed: list[Noticed] = []
    ends = time.monotonic() + PATIENCE
    while not any(isinstance(one, kind) for one in noticed):
        assert time.monotonic() < ends, "there to end a hang, not to measure"
        noticed += ears.accept(FRAME)
        inner.listened.acquire(timeout=0.01)
    return noticed


def test_s7_a_recogniser_that_failed_is_brought_back_however_often_it_takes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("voiceguide.backoff.FIRST_S", 0.01)
    inner = MortalEars()
    ears = EarsInThread(inner, revivable=inner)
    give(ears, 1)
    inner.failure = RecogniserError("killed")
    lost = give_until(ears, inner, HearingLost)[-1]
    assert isinstance(lost, HearingLost)
    assert (lost.reason, lost.trouble) == ("killed", Trouble.RECOGNISER)
    before = inner.frames
    noticed = give_until(ears, inner, HearingBack)
    assert inner.tries == 3
    assert not [one for one in noticed if isinstance(one, HearingLost)], "told once"
    assert 100 <= inner.frames - before <= 130, "a second of hearing proves it"
    assert inner.silence <= KEPT_OF_DEAFNESS
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"], "when it failed and was back"
    ears.close()


def test_s7_a_recogniser_that_hangs_is_told_of_and_waited_for_when_it_can_be_brought_back() -> None:
    inner = MortalEars()
    inner.may_listen.clear()
    ears = EarsInThread(inner, revivable=inner)
    give(ears, 1)
    assert inner.called.acquire(timeout=PATIENCE)
    noticed = [one for _ in range(BACKLOG + 2 * DEAF_AFTER // 160) for one in ears.accept(FRAME)]
    [stuck] = [one for one in noticed if isinstance(one, HearingLost) and one.trouble is Trouble.RECOGNISER]
    assert "stuck for 5 s" in stuck.reason
    inner.failure = RecogniserError("did not answer")
    inner.may_listen.set()
    back = give_until(ears, inner, HearingBack)[-1]
    assert isinstance(back, HearingBack)
    ears.close()


def test_ears_can_be_closed_while_their_recogniser_is_gone() -> None:
    inner = MortalEars()
    inner.tries = -1000
    ears = EarsInThread(inner, revivable=inner)
    inner.failure = RecogniserError("killed")
    give_until(ears, inner, HearingLost)
    ears.close()
    assert inner.closed
    assert not ears._thread.is_alive()


class ThriftyEars(ScriptedEars):
    """Ears that can leave something out, and remember when they did."""

    deepest = Level.LESS

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
    assert [one.fields["level"] for one in noticed if isinstance(one, Remark)] == [Level.LESS]
    inner.may_listen.set()
    wait_for(inner, BACKLOG + 1)
    ears.close()
    assert inner.levels == [Level.ALL, Level.LESS], "what waited is heard with less"
    assert not inner.silence
