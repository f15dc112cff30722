from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(library, "1")  # two workers with threads for every core would only wait for each other

# How long an example takes says how busy the machine is, no more.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the user's folders out of the tests; speech that was rendered once is shared, by all workers as well.

    Files are written beside and renamed (`speaking/cache.py`), so that workers need no lock.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
        patch.setenv("XDG_DATA_HOME", str(base / "data"))
        yield shared / "cache"


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a user's data folder of its own, empty at first."""
    folder = tmp_path / "xdg-data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder / "voiceguide"


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("slow"):
        item.user_properties.append(("slow", mark.args[0]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the slow tests take their time for."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    slow = [(r.duration, dict(r.user_properties)["slow"], r.nodeid) for r in reports if is_slow(r)]
    if slow:
        terminalreporter.section("slow, and why")
    for took_s, reason, name in sorted(slow, reverse=True):
        terminalreporter.write_line(f"{took_s:6.1f} s  {name}: {reason}")


def is_slow(report: pytest.TestReport) -> bool:
    return report.when == "call" and "slow" in dict(report.user_properties)
