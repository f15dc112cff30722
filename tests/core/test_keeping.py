"""The guidance waits for the disk, the way out of the position does not, and nothing waits for ever (S6)."""

from __future__ import annotations

from dataclasses import replace

import promises
import pytest
from tiny_routine import BALL, PHRASES, routine

from voiceguide.core.clock import seconds
from voiceguide.core.commands import Command
from voiceguide.core.events import Begun, HearingLost, HistoryLost, ReportKept
from voiceguide.core.keeping import KEPT_WITHIN
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing import VirtualSession, spoken_length
from voiceguide.testing.exploration import Edge, Tried, explore

ONE_HOLD = replace(BALL, sides=(), repeats=1, pain=replace(BALL.pain, sharp_tries=0))
WAY_OUT = "release"


def hurting(*, awaits_disk: bool = True) -> VirtualSession:
    """A session in whose first hold something hurts."""
    session = Session(routine(ONE_HOLD), PHRASES, spoken_length, first_time=False, awaits_disk=awaits_disk)
    virtual = VirtualSession(session)
    virtual.begin()
    virtual.hear(Command.NO)
    virtual.hear(Command.START)
    while session.state is not State.HOLDING:
        virtual.run_until_silent()
        virtual.hear(Command.READY)
        virtual.run(2.0)
    virtual.hear(Command.PAIN)
    return virtual


def released(virtual: VirtualSession) -> VirtualSession:
    """Wait for the last word of the way out."""
    while WAY_OUT not in keys(virtual) or virtual.playing is not None:
        virtual.run(0.1)
    return virtual


def keys(virtual: VirtualSession) -> list[str]:
    since = virtual.records("pain")[0].at
    return [line.key for line in virtual.spoken if line.starts >= since]


def test_where_nobody_keeps_reports_nothing_is_waited_for() -> None:
    virtual = hurting(awaits_disk=False)
    virtual.run_until_silent()
    assert keys(virtual)[:2] == [WAY_OUT, "safety_ask"]


def test_a_report_that_is_safe_while_the_way_out_is_said_delays_nothing() -> None:
    waits, does_not = hurting(), hurting(awaits_disk=False)
    waits.feed(ReportKept(waits.now, 1))
    for virtual in (waits, does_not):
        virtual.run_until_silent()
    assert waits.spoken[-2:] == does_not.spoken[-2:], "to the sample"


def test_the_way_out_is_said_at_once_and_the_question_when_the_report_is_safe() -> None:
    virtual = released(hurting())
    virtual.run(seconds(KEPT_WITHIN) - 0.5)
    assert set(keys(virtual)) == {WAY_OUT}
    assert virtual.playing is None
    virtual.feed(ReportKept(virtual.now, 1))
    virtual.run(8.0)
    assert [*dict.fromkeys(keys(virtual))] == [WAY_OUT, "safety_ask"]


def test_a_disk_that_never_answers_is_told_and_waited_for_no_longer() -> None:
    virtual = released(hurting())
    ends = virtual.now
    virtual.run(seconds(KEPT_WITHIN) + 0.2)
    (late,) = virtual.records("report_late")
    assert late.fields == {"report": 1, "after_s": seconds(KEPT_WITHIN)}
    assert late.at <= ends + KEPT_WITHIN
    virtual.run(12.0)
    assert [*dict.fromkeys(keys(virtual))] == [WAY_OUT, "history_lost", "safety_ask"]
    virtual.hear(Command.PAIN)
    virtual.run(30.0)
    assert keys(virtual).count("history_lost") == 1, "once is enough"
    assert len(virtual.records("report_late")) == 1


def test_after_a_report_that_was_kept_late_the_next_one_is_waited_for_again() -> None:
    virtual = released(hurting())
    virtual.run(60.0)
    virtual.feed(ReportKept(virtual.now, 1))
    virtual.hear(Command.PAIN)
    virtual.run(60.0)
    assert [record.fields["report"] for record in virtual.records("report_late")] == [1, 2]


@pytest.mark.parametrize("when", ["while the way out is said", "while it waits"])
def test_a_disk_that_is_full_is_told_and_the_guidance_goes_on(when: str) -> None:
    virtual = hurting()
    if when == "while it waits":
        released(virtual).run(1.0)
    virtual.feed(HistoryLost(virtual.now, "the disk is full"))
    virtual.run(12.0)
    assert [*dict.fromkeys(keys(virtual))][:3] == [WAY_OUT, "history_lost", "safety_ask"]
    assert virtual.records("report_late") == []


def test_answers_given_while_it_waits_are_taken_up_afterwards() -> None:
    virtual = released(hurting())
    virtual.hear(Command.SHOOTING)
    virtual.run(1.0)
    assert set(keys(virtual)) == {WAY_OUT}
    virtual.feed(ReportKept(virtual.now, 1))
    virtual.run(30.0)
    assert "safety_shooting" in keys(virtual)
    assert "safety_ask" not in keys(virtual)


def test_a_report_anew_while_it_waits_leads_out_again_and_waits_for_the_new_one() -> None:
    virtual = released(hurting())
    virtual.hear(Command.PAIN)
    virtual.feed(ReportKept(virtual.now, 1))
    virtual.run(60.0)
    assert [record.fields["report"] for record in virtual.records("report_late")] == [2]


def test_hearing_that_is_lost_while_it_waits_is_told_and_the_wait_comes_to_its_end() -> None:
    virtual = released(hurting())
    virtual.feed(HearingLost(virtual.now, "no frames"))
    virtual.feed(ReportKept(virtual.now, 1))
    virtual.run(60.0)
    said = keys(virtual)
    assert said.index("hearing_lost") < said.index("safety_ask")


@pytest.mark.timeout(1800)  # seconds of computing, which a busy machine may stretch
def test_every_state_around_a_disk_that_is_late() -> None:
    session = Session(routine(ONE_HOLD), PHRASES, spoken_length, first_time=False, awaits_disk=True)
    session.handle(Begun(0))
    waited: set[str] = set()

    def judge(edge: Edge) -> None:
        promises.keep(edge)
        if edge.before._safeguard._keeping.unsafe:
            waited.add(type(edge.event).__name__)

    explore(session, judge, Tried.ONE_OF_A_KIND, depth=6)
    assert {"ReportKept", "HearingLost", "Heard", "Tick", "SpeechFinished"} <= waited
