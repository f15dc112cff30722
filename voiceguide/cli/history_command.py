"""`voiceguide history`: what was kept of earlier sessions, to look at, take along and forget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from voiceguide.cli.history_view import EMPTY, first_day, history_view
from voiceguide.cli.options import Output, write_out
from voiceguide.cli.terminal import Terminal, confirm, say
from voiceguide.errors import ChoiceError, HistoryError
from voiceguide.history.database import open_to_read, set_aside
from voiceguide.history.export import as_csv, as_json
from voiceguide.history.forget import Kept, forget, how_much
from voiceguide.history.past import read_past, read_sessions, read_settings
from voiceguide.history.plot import plot
from voiceguide.history.reading import HistoryConnection, tell_once
from voiceguide.places import history_file
from voiceguide.wall_clock import read_clock

HistoryFile = Annotated[
    Path | None,
    typer.Option("--history", metavar="FILE", help="Another file than the one in your data folder."),
]

_group = typer.Typer(help="Look at earlier sessions, export them, or forget them.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(_group, name="history")


@_group.callback()
def history(
    context: typer.Context,
    *,
    weeks: Annotated[int, typer.Option(min=1, max=520, help="How many weeks to show, this one included.")] = 8,
    picture: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw these weeks into a .png or .svg file.")
    ] = None,
    file: HistoryFile = None,
) -> None:
    """Show the last weeks: minutes a day, pain, the last session."""
    context.obj = file
    if context.invoked_subcommand is not None:
        return
    console = Terminal()
    with _opened(file or history_file()) as connection:
        past = read_past(connection, read_clock()) if connection else None
        monday = first_day(past.last, weeks) if past else date.min
        # The last session is shown however long ago it was.
        since = min([monday, *past.days[-1:]]) if past else date.min
        sessions = read_sessions(connection, since, past) if connection else []
    if past is None or not sessions:
        console.print(EMPTY)
    elif picture is not None:
        plot(sessions, monday, past.last, picture)
        console.print(Text(f"Drawn: {picture}"), soft_wrap=True)
    else:
        for part in history_view(sessions, past, weeks):
            console.print(part, highlight=False)


@_group.command()
def export(
    context: typer.Context,
    *,
    csv: Annotated[bool, typer.Option("--csv", help="One table, for a spreadsheet.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Everything with its structure.")] = False,
    output: Output = None,
    file: HistoryFile = None,
) -> None:
    """Write down everything that is kept, as CSV or JSON."""
    if csv == json:
        raise ChoiceError("Choose one of --csv, for a spreadsheet, and --json, for a program.")
    with _opened(file or context.obj or history_file()) as connection:
        sessions = read_sessions(connection, past=read_past(connection, read_clock())) if connection else []
        settings = read_settings(connection) if connection else []
    text = as_csv(sessions, settings) if csv else as_json(sessions, settings)
    if output is None:
        say(text, end=False)
        return
    write_out(text, output, private=True)
    say(f"Written: {output}")


@_group.command(name="forget")
def forget_command(
    context: typer.Context,
    *,
    before: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only what began before this day."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    file: HistoryFile = None,
) -> None:
    """Delete what is kept, for good. A session that runs now is left alone."""
    path = file or context.obj or history_file()
    day = before.date() if before else None
    with _opened(path) as connection:
        if connection is None:
            say("There is nothing to forget.")
            return
        what = _in_words(how_much(connection, read_past(connection, read_clock()), day), day)
    if not yes:
        say(f"This deletes {what} from {path}. It cannot be undone,")
        say("and the guide will not know any more that pain was reported then.")
        confirm("Delete it?")
    say(f"Deleted: {_in_words(forget(path, day), day)}.")
    for damaged in set_aside(path):
        say(f"A damaged history is kept as {damaged}. Delete it yourself if you do not want it.")


@contextmanager
def _opened(path: Path) -> Iterator[HistoryConnection | None]:
    """Look into a history; None where nothing is kept. What could not be read is told afterwards."""
    connection = open_to_read(path)
    try:
        yield connection
        if connection is not None:
            tell_once(path, connection)
    except sqlite3.Error as error:
        raise HistoryError(f"{path} cannot be read: {error}. The next session looks into it.") from error
    finally:
        if connection is not None:
            connection.close()


def _in_words(kept: Kept, before: date | None) -> str:
    sessions = f"{kept.sessions} session{'' if kept.sessions == 1 else 's'}"
    reports = f"{kept.reports} report{'' if kept.reports == 1 else 's'} of pain"
    return f"{sessions} and {reports}" + (f" before {before}" if before else "")
