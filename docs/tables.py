"""Draws what docs/safety.md, docs/hearing.md and docs/settings.md show of the program.

Run it (`make docs-tables`) after a change of `core/safety.py`, `core/pain.py`, `core/pressed.py`,
`hearing/verdict/rules.py`, the English phrases or the settings; a test fails while a document is out of date.
"""
# ruff: noqa: INP001 -- a script beside the document it draws, no package

from __future__ import annotations

import subprocess
import textwrap
from pathlib import Path

from voiceguide.core.commands import Command
from voiceguide.core.pain import GUIDANCE, KIND_OF, Closes, Kind
from voiceguide.core.pressed import TABLE as MAY
from voiceguide.core.pressed import When, Who
from voiceguide.core.safety import LEADS_TO, REPLY_OF, TABLE, Reply, Stage
from voiceguide.hearing.verdict.rules import RULES
from voiceguide.language.pack import LanguagePack, load_language
from voiceguide.settings import template

DOCUMENT = Path(__file__).with_name("safety.md")
HEARING = Path(__file__).with_name("hearing.md")
SETTINGS = Path(__file__).with_name("settings.md")

PICTURE = Path(__file__).with_name("images") / "pain-conversation.svg"

SOURCE_ARROW = "\N{RIGHTWARDS ARROW}"
"""Stands for Graphviz's arrow in the source within the picture, where two hyphens would end the comment."""

BEGINS = "<!-- {name}: drawn by docs/tables.py -->"
ENDS = "<!-- end of {name} -->"

PHRASES_SHOWN = 3
"""Phrases of a command that a table names; docs/commands.md has more."""

_CLOSES = {
    Closes.NEVER: "the way on is your choice",
    Closes.AFTER_TRIES: "in a stretch or a rest the exercise is over; on the ball you may move it, once",
    Closes.ALWAYS: "red flag: the exercise is over, rest or the end",
}


_WHO = {
    Who.VOICE: "a voice",
    Who.HERE: "a button on the speaker",
    Who.PAIRED: "a paired phone, the home",
    Who.STRANGER: "an unknown machine",
}


def diagram() -> str:
    """Return the stages of the pain conversation in Graphviz's language."""
    lines = [
        "digraph pain {",
        '  graph [bgcolor="white", pad="0.3", nodesep="0.5", ranksep="0.55"]',
        '  node [shape=box, style="rounded,filled", fillcolor="#fde0dd", color="#99000d", fontname="sans-serif"]',
        '  edge [fontname="sans-serif", fontsize=10, color="#525252"]',
        '  begin [shape=circle, label="", width=0.2, fillcolor="black"]',
        '  end [shape=doublecircle, label="", width=0.15, fillcolor="black"]',
        '  begin -> releasing [label="a pain phrase"]',
    ]
    for stage, row in TABLE.items():
        ways: dict[str, list[str]] = {}
        for reply, move in row.items():
            for target in LEADS_TO.get(move, (stage,)):
                ways.setdefault(target.value if isinstance(target, Stage) else "end", []).append(reply.value)
        for target, replies in ways.items():
            label = "\\n".join(textwrap.wrap(", ".join(replies), 26))
            lines.append(f'  {stage} -> {target} [label="{label}"]')
    return "\n".join([*lines, "}", ""])


def draw(path: Path) -> None:
    """Draw the diagram with Graphviz; its source is kept in the picture, so that a test can tell its age."""
    svg = subprocess.run(["dot", "-Tsvg"], input=diagram(), capture_output=True, text=True, check=True).stdout
    path.write_text(f"{svg.rstrip()}\n<!--\n{diagram().replace('->', SOURCE_ARROW)}-->\n", encoding="utf-8")


def kinds(pack: LanguagePack) -> str:
    """Return what each kind of pain leads to, as a table."""
    rows = ["| you say | the guide takes it as | what follows |", "| --- | --- | --- |"]
    for kind in Kind:
        named = [command for command, known in KIND_OF.items() if known is kind]
        said = "; ".join(_phrases(pack, command) for command in named)
        match kind:
            case Kind.UNKNOWN:
                rows.append(f"| {said} | pain | it asks what kind |")
                continue
            case Kind.UNCLEAR:
                said = "anything that is not understood, twice"
            case Kind.SERIOUS:
                said = '"yes" to "is it sharp, does it travel down your leg, or is anything numb?"'
        taken = kind.name.lower().replace("_", " ")
        rows.append(f"| {said} | {taken} | {_CLOSES[GUIDANCE[kind].closes]} |")
    return "\n".join(rows)


def answers(pack: LanguagePack) -> str:
    """Return what each answer does at each stage, as a table."""
    stages = [stage for stage in Stage if stage is not Stage.RELEASING]
    rows = [
        f"| you say | {' | '.join(stage.value for stage in stages)} |",
        "| --- |" + " --- |" * len(stages),
    ]
    for reply in Reply:
        if reply is Reply.SPOKEN:
            continue
        cells = [TABLE[stage][reply].value if reply in TABLE[stage] else "" for stage in stages]
        rows.append(f"| {_said(pack, reply)} | {' | '.join(cells)} |")
    return "\n".join(rows)


def presses() -> str:
    """Return who may do what, as a table."""
    who = sorted(Who, reverse=True)
    rows = [
        f"| what is said or pressed | when | {' | '.join(_WHO[one] for one in who)} |",
        "| --- | --- |" + " --- |" * len(who),
    ]
    for effect, times, cells in MAY:
        when = "always" if times == set(When) else "; ".join(one.value for one in When if one in times)
        rows.append(f"| {effect.value} | {when} | {' | '.join(cells[one].value for one in who)} |")
    return "\n".join(rows)


def rules() -> str:
    """Return what counts as heard, as a table."""
    rows = ["| what was heard | why | what reaches the session |", "| --- | --- | --- |"]
    return "\n".join([*rows, *(f"| {row.when} | {row.rule.value} | {row.outcome.value} |" for row in RULES)])


def _said(pack: LanguagePack, reply: Reply) -> str:
    named = [command for command, meant in REPLY_OF.items() if meant is reply]
    if reply is Reply.KIND or not named:
        return reply.value
    return ", ".join(f'"{pack.commands[command][0]}"' for command in named)


def _phrases(pack: LanguagePack, command: Command) -> str:
    return ", ".join(f'"{phrase}"' for phrase in pack.commands[command][:PHRASES_SHOWN])


def drawn(text: str, pack: LanguagePack) -> str:
    """Return the text of docs/safety.md with its drawn parts as the program has them now."""
    return _with(text, {"kinds": kinds(pack), "answers": answers(pack), "presses": presses()})


def with_rules(text: str) -> str:
    """Return the text of docs/hearing.md with the rules as the program has them now."""
    return _with(text, {"rules": rules()})


def _with(text: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        before, rest = text.split(BEGINS.format(name=name))
        after = rest.split(ENDS.format(name=name))[1]
        text = f"{before}{BEGINS.format(name=name)}\n{part}\n{ENDS.format(name=name)}{after}"
    return text


def with_settings(text: str) -> str:
    """Return the text of docs/settings.md with the settings file as the program writes it now."""
    before, rest = text.split("```yaml\n", 1)
    return f"{before}```yaml\n{template()}```{rest.split('```', 1)[1]}"


if __name__ == "__main__":
    draw(PICTURE)
    SETTINGS.write_text(with_settings(SETTINGS.read_text(encoding="utf-8")), encoding="utf-8")
    HEARING.write_text(with_rules(HEARING.read_text(encoding="utf-8")), encoding="utf-8")
    DOCUMENT.write_text(drawn(DOCUMENT.read_text(encoding="utf-8"), load_language("en")), encoding="utf-8")
