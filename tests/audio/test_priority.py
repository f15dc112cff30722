from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from voiceguide.audio import priority

_ASKS = """
import os, subprocess, sys
from voiceguide.audio import priority
{before}
print(priority.first(priority.GUIDE), os.sched_getscheduler(0) == os.SCHED_RR, flush=True)
child = subprocess.Popen(["sleep", "60"])
priority.as_others(child.pid)
print(os.sched_getscheduler(child.pid) == os.SCHED_OTHER)
child.kill()
"""
_MAY_NOT = "import resource; resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0)); os.getuid() or os.setuid(65534)"


def asked(before: str = "") -> list[str]:
    """Ask in a process of its own: this one keeps its priority."""
    command = [sys.executable, "-c", _ASKS.format(before=before)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()


@pytest.mark.skipif(os.getuid() != 0, reason="real-time priority is not for everybody: run as root")
def test_where_it_is_allowed_the_guide_is_run_first_and_a_program_that_it_starts_is_not() -> None:
    assert asked() == ["True", "True", "True"]


def test_where_it_is_not_allowed_nothing_happens() -> None:
    assert asked(_MAY_NOT) == ["False", "False", "True"]


def test_realtimekit_is_asked_for_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = tmp_path / "asked"
    busctl = tmp_path / "busctl"
    busctl.write_text(f'#!/bin/sh\necho "$*" > {asked_for}\n')
    busctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    thread = threading.get_native_id()
    assert priority.first_by_rtkit(thread, priority.CARD)
    words = asked_for.read_text().split()
    assert words[-5:] == ["MakeThreadRealtimeWithPID", "ttu", str(os.getpid()), str(thread), str(priority.CARD)]


def test_without_realtimekit_the_answer_is_no(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    assert not priority.first_by_rtkit(threading.get_native_id(), priority.CARD)
