"""`voiceguide hear`: which commands are in sound files, when, and by which engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from voiceguide.audio.files import FilePort
from voiceguide.audio.port import BLOCK
from voiceguide.cli.options import Engine
from voiceguide.core.clock import seconds
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.errors import AudioError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.engines import choose_recogniser
from voiceguide.hearing.recogniser import Recogniser
from voiceguide.language.pack import LanguagePack, load_language

_NOTHING = np.zeros(BLOCK, np.float32)
"""What the speaker plays meanwhile."""

_SILENCE_AFTER_S = 1.5
"""A file may end with the last word; engines decide up to 1.1 s later."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(hear)


def hear(
    files: Annotated[list[Path], typer.Argument(help="Sound files: WAV, FLAC, OGG, ...; any rate.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    engine: Engine = None,
    language: Annotated[str, typer.Option(help="Language of the commands.")] = "en",
) -> None:
    """Tell which commands are heard in sound files.

    Every command is possible at any time. Speech that is no command is not listed. A file that cannot be read is
    reported, the others are heard, and the exit code is 1.
    """
    pack = load_language(language)
    failed = False
    table = Table("file", "time", "command", "words", "engine")
    with closing(choose_recogniser(language, engine)) as recogniser:
        for file in files:
            try:
                for heard in _commands_in(file, recogniser, pack):
                    if as_json:
                        typer.echo(_as_json(file, heard))
                    else:
                        table.add_row(
                            str(file), f"{seconds(heard.at):.2f} s", str(heard.command), heard.text, heard.engine
                        )
            except AudioError as error:
                failed = True
                Console(stderr=True).print(f"voiceguide: {error}", style="red", markup=False, soft_wrap=True)
    if table.row_count:
        Console().print(table)
    elif not as_json and not failed:
        typer.echo("no command was heard")
    if failed:
        raise typer.Exit(AudioError.exit_code)


def _commands_in(file: Path, recogniser: Recogniser, pack: LanguagePack) -> Iterator[Heard]:
    ears = Ears(recogniser, pack)
    ears.listen_for(frozenset(Command))
    with closing(FilePort(file, None, silence_after_s=_SILENCE_AFTER_S)) as port:
        while (frame := port.exchange(_NOTHING)) is not None:
            yield from (one.heard for one in ears.accept(frame) if one.heard and one.heard.command)


def _as_json(file: Path, heard: Heard) -> str:
    return json.dumps(
        {
            "file": str(file),
            "time_s": round(seconds(heard.at), 3),
            "command": heard.command,
            "text": heard.text,
            "engine": heard.engine,
        },
        ensure_ascii=False,
    )
