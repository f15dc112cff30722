"""`voiceguide language`: which languages there are, and whether one is ready to be relied on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from voiceguide.cli.options import Engine
from voiceguide.cli.terminal import Terminal, say
from voiceguide.core.commands import PAIN_FAMILY
from voiceguide.errors import RecogniserError, VoiceError
from voiceguide.handwritten.source import read_source
from voiceguide.hearing.recognisers.choose import recogniser_for
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import (
    LOCALES,
    LanguagePack,
    available_languages,
    load_language,
    normalise,
    read_language,
)
from voiceguide.language.review import Remark, lines_of, review
from voiceguide.routine.beginning import beginning_languages
from voiceguide.routine.load import list_routines
from voiceguide.speaking.choose import choose_voice

language = typer.Typer(no_args_is_help=True, help="Languages: which there are, and whether one is ready.")
_SERIOUS, _TO_DO = 2, 1


def register(app: typer.Typer) -> None:
    """Add the command group to the command line."""
    app.add_typer(language, name="language")


@language.command("list")
def list_languages() -> None:
    """List the languages there are."""
    for code in available_languages():
        say(f"{code}  {load_language(code).name}")


@language.command("check")
def check_language(
    which: Annotated[str, typer.Argument(metavar="CODE|FILE", help="Language code, or path of a language file.")],
    *,
    engine: Engine = None,
) -> None:
    """Check a language: every command and prompt, every word against the recogniser's model, voice and routines.

    Exit code 2 if it must not be used, 1 if something is left to do, 0 if it is ready.
    """
    console = Terminal(soft_wrap=True, highlight=False)
    path = Path(which) if which.endswith(".yaml") else LOCALES / f"{which}.yaml"
    pack = read_language(path) if which.endswith(".yaml") else load_language(which)
    phrases = sum(map(len, pack.commands.values()))
    pain = sum(len(pack.commands[command]) for command in PAIN_FAMILY)
    _tell(console, f"{len(pack.commands)} commands in {phrases} phrases, {pain} of them for pain")
    _tell(console, f"{sum(1 for _ in lines_of(pack))} sentences of the guide, every blank in its place")
    remarks = [*_heard(console, pack, engine), *_around(console, pack)]
    source = read_source(path)
    for remark in remarks:
        line, column = source.places.get(remark.location, (0, 0))
        where = f"{path}:{line}:{column}: " if line else ""
        console.print(Text(f"{where}{remark}", style="red" if remark.serious else "yellow"))
    serious = any(remark.serious for remark in remarks)
    count = f"{len(remarks)} thing{'' if len(remarks) == 1 else 's'} to do"
    console.print(f"{pack.name} ({pack.language}): {count if remarks else 'ready'}")
    raise typer.Exit(_SERIOUS if serious else _TO_DO if remarks else 0)


def _heard(console: Console, pack: LanguagePack, engine: str | None) -> list[Remark]:
    english = load_language("en")
    try:
        recogniser = recogniser_for(pack, engine)
    except RecogniserError as error:
        return [*review(pack, None, english), Remark("recogniser", "its words were not checked", str(error))]
    with closing(recogniser):
        _tell(console, f"the words were held against the model of {recogniser.name}")
        return [*review(pack, recogniser, english), *_unheard_names(pack, recogniser)]


def _unheard_names(pack: LanguagePack, recogniser: Recogniser) -> Iterator[Remark]:
    for found in list_routines():
        if found.file is not None and found.file.language == pack.language:
            for name in recogniser.unknown_words([normalise(name) for name in found.file.called]):
                remedy = "It cannot be chosen by this name: take words that are in the model."
                yield Remark(
                    f"{found.path}: called", f'{recogniser.name} does not know every word of "{name}"', remedy
                )


def _around(console: Console, pack: LanguagePack) -> list[Remark]:
    """Return what a language lacks around its file."""
    remarks = []
    try:
        choose_voice(pack.language).close()
        _tell(console, "a voice speaks it")
    except VoiceError as error:
        remarks.append(Remark("voice", str(error), "Name espeak-ng's voice for it in speaking/voices/espeak.py."))
    routines = {found.name: found.file for found in list_routines() if found.file and not found.own}
    theirs = sorted(name for name, file in routines.items() if file.language == pack.language)
    missing = sorted(
        name
        for name, file in routines.items()
        if file.language == "en" and f"{name}-{pack.language}" not in theirs and pack.language != "en"
    )
    if theirs:
        _tell(console, f"{len(theirs)} routines: {', '.join(theirs)}")
    if missing:
        remedy = f"Translate them as {missing[0]}-{pack.language}.yaml and so on, into routines/."
        remarks.append(Remark("routines", f"missing: {', '.join(missing)}", remedy))
    if pack.language not in beginning_languages():
        remedy = f"Translate routine/beginnings/en.yaml as {pack.language}.yaml."
        remarks.append(Remark("voiceguide new", "it cannot begin a routine in this language", remedy))
    return remarks


def _tell(console: Console, text: str) -> None:
    console.print(Text(f"- {text}", style="green"))
