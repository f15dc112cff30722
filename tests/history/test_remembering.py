"""What a new session is told of the ones before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from small_routine import REST, ROUTINE
from told_session import WHEN, Told

from voiceguide.core.memory import CutOff, SideTime
from voiceguide.core.plan import Side
from voiceguide.core.week_rule import lasts_over_a_week

NewTold = Callable[..., Told]
DAY = timedelta(days=1)


def remembered(told: NewTold, *arguments: Any, **options: Any) -> Any:
    session = told(*arguments, **options)
    session.history.close()
    return session.history.remembered


def hurt_on(told: NewTold, *days: int) -> None:
    for day in days:
        session = told(WHEN + day * DAY)
        session.start()
        session.hurt()
        session.answer("dull", over=False)
        session.close_report("dull", "end", "dull", "stop")
        session.finish("pain")


def test_nothing_is_known_of_somebody_who_has_never_been_here(told: NewTold) -> None:
    memory = remembered(told)
    assert memory.sessions == 0
    assert memory.last_day is None
    assert memory.cut_off is None
    assert (memory.pain, memory.sides) == ((), ())
    assert (memory.pace, memory.volume_db) == (1.0, 0.0)
    assert memory.today == WHEN.date().toordinal()


def test_sessions_and_the_last_one_of_this_routine(told: NewTold) -> None:
    for day, routine in enumerate((ROUTINE, replace(ROUTINE, id="other"), replace(ROUTINE, id="other"))):
        session = told(WHEN + day * DAY, routine)
        session.start()
        session.finish()
    told(WHEN + 4 * DAY).finish()  # nobody started it
    memory = remembered(told, WHEN + 5 * DAY)
    assert memory.sessions == 3
    assert memory.last_day == WHEN.date().toordinal()


@pytest.mark.parametrize("left", ["killed", "closed"])
def test_where_a_session_was_cut_off(told: NewTold, left: str) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.enter("holding", "stretch", "left", 2)
    if left == "killed":
        session.vanish()
    session.history.close()
    assert remembered(told).cut_off == CutOff("stretch", Side.LEFT, 2)
    waiting = told()  # the power is cut again before anybody has answered
    waiting.history.close()
    assert remembered(told).cut_off == CutOff("stretch", Side.LEFT, 2)


def cut_off_in_the_second_hold(told: NewTold) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.enter("holding", "stretch", "left", 2)
    session.vanish()


def test_whoever_hears_the_offer_and_ends_the_session_is_not_offered_it_again(told: NewTold) -> None:
    cut_off_in_the_second_hold(told)
    asked = told()
    asked.tell("say_finished", utterance=1, key="return_ask", text="Shall we go on from there?")
    asked.finish("stopped")
    memory = remembered(told)
    assert memory.cut_off is None
    assert memory.sessions == 1


@pytest.mark.parametrize("ended", ["nobody answers", "not heard to its end", "the program is told to end"])
def test_an_offer_that_was_not_answered_stands(told: NewTold, ended: str) -> None:
    cut_off_in_the_second_hold(told)
    asked = told()
    if ended != "not heard to its end":
        asked.tell("say_finished", utterance=1, key="return_ask", text="Shall we go on from there?")
        if ended == "the program is told to end":
            asked.tell("finished", how="cut_off")
        asked.history.close()
    else:
        asked.tell("say_cut", utterance=1, key="return_ask", text="Shall we go on")
        asked.finish("stopped")
    assert remembered(told).cut_off == CutOff("stretch", Side.LEFT, 2)


def test_an_exercise_without_sides_is_gone_on_with_as_well(told: NewTold) -> None:
    session = told()
    session.start()
    session.enter("holding", "rest", None, 1)
    session.vanish()
    assert remembered(told).cut_off == CutOff("rest", None, 1)


@pytest.mark.parametrize("how", ["completed", "stopped", "pain"])
def test_what_was_ended_is_not_gone_on_with(told: NewTold, how: str) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.finish(how)
    assert remembered(told).cut_off is None


def test_only_the_very_last_session_is_gone_on_with(told: NewTold) -> None:
    first = told()
    first.start()
    first.hold("stretch", "left", 2)
    first.vanish()
    second = told(WHEN, replace(ROUTINE, id="other"))
    second.start()
    second.finish()
    assert remembered(told).cut_off is None


def test_a_session_cut_off_before_anything_was_held_simply_begins_again(told: NewTold) -> None:
    session = told()
    session.start()
    session.vanish()
    assert remembered(told).cut_off is None


def test_a_red_flag_is_never_gone_on_after(told: NewTold) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.hurt()
    session.answer("shooting", over=True)
    session.close_report("shooting", "rest", "shooting", "rest", over=True)
    session.enter("quiet", "stretch", "left", 2)
    session.vanish()
    assert remembered(told).cut_off is None


@pytest.mark.parametrize("kind", ["unknown", "sharp", "shooting", "unclear"])
def test_pain_that_was_cut_off_in_its_conversation_counts_as_the_more_serious(told: NewTold, kind: str) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.hurt()
    if kind != "unknown":
        session.answer(kind, over=False)
    session.vanish()
    assert remembered(told).cut_off is None


@pytest.mark.parametrize("outcome", ["again", "taken_back"])
def test_pain_that_allowed_to_go_on_allows_it_after_a_power_cut(told: NewTold, outcome: str) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.hurt()
    session.close_report("dull", outcome, "dull", "resume")
    session.enter("setting_up", "stretch", "right", 1)
    session.vanish()
    assert remembered(told).cut_off == CutOff("stretch", Side.RIGHT, 1)


@pytest.mark.parametrize(
    "edited",
    [
        replace(ROUTINE, exercises=(REST,)),
        replace(ROUTINE, exercises=(replace(ROUTINE.exercises[0], repeats=1), REST)),
        replace(ROUTINE, exercises=(replace(ROUTINE.exercises[0], sides=()), REST)),
    ],
    ids=["no such exercise", "fewer repeats", "no sides"],
)
def test_a_place_that_the_routine_no_longer_has_is_not_gone_on_from(told: NewTold, edited: Any) -> None:
    session = told()
    session.start()
    session.hold("stretch", "left", 1)
    session.enter("holding", "stretch", "left", 2)
    session.vanish()
    assert remembered(told, routine=edited).cut_off is None


def test_pain_is_remembered_in_the_order_of_its_reports_whatever_the_clock_says(told: NewTold) -> None:
    hurt_on(told, 0, 4, -300, 9)
    memory = remembered(told, WHEN + 9 * DAY)
    first = WHEN.date().toordinal()
    assert [report.day - first for report in memory.pain] == [0, 4, -300, 9]
    assert {report.kind for report in memory.pain} == {"dull"}


def test_s9_pain_over_more_than_a_week(told: NewTold) -> None:
    hurt_on(told, 0, 4)
    memory = remembered(told, WHEN + 7 * DAY)
    assert not lasts_over_a_week(memory.pain, memory.now)
    hurt_on(told, 8)
    memory = remembered(told, WHEN + 8 * DAY)
    assert lasts_over_a_week(memory.pain, memory.now)


def pressed_on(told: NewTold, *days: int, by: str = "unknown") -> None:
    for day in days:
        session = told(WHEN + day * DAY)
        session.start()
        session.hurt(by="unknown")
        session.by = by
        session.close_report("unknown", "end", "stop")
        session.finish("pain")


def test_what_an_unknown_machine_pressed_is_remembered_as_that(told: NewTold) -> None:
    hurt_on(told, 0)
    pressed_on(told, 1, 9)
    memory = remembered(told, WHEN + 9 * DAY)
    assert [report.known for report in memory.pain] == [True, False, False]
    assert lasts_over_a_week(memory.pain, memory.now)
    assert not lasts_over_a_week([one for one in memory.pain if one.known], memory.now)


def test_both_reports_of_a_session_are_remembered_where_one_was_pressed_and_one_said(told: NewTold) -> None:
    session = told()
    session.start()
    session.hurt(by="unknown")
    session.close_report("unknown", "rest", "rest")
    session.hurt(by="voice")
    session.close_report("dull", "end", "dull", "stop")
    session.hurt(by="unknown")
    session.close_report("unknown", "end", "stop")
    session.finish("pain")
    assert [one.known for one in remembered(told).pain] == [False, True, False]


def test_what_somebody_in_the_room_answered_is_counted(told: NewTold) -> None:
    pressed_on(told, 0, 9, by="voice")
    assert all(report.known for report in remembered(told, WHEN + 9 * DAY).pain)


def test_a_false_alarm_is_no_pain(told: NewTold) -> None:
    session = told()
    session.start()
    session.hurt()
    session.close_report("unknown", "taken_back", "no")
    session.finish()
    assert remembered(told).pain == ()


def test_time_on_each_side_over_the_last_sessions(told: NewTold) -> None:
    for number in range(7):
        session = told(WHEN + number * DAY)
        session.start()
        session.hold("stretch", "left", 1)
        session.hold("stretch", "left", 2)
        session.hold("stretch", "right", 1, held_s=15.0 if number > 1 else 1000.0)
        session.finish()
    times = {(time.exercise, time.side): time for time in remembered(told).sides}
    assert times["stretch", Side.LEFT] == SideTime("stretch", Side.LEFT, 5 * 60.0, 5 * 60.0)
    assert times["stretch", Side.RIGHT] == SideTime("stretch", Side.RIGHT, 5 * 15.0, 5 * 60.0)
    assert times["ball", Side.LEFT].held_s == 0


def test_a_routine_begun_twice_in_one_session_is_planned_once(told: NewTold) -> None:
    session = told()
    session.start()
    session.start()
    session.finish()
    assert {time.planned_s for time in remembered(told).sides if time.exercise == "stretch"} == {60.0}


def test_pace_and_volume_are_those_chosen_last(told: NewTold) -> None:
    session = told()
    session.tell("pace", pace=1.5)
    session.tell("volume", gain_db=-3.0)
    session.tell("pace", pace=1.25)
    session.finish()
    memory = remembered(told, routine=replace(ROUTINE, id="other"))
    assert (memory.pace, memory.volume_db) == (1.25, -3.0)
