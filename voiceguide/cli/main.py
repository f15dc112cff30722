"""The `voiceguide` command: its groups put together, and errors told as a sentence."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress

import typer
from rich.logging import RichHandler
from rich.text import Text

from voiceguide import __version__
from voiceguide.cli import (
    commands_command,
    demo_command,
    device_commands,
    doctor_command,
    hear_command,
    history_command,
    language_command,
    listen_command,
    model_commands,
    new_command,
    page_command,
    preview_command,
    rehearse_command,
    render_command,
    replay_command,
    routine_commands,
    run_command,
    settings_command,
)
from voiceguide.cli.arguments import see_that_they_can_be_used
from voiceguide.cli.lasting_output import given_up, print_what_can_be_printed
from voiceguide.cli.terminal import Terminal, say
from voiceguide.errors import VoiceguideError

app = typer.Typer(
    help="A voice guide for release routines that listens for pain. Everything runs offline.",
    epilog="To begin: demo needs no microphone and no loudspeaker; doctor looks whether yours will do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
PANELS = {
    "Sessions": (
        *(run_command, listen_command, rehearse_command, commands_command, history_command),
        *(page_command, demo_command),
    ),
    "This machine": (doctor_command, device_commands, settings_command, model_commands),
    "Routines and languages": (routine_commands, new_command, preview_command, render_command, language_command),
    "Looking closer": (hear_command, replay_command),
}
"""The commands as `--help` shows them, those that a beginner needs first."""

for title, groups in PANELS.items():
    for group in groups:
        commands, parts = len(app.registered_commands), len(app.registered_groups)
        group.register(app)
        for command in app.registered_commands[commands:]:
            command.rich_help_panel = title
        for part in app.registered_groups[parts:]:
            part.rich_help_panel = title


_LONGEST_SHOWN = 200
"""Letters of a name in a message."""


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"voiceguide {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Tell what happens inside."),
    version: bool = typer.Option(  # noqa: ARG001 - the callback does its work
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and leave."
    ),
) -> None:
    """Set up what all commands share."""
    level = logging.DEBUG if verbose else logging.WARNING
    handler = RichHandler(console=Terminal(stderr=True), show_path=verbose, show_time=verbose)
    logging.basicConfig(level=level, format="%(message)s", handlers=[handler], force=True)
    for noisy in ("matplotlib", "comtypes", "PIL"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def main() -> None:
    """Run the command line; every error a person can do something about ends as a sentence."""
    print_what_can_be_printed()
    try:
        see_that_they_can_be_used(sys.argv[1:])
        app()
    except VoiceguideError as error:
        _tell(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        if not given_up(sys.stdout):
            if error.filename is None:
                raise
            logging.getLogger(__name__).debug("", exc_info=True)
            _tell(f"{_short(error.filename)} cannot be used: {error.strerror}. Check its name and who may use it.")
            sys.exit(1)
        _tell(f"Standard output cannot be written: {error.strerror}. Choose another place for it.")
        sys.exit(1)


def _short(name: object) -> str:
    text = os.fsdecode(name) if isinstance(name, str | bytes) else str(name)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def _tell(message: str) -> None:
    with suppress(OSError, SystemExit):  # the latter is Rich's answer to a closed pipe; the exit code is ours
        Terminal(stderr=True).print(Text.assemble(("voiceguide: ", "bold red"), message), soft_wrap=True)
