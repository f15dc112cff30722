"""Histories that are damaged in any way, files that are none, and other programs that keep one to themselves."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_routine import ROUTINE
from told_session import WHEN, right
from typer.testing import CliRunner

from benchmarks.damaged_history import KINDS, make, trouble_of
from voiceguide.cli.main import app
from voiceguide.core.memory import Remembered
from voiceguide.core.week_rule import lasts_over_a_week
from voiceguide.errors import HistoryError
from voiceguide.history import another_program
from voiceguide.history.database import open_to_read, open_to_write
from voiceguide.history.history import History, is_introduced
from voiceguide.history.looking import look
from voiceguide.history.memory import remember
from voiceguide.history.past import read_sessions
from voiceguide.history.recollection import Recollection
from voiceguide.places import history_file

NewTold = Callable[..., Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "history.sqlite"
    make(path)
    return path


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_history_ends_nothing(whole: Path, tmp_path: Path, kind: str, seed: int) -> None:
    """Some of `benchmarks/damaged_history.py`, which by itself tries hundreds."""
    path = tmp_path / "history.sqlite"
    shutil.copyfile(whole, path)
    assert trouble_of(path, kind, seed) is None


def test_an_error_of_sqlites_that_is_no_text(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(whole.read_bytes().replace(b"CREATE INDEX pain", b"CREATE\xa0INDEX pain"))
    with pytest.raises(HistoryError, match="damaged"):
        open_to_read(path)
    with closing(History(path, ROUTINE)) as history:
        assert history.remembered.pain, "the tables themselves are whole"


# --- a row that cannot be read -------------------------------------------------------------------------------


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement, values)
        connection.commit()


def days_of_pain(told: NewTold, path: Path, *days: int) -> None:
    for day in days:
        session = told(WHEN + timedelta(days=day))
        session.start()
        session.hold("stretch", "left", 1)
        session.hurt()
        session.close_report("dull", "again", "dull", "resume")
        session.finish()


BAD = ("yesterday", "9999-12-31T23:59:59+00:00", "2026-03-01", 7, b"\xff", None)
"""What a date is not: too far, without an offset, no text."""


@pytest.mark.parametrize("bad", BAD[:-1], ids=str)
@pytest.mark.parametrize("column", ["session.began", "pain.reported"])
def test_s9_a_report_counts_although_its_date_or_that_of_its_session_is_lost(
    told: NewTold, path: Path, column: str, bad: object
) -> None:
    days_of_pain(told, path, 0, 3, 6, 9)
    table, name = column.split(".")
    change(path, f"UPDATE {table} SET {name} = ? WHERE id = 1", bad)  # noqa: S608 - from above
    with closing(History(path, ROUTINE, clock=right(WHEN + timedelta(days=10)))) as history:
        assert len(history.remembered.pain) == 4
        assert lasts_over_a_week(history.remembered.pain, history.remembered.now)


@pytest.mark.parametrize("bad", [7, b"\xff", "nobody"], ids=str)
def test_first_and_last_report_of_the_person_and_of_an_unknown_machine_are_told_apart(
    told: NewTold, path: Path, bad: object
) -> None:
    session = told()
    session.start()
    for by in ("voice", "unknown", "unknown", "voice", "unknown", "voice"):
        session.hurt(by=by)
        session.close_report("dull", "again", "dull", "resume")
    session.finish()
    change(path, "UPDATE pain SET said_by = ? WHERE id = 1", bad)
    with closing(History(path, ROUTINE, clock=right(WHEN + timedelta(days=1)))) as history:
        assert [report.known for report in history.remembered.pain] == [True, False, False, True], "as in doubt"


def test_what_is_looked_up_in_memory_is_read_row_by_row_and_from_a_damaged_file_as_well(
    told: NewTold, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    days_of_pain(told, path, 0, 3, 6, 9)
    change(path, "UPDATE pain SET reported = 'yesterday' WHERE id = 2")
    clock = right(WHEN + timedelta(days=10))

    def known() -> Remembered:
        live = Recollection(path, {ROUTINE.id: ROUTINE}, live=True, clock=clock)
        try:
            return live.of(ROUTINE.id).remembered
        finally:
            live.close()

    assert len(known().pain) == 4
    assert "1 row of the table “pain” cannot be read" in caplog.text
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'session_that_runs'"
        ).fetchone()
    content = bytearray(path.read_bytes())
    content[4096 * (page - 1) : 4096 * page] = os.urandom(4096)
    path.write_bytes(content)
    with closing(look(path)) as copy:
        assert len(remember(copy, ROUTINE, clock()).pain) == 4


def test_what_cannot_be_read_costs_its_own_row_and_is_told_once_with_table_and_number(
    told: NewTold, path: Path
) -> None:
    days_of_pain(told, path, 0, 1, 2)
    change(path, "UPDATE hold SET held_s = 'long' WHERE id IN (1, 2)")
    change(path, "UPDATE pain SET repeat = -1 WHERE id = 3")
    said = ""
    for _ in range(3):
        done = CliRunner().invoke(app, ["history", "export", "--csv", "--history", str(path)])
        assert done.exit_code == 0
        said += " ".join(done.stderr.split())
    what = [line.partition(",")[0] for line in done.stdout.splitlines()]
    assert (what.count("session"), what.count("hold"), what.count("pain")) == (3, 1, 2)
    assert said.count("cannot be read") == 1
    assert "2 rows of the table “hold” and 1 row of the table “pain” cannot be read" in said


def test_text_of_a_history_cannot_steer_the_terminal(told: NewTold, path: Path) -> None:
    days_of_pain(told, path, 0)
    change(path, "UPDATE session SET routine = ?", "small\x1b]0;owned\x07\u202e")
    change(path, "UPDATE pain SET kind = ?", "sharp\x1b[31m")
    for arguments in ((), ("export", "--json"), ("export", "--csv")):
        said = CliRunner().invoke(app, ["history", *arguments, "--history", str(path)]).output
        assert not set(said) & {"\x1b", "\x07", "\u202e"}, arguments


# --- what can be saved of a damaged file ---------------------------------------------------------------------


def test_reports_are_saved_from_a_damaged_file(told: NewTold, path: Path) -> None:
    days_of_pain(told, path, 0, 3, 6, 9)
    content = path.read_bytes()
    change(path, "DROP INDEX hold_of_session")  # a page is then unused and checked all the same
    path.write_bytes(content[:-4096] + os.urandom(4096))
    session = told(WHEN + timedelta(days=10))
    (why,) = session.lost
    assert "rows of it that could be read" in why
    assert len(session.history.remembered.pain) == 4
    assert lasts_over_a_week(session.history.remembered.pain, session.history.remembered.now)


def test_a_report_is_saved_although_its_session_is_lost(path: Path, tmp_path: Path) -> None:
    connection, _ = open_to_write(tmp_path / "old.sqlite")
    with closing(connection):
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "INSERT INTO pain (session, report, reported, exercise, repeat, kind)"
            " VALUES (7, 1, '2026-03-01T07:30:00+00:00', 'stretch', 1, 'sharp')"
        )
        connection.execute("DROP TABLE setting")
    path.parent.mkdir(parents=True)
    shutil.copyfile(tmp_path / "old.sqlite", path)
    connection, aside = open_to_write(path)
    with closing(connection):
        assert aside is not None
        (kept,) = read_sessions(connection)
        assert [pain.kind for pain in kept.pains] == ["sharp"]


# --- what is no history --------------------------------------------------------------------------------------


def no_history(folder: Path) -> Iterator[Path]:
    """Files that somebody may name by mistake."""
    for name, content in (
        ("letter.txt", b"Dear Anna,\n" * 900),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + os.urandom(9000)),
        ("short", b"x"),
        ("zeros", bytes(9000)),
    ):
        path = folder / name
        path.write_bytes(content)
        yield path
    path = folder / "bookmarks.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (page TEXT)")
    yield path


def test_a_file_that_is_no_history_is_not_touched(tmp_path: Path) -> None:
    for path in no_history(tmp_path):
        path.chmod(0o644)
        before = path.read_bytes()
        with closing(History(path, ROUTINE)) as history:
            lost: list[str] = []
            history.on_loss(lost.append)
        assert len(lost) == 1
        assert "was left as it is" in lost[0]
        assert not is_introduced(path)
        for arguments in ((), ("forget", "--yes"), ("export", "--json")):
            done = CliRunner().invoke(app, ["history", *arguments, "--history", str(path)])
            assert isinstance(done.exception, HistoryError), (path, arguments)
        assert path.read_bytes() == before
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert not [*tmp_path.glob("*damaged*"), *tmp_path.glob("*-wal"), *tmp_path.glob("*-shm")]


def test_what_stands_in_the_usual_place_is_ours_however_damaged() -> None:
    history_file().parent.mkdir(parents=True)
    history_file().write_bytes(bytes(9000))
    with closing(History(history_file(), ROUTINE)) as history:
        lost: list[str] = []
        history.on_loss(lost.append)
    assert "It is kept as" in lost[0]
    assert history_file().with_name("history.sqlite.damaged-1").read_bytes() == bytes(9000)


@pytest.mark.parametrize(
    "what", ["/dev/null", "/dev/zero", "/dev/full", "pipe", "socket", "folder", "x" * 300, "a\0b"]
)
def test_what_is_no_file_is_refused_with_a_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / what  # an absolute one stays as it is
    if what == "pipe":
        os.mkfifo(path)
    elif what == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    elif what == "folder":
        path.mkdir()
    for open_it in (open_to_read, open_to_write):
        with pytest.raises(HistoryError, match="--history"):
            open_it(path)
    assert not is_introduced(path)


# --- other programs ------------------------------------------------------------------------------------------

KEEPER = """
import fcntl, os, sqlite3, sys
path, how = sys.argv[1:]
if how == "turn":
    fcntl.flock(os.open(os.path.dirname(path), os.O_RDONLY), fcntl.LOCK_EX)
else:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
print("kept", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["turn", "database"])
def test_another_program_is_waited_for_with_a_word_and_a_limit(
    told: NewTold, path: Path, how: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    days_of_pain(told, path, 0)
    monkeypatch.setattr(another_program, "LIMIT_S", 1.0)
    monkeypatch.setattr(another_program, "WORD_AFTER_S", 0.2)
    command = [sys.executable, "-c", KEEPER, str(path), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout
        assert keeper.stdout.readline() == "kept\n"
        with caplog.at_level(logging.WARNING), pytest.raises(HistoryError, match="kept by another program"):
            open_to_write(path)
        keeper.communicate("enough\n")
    assert [one for one in caplog.messages if "used by another program" in one] == [
        f"{path} is used by another program just now; waiting for it."
    ]
    open_to_write(path)[0].close()


def test_the_word_comes_after_two_seconds_and_the_limit_later() -> None:
    assert another_program.WORD_AFTER_S == 2.0
    assert another_program.LIMIT_S > another_program.WORD_AFTER_S
