"""The JSON Schema of routine files, for editors. `voiceguide check` finds more than a schema can say."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from voiceguide.routine.model import RoutineFile

DIALECT = GenerateJsonSchema.schema_dialect


class _WithoutFieldTitles(GenerateJsonSchema):
    """Leaves out titles such as "In Seconds", which would only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def routine_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a routine file, ready for `json.dumps`."""
    return {"$schema": DIALECT, **RoutineFile.model_json_schema(schema_generator=_WithoutFieldTitles)}
