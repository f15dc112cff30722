"""Doctor's row for the clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voiceguide.doctor.check import Verdict
from voiceguide.doctor.clock import clock
from voiceguide.wall_clock import Reading, Trust

NOW = datetime(2026, 11, 9, 8, 5, tzinfo=UTC)


def test_a_clock_that_a_time_server_has_set_is_good_and_it_says_when() -> None:
    last = datetime(2026, 11, 8, 20, 30, tzinfo=UTC)
    check = clock(lambda: Reading(NOW, Trust.SYNCHRONISED, up_s=90.0, last_set=last))
    assert (check.verdict, check.remedy) == (Verdict.GOOD, "")
    assert check.found == "9 November 2026, 08:05, synchronised, last on 8 November, 20:30"
    assert check.figures == {
        "synchronised": True,
        "last_set": last.isoformat(),
        "up_s": 90.0,
        "set_by": "synchronised",
    }


def test_when_is_left_out_where_it_is_not_known() -> None:
    check = clock(lambda: Reading(NOW, Trust.SYNCHRONISED))
    assert check.found == "9 November 2026, 08:05, synchronised"


@pytest.mark.parametrize(
    ("trust", "words"), [(Trust.HARDWARE, "set by a clock with a battery"), (Trust.NONE, "it may be wrong")]
)
def test_a_clock_that_no_time_server_has_set_is_a_warning_with_a_remedy(trust: Trust, words: str) -> None:
    check = clock(lambda: Reading(NOW, trust, up_s=9_000.0))
    assert check.verdict is Verdict.WARNING
    assert "not synchronised since the machine started 2.5 hours ago" in check.found
    assert words in check.found
    assert "timedatectl" in check.remedy
    assert check.figures["synchronised"] is False
