from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from page_rig import Page, new_page


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return new_page(tmp_path)


@pytest.fixture
def make_page(tmp_path: Path) -> Callable[..., Page]:
    return lambda **changed: new_page(tmp_path, **changed)
