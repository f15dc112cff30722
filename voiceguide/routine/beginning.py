"""The beginning of a routine of one's own: exercises that are known to be good, or an empty one, explained.

The words come from `beginnings/*.yaml` and from the shipped routines, the explanations from the descriptions in
`model.py`, so that nothing is told twice.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from voiceguide.errors import LanguageError
from voiceguide.places import shipped_routines
from voiceguide.routine.duration import about_s
from voiceguide.routine.load import as_plan
from voiceguide.routine.model import RoutineFile
from voiceguide.routine.unwritten import BEGINNINGS, is_unwritten

_WIDTH = 100


@dataclass(frozen=True)
class Choice:
    """An exercise to begin with.

    Attributes:
        id: its id.
        what: what it is, in a few words.
        exercise: what stands in the file for it.
    """

    id: str
    what: str
    exercise: dict[str, Any]

    @property
    def wants_release(self) -> bool:
        """How to come out of it has still to be written."""
        return any(map(is_unwritten, self.exercise["release"]))

    def with_release(self, release: str) -> Choice:
        """Return the same exercise with how to come out of it."""
        return replace(self, exercise={**self.exercise, "release": [release]})


@dataclass(frozen=True)
class Beginning:
    """What a routine of one's own can begin with, in one language.

    Attributes:
        language: language code.
        summary: for the list of routines.
        welcome: first lines.
        closing: last lines.
        choices: the exercises; the last one is for one's own words.
    """

    language: str
    summary: str
    welcome: tuple[str, ...]
    closing: tuple[str, ...]
    choices: tuple[Choice, ...]

    def routine(self, name: str, title: str, exercises: Sequence[Choice]) -> str:
        """Return the text of a routine file, with comments.

        Args:
            name: its id, and the name of its file.
            title: its title.
            exercises: at least one. One that is taken twice gets an id of its own each time.
        """
        data: dict[str, Any] = {
            "id": name,
            "language": self.language,
            "title": title,
            "summary": self.summary,
            "minutes": 1,
            "welcome": list(self.welcome),
            "exercises": _with_unique_ids([choice.exercise for choice in exercises]),
            "closing": list(self.closing),
        }
        data["minutes"] = max(1, round(about_s(as_plan(RoutineFile.model_validate(data))) / 60))
        head = (
            "# yaml-language-server: $schema=routine.schema.json",
            "# A routine of your own: change whatever you like. Lines that begin with # are for you alone.",
            f"#   voiceguide check {name}.yaml     every mistake, and what will not be good to hear",
            f"#   voiceguide preview {name}.yaml   second by second, before you lie down",
        )
        return "\n".join([*head, "", *_mapping(RoutineFile, data, "", set())]) + "\n"


def beginning_languages() -> list[str]:
    """Return the codes of the languages in which a routine can be begun."""
    return sorted(path.stem for path in BEGINNINGS.glob("*.yaml"))


def beginning(language: str) -> Beginning:
    """Return what a routine can begin with in a language.

    Raises:
        LanguageError: there is nothing for this language yet.
    """
    if language not in beginning_languages():
        raise LanguageError(
            f'A routine cannot be begun in "{language}" yet; there are: {", ".join(beginning_languages())}.'
        )
    data = yaml.safe_load((BEGINNINGS / f"{language}.yaml").read_text(encoding="utf-8"))
    choices = [Choice(one["exercise"], one["what"], _shipped(**one)) for one in data["exercises"]]
    own = data["own"]
    choices.append(Choice(own["exercise"]["id"], own["what"], own["exercise"]))
    return Beginning(language, data["summary"], tuple(data["welcome"]), tuple(data["closing"]), tuple(choices))


def _shipped(routine: str, exercise: str, what: str) -> dict[str, Any]:
    del what
    data = yaml.safe_load((shipped_routines() / f"{routine}.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(one for one in data["exercises"] if one["id"] == exercise)
    return found


def _with_unique_ids(exercises: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: dict[str, int] = {}
    unique = []
    for exercise in exercises:
        name = exercise["id"]
        seen[name] = seen.get(name, 0) + 1
        unique.append(exercise if seen[name] == 1 else {**exercise, "id": f"{name}-{seen[name]}"})
    return unique


def _mapping(
    model: type[BaseModel], data: dict[str, Any], indent: str, told: set[tuple[str, str]]
) -> Iterator[str]:
    """Yield the lines of a group of keys, in the model's order.

    Each key is explained where it comes first; one that is left out is shown there as a comment.
    """
    for key, field in model.model_fields.items():
        explained = (model.__name__, key) in told
        if explained and key not in data:
            continue
        told.add((model.__name__, key))
        if not explained:
            yield from _comment(str(field.description), indent)
        if key in data:
            yield from _entry(key, data[key], _model_of(field.annotation), indent, told)
        else:
            yield f"{indent}# {key}: {_inline((field.examples or [''])[0])}"
        if model is RoutineFile and key != "exercises":
            yield ""


def _entry(
    key: str, value: Any, model: type[BaseModel] | None, indent: str, told: set[tuple[str, str]]
) -> Iterator[str]:
    deeper = f"{indent}  "
    if isinstance(value, dict) and model is not None:
        yield f"{indent}{key}:"
        yield from _mapping(model, value, deeper, told)
    elif isinstance(value, list) and model is not None:
        yield f"{indent}{key}:"
        for item in value:
            lines = list(_mapping(model, item, f"{deeper}  ", told))
            first = next(i for i, line in enumerate(lines) if not line.lstrip().startswith("#"))
            yield from lines[:first]
            yield f"{deeper}- {lines[first].lstrip()}"
            yield from lines[first + 1 :]
            if key == "exercises":
                yield ""
    elif isinstance(value, list) and any(" " in str(item) for item in value):
        yield f"{indent}{key}:"
        yield from (f"{deeper}- {_inline(item)}" for item in value)
    else:
        yield f"{indent}{key}: {_inline(value)}"


def _comment(text: str, indent: str) -> Iterator[str]:
    yield from (f"{indent}# {line}" for line in textwrap.wrap(text, _WIDTH))


def _inline(value: Any) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _model_of(annotation: Any) -> type[BaseModel] | None:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
