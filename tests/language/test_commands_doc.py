"""docs/commands.md tells the truth about the English phrases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voiceguide.core.commands import Command
from voiceguide.language.pack import load_language
from voiceguide.language.understanding import Understanding

DOCS = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["docs/commands.md", "README.md"])
def test_every_documented_phrase_is_a_command(name: str) -> None:
    understanding = Understanding(load_language("en"))
    rows = [line for line in (DOCS / name).read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    phrases = [phrase for row in rows for phrase in re.findall(r'"([^"]+)"', row.split("|")[2])]
    assert len(phrases) > 25
    unknown = [phrase for phrase in phrases if understanding.whole(phrase) is None]
    assert unknown == []


def test_every_command_is_documented() -> None:
    understanding = Understanding(load_language("en"))
    phrases = re.findall(r'"([^"]+)"', (DOCS / "docs/commands.md").read_text(encoding="utf-8"))
    assert {understanding.whole(phrase) for phrase in phrases} >= set(Command)
