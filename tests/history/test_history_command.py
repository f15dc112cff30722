"""`voiceguide history`: look, draw, export, forget."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from told_session import Told
from typer.testing import CliRunner

from voiceguide.cli.history_view import history_view
from voiceguide.cli.main import app
from voiceguide.errors import ChoiceError, HistoryError
from voiceguide.history.database import open_to_read
from voiceguide.history.past import days_in_a_row, read_past, read_sessions
from voiceguide.history.plot import plot
from voiceguide.wall_clock import Reading, Trust

NewTold = Callable[..., Told]
NOW = datetime.now().astimezone().replace(hour=7, minute=30, second=0, microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def weeks(told: NewTold, path: Path) -> Path:
    """Keep sessions on days of the last weeks, one of them with pain."""
    for back in (400, 23, 9, 8, 2, 1, 0):
        session = told(NOW - back * DAY)
        session.start()
        session.hold("stretch", "left", 1)
        session.hold("stretch", "right", 1, held_s=11.0 if back == 8 else 30.0)
        session.at_s += 600
        if back in (8, 400):
            session.hurt()
            session.answer("shooting", over=True, advice="safety_shooting")
            session.close_report("shooting", "end", "shooting", "stop", over=True)
        session.finish("pain" if back in (8, 400) else "completed")
    return path


def run(*arguments: object, answer: str = "", width: int = 80) -> tuple[int, str]:
    environment = {"COLUMNS": str(width), "TERM": "dumb"}
    done = CliRunner().invoke(app, ["history", *map(str, arguments)], input=answer, env=environment)
    if isinstance(done.exception, ChoiceError | HistoryError):
        return done.exception.exit_code, str(done.exception)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def sessions_in(path: Path) -> list[object]:
    connection = open_to_read(path)
    if connection is None:
        return []
    with closing(connection):
        return list(read_sessions(connection))


def test_an_empty_history_is_friendly(tmp_path: Path) -> None:
    code, said = run("--history", tmp_path / "nowhere" / "history.sqlite")
    assert code == 0
    assert "voiceguide routines" in said
    assert list(tmp_path.iterdir()) == [], "looking makes no files"
    assert run()[0] == 0, "the user's own is empty, too"


def test_a_calendar_with_pain_and_the_last_session(weeks: Path) -> None:
    connection = open_to_read(weeks)
    assert connection is not None
    with closing(connection):
        past = read_past(connection, Reading(NOW, Trust.SYNCHRONISED))
        sessions = read_sessions(connection, NOW.date() - 35 * DAY, past)
    console = Console(width=80, record=True, file=io.StringIO())
    for part in history_view(sessions, past, 5):
        console.print(part)
    shown = console.export_text()
    assert max(map(len, shown.splitlines())) <= 80
    cells = [word for line in shown.splitlines()[2:7] for word in line.split()[2:]]
    assert cells.count("11!") == 1
    assert cells.count("11") + cells.count("12") >= 4
    assert "shooting: the exercise was over; ended the session" in " ".join(shown.split())
    assert "stretch, right side" in shown
    assert "3 days in a row" in shown
    assert "6 sessions in these weeks, 7 in all" in shown


@pytest.mark.parametrize("width", [40, 80, 360])
def test_the_calendar_fits_its_window(weeks: Path, width: int) -> None:
    code, said = run("--history", weeks, width=width)
    assert code == 0
    lines = said.splitlines()
    assert max(map(len, lines)) <= width
    assert "Mon" in said
    if width >= 80:
        assert any(line.split()[-2:] == ["in", "all"] for line in lines)


def test_a_row_of_days_that_has_ended_is_not_mentioned(weeks: Path) -> None:
    days = [NOW.date() - back * DAY for back in (9, 8, 2, 1, 0)]
    assert days_in_a_row(days, NOW.date()) == 3
    assert days_in_a_row(days, NOW.date() + DAY) == 3, "today is not over yet"
    assert days_in_a_row(days, NOW.date() + 2 * DAY) == 0
    with sqlite3.connect(weeks) as connection:
        connection.execute("DELETE FROM session WHERE began >= ?", ((NOW - 2 * DAY).date().isoformat(),))
    assert "in a row" not in run("--history", weeks)[1]


def test_a_damaged_history_is_told_in_a_sentence(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    code, said = run("--history", path)
    assert code == 1
    assert "is damaged" in said
    assert path.read_bytes() == b"SQLite format 3\0" + b"nonsense" * 1000


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture(weeks: Path, tmp_path: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / f"weeks.{ending}"
    code, said = run("--history", weeks, "--plot", picture)
    assert code == 0
    assert str(picture) in said
    content = picture.read_bytes()
    if ending == "png":
        assert content.startswith(b"\x89PNG")
    else:
        assert ET.fromstring(content).tag.endswith("svg")  # noqa: S314 - we drew it ourselves


def test_a_picture_of_other_kinds_is_refused(weeks: Path, tmp_path: Path) -> None:
    code, said = run("--history", weeks, "--plot", tmp_path / "weeks.pdf")
    assert code == 2
    assert ".png or .svg" in said


def test_without_matplotlib_it_says_how_to_get_it(
    weeks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # as if it was not installed
    code, said = run("--history", weeks, "--plot", tmp_path / "weeks.png")
    assert code == 1
    assert "pip install 'voiceguide[plot]'" in said


def test_weeks_without_any_session_can_be_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot([], date(2026, 1, 1), date(2026, 1, 1), tmp_path / "nothing.png")
    assert (tmp_path / "nothing.png").stat().st_size > 1000


def test_export_as_json(weeks: Path) -> None:
    code, said = run("--history", weeks, "export", "--json")
    assert code == 0
    kept = json.loads(said)
    assert len(kept["sessions"]) == 7
    session = kept["sessions"][0]
    assert datetime.fromisoformat(session["began"]) == NOW - 400 * DAY
    assert session["pains"][0]["advised"] == ["safety_shooting"]
    hold = session["holds"][1]
    assert (hold["exercise"], hold["side"], hold["repeat"]) == ("stretch", "right", 1)
    assert (hold["planned_s"], hold["held_s"]) == (30.0, 30.0)


def test_export_as_a_table(weeks: Path, tmp_path: Path) -> None:
    output = tmp_path / "kept.csv"
    code, _ = run("export", "--csv", "-o", output, "--history", weeks)
    assert code == 0
    table = list(csv.DictReader(output.open(encoding="utf-8")))
    assert [row["what"] for row in table].count("session") == 7
    assert [row["what"] for row in table].count("hold") == 14
    (first, _) = [row for row in table if row["what"] == "pain"]
    assert (first["pain"], first["answered"], first["outcome"]) == ("shooting", "shooting stop", "end")


@pytest.mark.parametrize("options", [[], ["--csv", "--json"]])
def test_export_asks_for_one_format(weeks: Path, options: list[str]) -> None:
    assert run("--history", weeks, "export", *options)[0] == 2


def test_forgetting_asks_first(weeks: Path) -> None:
    code, said = run("--history", weeks, "forget", answer="n\n")
    assert code == 1
    assert "7 sessions and 2 reports of pain" in said
    assert len(sessions_in(weeks)) == 7


def test_forgetting_leaves_nothing_in_the_file(weeks: Path) -> None:
    code, said = run("--history", weeks, "forget", answer="y\n")
    assert code == 0
    assert "Deleted: 7 sessions and 2 reports of pain" in said
    assert sessions_in(weeks) == []
    for file in weeks.parent.iterdir():
        assert b"stretch" not in file.read_bytes()
        assert b"shooting" not in file.read_bytes()


def test_forgetting_what_is_old(weeks: Path) -> None:
    day = (NOW - 100 * DAY).date()
    code, said = run("--history", weeks, "forget", "--before", day, "--yes")
    assert code == 0
    assert f"Deleted: 1 session and 1 report of pain before {day}." in said
    assert len(sessions_in(weeks)) == 6


def test_a_session_that_runs_is_not_forgotten_and_goes_on(weeks: Path, told: NewTold) -> None:
    running = told(datetime.now(UTC))
    running.start()
    running.hold("stretch", "left", 1)
    code, _ = run("--history", weeks, "forget", "--yes")
    assert code == 0
    running.hurt()
    running.finish()
    assert running.lost == []
    (left,) = sessions_in(weeks)
    assert len(left.pains) == 1  # type: ignore[attr-defined]


def test_nothing_to_forget(tmp_path: Path) -> None:
    assert run("--history", tmp_path / "history.sqlite", "forget") == (0, "There is nothing to forget.\n")
