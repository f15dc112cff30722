"""A program that was started with `--events`, and what it has written there so far."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

PATIENCE_S = 90
"""Seconds. There to end a hang, not to measure."""


class Started:
    """A process, and the folder of its `events.jsonl`.

    Attributes:
        process: the process.
        folder: where its events file is.
    """

    process: subprocess.Popen[str]
    folder: Path

    def entries(self) -> list[dict[str, Any]]:
        """Return the whole lines of the events file."""
        try:
            lines = (self.folder / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def wait_for(self, **fields: object) -> None:
        """Wait for an entry with these fields."""
        ends = time.monotonic() + PATIENCE_S
        while not any(fields.items() <= entry.items() for entry in self.entries()):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < ends, self.entries()[-5:]
            time.sleep(0.01)
