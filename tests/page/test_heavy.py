"""Work that may take long is done one piece after the other, within limits, and what takes for ever is noticed."""

from __future__ import annotations

import asyncio
import threading

import pytest

from voiceguide.page.heavy import AT_ONCE, EVERY_S, TAKES_MOST_S, WAITING_MOST, BusyError, Heavy
from voiceguide.page.routines import PROBLEMS_MOST, check
from voiceguide.seldom import KINDS_MOST, Counts


def test_each_browser_may_ask_for_so_many() -> None:
    time = [0.0]
    heavy = Heavy(lambda: time[0])

    async def ask(who: str) -> int:
        return await heavy.do(who, lambda: 7)

    async def several() -> None:
        for _ in range(AT_ONCE):
            assert await ask("one") == 7
        with pytest.raises(BusyError) as busy:
            await ask("one")
        assert (busy.value.status, busy.value.why, busy.value.wait_s) == (429, "wait", EVERY_S)
        assert await ask("another") == 7
        time[0] += EVERY_S
        assert await ask("one") == 7

    asyncio.run(several())


def test_one_at_a_time_and_not_too_many_wait() -> None:
    time, at_work, most = [0.0], [0], [0]
    began, may_end = threading.Event(), threading.Event()
    heavy = Heavy(lambda: time[0])

    def work() -> None:
        at_work[0] += 1
        began.set()
        most[0] = max(most[0], at_work[0])
        assert may_end.wait(60)
        at_work[0] -= 1

    async def crowd() -> list[object]:
        asked = [asyncio.create_task(heavy.do(str(number), work)) for number in range(WAITING_MOST + 5)]
        assert await asyncio.to_thread(began.wait, 60)
        assert not heavy.takes_too_long
        time[0] += TAKES_MOST_S + 1
        assert heavy.takes_too_long
        may_end.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    came = asyncio.run(crowd())
    assert most == [1]
    refused = [one for one in came if isinstance(one, BusyError)]
    assert {(one.status, one.why) for one in refused} == {(503, "too_many")}
    assert len(came) - len(refused) in {WAITING_MOST, WAITING_MOST + 1}
    assert not heavy.takes_too_long


def test_of_many_problems_the_first_are_told_and_of_the_rest_the_number() -> None:
    answer = check("x", "".join(f"k{number}: 1\n" for number in range(500)))
    assert len(answer["problems"]) == PROBLEMS_MOST
    assert answer["more"] > 500 - PROBLEMS_MOST
    assert "more" not in check("x", "title: A")


def test_a_kind_of_trouble_is_worth_a_line_once_and_then_seldom() -> None:
    counts = Counts()
    told = [count for _ in range(1234) if (count := counts.worth_telling("a"))]
    assert told == [1, 10, 100, 1000]
    assert counts.worth_telling("b") == 1
    for number in range(2 * KINDS_MOST):
        counts.worth_telling(number)
    assert len(counts._counts) == KINDS_MOST
