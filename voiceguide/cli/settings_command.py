"""`voiceguide settings`: where they stand, whether they can be used, and what differs from the usual."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.text import Text

from voiceguide.cli.terminal import Terminal
from voiceguide.errors import SettingsError
from voiceguide.places import settings_file
from voiceguide.settings import Settings, read_settings, template

NO_FILE = "There is no settings file, so everything is as usual. For one to begin with: voiceguide settings --new"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(settings)


def settings(
    *,
    file: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE", help="Look at this file instead.")
    ] = None,
    new: Annotated[
        bool,
        typer.Option("--new", help="Write a file in which every setting is explained; nothing is overwritten."),
    ] = False,
) -> None:
    """Check the settings of this speaker and show what differs from the usual."""
    console, path = Terminal(), file or settings_file()
    if new:
        _write_new(path)
        console.print(Text(f"{path} is written. Open it in an editor; then check it with: voiceguide settings"))
        return
    console.print(Text(str(path), style="bold"))
    if file is None and not path.exists():
        console.print(NO_FILE)
        return
    changed = list(_changed(read_settings(path), Settings()))
    for name, value in changed:
        console.print(Text.assemble("  ", (name, "cyan"), f": {value}"))
    console.print("These can be used." if changed else "It changes nothing: all its settings are the usual ones.")


def _changed(now: BaseModel, usual: BaseModel | None, within: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name in type(now).model_fields:
        value, before = getattr(now, name), getattr(usual, name, None)
        if isinstance(value, BaseModel):
            found += _changed(value, before, f"{within}{name}.")
        elif value != before:
            found.append((f"{within}{name}", value))
    return found


def _write_new(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as written:
            written.write(template())
    except FileExistsError as error:
        raise SettingsError(
            f"{path} exists already and is left as it is. Edit it, or name another file."
        ) from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}. Name another file.") from error
