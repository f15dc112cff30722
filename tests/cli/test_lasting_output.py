"""What cannot be printed never ends a session, and never holds it up."""

from __future__ import annotations

import io
import json
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

import pytest

from voiceguide.cli.lasting_output import WAITING_AT_MOST, LastingOutput

Says = Callable[..., Path]

PROGRAM = "from voiceguide.cli.entry import begin; begin()"
WORDS = [(8.0, "start"), (12.0, "ready"), (17.0, "ready"), (22.0, "ready"), (31.0, "it hurts")]
PATIENCE_S = 120


class TestASessionWithPain:
    """Each time the same session; what was broken would end it at the latest when "it hurts" is shown."""

    @pytest.fixture
    def run(self, user_says: Says, real: tuple[str, ...], tmp_path: Path) -> Callable[..., Any]:
        def run(shell: str, **environment: str) -> subprocess.CompletedProcess[str]:
            mic = user_says(WORDS, 45.0)
            files = ["--mic", mic, "--speaker", tmp_path / "session.wav", "--history", tmp_path / "history.sqlite"]
            events = [] if "--events" in shell else ["--events", tmp_path / "events.jsonl"]
            command = [sys.executable, "-c", PROGRAM, "run", "psoas-short", *files, *events, *real]
            return subprocess.run(
                ["bash", "-c", shell, "bash", *map(str, command), "--no-introduce"],
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )

        return run

    @pytest.mark.parametrize(
        ("shell", "told"),
        [
            ('"$@" | head -1; exit ${PIPESTATUS[0]}', "Standard output cannot be written any more: Broken pipe"),
            ('"$@" > /dev/full', "Standard output cannot be written any more: No space left on device"),
            ('"$@" > /dev/full 2> /dev/full', ""),
            ('"$@" >&-', ""),
            ('"$@" <&- >&- 2>&-', ""),
        ],
    )
    def test_is_guided_to_its_end_whatever_becomes_of_the_output(
        self, run: Callable[..., Any], tmp_path: Path, shell: str, told: str
    ) -> None:
        done = run(shell)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        errors = " ".join(done.stderr.split())
        assert told in errors
        assert errors.count("The session goes on") == bool(told), "it is told once"
        lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        said = [one["key"] for one in entries if one["kind"] == "say_finished"]
        assert said[said.index("release") :][:2] == ["release", "safety_ask"]
        assert entries[-1]["kind"] == "microphone_ended"
        assert_reported(tmp_path)

    def test_in_a_locale_that_lacks_a_quotation_mark_shows_what_it_can(
        self, run: Callable[..., Any], tmp_path: Path
    ) -> None:
        done = run('"$@"', LC_ALL="C", PYTHONIOENCODING="ascii")
        assert done.returncode == 0, done.stderr
        assert "?it hurts? ? pain (moonshine)" in done.stdout
        assert done.stdout.splitlines()[-1].endswith("the microphone's file is over")
        assert_reported(tmp_path)

    def test_goes_on_without_its_events_file(self, run: Callable[..., Any], tmp_path: Path) -> None:
        done = run('"$@" --events /dev/full')
        assert done.returncode == 0, done.stderr
        assert " ".join(done.stderr.split()).count("/dev/full cannot be written any more") == 1
        assert "→ pain (moonshine)" in done.stdout
        assert_reported(tmp_path)


def assert_reported(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "history.sqlite")) as connection:
        assert connection.execute("SELECT kind FROM pain").fetchall() == [("unknown",)]


@pytest.mark.parametrize("command", [["check", "psoas-short"], ["routines"]])
def test_a_command_whose_answer_cannot_be_written_says_so(command: list[str]) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" > /dev/full', "bash", sys.executable, "-c", PROGRAM, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Standard output cannot be written: No space left on device." in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.fixture
def nobody_reads() -> Iterator[TextIO]:
    """A pipe, as to a pager that somebody has left."""
    reading, writing = os.pipe()
    with open(writing, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor
        yield stream
    os.close(reading)


def test_a_reader_that_does_not_read_holds_nobody_up(
    nobody_reads: TextIO, caplog: pytest.LogCaptureFixture
) -> None:
    output = LastingOutput(nobody_reads, "Standard output")
    for _ in range(2 * WAITING_AT_MOST // 1000):
        output.write("x" * 1000)
    output.finish()
    (told,) = caplog.messages
    assert told.startswith("Standard output was not read: ")


def test_on_files_all_is_written_however_slow_the_reader() -> None:
    reading, writing = os.pipe()
    with open(writing, "w", encoding="utf-8") as stream, open(reading, encoding="utf-8") as reader:  # noqa: PTH123
        output = LastingOutput(stream, "Standard output", patient=True)
        written: list[int] = []

        def write() -> None:
            written.extend(output.write("y" * 1000) for _ in range(2 * WAITING_AT_MOST // 1000))
            output.finish()

        writer = threading.Thread(target=write)
        writer.start()
        length = 0
        while length < 2 * WAITING_AT_MOST:
            length += len(reader.read(1000))
        writer.join(PATIENCE_S)
        assert sum(written) == length


def test_on_a_terminal_that_another_program_has_told_not_to_wait_all_is_written() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with open(writing, "w", encoding="utf-8") as stream, open(reading, encoding="utf-8") as reader:  # noqa: PTH123
        output = LastingOutput(stream, "Standard output", patient=True)
        for text in ("", "z" * 200_000, "", "end"):  # more than a pipe holds, and Rich writes nothing now and then
            output.write(text)
        assert reader.read(200_003).endswith("zend")
        output.finish()


def test_what_a_stream_cannot_write_is_dropped_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    class Lost(io.StringIO):
        def flush(self) -> None:
            raise OSError(5, "Input/output error")

    output = LastingOutput(Lost(), "Standard output", patient=True)
    output.write("one")
    output.finish()
    output.write("two")
    assert caplog.messages == [
        "Standard output cannot be written any more: Input/output error. The session goes on."
    ]


def test_where_the_log_itself_goes_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    closed = io.StringIO()
    closed.close()
    with caplog.at_level(logging.DEBUG):
        output = LastingOutput(closed, None)
        output.write("one")
        output.finish()
    assert caplog.messages == []
