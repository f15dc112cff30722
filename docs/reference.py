"""Writes the pages of docs/reference that the program itself can tell: command line, routine files, states.

Run it (`make docs-tables`) after a change of a command, of `routine/model.py` or of `core/states.py`; a test fails
while a page is out of date.
"""
# ruff: noqa: INP001 -- a script beside the documents it writes, no package

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from voiceguide.cli.main import app
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.states import TABLE, State, Step
from voiceguide.language.pack import load_language
from voiceguide.routine.rules import RULES
from voiceguide.routine.schema import routine_schema

FOLDER = Path(__file__).with_name("reference")

WRITTEN = "<!-- Written by docs/reference.py (make docs-tables). Changes made here are lost. -->"

_RULES_PART = "RulesOff"


def pages() -> dict[str, str]:
    """Return the pages by the name of their file in docs/reference."""
    return {
        "command-line.md": "\n".join([WRITTEN, *_command_line()]) + "\n",
        "routine-file.md": "\n".join([WRITTEN, *_routine_file()]) + "\n",
        "states.md": "\n".join([WRITTEN, *_states()]) + "\n",
    }


def _command_line() -> Iterator[str]:
    root: Any = typer.main.get_command(app)
    yield "# Command line"
    yield ""
    yield str(root.help)
    yield ""
    yield "Every command has `--help`. Before the command may stand:"
    yield ""
    yield from _options(root)
    yield from _commands(root, "voiceguide", "##")


def _commands(group: Any, name: str, heading: str) -> Iterator[str]:
    for command in group.commands.values():
        full = f"{name} {command.name}"
        yield f"{heading} {full}"
        yield ""
        yield _paragraphs(command.help or "")
        yield ""
        if hasattr(command, "commands"):
            yield from _commands(command, full, f"{heading}#")
            continue
        arguments = [param for param in command.params if param.param_type_name == "argument"]
        usage = " ".join(_argument(param) for param in arguments)
        yield "```sh"
        yield f"{full} [OPTIONS] {usage}".rstrip()
        yield "```"
        yield ""
        for param in arguments:
            yield f"- `{_argument(param)}`: {param.help or ''}"
        if arguments:
            yield ""
        yield from _options(command)


def _argument(param: Any) -> str:
    name = param.metavar or param.name.upper()
    name = f"{name}..." if param.nargs == -1 and not name.endswith("...") else name
    return name if param.required else f"[{name}]"


def _options(command: Any) -> Iterator[str]:
    options = [param for param in command.params if param.param_type_name == "option" and not param.hidden]
    if not options:
        return
    yield "| option | what it does | by default |"
    yield "| --- | --- | --- |"
    for param in options:
        names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
        value = "" if param.is_flag else f" *{(param.metavar or param.name).upper()}*"
        yield f"| {names}{value} | {_cell(param.help or '')} | {_default(param)} |"
    yield ""


def _default(param: Any) -> str:
    if param.required:
        return "must be given"
    if param.default is None or callable(param.default) or param.is_eager:
        return ""
    if param.is_flag:
        names = param.opts if param.default else param.secondary_opts
        return f"`{names[0]}`" if names else ""
    return f"`{param.default}`"


def _paragraphs(text: str) -> str:
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    return "\n\n".join(blocks)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _routine_file() -> Iterator[str]:
    schema = routine_schema()
    yield "# Routine files, key by key"
    yield ""
    yield "How to write one is told in [Writing a routine](../routines.md). This page comes from the same"
    yield "models as the [JSON Schema](../routines.md#let-the-editor-help) and the messages of `voiceguide check`."
    yield ""
    yield "## The file"
    yield ""
    yield from _part(schema)
    parts = dict(schema["$defs"])
    rules = parts.pop(_RULES_PART)
    titles = {_key_of(schema, name): name for name in parts}
    for key, name in sorted(titles.items()):
        yield f"## {key}"
        yield ""
        yield _cell(parts[name]["description"])
        yield ""
        yield from _part(parts[name])
    yield "## rules_off"
    yield ""
    yield _cell(rules["description"])
    yield ""
    yield "| rule | what it asks for | looks at |"
    yield "| --- | --- | --- |"
    for name, field in rules["properties"].items():
        yield f"| `{name}` | {_cell(field['description'])} | {_cell(RULES[name].__doc__ or '')} |"
    yield ""


def _part(part: dict[str, Any]) -> Iterator[str]:
    required = part.get("required", [])
    yield "| key | value | what it is | by default | for example |"
    yield "| --- | --- | --- | --- | --- |"
    for key, field in part["properties"].items():
        default = "must be there" if key in required else _code(field["default"]) if field.get("default") else ""
        example = _code(field["examples"][0]) if field.get("examples") else ""
        yield f"| `{key}` | {_kind(field)} | {_cell(field['description'])} | {default} | {example} |"
    yield ""


def _kind(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"])
    if "$ref" in field:
        return "keys of its own"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if field["type"] == "array":
        most = f", up to {field['maxItems']}" if "maxItems" in field else ""
        return f"list of {_kind(field['items'])}{most}"
    kinds = {"string": "text", "integer": "whole number", "number": "number", "object": "keys of its own"}
    low, high = field.get("minimum"), field.get("maximum")
    between = f", {low:g} to {high:g}" if low is not None and high is not None else ""
    return kinds[field["type"]] + between


def _key_of(schema: dict[str, Any], name: str) -> str:
    """Return the key whose value a part is: `Exercise` is an entry of `exercises`."""
    for part in (schema, *schema["$defs"].values()):
        for key, field in part["properties"].items():
            if f"/{name}" in json.dumps(field):
                return str(key)
    raise LookupError(name)


def _code(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{_cell(text)}`"


def _states() -> Iterator[str]:
    english = load_language("en")
    yield "# States and commands"
    yield ""
    yield "What each command does in each state of a session, as `core/states.py` has it. A command that is"
    yield "missing in a state is not listened for there. Commands are shown by their first English phrase."
    yield ""
    yield "In every state, a word of pain leads into the [pain conversation](../safety.md):"
    yield f"{_said(english, PAIN_FAMILY)}."
    yield ""
    for state in State:
        yield f"## {state.value.replace('_', ' ')}"
        yield ""
        steps: dict[Step, list[Command]] = {}
        for command, step in TABLE[state].items():
            if command not in PAIN_FAMILY and step is not Step.PAIN:
                steps.setdefault(step, []).append(command)
        if state is State.SAFETY:
            yield "Whatever is said is an answer there; the pain conversation has [its own table](../safety.md)."
            yield ""
        yield "| what happens | when you say |"
        yield "| --- | --- |"
        for step, commands in steps.items():
            yield f"| {step.value.replace('_', ' ')} | {_said(english, commands)} |"
        yield ""


def _said(english: Any, commands: Any) -> str:
    return ", ".join(f'"{english.commands[command][0]}"' for command in Command if command in commands)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
