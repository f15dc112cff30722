"""Fixtures around sound cards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from virtual_card import SoundServer, serve


@pytest.fixture(scope="module")
def sound_card() -> Iterator[SoundServer]:
    with serve() as server:
        yield server


@pytest.fixture
def mortal_sound_card() -> Iterator[SoundServer]:
    """A server of its own for a test that breaks it."""
    with serve() as server:
        yield server


@pytest.fixture
def no_devices(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine where ALSA knows no device at all."""
    config = tmp_path / "asound.conf"
    # Not an empty one: PortAudio aborts the process when ALSA has no section "pcm".
    config.write_text("pcm { none { type none } }\n")
    return {**os.environ, "ALSA_CONFIG_PATH": str(config)}
