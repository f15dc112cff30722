"""What a command costs, from outside and as a whole: time, CPU and memory, its child processes included."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOOK_EVERY_S = 0.05
"""How often memory, and the end of the command, are looked at. A high-water mark only grows: what is missed is
growth after the last look. Looking every 10 ms took a tenth of a core."""


@dataclass(frozen=True)
class Cost:
    """What one run of a command cost.

    Attributes:
        began: `time.monotonic()` just before the process was made; the same clock in every process (Linux).
        wall_s: seconds from there to its end.
        cpu_s: CPU seconds on all cores, of the process and of the children it waited for.
        peaks_mb: the largest resident set (VmHWM) of each process, the first one's first. Their sum is an upper
            bound: shared libraries count once for each, and the peaks need not have come at the same moment.
    """

    began: float
    wall_s: float
    cpu_s: float
    peaks_mb: tuple[float, ...]

    @property
    def peak_mb(self) -> float:
        """The peaks of all processes together."""
        return sum(self.peaks_mb)


@dataclass(frozen=True)
class Spread:
    """Least, median and most of a few runs."""

    least: float
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise measured values, at least one."""
        return cls(min(values), statistics.median(values), max(values))

    def scaled(self, factor: float) -> Spread:
        """Return the spread in another unit."""
        return Spread(self.least * factor, self.median * factor, self.most * factor)

    def text(self, digits: int = 2) -> str:
        """Return it as "median (least - most)"."""
        return f"{self.median:.{digits}f} ({self.least:.{digits}f} - {self.most:.{digits}f})"


class RunFailed(Exception):  # noqa: N818 - reads better where it is caught
    """A measured command failed; the message is the end of what it printed."""


def run(command: Sequence[str], *, cache: Path, one_core: bool = False) -> tuple[Cost, str]:
    """Run a command to its end and return what it cost and what it printed.

    Args:
        command: program and arguments.
        cache: folder that stands for the user's cache: empty for a cold start.
        one_core: allow the command and its children one core, this process's last.

    Raises:
        RunFailed: it ended with an error.
    """
    pin = ["taskset", "-c", str(max(os.sched_getaffinity(0)))] if one_core else []
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    peaks: dict[int, float] = {}
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as complaints:
        began = time.monotonic()
        process = subprocess.Popen([*pin, *command], stdout=printed, stderr=complaints, env=environment)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            for one in _family(process.pid):
                # The latest look counts: a child begins as its parent's copy, and only then gets its own memory.
                with suppress(OSError, StopIteration):
                    peaks[one] = _high_water_mb(one)
            time.sleep(LOOK_EVERY_S)
        wall_s = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        complaints.seek(0)
        if process.returncode:
            raise RunFailed(f"{' '.join(command)}: {complaints.read()[-2000:]}")
        cost = Cost(began, wall_s, usage.ru_utime + usage.ru_stime, tuple(peaks.values()))
        return cost, printed.read()


def run_job(name: str, arguments: dict[str, str], *, cache: Path) -> tuple[Cost, dict[str, Any]]:
    """Run one of `benchmarks.jobs` in a process of its own and return what it cost and what it reports.

    Raises:
        RunFailed: it failed.
    """
    command = [sys.executable, "-m", "benchmarks.jobs", name, json.dumps(arguments)]
    cost, printed = run(command, cache=cache)
    report: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return cost, report


def high_water_mb() -> float:
    """Return this process's largest resident set so far, in megabytes."""
    return _high_water_mb(os.getpid())


def _high_water_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += _family(int(child))
    return found


def resident_mb(process: int) -> float:
    """Return what a process has in memory now, in MB."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files(process: int) -> int:
    """Return how many files, sockets and the like a process has open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))
