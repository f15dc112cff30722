"""`voiceguide hear`: which commands are in sound files, when, by which ear, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from voiceguide.audio.files import FilePort
from voiceguide.audio.port import BLOCK, MicrophoneBlock
from voiceguide.cli.options import Engine
from voiceguide.cli.terminal import Terminal, say
from voiceguide.core.clock import seconds
from voiceguide.core.commands import Command
from voiceguide.errors import AudioError, ChoiceError
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.explain.explained import Explained, explain
from voiceguide.hearing.explain.picture import draw, named
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.language.pack import LanguagePack, load_language

_NOTHING = np.zeros(BLOCK, np.float32)
"""What the speaker plays meanwhile."""

_SILENCE_AFTER_S = 1.5
"""A file may end with the last word; engines decide up to 1.1 s later."""


_PHRASES = 5
"""Phrases listed for one utterance."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(hear)


def hear(
    files: Annotated[list[Path], typer.Argument(help="Sound files: WAV, FLAC, OGG, ...; any rate.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    why: Annotated[
        bool,
        typer.Option("--explain", help="Show transcript, phrase scores, evidence, and why it counted."),
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw what was heard: a PNG or SVG file. For one sound file.")
    ] = None,
    hold: Annotated[
        bool, typer.Option(help="Listen as in a hold, where doubt about pain is enough to ask.")
    ] = False,
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
    recogniser = choose_recogniser(language, engine)
    try:
        for file in files:
            try:
                heard = _listen(file, recogniser, pack, hold=hold)
            except AudioError as error:
                failed = True
                Terminal(stderr=True).print(f"voiceguide: {error}", style="red", markup=False, soft_wrap=True)
                continue
            for verdict in heard.verdicts:
                if not why and not (verdict.heard and verdict.heard.command):
                    continue
                if as_json:
                    say(_as_json(file, verdict, why=why))
                elif why:
                    say(_explained(file, verdict))
                else:
                    table.add_row(*_row(file, verdict))
            if plot is not None:
                draw(plot, heard, file.name)
    finally:
        recogniser.close()
    if table.row_count:
        Terminal().print(table)
    elif not as_json and not why and not failed:
        say("no command was heard")
    if failed:
        raise typer.Exit(AudioError.exit_code)


def _listen(file: Path, recogniser: Recogniser, pack: LanguagePack, *, hold: bool) -> Explained:
    with closing(FilePort(file, None, silence_after_s=_SILENCE_AFTER_S)) as port:
        ears = Ears(recogniser, pack)
        ears.listen_for(frozenset(Command), hold=hold)
        return explain(_frames(port), ears)


def _frames(port: FilePort) -> Iterator[MicrophoneBlock]:
    while (frame := port.exchange(_NOTHING)) is not None:
        yield frame


def _row(file: Path, verdict: Verdict) -> tuple[str, ...]:
    return str(file), f"{seconds(verdict.at):.2f} s", str(verdict.command), verdict.text, verdict.engine


def _explained(file: Path, verdict: Verdict) -> str:
    """Return one verdict as a few lines: what was decided, then phrase scores and evidence."""
    heard, hypothesis = verdict.heard, verdict.hypothesis
    what = "does not count" if heard is None else f"heard as {named(heard.command)}"
    if heard is not None and heard.perhaps is not None:
        what += f", perhaps {heard.perhaps.value}"
    says = f'"{verdict.text}"' if verdict.text else "no words"
    kind = "" if verdict.final else " so far"
    where = f"{file.name} {seconds(verdict.at):7.2f} s"
    meant = f"{named(verdict.command)} {verdict.sure:.2f}"
    lines = [f"{where}  {verdict.engine}: {says}{kind} ({meant}): {what}, {verdict.rule.value}"]
    if hypothesis is not None and hypothesis.scores:
        phrases = ", ".join(f"{one.phrase} {one.log_p:.1f}" for one in hypothesis.scores[:_PHRASES])
        lines.append(f"    phrases: {phrases}; the transcript {hypothesis.text_log_p:.1f}")
    if verdict.evidence:
        lines.append(
            "    evidence: " + ", ".join(f"{name} {value:.2f}" for name, value in verdict.evidence.items())
        )
    return "\n".join(lines)


def _as_json(file: Path, verdict: Verdict, *, why: bool) -> str:
    line: dict[str, object] = {
        "file": str(file),
        "time_s": round(seconds(verdict.at), 3),
        "command": verdict.heard.command if verdict.heard else None,
        "text": verdict.text,
        "engine": verdict.engine,
    }
    if why:
        scores = verdict.hypothesis.scores if verdict.hypothesis is not None else ()
        line |= {
            "claimed": verdict.command,
            "sure": round(verdict.sure, 3),
            "final": verdict.final,
            "scores": {one.phrase: round(one.log_p, 3) for one in scores},
            "evidence": {name: round(value, 3) for name, value in verdict.evidence.items()},
            "heard": verdict.heard is not None,
            "perhaps": verdict.heard.perhaps if verdict.heard else None,
            "why": verdict.rule.value,
        }
    return json.dumps(line, ensure_ascii=False)
