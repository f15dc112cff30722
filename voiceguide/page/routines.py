"""Routines on the page: which there are, what is wrong with one, and keeping one of your own.

Only the user's own folder is ever written to, only with what the checker of routine files has nothing against, and
never under the name of a shipped one.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from voiceguide.errors import RoutineError
from voiceguide.handwritten.problems import Problem
from voiceguide.places import routine_folders, shipped_routines
from voiceguide.routine.beginning import beginning, beginning_languages
from voiceguide.routine.load import SUFFIX, list_routines, read_text
from voiceguide.routine.rules import find

PROBLEMS_MOST = 100
"""Problems, or pieces of advice, that are told; of more only the number: a phone has to draw each."""

_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def listed() -> list[dict[str, Any]]:
    """Return all routines that can be named."""
    # Reading them takes a tenth of a second of a PC's processor, and the guide may be in the middle of a breath.
    files = [path for folder in routine_folders() if folder.is_dir() for path in folder.glob(f"*{SUFFIX}")]
    return _listed(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files)))


@lru_cache(maxsize=1)
def _listed(files: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:  # noqa: ARG001 - by them it is known again
    return [
        {
            "name": one.name,
            "id": one.file.id if one.file else None,
            "own": one.own,
            "title": one.file.title if one.file else one.name,
            "summary": one.file.summary if one.file else "",
            "minutes": one.file.minutes if one.file else None,
            "language": one.file.language if one.file else None,
            "exercises": {exercise.id: exercise.title for exercise in one.file.exercises} if one.file else {},
            "problems": len(one.problems),
        }
        for one in list_routines()
    ]


def text_of(name: str) -> dict[str, Any] | None:
    """Return the text of a routine that can be named, None when there is none of that name."""
    if not _PLAIN.fullmatch(name):
        return None
    for folder in routine_folders():
        with suppress(FileNotFoundError):
            text = (folder / f"{name}{SUFFIX}").read_text(encoding="utf-8", errors="replace")
            return {"name": name, "own": folder == routine_folders()[0], "text": text}
    return None


def new(language: str, title: str) -> dict[str, Any]:
    """Return the name and text of a routine of one's own to begin with; an empty text where there is none."""
    name = "my-routine"
    if language not in beginning_languages():
        return {"name": name, "text": ""}
    there = beginning(language)
    return {"name": name, "text": there.routine(name, title, there.choices[:1])}


def check(name: str, text: str) -> dict[str, Any]:
    """Return what is wrong with a text as a routine of that name, and what will not be good to hear."""
    reading = read_text(text, f"{name}{SUFFIX}")
    advice = find(reading)
    more = max(len(reading.problems), len(advice)) - PROBLEMS_MOST
    return {
        "problems": [_told(one) for one in reading.problems[:PROBLEMS_MOST]],
        "advice": [_told(one) | {"rule": one.rule} for one in advice[:PROBLEMS_MOST]],
        **({"more": more} if more > 0 else {}),
    }


def _told(one: Problem) -> dict[str, Any]:
    return {"line": one.line, "column": one.column, "what": one.what, "remedy": one.remedy}


def keep(name: str, text: str, *, replace: bool) -> dict[str, Any]:
    """Keep a text as one of the user's own routines, if nothing is wrong with it.

    Args:
        name: of the routine; checked by the caller to be a plain word.
        text: the file.
        replace: put it in place of one of the user's own of the same name.

    Returns:
        Whether it was `kept`, and if not, `why`: `problems` (and the list of them), `shipped` or `exists`.

    Raises:
        RoutineError: the folder cannot be written.
    """
    answer = {"kept": False, **check(name, text)}
    if answer["problems"]:
        return {**answer, "why": "problems"}
    if (shipped_routines() / f"{name}{SUFFIX}").exists():
        return {**answer, "why": "shipped"}
    path = routine_folders()[0] / f"{name}{SUFFIX}"
    if path.exists() and not replace:
        return {**answer, "why": "exists"}
    try:
        _write(path, text)
    except OSError as error:
        raise RoutineError(f"{path} cannot be written: {error.strerror}. Make its folder writable.") from error
    return {**answer, "kept": True, "path": str(path)}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)  # a link there is replaced, not followed
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
