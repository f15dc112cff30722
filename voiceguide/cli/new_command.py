"""`voiceguide new`: the beginning of a routine of one's own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from voiceguide.cli.terminal import ask, say
from voiceguide.errors import RoutineError
from voiceguide.places import routine_folders
from voiceguide.routine.beginning import Beginning, Choice, beginning, beginning_languages
from voiceguide.routine.load import check_file
from voiceguide.routine.schema import routine_schema
from voiceguide.routine.unwritten import is_unwritten

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 60
_LONGEST_TITLE = 80
_SCHEMA = "routine.schema.json"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(new)


def new(
    name: Annotated[
        str | None, typer.Argument(help="Its name: lower-case letters, digits and hyphens, such as my-hips.")
    ] = None,
    *,
    language: Annotated[str | None, typer.Option(help="Language of its lines: en or ko.")] = None,
    title: Annotated[str | None, typer.Option(help="Its title, as it is spoken.")] = None,
    exercise: Annotated[
        list[str] | None,
        typer.Option(help="An exercise to begin with, by its id or number; again for more, in order."),
    ] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(help="How to come out of an exercise of your own; again for more of them, in order."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to write it. By default where `voiceguide run` finds it by name.")
    ] = None,
) -> None:
    """Begin a routine of your own: a few questions, then a file in which everything is explained.

    With the exercises that come with voiceguide it can be run at once. An exercise of your own has lines that you
    write first; how to come out of it is asked here. Whatever is given as an option is not asked. A file that is
    there is never overwritten.
    """
    name = _named(name)
    path = (folder or routine_folders()[0]) / f"{name}.yaml"
    _must_be_free(path)
    known = beginning_languages()
    begins = beginning(language or ask(f"Language ({', '.join(known)})", default="en"))
    title = title or ask("Title, as it is spoken", default=name.replace("-", " ").capitalize())
    chosen = _chosen(begins, exercise or _asked(begins))
    if len(title) > _LONGEST_TITLE or not title.strip():
        raise RoutineError(f"A title has up to {_LONGEST_TITLE} letters, and this one has {len(title)}.")
    chosen = _with_releases(chosen, release or [])
    _write(path, begins.routine(name, title, chosen))
    say(f"{path}: written. Open it in an editor: everything in it is explained.")
    if left := len(check_file(path)):
        say(f"It cannot be run yet: {left} lines ask for your own words. voiceguide check names them.")
    shown = name if folder is None else str(path)
    say(f"Then: voiceguide check {shown}, voiceguide preview {shown}, voiceguide run {shown}")


def _named(name: str | None) -> str:
    name = name or ask("Name (lower-case letters, digits and hyphens)", default="my-routine")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_NAME].strip("-")
        hint = f" For example: {slug}." if slug else ""
        raise RoutineError(f'"{name}" is no name: lower-case letters, digits and hyphens between them.{hint}')
    return name


def _asked(begins: Beginning) -> Sequence[str]:
    for number, choice in enumerate(begins.choices, start=1):
        say(f"  {number}  {choice.what} ({choice.id})")
    answer: str = ask("Which exercises, in order", default="1")
    return answer.replace(",", " ").split()


def _chosen(begins: Beginning, wanted: Sequence[str]) -> list[Choice]:
    by_name = {choice.id: choice for choice in begins.choices}
    by_name |= {str(number): choice for number, choice in enumerate(begins.choices, start=1)}
    unknown = [one for one in wanted if one not in by_name]
    if unknown or not wanted:
        listed = ", ".join(f"{number} {choice.id}" for number, choice in enumerate(begins.choices, start=1))
        raise RoutineError(f'There is no exercise "{" ".join(unknown)}" to begin with. There are: {listed}.')
    return [by_name[one] for one in wanted]


def _with_releases(chosen: Sequence[Choice], given: Sequence[str]) -> list[Choice]:
    """Put into each exercise that wants it how to come out of it: the first thing said when something hurts."""
    waiting = list(given)
    complete = []
    for choice in chosen:
        if not choice.wants_release:
            complete.append(choice)
            continue
        if not waiting:
            say(f"{choice.exercise['title']}: how to come out of it is the first thing said when it hurts.")
        words = waiting.pop(0) if waiting else ask("How to come out of it, what takes the load off first")
        if not words.strip() or is_unwritten(words):
            raise RoutineError("How to come out of an exercise has to be said in your own words.")
        complete.append(choice.with_release(" ".join(words.split())))
    if waiting:
        raise RoutineError(f'"{waiting[0]}" has no exercise of your own to belong to: the others have their own.')
    return complete


def _must_be_free(path: Path) -> None:
    if path.exists():
        raise RoutineError(f"{path} is there already and is left as it is. Choose another name.")


def _write(path: Path, text: str) -> None:
    schema = path.with_name(_SCHEMA)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        if not schema.exists():
            schema.write_text(json.dumps(routine_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except FileExistsError:
        _must_be_free(path)
    except OSError as error:
        raise RoutineError(
            f"{path} cannot be written: {error.strerror or error}. Choose another folder."
        ) from error
