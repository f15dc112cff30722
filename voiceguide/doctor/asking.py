"""Asking another program something, in bounded time."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

LIMIT_S = 10.0
"""Seconds a program may take to answer: `systemctl` on a busy Pi takes a few."""


@dataclass(frozen=True)
class Answer:
    """What a program said.

    Attributes:
        code: its exit code.
        text: what it printed on standard output, without the white space around it.
    """

    code: int
    text: str


def ask(*command: str) -> Answer | None:
    """Run a program and return its answer; None when it is not there, cannot run or does not answer."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Answer(done.returncode, done.stdout.strip())
