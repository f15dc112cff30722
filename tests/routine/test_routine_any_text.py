"""Whatever stands in a file, it is judged and never raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceguide.core import plan
from voiceguide.handwritten.problems import Problem
from voiceguide.places import shipped_routines
from voiceguide.routine.checks import whole_breaths
from voiceguide.routine.load import as_plan, read
from voiceguide.routine.model import Breathing, Cue, Exercise, Pain, RoutineFile, RulesOff, SetUp
from voiceguide.routine.rules import find

if TYPE_CHECKING:
    from pathlib import Path

MODELS = (RoutineFile, Exercise, SetUp, Breathing, Cue, Pain, RulesOff)
KEYS = sorted({key for model in MODELS for key in model.model_fields})

AT_LEAST = settings.default.max_examples
"""`make fuzz` runs with a profile that asks for more examples than the tests do by themselves."""

TEXTS = st.text(max_size=20) | st.sampled_from(
    ["", " ", "{side}", "{leg}", "ready", "30", "fading", "left", "a: b"]
)
NUMBERS = st.integers(-5, 700) | st.floats() | st.sampled_from([0.1, 10**30])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | TEXTS | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | TEXTS, inner, max_size=6),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "mine.yaml"


def judge(path: Path, content: bytes) -> list[Problem]:
    """Check a file; every problem names a place in it, and a file without problems makes sense."""
    path.write_bytes(content)
    reading = read(path)
    problems = list(reading.problems)
    lines = len(content.decode("utf-8", "replace").splitlines()) + 1
    for problem in (*problems, *find(reading)):
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert problem.what
        assert problem.remedy
    assert bool(problems) == (reading.file is None)
    if reading.file is not None:
        assert_sense(as_plan(reading.file))
    return problems


def assert_sense(routine: plan.Routine) -> None:
    assert routine.exercises
    assert len({exercise.id for exercise in routine.exercises}) == len(routine.exercises)
    for exercise in routine.exercises:
        assert exercise.release
        assert all(exercise.release)
        assert exercise.setup_short
        breath = exercise.breathing.cycle_s
        breaths = whole_breaths(exercise.hold_s, breath)
        assert breaths >= 1
        times = [cue.at_s for cue in exercise.cues]
        assert times == sorted(set(times))
        assert all(0 <= time < breaths * breath for time in times)


@given(st.text() | st.text(alphabet="-:[]{}&*!|>'\"#%@`,? \n\tab01"))
@settings(max_examples=max(200, AT_LEAST))
def test_any_text(path: Path, text: str) -> None:
    assert judge(path, text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
@settings(max_examples=max(200, AT_LEAST))
def test_any_bytes(path: Path, content: bytes) -> None:
    assert judge(path, content)


@given(VALUES)
@settings(max_examples=max(200, AT_LEAST))
def test_any_data(path: Path, data: object) -> None:
    assert judge(path, yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(st.data())
@settings(max_examples=max(200, AT_LEAST))
def test_any_value_anywhere_in_a_good_routine(path: Path, good: str, data: st.DataObject) -> None:
    routine = yaml.safe_load(good)
    for _ in range(data.draw(st.integers(1, 4))):
        inside: Any = routine
        while True:
            key = data.draw(st.sampled_from(sorted(inside) if isinstance(inside, dict) else range(len(inside))))
            if not inside[key] or not isinstance(inside[key], dict | list) or data.draw(st.booleans()):
                break
            inside = inside[key]
        inside[key] = data.draw(VALUES)
    judge(path, yaml.safe_dump(routine, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass"))


@given(st.floats(0, 1), st.integers(0, 30), st.text("-:[]{}&*!|>'\"#%, \n\tab1", max_size=5))
@settings(max_examples=max(200, AT_LEAST))
def test_any_slip_of_the_hand(path: Path, good: str, where: float, length: int, new: str) -> None:
    start = int(where * len(good))
    judge(path, (good[:start] + new + good[start + length :]).encode())


SHIPPED = {path.name: path.read_text(encoding="utf-8") for path in sorted(shipped_routines().glob("*.yaml"))}
SHORTEST = sorted(SHIPPED, key=lambda name: len(SHIPPED[name]))[:6]
"""Reading a long one takes five times as long and finds the same."""

PIECES = st.sampled_from(
    [
        "",
        " ",
        "  ",
        "\t",
        "- ",
        ": ",
        "#",
        "{side}",
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        "|",
        ">",
        "&a ",
        "*a",
        "!!str ",
        "---",
    ]
    + ["0", "-1", "1e9", ".nan", "true", "null", "ready", "left", "\n", "\ufeff", "\u2028", "\x85", "요"]
    + [f"{key}: " for key in KEYS]
)


@st.composite
def mishaps(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a shipped routine to which a few things have happened that happen in an editor; and its name."""
    name = draw(st.sampled_from(SHORTEST))
    lines = SHIPPED[name].splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        column = draw(st.integers(0, len(line)))
        match draw(st.integers(0, 7)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(draw(st.integers(0, len(lines))), line)
            case 2:
                lines[at] = f"{' ' * draw(st.integers(0, 8))}{line.lstrip(' ')}"
            case 3:
                lines[at] = line[:column] + draw(PIECES) + line[column:]
            case 4:
                lines[at] = line[:column] + line[column + draw(st.integers(1, 5)) :]
            case 5:
                lines[at] = line.split(":")[0] + ": " + draw(PIECES) + "\n"
            case 6:
                end = draw(st.integers(at, min(len(lines), at + 12)))
                where = draw(st.integers(0, len(lines)))
                lines[where:where] = lines[at:end]
            case 7:
                lines = lines[: at + 1]
    return name, "".join(lines)


@given(mishaps())
@settings(max_examples=max(200, AT_LEAST))
def test_any_mishap_to_a_real_routine(path: Path, mishap: tuple[str, str]) -> None:
    name, text = mishap
    judge(path.with_name(name), text.encode("utf-8", "surrogatepass"))
