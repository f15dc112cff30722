from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

settings.register_profile("fuzz", max_examples=2_000, deadline=None)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = """\
id: mine
language: en
title: Mine
summary: A routine to break
minutes: 3
welcome: [Hello.]
exercises:
  - id: stretch
    title: The stretch
    equipment: [a mat]
    purpose: [It lengthens.]
    setup:
      first_time:
        - Kneel on the {side} knee, {other_side} foot forward.
      again: ["The {side} knee again."]
    wait: ready
    sides: [left, right]
    repeats: 2
    between_seconds: 10
    hold_seconds: 30
    breathing: {in_seconds: 4, out_seconds: 6, spoken: every}
    cues:
      - {at_second: 5, say: Soft belly.}
      - {at_second: 15, say: Slow breath.}
    release: [Hands to the floor.]
    pain:
      sharp: [Out of it.]
      tries_after_sharp: 0
      dull: [Less.]
closing: [Goodbye.]
"""


@pytest.fixture(scope="session")
def good() -> str:
    """A small correct routine, to break in one place at a time. Its exercise is on line 8, its hold on 20."""
    return GOOD


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
