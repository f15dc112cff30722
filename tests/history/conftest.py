from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from told_session import Told

NewTold = Callable[..., Told]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "history.sqlite"


@pytest.fixture
def told(path: Path) -> Iterator[NewTold]:
    sessions: list[Told] = []

    def tell(*arguments: Any, file: Path = path, **options: Any) -> Told:
        sessions.append(Told(file, *arguments, **options))
        return sessions[-1]

    yield tell
    for session in sessions:
        session.history.close()


Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def rows(path: Path) -> Rows:
    """Ask the file itself, with a connection of one's own."""

    def ask(question: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(question).fetchall()

    return ask
