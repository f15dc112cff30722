"""Signals that come together; those that come one after the other are in test_listen_process.py and tests/cli."""

from __future__ import annotations

import subprocess
import sys

AT_ONCE = """
import signal
from voiceguide.service.ending import ending_in_good_order

both = {signal.SIGTERM, signal.SIGHUP}
signal.signal(signal.SIGHUP, signal.SIG_DFL)
with ending_in_good_order() as ending:
    signal.pthread_sigmask(signal.SIG_BLOCK, both)
    for one in both:
        signal.raise_signal(one)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, both)
    print(ending.told, "goes on", flush=True)
"""

COMPLAINS = """
from voiceguide.service.ending import ending_in_good_order

class Broken:
    def __del__(self):
        raise OSError("no room")

with ending_in_good_order():
    Broken()
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )


def test_two_signals_at_once_are_told_once_and_nothing_is_complained_of() -> None:
    done = run(AT_ONCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True goes on\n", "")


def test_any_other_complaint_is_still_shown() -> None:
    assert "no room" in run(COMPLAINS).stderr
