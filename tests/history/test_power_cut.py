"""A few of the kills of `benchmarks/power_cut.py`, which by itself does fifty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow("whole sessions, each killed and checked")
def test_sessions_killed_at_random_points_lose_no_report_and_leave_the_file_whole() -> None:
    command = [sys.executable, "-m", "benchmarks.power_cut", "--kills", "3", "--seed", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    numbers = {line.rsplit(maxsplit=1)[0].strip(): line.split()[-1] for line in done.stdout.splitlines()[2:10]}
    assert numbers["killed before their end"] == "3"
    assert int(numbers["reports of pain in the history"]) >= 1
    assert numbers["reports lost"] == "0"
    assert numbers["times the database was damaged"] == "0"
