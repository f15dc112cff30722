"""Pydantic's findings -> problems a person can act on: what is there, what belongs there, with an example."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from voiceguide.handwritten.problems import Location, shown

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from voiceguide.handwritten.source import Source

_KINDS = {"str": "text", "int": "a number", "float": "a number", "bool": "true or false", "list": "a list"}
_EXAMPLE_MOST = 120
_WANTED = {
    "string_type": "text",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a group of keys",
}


def where(location: Location, data: Any) -> str:
    """Return the exercise a location lies in, as the beginning of a message; empty outside of exercises."""
    match location:
        case ("exercises", int(index), *_):
            exercise = data["exercises"][index]
            name = exercise.get("id") if isinstance(exercise, dict) else None
            return f"exercise {shown(name) if isinstance(name, str) else index + 1}: "
    return ""


def report_invalid(error: ValidationError, source: Source, model: type[BaseModel]) -> set[Location]:
    """Add a problem for everything that does not fit a model.

    Args:
        error: what pydantic found in `source.data`.
        source: the file; problems are added to it.
        model: what the whole file should be.

    Returns:
        the locations whose values are not to be judged any further: wrong ones, and keys that are missing
        because they are misspelt.
    """
    wrong: set[Location] = set(source.refused)
    findings = error.errors(include_url=False)
    for finding in findings:
        if finding["type"] == "extra_forbidden":
            wrong |= _report_unknown_key(finding["loc"], source, model)
    for finding in findings:
        if finding["type"] == "extra_forbidden" or finding["loc"] in wrong:
            continue
        location = finding["loc"]
        if finding["type"] == "missing":
            _report_missing(location, source, _field_at(location, model))
        else:
            # The choices of a union add a level of their own, and one finding each.
            while location not in source.places:
                location = location[:-1]
            if location not in wrong:
                field = _field_at(location, model)
                _report_value(location, finding, source, field, of_union=location != finding["loc"])
        wrong.add(location)
    return wrong


def _report_unknown_key(location: Location, source: Source, whole: type[BaseModel]) -> set[Location]:
    key = str(location[-1])
    known = list(_model_at(location[:-1], whole).model_fields)
    meant = source.nearest(key.lower().replace("-", "_").replace(" ", "_"), known)
    if meant:
        remedy = f"Did you mean `{meant}`?"
    elif _value(location, source) is None:
        remedy = "If this belongs to the text before it, put all of that text in quotes."
    else:
        remedy = f"Known here: {', '.join(known)}."
    what = f"{where(location, source.data)}{shown(key)} is no key here"
    source.report_at(location, what, remedy, key=True)
    return {location, (*location[:-1], meant)} if meant else {location}


def _report_missing(location: Location, source: Source, field: FieldInfo | None) -> None:
    what = f"{where(location, source.data)}`{location[-1]}` is missing"
    source.report_at(location[:-1], what, f"Add it. {_explained(location, field)}")


def _report_value(
    location: Location, finding: ErrorDetails, source: Source, field: FieldInfo | None, *, of_union: bool
) -> None:
    value = _value(location, source)
    name = _name(location)
    remedy = _explained(location, field)
    start = f"{where(location, source.data)}{name}"
    kind = finding["type"]
    context = finding.get("ctx", {})
    if value is None:
        what, remedy = f"{start} has no value", f"Write one, or remove the line. {remedy}"
    elif isinstance(value, str) and not value.strip():
        what = f"{start} is empty"
    elif of_union or kind in {"literal_error", "string_pattern_mismatch", "finite_number"}:
        what = f"{start} cannot be {shown(value)}"
    elif kind in _WANTED:
        what = f"{start} must be {_WANTED[kind]}, not {_described(value)}"
        remedy = _retype(kind, value) or remedy
    elif kind in {"too_short", "too_long"}:
        what = f"{start} has {finding['ctx']['actual_length']} entries" if value else f"{start} is empty"
    elif "ge" in context or "le" in context:
        bound = f"at least {context['ge']:g}" if "ge" in context else f"at most {context['le']:g}"
        what = f"{start} is {shown(value)}; it must be {bound}"
    else:
        what = f"{start}: {shown(value)}: {finding['msg']}"
    source.report_at(location, what, remedy)


def _retype(kind: str, value: Any) -> str | None:
    """Return what to do about a value of the wrong type, where the value itself tells."""
    if kind == "string_type":
        if isinstance(value, dict):
            return "A text that contains a colon or begins with a brace needs quotes around all of it."
        if isinstance(value, list):
            return "Write one text here; a text that begins with a bracket needs quotes."
        return f'Put it in quotes: "{value}".'
    if kind == "list_type" and isinstance(value, str):
        return "Write a list: begin a line of its own with `- ` for each entry."
    if kind in {"float_type", "int_type"} and isinstance(value, str):
        return "Write a plain number, without quotes and without a unit."
    return None


def _explained(location: Location, field: FieldInfo | None) -> str:
    if field is None:
        return ""
    if isinstance(location[-1], int) or not field.examples:
        return str(field.description)
    key = next(part for part in reversed(location) if isinstance(part, str))
    example = _as_yaml(field.examples[0])
    if len(example) > _EXAMPLE_MOST:  # an exercise as a whole: for editors, and no help in a message
        return str(field.description)
    return f"{field.description} For example: `{key}: {example}`."


def _as_yaml(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return f"keys with values ({shown(', '.join(map(str, value)))[1:-1]})"
    kind = _KINDS[type(value).__name__]
    return kind if isinstance(value, list) else f"{shown(value)}, which is {kind}"


def _name(location: Location) -> str:
    """Return how a message names a value: `pain.sharp`, line 2."""
    if not location:
        return "the file"
    inner = location[2:] if location[0] == "exercises" else location
    if not inner:
        return "exercise" if len(location) > 1 else "`exercises`"
    keys = ".".join(str(part) for part in inner if isinstance(part, str))
    lines = "".join(f", entry {part + 1}" for part in inner if isinstance(part, int))
    return f"`{keys}`{lines}"


def _value(location: Location, source: Source) -> Any:
    value = source.data
    for part in location:
        value = value[part]
    return value


def _field_at(location: Location, whole: type[BaseModel]) -> FieldInfo | None:
    """Return the field that a location is the value of, or an entry of."""
    while location and isinstance(location[-1], int):
        location = location[:-1]
    return _model_at(location[:-1], whole).model_fields.get(str(location[-1])) if location else None


def _model_at(location: Location, model: type[BaseModel]) -> type[BaseModel]:
    for part in location:
        if isinstance(part, str):
            annotation = model.model_fields[part].annotation
            model = next(m for m in (annotation, *get_args(annotation)) if _is_model(m))
    return model


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
