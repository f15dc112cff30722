"""A full disk, a folder that is read-only, a damaged file, a newer version: the session goes on and says so."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from voiceguide.errors import HistoryError
from voiceguide.history import schema
from voiceguide.history.database import is_whole, open_to_read, open_to_write
from voiceguide.history.schema import MIGRATIONS, VERSION, migrate, version_of

NewTold = Callable[..., Any]
Rows = Callable[[str], list[tuple[Any, ...]]]


def reports(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM pain").fetchone()[0])


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Let this process write no file beyond a size, as a full disk would not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_once_and_what_waited_is_written_when_there_is_room(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    with files_no_longer_than(0):
        session.hurt()
        session.hurt()
        session.hold("stretch", "left", 1)
    assert reports(path) == 0, "the disk was full indeed"
    (why,) = session.lost
    assert str(path) in why
    session.hold("stretch", "left", 2)
    assert reports(path) == 2
    session.finish()
    assert len(session.lost) == 1
    assert told().lost == []


def test_a_disk_that_is_full_from_the_start(told: NewTold) -> None:
    with files_no_longer_than(0):
        session = told()
        session.start()
        session.hurt()
        session.finish()
    assert len(session.lost) == 1
    assert session.history.remembered.today > 0


def test_an_entry_that_cannot_be_kept_is_told_and_costs_no_other(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    session.tell("pain", report=1, pain="unknown", over=False)  # nowhere
    (why,) = session.lost
    assert str(path) in why
    session.hurt()
    session.finish()
    assert reports(path) == 1


@pytest.mark.parametrize("folder", ["/proc/voiceguide", "/dev/null/voiceguide"])
def test_a_folder_that_cannot_be_written(told: NewTold, folder: str) -> None:
    session = told(file=Path(folder) / "history.sqlite")
    session.start()
    session.hurt()
    session.finish()
    (why,) = session.lost
    assert "--history" in why


@pytest.fixture
def nobody() -> Iterator[Path]:
    """Be somebody without privileges, in a folder that everybody may read."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        before = os.geteuid()
        if before == 0:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(before)
            Path(folder).chmod(0o755)


def test_a_read_only_history_can_be_looked_at_and_is_not_written(told: NewTold, nobody: Path) -> None:
    path = nobody / "history.sqlite"
    session = told(file=path)
    session.start()
    session.hurt()
    session.finish()
    path.chmod(0o444)
    nobody.chmod(0o555)
    before = path.read_bytes()
    connection = open_to_read(path)
    assert connection is not None
    with closing(connection):
        assert connection.execute("SELECT count(*) FROM pain").fetchone()[0] == 1
    second = told(file=path)
    second.start()
    second.hurt()
    second.finish()
    assert len(second.lost) == 1
    assert path.read_bytes() == before
    assert len(second.history.remembered.pain) == 1, "what can be read is remembered"


@pytest.mark.parametrize("damage", ["header", "middle", "cut short"])
def test_a_damaged_file_is_kept_aside_as_it_is(told: NewTold, path: Path, damage: str) -> None:
    for _ in range(8):
        session = told()
        session.start()
        for _ in range(12):
            session.hurt()
        session.finish()
    content = bytearray(path.read_bytes())
    match damage:
        case "header":
            content[:16] = bytes(16)
        case "middle":
            content[4096:-4096] = os.urandom(len(content) - 8192)
        case "cut short":
            del content[len(content) // 2 :]
    path.write_bytes(content)
    with pytest.raises(HistoryError, match=r"damaged|cannot be read"):
        look(path)
    session = told()
    aside = path.with_name("history.sqlite.damaged-1")
    assert aside.read_bytes() == bytes(content)
    (why,) = session.lost
    assert str(aside) in why
    saved = reports(path)
    assert bool(saved) == bool(session.history.remembered.pain)
    assert "rows of it" in why or not saved
    session.start()
    session.hurt()
    session.finish()
    assert reports(path) == saved + 1
    again = b"SQLite format 3\0 and again"
    path.write_bytes(again)
    told()
    assert path.with_name("history.sqlite.damaged-2").read_bytes() == again
    assert aside.read_bytes() == bytes(content)


def look(path: Path) -> None:
    connection = open_to_read(path)
    assert connection is not None
    with closing(connection):
        if not is_whole(connection):
            raise HistoryError("damaged")


@pytest.mark.parametrize(
    "written",
    [
        "UPDATE session SET began = 'yesterday'",
        "UPDATE session SET began = '2026-03-01', truly_began = NULL, boot = NULL",
        "UPDATE session SET clock = 'a sundial'",
    ],
)
def test_what_no_voiceguide_wrote_ends_no_session(
    told: NewTold, path: Path, written: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = told()
    first.start()
    first.finish()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(written)
        connection.commit()
    session = told()
    session.start()
    session.hurt()
    session.finish()
    assert session.lost == [], "what happens now is kept"
    assert "1 row of the table “session” cannot be read" in caplog.text
    assert reports(path) == 1


def test_a_newer_version_is_left_as_it_is(told: NewTold, path: Path) -> None:
    told().finish()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    session = told()
    session.start()
    session.hurt()
    session.finish()
    (why,) = session.lost
    assert "newer voiceguide" in why
    with pytest.raises(HistoryError, match="newer voiceguide"):
        open_to_read(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_another_programs_database_is_left_as_it_is(told: NewTold, path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (page TEXT)")
    before = path.read_bytes()
    session = told()
    session.start()
    (why,) = session.lost
    assert "another program" in why
    assert path.read_bytes() == before


def test_an_older_version_is_brought_up_to_date(
    told: NewTold, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = told()
    session.start()
    session.hurt()
    session.finish()
    newer = (*MIGRATIONS, ("ALTER TABLE pain ADD COLUMN depth REAL", "UPDATE pain SET depth = 0.5"))
    with closing(open_to_write(path)[0]) as connection:
        migrate(connection, newer)
        assert version_of(connection) == len(newer)
        assert connection.execute("SELECT depth FROM pain").fetchone()[0] == 0.5
        migrate(connection, newer)  # nothing is done twice


def test_reports_that_an_older_version_kept_count_as_said(told: NewTold, path: Path) -> None:
    session = told()
    session.start()
    session.hurt()
    session.finish()
    with closing(sqlite3.connect(path)) as connection:  # as version 2 left it
        connection.execute("ALTER TABLE pain DROP COLUMN said_by")
        connection.execute("DROP INDEX session_by_token")
        connection.execute("ALTER TABLE session DROP COLUMN token")
        connection.execute("PRAGMA user_version = 2")
        connection.commit()
    newer = told()
    newer.history.close()
    assert [report.known for report in newer.history.remembered.pain] == [True]
    with closing(open_to_write(path)[0]) as connection:
        assert version_of(connection) == VERSION
        assert connection.execute("SELECT said_by FROM pain").fetchone()[0] is None


def test_a_migration_that_fails_changes_nothing(told: NewTold, path: Path) -> None:
    told().finish()
    newer = (*MIGRATIONS, ("ALTER TABLE pain ADD COLUMN depth REAL", "SELECT * FROM nowhere"))
    with closing(open_to_write(path)[0]) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, newer)
        assert version_of(connection) == VERSION
        assert "depth" not in [row["name"] for row in connection.execute("PRAGMA table_info(pain)")]


def test_the_version_is_the_number_of_migrations() -> None:
    assert len(schema.MIGRATIONS) == VERSION


def test_s6_a_report_waits_for_the_disk_and_breathing_does_not(told: NewTold) -> None:
    session = told()
    statements: list[str] = []
    session.start()
    session.history._connection.set_trace_callback(statements.append)

    def waits() -> bool:
        asked, statements[:] = list(statements), []
        (mode,) = {one for one in asked if "synchronous" in one}
        assert any(one == "COMMIT" for one in asked)
        return "FULL" in mode

    session.enter("holding")
    assert not waits()
    session.enter("safety")
    assert not waits()
    session.tell("pain", report=1, pain="unknown", over=False, heard="it hurts", **session.place)
    assert waits()
    session.answer("sharp", over=True)
    assert waits()
    session.tell("say_finished", utterance=1, key="safety_see_professional", text="See one.")
    assert not waits(), "it is on the disk with what follows"
    session.close_report("sharp", "end", "sharp", "stop", over=True)
    assert waits()


def test_the_log_does_not_grow_when_the_power_is_always_cut(told: NewTold, tmp_path: Path) -> None:
    sizes = []
    for number in range(6):
        path = tmp_path / str(number) / "history.sqlite"
        session = told(file=path)
        session.start()
        for _ in range(20):
            session.hurt()
        assert reports(path) == 20 * (number + 1)
        # What lies on the disk while the session runs is what a power cut leaves.
        left = shutil.copytree(path.parent, tmp_path / str(number + 1))
        (left / "history.sqlite-shm").unlink()
        sizes.append((left / "history.sqlite-wal").stat().st_size)
    assert max(sizes) <= 2 * sizes[0]


NO_HISTORY = b"SQLite format 3\0 and nothing of it"

WRITER = """
import sys
from datetime import datetime
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from told_session import Told
path, sessions = Path(sys.argv[1]), int(sys.argv[2])
sys.stdin.readline()
for _ in range(sessions):
    told = Told(path)
    told.start()
    for repeat in (1, 2):
        told.hold("stretch", "left", repeat)
        told.hurt()
        told.answer("dull", over=False, advice="safety_dull")
        told.close_report("dull", "again", "dull", "resume")
    told.finish()
    print(told.lost)
"""


@pytest.mark.parametrize("damaged", [False, True], ids=["from nothing", "from a damaged file"])
def test_two_processes_at_once(path: Path, damaged: bool) -> None:  # noqa: FBT001 - pytest gives it by name
    path.parent.mkdir(parents=True)
    if damaged:
        path.write_bytes(NO_HISTORY)
    here = Path(__file__).parent
    command = [sys.executable, "-c", WRITER, str(path), "10", str(here), str(here.parent / "core")]
    writers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [writer.communicate()[0].splitlines() for writer in writers]
    assert [len(lines) for lines in said] == [10, 10]
    told_of = [line for lines in said for line in lines if line != "[]"]
    assert len(told_of) == damaged, told_of
    assert reports(path) == 40
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        per_session = connection.execute("SELECT count(*) FROM pain GROUP BY session").fetchall()
        assert per_session == [(2,)] * 20
        assert connection.execute("SELECT count(*) FROM hold GROUP BY session").fetchall() == [(2,)] * 20
        assert connection.execute("SELECT DISTINCT how FROM session").fetchall() == [("completed",)]
    aside = [file.read_bytes() for file in path.parent.glob("*.damaged-?")]
    assert aside == [NO_HISTORY] * damaged


def test_a_session_that_runs_in_another_process_is_not_taken_for_cut_off(path: Path, told: NewTold) -> None:
    here = Path(__file__).parent
    running = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from told_session import Told
told = Told(Path(sys.argv[1]))
told.start()
told.hold("stretch", "left", 1)
print("running", flush=True)
sys.stdin.readline()
"""
    command = [sys.executable, "-c", running, str(path), str(here), str(here.parent / "core")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "running\n"
        assert told().history.remembered.cut_off is None
        other.kill()
        other.wait()
        remembered = told().history.remembered
    assert remembered.cut_off is not None
    assert remembered.sessions == 1
