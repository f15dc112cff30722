"""`voiceguide commands`: what can be said to the guide."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from voiceguide.cli.terminal import Terminal
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.language.pack import load_language


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(commands)


def commands(
    language: Annotated[str, typer.Argument(help="Language code, such as en or ko.")] = "en",
) -> None:
    """List what can be said to the guide."""
    pack = load_language(language)
    table = Table(box=None, pad_edge=False, title=f"{pack.name}\n", title_justify="left")
    table.add_column("command", no_wrap=True)
    table.add_column("phrases")
    pain_first = sorted(Command, key=lambda command: command not in PAIN_FAMILY)
    for command in pain_first:
        style = "bold red" if command in PAIN_FAMILY else ""
        phrases = ", ".join(f"“{phrase}”" for phrase in pack.commands[command])
        table.add_row(Text(command.value, style=style), Text(phrases))
    Terminal().print(table)
