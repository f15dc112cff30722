"""Sessions that are kept, from the command line: real recogniser, real voice, real files, and a real kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Voiceguide = Callable[..., Any]
Says = Callable[..., Path]


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def test_a_session_that_is_killed_is_offered_again_and_goes_on_where_it_was(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path
) -> None:
    journal, kept = tmp_path / "events.jsonl", tmp_path / "history.sqlite"
    mic = user_says([(8.0, "start"), (20.0, "skip this exercise")], 600.0)  # not over before it is killed
    files = ("--mic", mic, "--events", journal, "--history", kept, *real, "--no-introduce")
    command = [Path(sys.executable).with_name("voiceguide"), "run", "psoas-short", *files]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as session:
        second = ""
        while session.poll() is None and not second:
            told = events(journal) if journal.exists() else []
            places = dict.fromkeys(entry["exercise"] for entry in told if entry["kind"] == "state")
            second = next(iter([*places][1:]), "")
            time.sleep(0.001)
        session.kill()
        assert second, session.communicate()[1]
    assert session.returncode == -signal.SIGKILL

    mic = user_says([(10.0, "no"), (24.0, "start"), (42.0, "yes please")], 60.0)
    done = voiceguide("run", "psoas-short", *files)
    assert done.exit_code == 0, done.err
    told = events(journal)
    said = [entry["key"] for entry in told if entry["kind"] == "say_finished"]
    assert said.index("return_at") < said.index("return_ask")
    (started,) = [entry for entry in told if entry["kind"] == "started"]
    assert started["resumed"]
    after = [entry for entry in told[told.index(started) :] if entry["kind"] == "state"]
    assert {entry["exercise"] for entry in after} == {second}


def test_a_history_that_cannot_be_written_is_said_and_the_session_goes_on(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path
) -> None:
    journal = tmp_path / "events.jsonl"
    files = ("--mic", user_says([], 1.0), "--events", journal, "--history", "/proc/nowhere/history.sqlite")
    done = voiceguide("run", "psoas-short", *files, *real)
    assert done.exit_code == 0
    assert "/proc/nowhere/history.sqlite cannot be written" in done.out
    said = [entry["key"] for entry in events(journal) if entry["kind"] == "say_finished"]
    assert "history_lost" in said
    assert said[0] == "not_a_device"


def test_a_session_on_files_is_kept_only_where_it_is_asked_for(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path, own_data_folder: Path
) -> None:
    mic = user_says([(8.0, "start")], 12.0)
    files = ("--mic", mic, *real, "--no-introduce")
    assert voiceguide("run", "psoas-short", *files).exit_code == 0
    assert voiceguide("run", "psoas-short", *files, "--no-history").exit_code == 0
    assert not own_data_folder.exists()
    kept = tmp_path / "history.sqlite"
    assert voiceguide("run", "psoas-short", *files, "--history", kept).exit_code == 0
    done = voiceguide("history", "export", "--json", "--history", kept)
    (session,) = json.loads(done.out)["sessions"]
    assert (session["routine"], session["how"]) == ("psoas-short", "cut_off")


def test_a_file_and_no_history_contradict_each_other(voiceguide: Voiceguide, tmp_path: Path) -> None:
    done = voiceguide("run", "psoas-short", "--history", tmp_path / "history.sqlite", "--no-history")
    assert done.exit_code == 2
    assert "use only one" in done.err
