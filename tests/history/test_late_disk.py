"""A disk that is slow, a database that somebody locks, a process that is killed between the two: no report is
lost."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_routine import ROUTINE
from told_session import WHEN, Told, right

from voiceguide.core.week_rule import lasts_over_a_week
from voiceguide.history import reports as reports_of
from voiceguide.history.database import open_to_write
from voiceguide.history.forget import forget
from voiceguide.history.history import History
from voiceguide.history.recollection import Recollection
from voiceguide.testing.waiting import until

PATIENCE_S = 60.0
"""There to end a hang, not to measure."""

NewTold = Callable[..., Told]
Rows = Callable[[str], list[tuple[Any, ...]]]

LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Have another process hold the database, as a browser with an open edit does."""
    command = [sys.executable, "-c", LOCKING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            other.stdin.close()
            other.wait()


def apart(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.reports-*"))


class Live(Told):
    """A session that nobody waits for, with the reports that were told to be safe."""

    def __init__(self, path: Path, when: Any = WHEN) -> None:
        super().__init__(path, when)
        self.history.close()
        self.kept: list[int] = []
        self.lost.clear()
        self.history = History(path, ROUTINE, clock=right(when), live=True)
        self.history.on_loss(self.lost.append)
        self.history.on_kept(self.kept.append)


@pytest.fixture
def live(path: Path) -> Iterator[Live]:
    session = Live(path)
    yield session
    session.history.close(within_s=PATIENCE_S)


def test_a_locked_database_holds_up_nobody_and_follows(live: Live, path: Path, rows: Rows) -> None:
    live.start()
    until(lambda: rows("SELECT started FROM session") == [(1,)], "the session")
    with locked(path):
        live.hurt()
        live.answer("sharp", over=True)
        until(lambda: live.kept == [1], "the report")
        (file,) = apart(path)
        assert [json.loads(line).get("kind") for line in file.read_text().split("\n") if line] == [
            None,  # the session
            "unknown",
            "sharp",
        ]
        assert "it hurts" not in file.read_text()
        assert file.stat().st_mode & 0o077 == 0
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as other:
            assert other.execute("SELECT count(*) FROM pain").fetchone() == (0,), "it was locked indeed"
    live.close_report("sharp", "end", "sharp", over=True)
    live.history.close(within_s=PATIENCE_S)
    assert rows("SELECT kind, exercise_over, outcome FROM pain") == [("sharp", 1, "end")]
    assert apart(path) == []
    assert live.lost == []


def test_notice_does_not_wait_for_a_disk_that_blocks(
    live: Live, path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    frees, blocked = threading.Event(), threading.Event()
    really = os.fsync

    def fsync(descriptor: int) -> None:
        blocked.set()
        assert frees.wait(PATIENCE_S)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with locked(path):
        live.start()
        live.hurt()  # in this very thread: it would wait here for ever
        assert blocked.wait(PATIENCE_S)
        assert live.kept == []
        live.close_report("dull", "again", "dull")
        live.hurt()
        frees.set()
        until(lambda: live.kept == [1, 2], "both reports")
    until(lambda: len(rows("SELECT * FROM pain")) == 2, "the database")
    assert live.lost == []


def test_the_database_makes_a_report_safe_where_its_own_file_cannot_be_written(
    live: Live, path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    live.start()
    live.hurt()
    until(lambda: live.kept == [1], "the report")
    assert rows("SELECT kind FROM pain") == [("unknown",)]
    monkeypatch.undo()
    live.history.close(within_s=PATIENCE_S)
    assert apart(path) == []


def test_what_takes_nothing_for_long_is_told_once(live: Live, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceguide.history.history.LATE_S", 0.2)
    with locked(path):
        live.start()
        live.hurt()
        until(lambda: live.kept == [1], "the report")
        until(lambda: live.enter("safety") or live.lost, "the word")
        live.enter("safety")
        assert len(live.lost) == 1


def test_on_files_a_report_waits_for_its_own_file_where_the_database_is_locked(
    told: NewTold, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceguide.history.database.BUSY_S", 0.1)
    session, kept = told(), list[int]()
    session.history.on_kept(kept.append)
    session.start()
    with locked(path):
        session.hurt()
        assert kept == [1]
        assert len(apart(path)) == 1
    session.finish("pain")
    assert apart(path) == []


KILLED = """
import os, sys, time
from datetime import timedelta
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from small_routine import ROUTINE
from told_session import WHEN, Told, right
from voiceguide.history.history import History
path = Path(sys.argv[1])
told = Told(path, WHEN - timedelta(days=9))
told.history.close()
told.history = History(path, ROUTINE, clock=right(WHEN - timedelta(days=9)), live=True)
told.history.on_kept(lambda number: print("kept", number, flush=True))
told.start()
time.sleep(0.5)
print("started", flush=True)
sys.stdin.readline()
told.hurt()
told.answer("sharp", over=True)
time.sleep(600)
"""


def killed_between_the_file_and_the_database(path: Path) -> None:
    """Leave a report that is in its own file and not in the database, by a real kill."""
    here = Path(__file__).parent
    command = [sys.executable, "-c", KILLED, str(path), str(here), str(here.parent / "core")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        with locked(path):
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "kept 1\n"
            (file,) = apart(path)
            until(lambda: "sharp" in file.read_text(), "the kind")
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert len(apart(path)) == 1


def test_a_process_killed_between_the_file_and_the_database_loses_no_report(path: Path, rows: Rows) -> None:
    killed_between_the_file_and_the_database(path)
    assert rows("SELECT count(*) FROM pain") == [(0,)]
    content = apart(path)[0].read_bytes()
    name = apart(path)[0]
    for again in range(3):
        Told(path).history.close()
        assert rows("SELECT exercise, side, kind, exercise_over FROM pain") == [("stretch", "left", "sharp", 1)]
        assert rows("SELECT how, started FROM session") == [("cut_off", 1)]
        assert not apart(path)
        if again == 0:  # the power is cut before the file was taken away
            name.write_bytes(content)


def test_a_report_that_is_only_in_its_file_counts_for_the_week_rule(path: Path) -> None:
    killed_between_the_file_and_the_database(path)
    today = Told(path)
    today.start()
    today.hurt()
    today.finish("pain")
    remembered = Told(path).history.remembered
    assert lasts_over_a_week(remembered.pain, remembered.now)


def test_where_the_database_stays_locked_what_is_in_the_file_counts_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_between_the_file_and_the_database(path)
    monkeypatch.setattr("voiceguide.history.database.BUSY_S", 0.1)
    with locked(path):
        session = Told(path, WHEN + timedelta(hours=1))
        (report,) = session.history.remembered.pain
        assert (report.kind, report.red_flag) == ("sharp", True)
        assert len(apart(path)) == 1
        session.history.close()
    (report,) = Told(path).history.remembered.pain
    assert apart(path) == []


def test_a_file_that_was_cut_off_in_the_middle_of_a_line_is_read_up_to_there(path: Path, rows: Rows) -> None:
    killed_between_the_file_and_the_database(path)
    (file,) = apart(path)
    file.write_bytes(file.read_bytes()[:-9])
    Told(path).history.close()
    assert rows("SELECT kind, exercise_over FROM pain") == [("unknown", 0)]


STRANGE = json.dumps(
    {"token": [], "routine": "small", "boot": None, "up_s": 1.0, "clock": "none", "started": 1}
    | {"began": "2026-03-01T07:30:00+01:00", "truly_began": None}
)

SESSION = STRANGE.replace("[]", '"x"')
REPORT = json.dumps(
    {"report": 1, "reported": "2026-03-01T07:31:00+01:00", "exercise": "stretch", "side": None, "repeat": 1}
    | {"kind": "dull", "over": 0}
)
TOO_MUCH = (
    REPORT.replace('"report": 1', '"report": 1e999'),
    REPORT.replace('"repeat": 1', f'"repeat": {10**30}'),
    REPORT.replace("stretch", "\\ud800"),
    "[" * 200_000,
)
"""Lines that JSON allows and a database does not take."""

SENSELESS = (
    *(b"\x00" * 300, b'{"report": 1, "kind": "dull"}\n', b"no line at all", b"[1]\n", STRANGE.encode()),
    *(f"{SESSION}\n{line}\n".encode() for line in TOO_MUCH),
)


@pytest.mark.parametrize("damage", SENSELESS, ids=range(len(SENSELESS)))
def test_a_file_that_makes_no_sense_is_kept_aside_and_ends_nothing(
    path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    Told(path).history.close()
    file = path.with_name("history.sqlite.reports-x")
    file.write_bytes(damage)
    session = Told(path)
    assert session.lost == []
    assert apart(path) == [path.with_name("history.sqlite.reports-x.damaged")]
    session.history.close()
    assert path.with_name("history.sqlite.reports-x.damaged").read_bytes() == damage
    assert caplog.text.count("cannot be read") == 1
    Told(path).history.close()
    assert caplog.text.count("cannot be read") == 1


def test_what_the_database_knows_better_is_not_taken_back(path: Path, rows: Rows) -> None:
    killed_between_the_file_and_the_database(path)
    connection, _ = open_to_write(path)
    with closing(connection):
        left = reports_of.left_beside(path)
        reports_of.take_over(connection, left)
        connection.execute("UPDATE pain SET kind = 'shooting'")
        reports_of.take_over(connection, left)
        assert rows("SELECT kind, exercise_over FROM pain") == [("shooting", 1)]
        connection.execute("UPDATE pain SET kind = 7")  # a damaged row knows nothing better
        reports_of.take_over(connection, left)
        assert rows("SELECT kind, exercise_over FROM pain") == [("sharp", 1)]
        connection.execute("UPDATE pain SET kind = 'unknown', exercise_over = 0, outcome = 'taken_back'")
        reports_of.take_over(connection, left)
    assert rows("SELECT kind, outcome FROM pain") == [("unknown", "taken_back")]


def test_a_file_of_reports_says_who_reported(
    told: NewTold, path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = told()
    session.start()
    with locked(path):
        monkeypatch.setattr("voiceguide.history.database.BUSY_S", 0.1)
        session.hurt(by="unknown")
        (file,) = apart(path)
        content = file.read_bytes()
    session.finish("pain")
    path.unlink()
    file.write_bytes(content)
    (report,) = told().history.remembered.pain
    assert not report.known
    assert rows("SELECT said_by FROM pain") == [("unknown",)]


def test_the_file_of_a_session_that_runs_is_left_to_it(live: Live, path: Path) -> None:
    live.start()
    with locked(path):
        live.hurt()
        until(lambda: live.kept == [1], "the report")
        assert reports_of.left_beside(path) == []
        assert len(reports_of.left_beside(path, apart(path))) == 1


def test_what_is_forgotten_is_forgotten_in_the_file_as_well(path: Path, rows: Rows) -> None:
    killed_between_the_file_and_the_database(path)
    assert forget(path).reports == 1
    assert apart(path) == []
    assert rows("SELECT count(*) FROM pain") == [(0,)]


def test_sessions_whose_database_was_locked_are_written_in_the_order_in_which_they_were(
    path: Path, rows: Rows
) -> None:
    memory = Recollection(path, {ROUTINE.id: ROUTINE}, live=True, clock=right(WHEN))
    with locked(path):
        for day in range(3):
            history = memory.session(ROUTINE.id)
            history.notice(
                {"time_s": float(day), "kind": "pain", "report": 1, "pain": "dull", "over": False}
                | {"exercise": f"{day}", "side": None, "repeat": 1}
            )
            memory.over(history)
            time.sleep(0.1)
        until(lambda: len(apart(path)) == 3, "three reports")
    assert history.over.wait(PATIENCE_S)
    memory.close()
    assert rows("SELECT exercise FROM pain ORDER BY session") == [("0",), ("1",), ("2",)]
    assert apart(path) == []


def test_standby_knows_of_a_report_that_is_not_in_the_database_yet(path: Path) -> None:
    memory = Recollection(path, {ROUTINE.id: ROUTINE}, live=True, clock=right(WHEN))
    history = memory.session(ROUTINE.id)
    with locked(path):
        history.notice(
            {"time_s": 1.0, "kind": "pain", "report": 1, "pain": "dull", "over": False}
            | {"exercise": "stretch", "side": None, "repeat": 1}
        )
        began_s = time.monotonic()
        memory.over(history)
        assert memory.of(ROUTINE.id).remembered.pain == ()
        assert time.monotonic() - began_s < PATIENCE_S, "and it did not wait for it"
        until(lambda: memory.of(ROUTINE.id).remembered.pain, "the report")
    memory.close()
