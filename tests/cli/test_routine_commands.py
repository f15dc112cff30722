from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from voiceguide.cli.routine_commands import register
from voiceguide.errors import ChoiceError, RoutineError
from voiceguide.places import shipped_routines
from voiceguide.routine.schema import routine_schema

LONG = shipped_routines() / "psoas-release.yaml"


def run(*arguments: object) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "120"})


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "voiceguide" / "routines"
    folder.mkdir(parents=True)
    return folder


def test_routines_lists_what_can_be_run(own_folder: Path) -> None:
    result = run("routines")
    assert result.exit_code == 0
    for name in ("psoas-release", "psoas-short", "constructive-rest"):
        assert name in result.stdout
    assert "a tennis ball" in " ".join(result.stdout.split())
    assert "voiceguide/routines" in result.stdout.replace("\n", "")


def test_routines_shows_a_broken_one(own_folder: Path) -> None:
    (own_folder / "broken.yaml").write_text("id: [broken]\n")
    result = run("routines")
    assert result.exit_code == 0
    assert "mistakes" in result.stdout
    assert "broken cannot be run. See: voiceguide check" in result.stdout


def test_check_of_good_files() -> None:
    files = sorted(shipped_routines().glob("*.yaml"))
    result = run("check", *files)
    assert result.exit_code == 0
    assert [line.split(" minute")[0].rsplit(" ", 1)[0] for line in result.stdout.splitlines()] == [
        f"{file}: fine, about" for file in files
    ]


def test_check_tells_all_mistakes_of_all_files(tmp_path: Path) -> None:
    text = LONG.read_text(encoding="utf-8")
    first, second = tmp_path / "psoas-release.yaml", tmp_path / "second.yaml"
    first.write_text(text.replace("hold_seconds: 30", "hold_seconds: 3").replace("wait: ready", "wait: redy", 1))
    second.write_text("id: second\n")
    result = run("check", first, LONG, second, tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert '`wait` cannot be "redy"' in result.stdout
    assert "`hold_seconds` is 3, shorter than one breath of 10 seconds" in result.stdout
    assert f"{LONG}: fine" in result.stdout
    assert f"{second}:1:1: `exercises` is missing" in result.stdout
    assert f"{tmp_path / 'none.yaml'}: there is no such file" in result.stdout


def test_check_speaks_up_when_the_minutes_are_far_off(tmp_path: Path) -> None:
    path = tmp_path / LONG.name
    path.write_text(LONG.read_text(encoding="utf-8").replace("minutes: 25", "minutes: 5"))
    result = run("check", path)
    assert result.exit_code == 1
    assert "the file says 5 minutes, and it takes about 25 [wrong_minutes]" in result.stdout
    assert f"{path}: can be run, about 25 minutes" in result.stdout


def test_check_takes_names_as_run_does() -> None:
    result = run("check", "psoas-short")
    assert result.stdout.startswith(f"{shipped_routines() / 'psoas-short.yaml'}: fine")
    assert isinstance(run("check", "psoas-shirt").exception, RoutineError)


def test_check_needs_a_file() -> None:
    assert run("check").exit_code == 2


def test_schema_to_the_screen() -> None:
    assert json.loads(run("schema").stdout) == routine_schema()


def test_schema_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "routine.schema.json"
    result = run("schema", "-o", path)
    assert json.loads(path.read_text(encoding="utf-8")) == routine_schema()
    assert "# yaml-language-server: $schema=routine.schema.json" in result.stdout


def test_schema_to_a_place_that_is_not_there(tmp_path: Path) -> None:
    result = run("schema", "-o", tmp_path / "no" / "schema.json")
    assert isinstance(result.exception, ChoiceError)
    assert "cannot be written: No such file or directory" in str(result.exception)


def test_help_tells_the_editor_line() -> None:
    assert "yaml-language-server: $schema=routine.schema.json" in " ".join(run("schema", "--help").stdout.split())
