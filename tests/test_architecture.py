"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "voiceguide"
CORE = sorted((PACKAGE / "core").glob("*.py"))
MODULES = sorted(PACKAGE.rglob("*.py"))

NOT_IN_CORE = {
    "time",
    "datetime",
    "threading",
    "asyncio",
    "logging",
    "os",
    "pathlib",
    "io",
    "sys",
    "random",
    "queue",
}
"""Parts of the standard library that bring a clock, threads or the outside world into the core."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_is_pure(path: Path) -> None:
    for name in imported(path):
        top = name.split(".")[0]
        if top == "voiceguide":
            assert name.startswith("voiceguide.core"), f"{path.name} imports {name}"
        else:
            assert top in sys.stdlib_module_names, f"{path.name} imports {name}"
            assert top not in NOT_IN_CORE, f"{path.name} imports {name}"
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert not names & {"open", "print", "input"}, path.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_about_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450
    assert path.stem not in {"util", "utils", "helper", "helpers", "manager", "common", "misc"}


def test_nothing_sleeps_in_what_decides() -> None:
    for room in ("core", "hearing", "language", "routine", "speaking", "demo"):
        for path in (PACKAGE / room).rglob("*.py"):
            calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
            names = {call.attr for call in calls if isinstance(call, ast.Attribute)}
            assert "sleep" not in names, path


def test_only_the_composition_root_and_the_command_line_wire_rooms_together() -> None:
    engines = re.compile(r"voiceguide\.(hearing\.recognisers\.(\w+_engine|apart)|speaking\.voices)\b")
    allowed = {"app.py", "cli", "demo", "hearing", "speaking", "testing"}
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] not in allowed:
            assert not any(engines.match(name) for name in imported(path)), path


def test_a_guide_with_a_page_has_nothing_of_its_server_in_its_interpreter() -> None:
    program = (
        "import sys; import voiceguide.companions.choose, voiceguide.page.apart, voiceguide.page.elsewhere;"
        "names = 'uvicorn', 'starlette', 'h11', 'voiceguide.page.server', 'voiceguide.page.routines';"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
