"""`voiceguide hear`: which commands are in sound files, when, by which ear, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from voiceguide.audio.files import FilePort
from voiceguide.audio.port import BLOCK, MicrophoneBlock
from voiceguide.cli.options import Engine
from voiceguide.core.clock import seconds
from voiceguide.core.commands import Command
from voiceguide.errors import AudioError, ChoiceError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.explain.explained import Explained, explain
from voiceguide.hearing.explain.picture import draw, named
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.hearing.spotter.spotter import Spotter, second_ear_for
from voiceguide.hearing.verdict.evidence import Verdict
from voiceguide.language.pack import LanguagePack, load_language

_NOTHING = np.zeros(BLOCK, np.float32)
"""What the speaker plays meanwhile."""

_SILENCE_AFTER_S = 1.5
"""A file may end with the last word; engines decide up to 1.1 s later."""


class Which(StrEnum):
    """Which ears listen."""

    ALL = "all"
    RECOGNISER = "recogniser"
    SECOND = "second"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(hear)


def hear(
    files: Annotated[list[Path], typer.Argument(help="Sound files: WAV, FLAC, OGG, ...; any rate.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    why: Annotated[
        bool, typer.Option("--explain", help="Show every candidate, its evidence, and why it counted or not.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw what was heard: a PNG or SVG file. For one sound file.")
    ] = None,
    hold: Annotated[
        bool, typer.Option(help="Listen as in a hold, where doubt about pain is enough to ask.")
    ] = False,
    ears: Annotated[Which, typer.Option(help="Which ears listen.")] = Which.ALL,
    engine: Engine = None,
    language: Annotated[str, typer.Option(help="Language of the commands.")] = "en",
) -> None:
    """Tell which commands are heard in sound files.

    Every command is possible at any time. Speech that is no command is listed with --explain only. A file that
    cannot be read is reported, the others are heard, and the exit code is 1.
    """
    if plot is not None and len(files) != 1:
        raise ChoiceError("--plot draws one sound file. Name one, or call it once for each.")
    pack = load_language(language)
    failed = False
    table = Table("file", "time", "command", "words", "engine")
    recogniser = None if ears is Which.SECOND else choose_recogniser(language, engine)
    try:
        for file in files:
            try:
                heard = _listen(file, recogniser, pack, hold=hold, twice=_twice(ears, language))
            except AudioError as error:
                failed = True
                Console(stderr=True).print(f"voiceguide: {error}", style="red", markup=False, soft_wrap=True)
                continue
            for verdict in heard.verdicts:
                if not why and not (verdict.heard and verdict.heard.command):
                    continue
                if as_json:
                    typer.echo(_as_json(file, verdict, why=why))
                elif why:
                    typer.echo(_explained(file, verdict))
                else:
                    table.add_row(*_row(file, verdict))
            if plot is not None:
                draw(plot, heard, file.name)
    finally:
        if recogniser is not None:
            recogniser.close()
    if table.row_count:
        Console().print(table)
    elif not as_json and not why and not failed:
        typer.echo("no command was heard")
    if failed:
        raise typer.Exit(AudioError.exit_code)


def _twice(ears: Which, language: str) -> bool:
    return ears is Which.SECOND or (ears is Which.ALL and second_ear_for(language))


def _listen(
    file: Path, recogniser: Recogniser | None, pack: LanguagePack, *, hold: bool, twice: bool
) -> Explained:
    with closing(FilePort(file, None, silence_after_s=_SILENCE_AFTER_S)) as port:
        second = Spotter(pack.language) if twice else None
        with closing(Ears(recogniser, pack, second)) as ears:
            ears.listen_for(frozenset(Command), hold=hold)
            return explain(_frames(port), ears, second)


def _frames(port: FilePort) -> Iterator[MicrophoneBlock]:
    while (frame := port.exchange(_NOTHING)) is not None:
        yield frame


def _row(file: Path, verdict: Verdict) -> tuple[str, ...]:
    claim = verdict.claim
    return str(file), f"{seconds(verdict.at):.2f} s", str(claim.command), claim.text, claim.engine


def _explained(file: Path, verdict: Verdict) -> str:
    """Return one claim as a sentence."""
    claim, heard = verdict.claim, verdict.heard
    what = "does not count" if heard is None else f"heard as {named(heard.command)}"
    if heard is not None and heard.perhaps is not None:
        what += f", perhaps {heard.perhaps.value}"
    scores = "".join(f"; {ear.value} {score:.2f}" for ear, score in verdict.scores.items())
    says = f'"{claim.text}"' if claim.text else "words that are no phrase"
    kind = "" if claim.final else " so far"
    return (
        f"{file.name} {seconds(verdict.at):7.2f} s  {claim.engine}: {says}{kind} "
        f"({named(claim.command)}{scores}): {what}, {verdict.rule.value}"
    )


def _as_json(file: Path, verdict: Verdict, *, why: bool) -> str:
    claim = verdict.claim
    line = {
        "file": str(file),
        "time_s": round(seconds(verdict.at), 3),
        "command": verdict.heard.command if verdict.heard else None,
        "text": claim.text,
        "engine": claim.engine,
    }
    if why:
        line |= {
            "claimed": claim.command,
            "claimed_s": round(seconds(claim.at), 3),
            "final": claim.final,
            "scores": {ear.value: round(score, 3) for ear, score in verdict.scores.items()},
            "heard": verdict.heard is not None,
            "why": verdict.rule.value,
        }
    return json.dumps(line, ensure_ascii=False)
