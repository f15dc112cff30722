"""What no single value shows: does the file as a whole make sense?

These checks look at plain data from which everything of a wrong type has been taken out (it is None), so that
they run over a half-broken file and all mistakes are told at once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceguide.handwritten.problems import shown
from voiceguide.handwritten.wording import where
from voiceguide.language.pack import available_languages
from voiceguide.routine.unwritten import is_unwritten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voiceguide.handwritten.problems import Location
    from voiceguide.handwritten.source import Source

PLACEHOLDERS = ("side", "other_side")
"""What a line may carry in braces; the session fills in the language's words."""

_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


def check_sense(data: dict[str, Any], source: Source) -> None:
    """Add a problem for everything that is well-formed and makes no sense.

    Args:
        data: the file's data, None in place of everything that is wrong by itself.
        source: the file; problems are added to it.
    """
    _check_unwritten(data, source)
    _check_name(data, source)
    _check_language(data, source)
    for key in ("title", "summary", "welcome", "closing"):
        _check_placeholders(data.get(key), (key,), source, sides=False)
    first_seen: dict[str, int] = {}
    for i, exercise in enumerate(data.get("exercises") or []):
        if exercise is None:
            continue
        at: Location = ("exercises", i)
        _check_unique_id(exercise, at, source, first_seen)
        _check_length(exercise, at, source)
        _check_repeats(exercise, at, source)
        _check_cues(exercise, at, source)
        # Without knowing the sides (a mistake of their own), nothing is said about {side}.
        sides = exercise.get("sides", []) is None or bool(exercise.get("sides", []))
        for key in ("title", "equipment"):
            _check_placeholders(exercise.get(key), (*at, key), source, sides=False)
        for key in ("purpose", "setup", "cues", "release", "pain"):
            _check_placeholders(exercise.get(key), (*at, key), source, sides=sides)


def whole_breaths(length_s: float, breath_s: float) -> int:
    """Return how many whole breaths fit into a hold; a hair's breadth of rounding does not cost one."""
    return int(length_s / breath_s + 1e-9)


def _check_unwritten(data: dict[str, Any], source: Source) -> None:
    for location, line in _texts(data, ()):
        if is_unwritten(line):
            what = f"{where(location, source.data)}this asks for words and is no guidance: {shown(line)}"
            source.report_at(location, what, "Put your own words in its place.")


def _check_name(data: dict[str, Any], source: Source) -> None:
    name = Path(source.file).stem
    if data.get("id") not in {None, name}:
        what = f'the id "{data["id"]}" is not the name of the file, "{name}"'
        source.report_at(("id",), what, "Write the file's name without .yaml as id, or rename the file.")


def _check_language(data: dict[str, Any], source: Source) -> None:
    language, known = data.get("language"), available_languages()
    if language is not None and language not in known:
        remedy = f"There are: {', '.join(known)}. How to add one is told in docs/languages.md."
        source.report_at(("language",), f'there is no language "{language}"', remedy)


def _check_unique_id(exercise: dict[str, Any], at: Location, source: Source, seen: dict[str, int]) -> None:
    name = exercise.get("id")
    if name is None:
        return
    line, _ = source.place((*at, "id"))
    if name in seen:
        what = f'the id "{name}" is taken by the exercise on line {seen[name]}'
        source.report_at((*at, "id"), what, "Give every exercise an id of its own.")
    seen.setdefault(name, line)


def _check_length(exercise: dict[str, Any], at: Location, source: Source) -> None:
    start = where(at, source.data)
    lengths = [key for key in ("hold_seconds", "rest_seconds") if key in exercise]
    if not lengths:
        what = f"{start}neither `hold_seconds` nor `rest_seconds` is there"
        source.report_at(at, what, "Add one: `hold_seconds: 30` for a hold, `rest_seconds: 300` for an open rest.")
    if len(lengths) > 1:
        what = f"{start}`hold_seconds` and `rest_seconds` exclude each other"
        source.report_at(
            (*at, "rest_seconds"), what, "Keep one: a hold is counted down, a rest is open.", key=True
        )
    breath = _breath_s(exercise)
    for key in lengths:
        length = exercise[key]
        if length and breath and whole_breaths(length, breath) < 1:
            what = f"{start}`{key}` is {length:g}, shorter than one breath of {breath:g} seconds"
            source.report_at((*at, key), what, f"Write at least {breath:g}, or shorten the breath.")


def _check_repeats(exercise: dict[str, Any], at: Location, source: Source) -> None:
    start = where(at, source.data)
    sides, repeats = exercise.get("sides", []), exercise.get("repeats", 1)
    if sides and len(set(sides)) < len(sides):
        what = f'{start}`sides` names "{sides[-1]}" twice'
        source.report_at((*at, "sides"), what, "Name each side once; `repeats` says how often each is done.")
    if repeats and repeats > 1 and exercise.get("between_seconds", 0) == 0:
        location = (*at, "between_seconds" if "between_seconds" in exercise else "repeats")
        what = f"{start}{repeats} repeats have no rest between them"
        source.report_at(location, what, "Add `between_seconds`, time to ease off and set up again: 20, say.")
    setup = exercise.get("setup")
    several = (repeats or 1) > 1 or len(sides or []) > 1
    if several and setup and setup.get("first_time") and "again" not in setup:
        what = f"{start}there is more than one hold, and `setup` has no `again`"
        source.report_at(
            (*at, "setup"), what, "Add `again`: the set-up in short, for the repeats and the second side."
        )


def _check_cues(exercise: dict[str, Any], at: Location, source: Source) -> None:
    start = where(at, source.data)
    length = exercise.get("hold_seconds") or exercise.get("rest_seconds")
    breath = _breath_s(exercise)
    end = whole_breaths(length, breath) * breath if length and breath else length
    before = -1.0
    for i, cue in enumerate(exercise.get("cues") or []):
        second = cue.get("at_second") if cue else None
        if second is None:
            continue
        here = (*at, "cues", i, "at_second")
        if end and second >= end:
            what = f"{start}the cue at second {second:g} comes after the end, at second {end:g}"
            source.report_at(here, what, "Move it forward, or lengthen the hold by whole breaths.")
        if second <= before:
            what = f"{start}the cue at second {second:g} follows one at second {before:g}"
            source.report_at(here, what, "Put the cues in order of time, each at its own second.")
        before = max(before, second)


def _check_placeholders(value: Any, at: Location, source: Source, *, sides: bool) -> None:
    for location, line in _texts(value, at):
        for match in _BRACES.finditer(line):
            found = match.group(0)
            what = f"{where(location, source.data)}{found} "
            if match.group(1) not in PLACEHOLDERS:
                meant = source.nearest((match.group(1) or "").lower(), PLACEHOLDERS)
                remedy = (
                    f"Did you mean {{{meant}}}?" if meant else "Only {side} and {other_side} may stand in braces."
                )
                source.report_at(location, f"{what}is no placeholder", remedy)
            elif not sides:
                remedy = "It belongs into the lines of an exercise with `sides`; elsewhere, use words."
                source.report_at(location, f"{what}has no side to stand for", remedy)


def _texts(value: Any, at: Location) -> Iterator[tuple[Location, str]]:
    match value:
        case str():
            yield at, value
        case list():
            for i, entry in enumerate(value):
                yield from _texts(entry, (*at, i))
        case dict():
            for key, entry in value.items():
                yield from _texts(entry, (*at, key))


def _breath_s(exercise: dict[str, Any]) -> float | None:
    breathing = exercise.get("breathing") or {}
    in_s, out_s = breathing.get("in_seconds"), breathing.get("out_seconds")
    return in_s + out_s if in_s and out_s else None
