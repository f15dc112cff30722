"""When pain has lasted for more than a week (S9), also by a clock that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceguide.core.week_rule import FORTNIGHT, QUIET_SESSIONS, WEEK, Moment, lasts_over_a_week

DAY_S = 86_400.0
YEARS_AHEAD = 3_700


def sure(day: int, session: int = 0) -> Moment:
    return Moment(day, session=session, earliest=day, latest=day)


def unsure(day: int, session: int, *, between: tuple[int | None, int | None] = (None, None)) -> Moment:
    """What a clock said that nobody had set, in a machine that was started for this session."""
    earliest, latest = between
    return Moment(day, session=session, earliest=earliest, latest=latest, boot=f"start {session}", up_s=60.0)


def offline(*days: int, now: int) -> bool:
    """Tell what follows on a machine that is started for each session and whose clock is never set."""
    moments = [unsure(day, session) for session, day in enumerate(days, 1)]
    return lasts_over_a_week(moments, unsure(now, len(days) + 1))


# --- dates that are sure -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "today", "over"),
    [
        ([], 100, False),
        ([100], 100, False),
        ([93, 100], 100, False),
        ([92, 100], 100, True),
        ([90, 94, 98], 100, True),
        ([90, 94, 98], 112, True),
        ([90, 94, 98], 113, False),  # the last report is more than a fortnight ago
        ([60, 99, 100], 100, False),  # long ago, and again now
        ([60, 68, 99, 100], 100, False),
        ([92, 100, 99], 100, True),  # west over the date line
    ],
)
def test_s9_pain_over_more_than_seven_days(days: list[int], today: int, *, over: bool) -> None:
    moments = [sure(day, session) for session, day in enumerate(days, 1)]
    assert lasts_over_a_week(moments, sure(today, len(days) + 1)) is over


def test_s9_many_sessions_at_sure_dates_are_no_more_than_their_days() -> None:
    moments = [sure(100 + session // 10, session) for session in range(40)]
    assert not lasts_over_a_week(moments, sure(104, 41))


# --- dates that are not --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "now"),
    [
        ([1, 5, -41, 9, 10, 11], 11),  # one dated weeks before, the rest right
        ([1, 5, -41, 9], 10),
        ([1, 5, YEARS_AHEAD, 9, 10, 11], 11),  # one dated 2036
        ([1, 5, YEARS_AHEAD, 9], 10),
        ([1, 5, 9], YEARS_AHEAD),  # only now the clock is wrong
        ([1, 5, 9], -20_000),
        ([100, 104, 3, 4, 8], 8),  # set back for good in between
        ([100, 104, 109], 50),  # and before today
        ([1, 5, YEARS_AHEAD, YEARS_AHEAD + 4], YEARS_AHEAD + 4),  # ahead for good in between
        ([7] * (WEEK + 2), 7),  # standing still
        ([7, 7, 8, 8, 7, 7, 8, 8, 9], 7),  # and going round in circles
    ],
)
def test_s9_a_wrong_clock_hides_no_week_of_pain(days: list[int], now: int) -> None:
    assert offline(*days, now=now)


@pytest.mark.parametrize(
    ("days", "now"),
    [
        ([7], 7),
        ([7, 7, 7], 7),
        ([1, 5, 7], 8),
        ([1, YEARS_AHEAD], YEARS_AHEAD),
        ([5, -20_000], -20_000),
        ([7], 90),
    ],
)
def test_s9_a_wrong_clock_alone_is_no_week_of_pain(days: list[int], now: int) -> None:
    assert not offline(*days, now=now)


def test_s9_standing_still_is_told_from_many_sessions_on_one_day() -> None:
    one_start = [Moment(7, session=session, boot="start 1", up_s=3600.0 * session) for session in range(20)]
    assert not lasts_over_a_week(one_start, replace(one_start[-1], session=20, up_s=3600.0 * 20))
    a_day_each = [replace(one, up_s=DAY_S * one.session) for one in one_start]
    assert lasts_over_a_week(a_day_each, a_day_each[-1])


def test_s9_within_one_start_the_time_is_certain_whatever_the_dates_say() -> None:
    first, last = (
        Moment(day, session=day, boot="start 1", up_s=up_s) for day, up_s in ((900, 60.0), (3, 9 * DAY_S))
    )
    assert lasts_over_a_week([first, last], replace(last, up_s=10 * DAY_S))
    assert not lasts_over_a_week([first, last], replace(last, up_s=(9 + FORTNIGHT + 1) * DAY_S))


def test_s9_sure_dates_around_one_that_is_not_bound_the_time_and_end_a_count() -> None:
    one_day = [unsure(100, session, between=(100, 100)) for session in range(2, 30)]
    assert not lasts_over_a_week([sure(100, 1), *one_day], sure(101, 30))
    late = unsure(YEARS_AHEAD, 2, between=(100, 109))
    assert lasts_over_a_week([sure(100, 1), late], sure(109, 3)), "it may have been as late as the ninth day"
    early = unsure(-20_000, 1, between=(100, 109))
    assert lasts_over_a_week([early, sure(109, 2)], sure(109, 3))
    assert not lasts_over_a_week([sure(100, 1), late], sure(109 + FORTNIGHT + 1, 3))


def test_s9_on_a_machine_whose_clock_is_never_set_the_advice_does_not_go_on_for_ever() -> None:
    days = [unsure(day, session) for session, day in enumerate((1, 5, 9), 1)]
    assert lasts_over_a_week(days, unsure(YEARS_AHEAD, 3 + QUIET_SESSIONS))
    assert not lasts_over_a_week(days, unsure(YEARS_AHEAD, 4 + QUIET_SESSIONS))
    again = unsure(YEARS_AHEAD, 4 + QUIET_SESSIONS)
    assert not lasts_over_a_week([*days, again], unsure(YEARS_AHEAD, 5 + QUIET_SESSIONS))


def test_s9_the_time_a_machine_has_run_ends_a_count_as_well() -> None:
    days = [unsure(day, session) for session, day in enumerate((1, 5, 9), 1)]
    assert not lasts_over_a_week(days, replace(unsure(9, 4), up_s=(FORTNIGHT + 1) * DAY_S))


# --- any dates -----------------------------------------------------------------------------------------------

GAPS = st.lists(st.integers(0, FORTNIGHT), min_size=2, max_size=8)


def true_days(gaps: Sequence[int]) -> list[int]:
    return [1000 + sum(gaps[: number + 1]) for number in range(len(gaps))]


@given(gaps=GAPS, wrong=st.lists(st.none() | st.integers(-20_000, 20_000), min_size=8, max_size=8))
def test_s9_no_wrong_date_takes_a_report_away(gaps: list[int], wrong: list[int | None]) -> None:
    *days, today = true_days(gaps)
    moments = []
    for session, (day, shown) in enumerate(zip(days, wrong, strict=False), 1):
        before = [one for one, said in zip(days[: session - 1], wrong, strict=False) if said is None]
        after = [one for one, said in zip(days[session:], wrong[session:], strict=False) if said is None]
        around = (before[-1] if before else days[0], after[0] if after else today)
        moments.append(sure(day, session) if shown is None else unsure(shown, session, between=around))
    truly = [sure(day, session) for session, day in enumerate(days, 1)]
    if lasts_over_a_week(truly, sure(today, len(days) + 1)):
        assert lasts_over_a_week(moments, sure(today, len(days) + 1))


@given(gaps=GAPS, now=st.integers(-20_000, 20_000), place=st.integers(0, 6), shown=st.integers(-20_000, 20_000))
def test_s9_one_wrong_date_among_dates_that_nobody_can_confirm(
    gaps: list[int], now: int, place: int, shown: int
) -> None:
    *days, _ = true_days(gaps)
    truly = [sure(day, session) for session, day in enumerate(days, 1)]
    told = [unsure(day, session) for session, day in enumerate(days, 1)]
    told[place:place] = [unsure(shown, place + 1)] if 0 < place < len(told) else []
    told = [replace(one, session=session, boot=f"start {session}") for session, one in enumerate(told, 1)]
    if lasts_over_a_week(truly, truly[-1]):
        assert lasts_over_a_week(told, unsure(now, len(told) + 1)), "also where today's date is wrong"


@given(
    days=st.lists(st.integers(0, 5), min_size=1, max_size=30), back=st.integers(1, 10_000), at=st.integers(0, 30)
)
def test_s9_a_clock_set_back_hides_no_more_than_the_step_itself(days: list[int], back: int, at: int) -> None:
    true = [sum(days[: number + 1]) for number in range(len(days))]
    told = [day - (back if number >= at else 0) for number, day in enumerate(true)]
    hidden = days[at] if 0 < at < len(days) else 0
    if true[-1] - true[0] - hidden > WEEK:
        assert offline(*told, now=told[-1])
