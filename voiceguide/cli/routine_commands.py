"""`voiceguide routines`, `check` and `schema`: what can be run, and help for writing one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from voiceguide.cli.options import Output, write_out
from voiceguide.cli.terminal import Terminal, say
from voiceguide.errors import RoutineError
from voiceguide.places import routine_folders
from voiceguide.routine.duration import about_s
from voiceguide.routine.load import Listed, as_plan, find_routine, list_routines, read
from voiceguide.routine.problems import Finding
from voiceguide.routine.rules import find
from voiceguide.routine.schema import routine_schema

_TO_IMPROVE = 1


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(routines)
    app.command()(check)
    app.command()(schema)


def routines() -> None:
    """List the routines that can be run by name."""
    console = Terminal()
    table = Table(box=None, pad_edge=False)
    for title in ("name", "minutes", "language", "what it is", "needs", "from"):
        table.add_column(title, justify="right" if title == "minutes" else "left", no_wrap=title == "name")
    found = list_routines()
    for routine in found:
        table.add_row(*map(Text, _cells(routine)))
    console.print(table)
    for routine in found:
        if routine.problems:
            console.print(Text(f"\n{routine.name} cannot be run. See: voiceguide check {routine.path}"))
    console.print(Text(f"\nYour own routines belong in {routine_folders()[0]}"))


def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Paths of routine files, or names of routines.")
    ],
) -> None:
    """Check routine files: every mistake, and every line that will not be good to hear.

    Each is told with its place and what to do. A file with a mistake is never run. What is not good to hear is
    named by a rule in brackets, and can be run; a rule is switched off in the file, with a reason:
    rules_off: {long_sentence: "Our teacher wants it so."}

    Exit code 2 if there is a mistake, 1 if something is not good to hear, 0 if all is fine.
    """
    exit_code = 0
    for path in map(_path, files):
        reading = read(path)
        for found in (*reading.problems, *find(reading)):
            say(str(found))
            exit_code = max(exit_code, _TO_IMPROVE if isinstance(found, Finding) else RoutineError.exit_code)
        if reading.file is not None:
            minutes = max(1, round(about_s(as_plan(reading.file)) / 60))
            verdict = "can be run" if find(reading) else "fine"
            say(f"{path}: {verdict}, about {minutes} minute{'s' if minutes > 1 else ''}")
    raise typer.Exit(exit_code)


def schema(
    output: Output = None,
) -> None:
    """Print the JSON Schema of routine files, with which editors complete and explain.

    Save it next to your routines with: voiceguide schema -o routine.schema.json

    Then begin a routine with the line: # yaml-language-server: $schema=routine.schema.json

    Editors with the YAML language server, such as VS Code with its YAML extension, then offer the keys while you
    type, explain them, and mark what does not fit.
    """
    text = json.dumps(routine_schema(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        say(text, end=False)
        return
    write_out(text, output)
    say(f"Written. Begin a routine beside it with: # yaml-language-server: $schema={output.name}")


def _path(given: str) -> Path:
    """Return the path of what is to be checked: a path is taken as it is, anything else is a name."""
    path = Path(given).expanduser()
    return path if path.exists() or "/" in given or path.suffix else find_routine(given)


def _cells(routine: Listed) -> tuple[str, ...]:
    where = "you" if routine.own else "voiceguide"
    if routine.file is None:
        count = len(routine.problems)
        return routine.name, "", "", f"broken: {count} mistake{'s' if count > 1 else ''}", "", where
    file = routine.file
    items = dict.fromkeys(item for exercise in file.exercises for item in exercise.equipment)
    return routine.name, str(file.minutes), file.language, file.summary, ", ".join(items), where
