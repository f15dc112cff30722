"""`voiceguide devices`: which microphones and speakers there are."""

from __future__ import annotations

import typer
from rich.table import Table
from rich.text import Text

from voiceguide.audio.devices import HOW_TO_CHOOSE, NO_DEVICES, default_for, list_devices
from voiceguide.cli.terminal import Terminal
from voiceguide.errors import AudioError


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(devices)


def devices() -> None:
    """List the microphones and speakers that can be used."""
    console = Terminal()
    found = list_devices()
    if not found:
        raise AudioError(NO_DEVICES)
    table = Table(box=None, pad_edge=False)
    for title in ("no.", "name", "in", "out", "rate", "default for"):
        table.add_column(title, justify="left" if title in {"name", "default for"} else "right")
    for device in found:
        numbers = [f"{number}" for number in (device.inputs, device.outputs, device.rate)]
        # Text, because a name such as "[USB]" would be taken for markup.
        table.add_row(f"{device.index}", Text(device.name), *numbers, default_for(device))
    console.print(table)
    console.print(HOW_TO_CHOOSE)
