"""What a person or a file brings cannot steer a terminal: it is refused with its line, and never printed raw."""

from __future__ import annotations

import ast
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from voiceguide.cli import main as command_line
from voiceguide.cli.main import app
from voiceguide.cli.terminal import Terminal, say
from voiceguide.history.journal import Journal
from voiceguide.printable import printable
from voiceguide.routine.load import check_file, find_routine
from voiceguide.service.logging_events import OneLine

PACKAGE = Path(command_line.__file__).resolve().parent.parent

STEERING = ["\x1b", "\x07", "\x00", "\x08", "\r", "\x7f", "\x85", "\x9b", "\u061c", "\u200f", "\u202e", "\u2066"]
STEERING += ["\u2028", "\ufeff", "\U000e0041"]
OF_YAML = {"\x00": "0", "\x1b": "e", "\x07": "a", "\u202e": "u202e"}


def codes(characters: list[str]) -> list[str]:
    return [f"U+{ord(one):04X}" for one in characters]


# --- one way onto a terminal ---------------------------------------------------------------------------------

ALLOWED = {"cli/terminal.py", "service/logging_events.py"}
"""The way itself, and the log of a service, whose lines are made printable as well."""

NAMES = {"print", "Console", "StreamHandler", "FileHandler"}
OF_MODULES = {"typer": {"echo", "secho", "prompt", "confirm"}, "click": {"echo", "secho", "prompt", "confirm"}}
OF_MODULES |= {
    "rich": {"print", "print_json"},
    "console": {"Console"},
    "logging": {"StreamHandler", "FileHandler"},
}


def other_ways(source: str) -> Iterator[str]:
    """Yield what in a program writes onto a terminal by itself."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in NAMES:
                yield name
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name in OF_MODULES.get(module, ()):
                yield f"{module}.{name}"
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="sys"), attr=("stdout" | "stderr") as stream)
            ):
                if node.func.attr in {"write", "writelines"}:
                    yield f"sys.{stream}"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_writes_onto_a_terminal_by_itself(path: Path) -> None:
    found = list(other_ways(path.read_text(encoding="utf-8")))
    assert not found or str(path.relative_to(PACKAGE)) in ALLOWED


@pytest.mark.parametrize(
    "source", ["print(x)", "typer.echo(x)", "c = Console()", "sys.stderr.write(x)", "typer.prompt(x)"]
)
def test_a_program_that_does_is_found(source: str) -> None:
    assert list(other_ways(source))


@pytest.mark.parametrize("steering", STEERING, ids=codes(STEERING))
def test_what_is_printed_shows_the_number_of_the_character(
    steering: str, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = f"a{steering}b"
    table = Table("what")
    table.add_row(foreign)
    table.add_row(Text(foreign, style="bold"))
    for colours in (None, "truecolor"):
        written = io.StringIO()
        console = Terminal(file=written, width=60, force_terminal=colours is not None, color_system=colours)
        for one in (foreign, Text(foreign, "red"), table):
            console.print(one, markup=False)
        plain = written.getvalue() if colours is None else Text.from_ansi(written.getvalue()).plain
        assert steering not in plain
        taken_away = steering in "\x07\x08\r"  # by Rich itself
        assert taken_away or plain.count(printable(foreign)) >= 3, "the text in the table may be cut off"
    say(foreign)
    assert capsys.readouterr().out == f"{printable(foreign)}\n"
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (foreign,), None)
    assert steering not in OneLine(priorities=True).format(record)


def test_an_event_is_read_back_as_it_was_and_does_not_steer_who_looks_at_the_file(tmp_path: Path) -> None:
    heard = "".join(STEERING)
    journal = Journal(tmp_path / "events.jsonl")
    journal.write(0, "heard", text=heard)
    journal.close()
    written = (tmp_path / "events.jsonl").read_bytes().decode()
    assert not set(written) & set(STEERING)
    assert json.loads(written)["text"] == heard


# --- refused with its line -----------------------------------------------------------------------------------


@pytest.mark.parametrize("steering", STEERING, ids=codes(STEERING))
def test_the_checker_names_each_place(tmp_path: Path, steering: str) -> None:
    path = tmp_path / "psoas-short.yaml"
    lines = find_routine("psoas-short").read_text(encoding="utf-8").splitlines()
    lines[0] += f" # a{steering}b"
    at = next(number for number, line in enumerate(lines) if line.startswith("title:"))
    lines[at] += steering + "!"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    code = f"U+{ord(steering):04X}"
    assert [one.line for one in check_file(path) if code in one.what] == [1, at + 1]
    said = CliRunner().invoke(app, ["check", str(path)]).output
    assert steering not in said
    assert code in said


@pytest.mark.parametrize("steering", OF_YAML, ids=codes([*OF_YAML]))
def test_an_escape_in_quotes_is_refused_as_well(tmp_path: Path, steering: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(f'voice: hibari\nhooks:\n  pain: ["lamp", "\\{OF_YAML[steering]}"]\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["settings", "--settings", str(path)])
    assert f":3:18: this text holds the character U+{ord(steering):04X}" in str(done.exception)


def test_the_name_of_a_file_is_refused_and_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "psoas\x1b[31m.yaml"
    path.write_text("id: psoas\n")
    done = CliRunner().invoke(app, ["check", str(path)])
    assert "U+001B" in done.output
    assert "\x1b" not in done.output


@pytest.mark.parametrize("argument", ["a\x1bb", "a\u202eb", "x" * 5000], ids=["ESC", "U+202E", "5,000 letters"])
def test_an_argument_is_refused_before_anything_is_done_with_it(
    argument: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("check", "run", "no-such-command"):
        monkeypatch.setattr(sys, "argv", ["voiceguide", command, argument])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert said.startswith("voiceguide: Argument 2 h")
        assert argument not in said


def test_a_text_that_is_fine_stays_as_it_is() -> None:
    fine = "“Größe”, 안녕\tüber 5 °C — fine 👍🏽\n"
    assert printable(fine) == fine
