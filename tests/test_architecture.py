"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "voiceguide"
CORE = sorted((PACKAGE / "core").glob("*.py"))
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_FILE = 450

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


def test_the_core_is_pure() -> None:
    wrong = []
    for path in CORE:
        for name in imported(path):
            top = name.split(".")[0]
            pure = top in sys.stdlib_module_names and top not in NOT_IN_CORE
            if not (name.startswith("voiceguide.core") or pure):
                wrong.append(f"{path.name} imports {name}")
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        wrong += [f"{path.name} calls {name}" for name in names & {"open", "print", "input"}]
    assert wrong == []


def test_files_are_about_one_idea() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}
    leftovers = {"util", "utils", "helper", "helpers", "manager", "common", "misc"}
    assert [path for path in MODULES if path.stem in leftovers] == []


def test_nothing_sleeps_in_what_decides() -> None:
    wrong = []
    for room in ("core", "hearing", "language", "routine", "speaking", "demo"):
        for path in (PACKAGE / room).rglob("*.py"):
            calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
            if any(isinstance(call, ast.Attribute) and call.attr == "sleep" for call in calls):
                wrong.append(path)
    assert wrong == []


def test_only_the_composition_root_and_the_command_line_wire_rooms_together() -> None:
    engines = re.compile(r"voiceguide\.(hearing\.recognisers\.(\w+_engine|apart)|speaking\.voices)\b")
    allowed = {"app.py", "cli", "demo", "hearing", "speaking", "testing"}
    others = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] not in allowed]
    wrong = [(path, name) for path in others for name in imported(path) if engines.match(name)]
    assert wrong == []


def test_a_guide_with_a_page_has_nothing_of_its_server_in_its_interpreter() -> None:
    program = (
        "import sys; import voiceguide.companions.choose, voiceguide.page.apart, voiceguide.page.elsewhere;"
        "names = 'uvicorn', 'starlette', 'h11', 'voiceguide.page.server', 'voiceguide.page.routines';"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
