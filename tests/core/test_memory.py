"""What a session remembers: the week rule (S9), the side that was neglected, where it was cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import pytest
from small_routine import ROUTINE, STRETCH

from voiceguide.core.actions import SetVolume
from voiceguide.core.commands import Command
from voiceguide.core.memory import (
    CutOff,
    PainReport,
    Remembered,
    SideTime,
    neglected_side,
)
from voiceguide.core.plan import Side
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.core.week_rule import Moment
from voiceguide.language.pack import load_language
from voiceguide.testing import VirtualSession, spoken_length

NewSession = Callable[..., VirtualSession]


def reports(days: Sequence[int]) -> tuple[PainReport, ...]:
    """Reports at dates that are sure."""
    return tuple(PainReport(day, "dull", red_flag=False, earliest=day, latest=day) for day in days)


def keys(virtual: VirtualSession) -> list[str]:
    return [said.key for said in virtual.spoken]


# --- S9: when it holds is in tests/core/test_week_rule.py ----------------------------------------------------

A_WEEK_OF_PAIN = Remembered(now=Moment(100, earliest=100, latest=100), sessions=3, pain=reports([90, 99]))


def test_s9_the_advice_comes_before_the_question_and_the_start(new_session: NewSession) -> None:
    virtual = new_session(remembered=A_WEEK_OF_PAIN)
    virtual.run_until_silent()
    assert keys(virtual) == ["week_rule", "week_rule", "check_ask"]
    assert [record.fields["why"] for record in virtual.records("advised")] == ["week"]


def test_s9_is_said_even_to_those_who_start_at_once(new_session: NewSession) -> None:
    virtual = new_session(remembered=A_WEEK_OF_PAIN)
    virtual.run(0.5)
    virtual.hear(Command.START)
    virtual.run_until_silent()
    said = [line.key for line in virtual.spoken if not line.cut]
    assert said[:3] == ["week_rule", "week_rule", "welcome"]


PRESSED = tuple(replace(report, known=False) for report in reports([90, 99]))
"""What a machine that was never paired pressed, over a week."""


@pytest.mark.parametrize("said", [(), reports([96])])
def test_s9_what_an_unknown_machine_pressed_is_asked_about_and_not_counted(
    new_session: NewSession, said: tuple[PainReport, ...]
) -> None:
    pain = tuple(sorted((*PRESSED, *said), key=lambda report: report.day))
    virtual = new_session(remembered=replace(A_WEEK_OF_PAIN, pain=pain))
    virtual.run_until_silent()
    assert keys(virtual) == ["week_unknown", "week_unknown", "check_ask"]
    assert [record.fields["why"] for record in virtual.records("advised")] == ["week_unknown"]
    virtual.hear(Command.YES)  # it was the person
    virtual.run_until_silent()
    assert "check_advice" in keys(virtual)


def test_s9_what_was_said_over_a_week_is_counted_whatever_else_was_pressed(new_session: NewSession) -> None:
    virtual = new_session(remembered=replace(A_WEEK_OF_PAIN, pain=(*reports([90]), *PRESSED, *reports([99]))))
    virtual.run_until_silent()
    assert keys(virtual) == ["week_rule", "week_rule", "check_ask"]


# --- the question before the start ---------------------------------------------------------------------------

LATER = Remembered(today=10, sessions=1, last_day=9)


def test_the_first_session_hears_the_four_reasons_and_is_asked(new_session: NewSession) -> None:
    virtual = new_session(first_time=True)
    virtual.run_until_silent()
    assert keys(virtual) == ["not_a_device", "how_to_speak", "four_reasons", "four_reasons", "check_ask"]


@pytest.mark.parametrize("answer", [Command.YES, Command.UNSURE, Command.NO])
def test_no_answer_to_the_reasons_begins_anything(new_session: NewSession, answer: Command) -> None:
    for first_time, sessions, after_s in product((True, False), (0, 3), (0.0, 4.0, 9.0, 14.0, 60.0)):
        virtual = new_session(first_time=first_time, remembered=Remembered(today=10, sessions=sessions))
        virtual.run(after_s)
        virtual.hear(answer)
        virtual.run(600)
        assert virtual.session.state is State.WAITING, (first_time, sessions, after_s)
        reason = answer is not Command.NO and virtual.records("advised")
        assert bool(reason) == (answer is not Command.NO and after_s < 60), "afterwards the question is over"


def test_later_sessions_ask_one_question_that_start_skips(new_session: NewSession) -> None:
    virtual = new_session(remembered=LATER)
    virtual.run(1)
    assert virtual.session.state is State.CHECKING
    virtual.hear(Command.START)
    assert virtual.session.state is State.INTRODUCING


@pytest.mark.parametrize("answer", [Command.NO, Command.NO_PAIN, None])
def test_no_and_silence_lead_on_to_the_waiting(new_session: NewSession, answer: Command | None) -> None:
    virtual = new_session(remembered=LATER)
    virtual.run_until_silent()
    if answer is not None:
        virtual.hear(answer)
    virtual.run(3600)
    assert virtual.session.state is State.WAITING
    assert keys(virtual) == ["check_ask", "waiting"]


@pytest.mark.parametrize("answer", [Command.YES, Command.UNSURE])
def test_a_reason_leads_to_the_advice_not_to_begin(new_session: NewSession, answer: Command) -> None:
    virtual = new_session(remembered=LATER)
    virtual.run_until_silent()
    virtual.hear(answer)
    virtual.run(3600)
    assert virtual.session.state is State.WAITING
    assert keys(virtual)[1:] == ["check_advice"] * 3
    virtual.hear(Command.START)
    assert virtual.session.state is State.INTRODUCING, "the choice is theirs"


# --- where the last session was cut off ----------------------------------------------------------------------

CUT = Remembered(today=10, sessions=2, last_day=10, cut_off=CutOff("stretch", Side.RIGHT, 2))


def asked(new_session: NewSession, remembered: Remembered = CUT) -> VirtualSession:
    virtual = new_session(remembered=remembered)
    virtual.hear(Command.START)
    virtual.run_until_silent()
    return virtual


def test_a_session_that_was_cut_off_is_offered_again(new_session: NewSession) -> None:
    virtual = asked(new_session)
    assert virtual.session.state is State.RETURNING
    texts = [said.text for said in virtual.spoken if said.key.startswith("return_")]
    assert texts[:3] == ["Last time we stopped at The stretch.", "It was the right side.", "It was number 2 of 2."]
    virtual.hear(Command.YES)
    virtual.run_until(State.SETTING_UP)
    place = virtual.records("state")[-1].fields
    assert (place["exercise"], place["side"], place["repeat"]) == ("stretch", "right", 2)
    assert virtual.records("started")[0].fields["resumed"] is True


@pytest.mark.parametrize("answer", [Command.NO, Command.START])
def test_who_does_not_want_to_go_on_begins_at_the_beginning(new_session: NewSession, answer: Command) -> None:
    virtual = asked(new_session)
    virtual.hear(answer)
    virtual.run_until(State.SETTING_UP)
    assert virtual.records("state")[-1].fields["side"] == "left"
    assert virtual.records("started")[0].fields["resumed"] is False


def test_silence_goes_back_to_waiting_and_the_offer_stands(new_session: NewSession) -> None:
    virtual = asked(new_session)
    virtual.run(3600)
    assert virtual.session.state is State.WAITING
    assert keys(virtual).count("return_ask") == 2
    virtual.hear(Command.START)
    assert virtual.session.state is State.RETURNING


def test_a_place_that_the_routine_no_longer_has_is_not_offered(new_session: NewSession) -> None:
    virtual = new_session(remembered=Remembered(sessions=1, cut_off=CutOff("dance", None, 1)))
    virtual.hear(Command.START)
    assert virtual.session.state is State.INTRODUCING


# --- sides ---------------------------------------------------------------------------------------------------


def times(left: float, right: float, planned: float = 60.0) -> tuple[SideTime, ...]:
    return SideTime("stretch", Side.LEFT, left, planned), SideTime("stretch", Side.RIGHT, right, planned)


@pytest.mark.parametrize(
    ("held", "side"),
    [
        (times(60, 60), None),
        (times(60, 50), None),  # one hold of six
        (times(60, 40), Side.RIGHT),
        (times(0, 60), Side.LEFT),
        (times(0, 0), None),
        ((), None),
        ((SideTime("gone", Side.LEFT, 0, 60), SideTime("gone", Side.RIGHT, 60, 60)), None),
    ],
)
def test_the_neglected_side(held: tuple[SideTime, ...], side: Side | None) -> None:
    assert neglected_side(held, ROUTINE) is side


def test_the_neglected_side_comes_first_and_it_is_said_why(new_session: NewSession) -> None:
    virtual = new_session(remembered=Remembered(sides=times(60, 30)))
    virtual.hear(Command.START)
    virtual.run_until(State.SETTING_UP)
    assert virtual.records("state")[-1].fields["side"] == "right"
    assert "Today we begin with the right side, which has had less time of late." in [
        s.text for s in virtual.spoken
    ]


def test_an_uneven_record_is_told_once_at_the_end(new_session: NewSession) -> None:
    virtual = new_session(remembered=Remembered(sides=times(600, 200, 600)))
    virtual.hear(Command.START)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.STOP)
    virtual.run_until_silent()
    virtual.hear(Command.STOP)
    virtual.run_until_idle()
    assert keys(virtual).count("uneven") == 1
    assert keys(virtual)[-2:] == ["uneven", "goodbye"]


def test_nobody_is_told_about_sides_after_one_session(new_session: NewSession) -> None:
    virtual = new_session()
    virtual.hear(Command.START)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.READY)
    virtual.run_until(State.RESTING)
    virtual.hear(Command.STOP)
    virtual.run_until_silent()
    virtual.hear(Command.STOP)
    virtual.run_until_idle()
    assert "uneven" not in keys(virtual)
    assert "You have done 1 of 7 holds today." in [said.text for said in virtual.spoken]


# --- pace, volume, answers -----------------------------------------------------------------------------------


def test_pace_and_volume_begin_where_they_were_left(new_session: NewSession) -> None:
    virtual = new_session(remembered=Remembered(pace=1.26, volume_db=-6.0))
    assert [action.gain_db for action in virtual.actions if isinstance(action, SetVolume)] == [-6.0]
    virtual.hear(Command.NO)
    virtual.hear(Command.SLOWER)
    assert virtual.records("pace")[0].fields["pace"] == 1.375
    virtual.hear(Command.QUIETER)
    assert virtual.records("volume")[0].fields["gain_db"] == -9.0


@pytest.mark.parametrize(("pace", "volume_db"), [(99.0, 99.0), (0.0, -99.0)])
def test_nonsense_that_was_kept_is_brought_within_bounds(
    new_session: NewSession, pace: float, volume_db: float
) -> None:
    virtual = new_session(remembered=Remembered(pace=pace, volume_db=volume_db))
    gains = [action.gain_db for action in virtual.actions if isinstance(action, SetVolume)]
    assert gains in ([6.0], [-18.0])
    virtual.hear(Command.SLOWER if pace > 1 else Command.FASTER)
    assert virtual.records("pace") == []


@pytest.mark.parametrize(
    ("last", "key"),
    [
        (None, "last_never"),
        (10, "last_today"),
        (9, "last_yesterday"),
        (3, "last_days"),
        (-90, "last_long_ago"),
        (12, "last_today"),
    ],
)
def test_when_the_last_time_was(new_session: NewSession, last: int | None, key: str) -> None:
    virtual = new_session(remembered=Remembered(today=10, last_day=last))
    virtual.hear(Command.NO)
    virtual.hear(Command.LAST_TIME)
    virtual.run_until_silent()
    assert key in keys(virtual)


def test_when_the_last_time_was_is_not_told_by_a_clock_that_was_wrong(new_session: NewSession) -> None:
    virtual = new_session(remembered=Remembered(today=10, last_day=9, last_is_sure=False))
    virtual.hear(Command.NO)
    virtual.hear(Command.LAST_TIME)
    virtual.run_until_silent()
    assert [key for key in keys(virtual) if key.startswith("last_")] == ["last_unsure"]


def test_how_did_i_do(new_session: NewSession) -> None:
    virtual = new_session()
    virtual.hear(Command.START)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.HOW_DID_I_DO)
    virtual.hear(Command.READY)
    virtual.run_until(State.RESTING)
    virtual.hear(Command.HOW_DID_I_DO)
    virtual.run_until_silent()
    assert "You have done 1 of 7 holds today." in [said.text for said in virtual.spoken]


def test_the_plan_is_recorded_when_the_routine_begins(new_session: NewSession) -> None:
    virtual = new_session()
    virtual.hear(Command.START)
    virtual.hear(Command.REPEAT)
    (started,) = virtual.records("started")
    assert started.fields["plan"][0] == {"exercise": STRETCH.id, "side": "left", "planned_s": 60.0}
    assert len(started.fields["plan"]) == 5


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_remembered_is_told_in_the_language_of_the_session(language: str) -> None:
    phrases = load_language(language).phrases
    known = Remembered(today=10, sessions=2, last_day=7, sides=times(600, 200, 600))
    virtual = VirtualSession(Session(ROUTINE, phrases, spoken_length, first_time=False, remembered=known))
    virtual.begin()
    virtual.hear(Command.START)
    virtual.hear(Command.LAST_TIME)
    virtual.run_until(State.SETTING_UP)
    virtual.hear(Command.READY)
    virtual.run_until(State.RESTING)
    virtual.hear(Command.HOW_DID_I_DO)
    virtual.run_until_silent()
    virtual.hear(Command.STOP)
    virtual.run_until_silent()
    virtual.hear(Command.STOP)
    virtual.run_until_idle()
    said = [line.text for line in virtual.spoken]
    done = phrases.lines("summary", done=1, total=7)[0]
    assert phrases.lines("last_days", days=3)[0] in said
    assert said.count(done) == 2, "when it was asked for, and at the end"
    assert phrases.lines("uneven", side=phrases.side(Side.RIGHT))[0] in said
