from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def copy(taped: Path, tmp_path: Path) -> Path:
    """A recording to be damaged, of the one that the test's module has taped."""
    return Path(shutil.copytree(taped, tmp_path / "copy"))
