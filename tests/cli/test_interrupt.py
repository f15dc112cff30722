"""Ctrl-C, as a terminal sends it: to the program and to the processes it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

PATIENCE_S = 60


def quiet_hours(path: Path) -> Path:
    with soundfile.SoundFile(path, "w", 16_000, 1) as file:
        for _ in range(2 * 3600):
            file.write(np.zeros(16_000, np.int16))
    return path


def started(folder: Path, **environment: str) -> tuple[subprocess.Popen[str], Path, Path]:
    speaker, journal = folder / "session.wav", folder / "events.jsonl"
    mic = quiet_hours(folder / "quiet.flac")
    # Whatever a shell runs in the background ignores Ctrl-C, and so does what that starts: the tests themselves.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heeding}; from voiceguide.cli.main import main; main()"
    files = ["--mic", mic, "--speaker", speaker, "--events", journal]
    engines = ["--engine", "moonshine", "--voice", "pyttsx3"]
    process = subprocess.Popen(
        [sys.executable, "-c", program, "run", "psoas-short", *files, *engines],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return process, speaker, journal


def wait_until(true: Callable[[], Any], process: subprocess.Popen[str]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends
        time.sleep(0.01)


def children(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8")
    return [int(number) for number in listed.split()]


def interrupt(process: subprocess.Popen[str]) -> tuple[str, list[int]]:
    """Send Ctrl-C and return what was told, and the children that are left."""
    begun = children(process)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert begun, "the voice runs in a process of its own"
    return told, [child for child in begun if Path(f"/proc/{child}").exists()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for child processes in /proc")
class TestInterrupt:
    def test_in_a_session_leaves_whole_files_and_no_process(self, tmp_path: Path) -> None:
        process, speaker, journal = started(tmp_path)
        wait_until(lambda: speaker.exists() and speaker.stat().st_size > 30 * 32_000, process)
        told, left = interrupt(process)
        assert process.returncode == 130
        assert "Traceback" not in told
        assert not left
        assert soundfile.info(speaker).duration >= 30
        entries = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
        assert entries[0]["kind"] == "state"
        assert entries[-1]["key"] == "check_ask"

    def test_while_the_voice_is_prepared_leaves_no_process(self, tmp_path: Path) -> None:
        cache = tmp_path / "cache"
        process, _, _ = started(tmp_path, XDG_CACHE_HOME=str(cache))
        wait_until(lambda: len(list(cache.rglob("*.flac"))) > 3, process)
        told, left = interrupt(process)
        assert process.returncode == 130
        assert "Traceback" not in told
        assert not left
        assert not list(cache.rglob("*.part"))


def test_while_it_loads() -> None:
    """The interrupt comes, every time, when the command line is looked for."""
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Impatient:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name == 'voiceguide.cli.main':\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Impatient)\n"
        "from voiceguide.cli.entry import begin\n"
        "begin()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
