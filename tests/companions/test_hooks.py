from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

import pytest
from telling import BACK, HEARD, LOST, PAIN, UNKNOWN, view, wait_until

from voiceguide.companions import hooks as module
from voiceguide.companions.hooks import HookRunner
from voiceguide.core.states import State
from voiceguide.settings import Hooks


def noting(path: Path, *words: str) -> list[str]:
    """Return a program that writes its arguments down, without a shell to interpret them."""
    return [sys.executable, "-c", f"import sys; print(*sys.argv[1:], file=open({str(path)!r}, 'a'))", *words]


def test_each_hook_is_given_what_happened(tmp_path: Path) -> None:
    told = tmp_path / "told"
    runner = HookRunner(
        Hooks(
            state=noting(told, "state", "{condition}"),
            heard=noting(told, "heard", "{command}; rm -r $HOME"),
            pain=noting(told, "pain", "{pain}"),
            deaf=noting(told, "deaf", "{hearing}"),
        )
    )
    runner.show(view(State.HOLDING))
    for entry in (HEARD, UNKNOWN, PAIN, LOST, BACK):
        runner.notice(entry)
    wait_until(lambda: told.exists() and told.read_text().endswith("deaf back\n"))
    runner.close()
    assert told.read_text().splitlines() == [
        "state listening",
        "heard pain; rm -r $HOME",
        "pain unknown",
        "deaf lost",
        "state deaf",
        "deaf back",
    ]


def test_a_program_that_is_missing_or_fails_is_told_and_the_next_one_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = tmp_path / "told"
    fails = [sys.executable, "-c", "raise SystemExit(3)"]
    runner = HookRunner(Hooks(state=["/no/such/program"], heard=fails, pain=noting(told, "{pain}")))
    with caplog.at_level(logging.WARNING):
        runner.show(view())
        runner.notice(HEARD)
        runner.notice(PAIN)
        wait_until(told.exists)
    runner.close()
    assert "`state` cannot be run" in caplog.text
    assert "`heard` failed" in caplog.text


def test_a_program_that_hangs_is_ended_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LIMIT_S", 0.3)
    told, number = tmp_path / "told", tmp_path / "number"
    hangs = [
        sys.executable,
        "-c",
        f"import os, time; open({str(number)!r}, 'w').write(str(os.getpid())); time.sleep(600)",
    ]
    runner = HookRunner(Hooks(heard=hangs, pain=noting(told, "{pain}")))
    begun = time.process_time()
    for _ in range(1000):
        runner.notice(HEARD)  # far more than may wait
    assert time.process_time() - begun < 1, "calling a hook does not wait for it"
    assert "was left out" in caplog.text
    runner.close()
    if number.exists() and number.read_text():
        wait_until(lambda: gone(int(number.read_text())))


STARTS_ANOTHER = """
import os, subprocess, sys, time
number, ends = sys.argv[1:]
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(number + ".part", "w") as file:
    file.write(str(child.pid))
os.rename(number + ".part", number)
if ends != "itself":
    time.sleep(600)
"""


@pytest.mark.parametrize("ends", ["itself", "in time", "with the guide"])
def test_what_a_program_has_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(module, "LIMIT_S", 1.0 if ends == "in time" else 60.0)
    number = tmp_path / "number"
    program = tmp_path / "program.py"
    program.write_text(STARTS_ANOTHER)
    runner = HookRunner(Hooks(heard=[sys.executable, str(program), str(number), ends]))
    runner.notice(HEARD)
    wait_until(number.exists)
    if ends != "with the guide":
        wait_until(lambda: gone(int(number.read_text())))
    runner.close()
    wait_until(lambda: gone(int(number.read_text())))


def test_a_program_that_fails_a_thousand_times_is_told_a_few_times(caplog: pytest.LogCaptureFixture) -> None:
    runner = HookRunner(Hooks(heard=["/no/such/program"]))
    for number in range(1, 1001):
        runner.notice(HEARD)
        wait_until(runner._waiting.empty)
        if number % 100 == 0:
            wait_until(lambda times=number: runner._seldom._counts._counts.get("heard not run", 0) >= times - 1)
    runner.close()
    assert len([one for one in caplog.messages if "cannot be run" in one]) <= 4
    assert "That was the 100th time." in caplog.text


def gone(number: int) -> bool:
    try:
        os.kill(number, 0)
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return True
    return state == "Z"  # dead, and nobody has asked yet
