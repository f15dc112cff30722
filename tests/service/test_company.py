"""Companions that fail, and people who leave."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from voiceguide.core.clock import samples
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.service.absence import GONE_AFTER, NOT_BEGUN_AFTER, Absence
from voiceguide.service.audience import Audience
from voiceguide.testing.waiting import until

VIEW = View(
    at=0,
    state=State.PAUSED,
    exercise="",
    side=None,
    repeat=1,
    repeats=1,
    hold_left=None,
    breath=None,
    minutes_left=0,
    saying="",
    heard="",
)


@dataclass
class Kept:
    """A companion that keeps what it is told, and may be broken."""

    broken: bool = False
    told: list[object] = field(default_factory=list)

    def notice(self, entry: dict[str, Any]) -> None:
        self._tell(entry["kind"])

    def show(self, view: View) -> None:
        self._tell("view")

    def close(self) -> None:
        self._tell("close")

    def _tell(self, what: object) -> None:
        self.told.append(what)
        if self.broken:
            raise RuntimeError("no light")


def test_a_companion_that_fails_is_told_nothing_more_but_closed_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, whole = Kept(broken=True), Kept()
    audience = Audience([broken, whole], live=False)
    audience.notice({"kind": "state"})
    audience.show(VIEW)
    audience.close()
    audience.close()
    audience.notice({"kind": "state"})
    assert broken.told == ["state", "close"]
    assert whole.told == ["state", "view", "close"]
    assert "Kept failed" in caplog.text


def at(seconds: float, state: State) -> View:
    return replace(VIEW, at=samples(seconds), state=state)


@pytest.mark.parametrize(
    ("state", "limit"),
    [(State.WAITING, NOT_BEGUN_AFTER), (State.CHECKING, NOT_BEGUN_AFTER), (State.PAUSED, GONE_AFTER)],
)
def test_nobody_is_there_when_nobody_has_said_anything_for_long(state: State, limit: int) -> None:
    absence = Absence()
    absence.begin(samples(1000))
    absence.notice({"kind": "say_finished", "time_s": 1100.0})
    long_s = limit / 16_000
    assert absence.since(at(1100 + long_s - 0.01, state)) is None
    absence.notice({"kind": "heard", "time_s": 1200.0, "command": None})
    assert absence.since(at(1100 + long_s, state)) == long_s
    absence.notice({"kind": "heard", "time_s": 1300.0, "command": "help"})
    assert absence.since(at(1100 + long_s, state)) is None


PATIENCE_S = 60.0


def test_live_each_has_a_thread_and_one_that_hangs_keeps_nobody_waiting() -> None:
    frees = threading.Event()

    class Hanging(Kept):
        def _tell(self, what: object) -> None:
            super()._tell(what)
            frees.wait(PATIENCE_S)

    hanging, whole = Hanging(), Kept()
    audience = Audience([hanging, whole])
    for number in range(20):
        audience.notice({"kind": number})
        audience.show(replace(VIEW, at=number))
    until(lambda: [one for one in whole.told if one != "view"] == list(range(20)))
    audience.close()
    assert whole.told[-1] == "close"
    assert hanging.told[0] == 0
    frees.set()
    until(lambda: hanging.told[-1] == "close")


def test_live_one_that_is_slow_is_shown_the_newest_look_only() -> None:
    frees, shown = threading.Event(), list[int]()

    class Slow(Kept):
        def notice(self, entry: dict[str, Any]) -> None:
            frees.wait(PATIENCE_S)
            super().notice(entry)

        def show(self, view: View) -> None:
            shown.append(view.at)

    slow = Slow()
    audience = Audience([slow])
    audience.notice({"kind": "state"})
    for number in range(1000):
        audience.show(replace(VIEW, at=number))
    frees.set()
    until(lambda: shown)
    audience.close()
    assert shown[-1] == 999
    assert len(shown) <= 2


def test_live_one_that_fails_is_told_nothing_more_but_closed(caplog: pytest.LogCaptureFixture) -> None:
    broken = Kept(broken=True)
    audience = Audience([broken])
    audience.notice({"kind": "state"})
    until(lambda: "Kept failed" in caplog.text)
    audience.notice({"kind": "pain"})
    audience.close()
    assert broken.told == ["state", "close"]
