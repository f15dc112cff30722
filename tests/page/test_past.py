"""What the page is told of earlier sessions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from told_session import Told

from voiceguide.page.past import DAYS_LEAST, past
from voiceguide.wall_clock import Reading, Trust

TODAY = date(2026, 6, 1)
NOW = Reading(datetime(2026, 6, 1, 20, 0, tzinfo=UTC), Trust.SYNCHRONISED)
AGO = (800, 300, 40, 3)


def session(path: Path, ago: int) -> None:
    when = datetime(TODAY.year, TODAY.month, TODAY.day, 7, 30, tzinfo=UTC) - timedelta(days=ago)
    told = Told(path, when)
    told.start()
    told.hold("stretch", "left", 1)
    told.finish()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "history.sqlite"
    for ago in AGO:
        session(path, ago)
    return path


def told(answer: dict[str, Any]) -> list[int]:
    """How many days ago the sessions were."""
    return [(TODAY - date.fromisoformat(one["day"])).days for one in answer["sessions"]]


@pytest.mark.parametrize(
    ("days", "ago", "first"),
    [(56, [40, 3], 55), (365, [300, 40, 3], 364), (1, [], 0), (0, [], 0), (None, list(AGO), 800)],
)
def test_as_far_back_as_is_asked_for(kept: Path, days: int | None, ago: list[int], first: int) -> None:
    answer = past(kept, NOW, days)
    assert told(answer) == ago
    assert date.fromisoformat(answer["first"]) == TODAY - timedelta(days=first)
    assert answer["last"] == TODAY.isoformat()


def test_all_of_a_few_days_is_drawn_over_as_many_as_usual(tmp_path: Path) -> None:
    session(tmp_path / "history.sqlite", 3)
    answer = past(tmp_path / "history.sqlite", NOW, None)
    assert told(answer) == [3]
    assert date.fromisoformat(answer["first"]) == TODAY - timedelta(days=DAYS_LEAST - 1)


def test_without_a_history_there_is_nothing_to_tell(tmp_path: Path) -> None:
    answer = past(tmp_path / "history.sqlite", NOW, None)
    assert (answer["sessions"], answer["days_in_a_row"]) == ([], 0)
