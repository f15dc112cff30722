from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from voiceguide.places import shipped_routines
from voiceguide.routine.schema import DIALECT, routine_schema


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(routine_schema())


def test_it_is_a_valid_schema_of_its_draft() -> None:
    schema = routine_schema()
    assert schema["$schema"] == DIALECT == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", sorted(shipped_routines().glob("*.yaml")), ids=lambda path: path.stem)
def test_it_accepts_what_is_shipped(path: Any, validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("hold_seconds: 30", 'hold_seconds: "30"', ["exercises", 0, "hold_seconds"]),
        ("hold_seconds: 30", "hold_seconds: true", ["exercises", 0, "hold_seconds"]),
        ("    hold_seconds: 30\n", "", ["exercises", 0]),
        ("hold_seconds: 30", "hold_seconds: 30\n    rest_seconds: 30", ["exercises", 0]),
        ("    release:", "    relese:", ["exercises", 0]),
        ("release: [Hands to the floor.]", "release: []", ["exercises", 0, "release"]),
        ("[left, right]", "[left, left]", ["exercises", 0, "sides"]),
        ("wait: ready", "wait: soon", ["exercises", 0, "wait"]),
        ("again: [", "again:\n      other: [", ["exercises", 0, "setup"]),
        ("out_seconds: 6", "out_seconds: 60", ["exercises", 0, "breathing", "out_seconds"]),
        ("title: Mine", "title: ''", ["title"]),
    ],
)
def test_it_refuses_a_broken_routine(
    good: str, old: str, new: str, where: list[Any], validator: Draft202012Validator
) -> None:
    assert old in good
    errors = list(validator.iter_errors(yaml.safe_load(good.replace(old, new, 1))))
    assert where in [list(error.absolute_path) for error in errors]


def test_every_field_is_explained() -> None:
    schema = routine_schema()
    parts = [schema, *schema["$defs"].values()]
    for part in parts:
        assert part["description"]
        for name, field in part["properties"].items():
            assert field["description"], name
            assert field["examples"], name


def test_every_example_is_valid() -> None:
    schema = routine_schema()
    for part in [schema, *schema["$defs"].values()]:
        for name, field in part["properties"].items():
            one = Draft202012Validator({"$defs": schema["$defs"], **field})
            for example in field.get("examples", []):
                assert one.is_valid(example), name
