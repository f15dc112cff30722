"""Measuring in a process of its own: CPU seconds, peak memory, and whatever the measured code reports."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """What one run cost.

    Attributes:
        wall_s: seconds from the start of the process to its end.
        cpu_s: CPU seconds of the process and its children, on all cores.
        peak_mb: largest resident set of the process, in megabytes; children not included.
        report: what the run itself reported.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    children_peak_mb: float
    report: dict[str, Any]


def run_here(name: str, jobs: dict[str, Callable[..., dict[str, Any]]], arguments: dict[str, Any]) -> None:
    """Run one job in this process and print its report with the memory it took."""
    report = jobs[name](**arguments)
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    report["_peak_mb"] = own.ru_maxrss / 1024
    report["_children_peak_mb"] = children.ru_maxrss / 1024
    report["_cpu_s"] = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    print(json.dumps(report))


def measure(module: str, name: str, *, cache: Path | None = None, **arguments: Any) -> Measured:
    """Run a job of a benchmark module in a new process, one core's worth of threads, and take its figures."""
    import time

    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, XDG_CACHE_HOME=str(cache or folder), OMP_NUM_THREADS="1")
        environment["XDG_DATA_HOME"] = folder
        began = time.perf_counter()
        finished = subprocess.run(
            [sys.executable, "-m", module, name, json.dumps(arguments)],
            check=True,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        wall_s = time.perf_counter() - began
    report = json.loads(finished.stdout.splitlines()[-1])
    return Measured(
        wall_s, report.pop("_cpu_s"), report.pop("_peak_mb"), report.pop("_children_peak_mb"), report
    )
