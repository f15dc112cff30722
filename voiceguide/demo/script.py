"""What the person in the demo says, and when: data, one file per language."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voiceguide.core.commands import Command
from voiceguide.errors import LanguageError

_SCRIPTS = Path(__file__).resolve().parent / "scripts"


class Line(BaseModel):
    """One thing the person says.

    Attributes:
        when: fields of the journal entry that the person reacts to, once their last line is spoken.
        times: the how-manieth matching entry it is; 1 is the first.
        wait_s: seconds from that entry until they speak.
        say: their words.
        expect: the command that must be heard; null for words that are no command.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: dict[str, Any] = Field(min_length=1)
    times: int = Field(1, ge=1)
    wait_s: float = Field(ge=0, le=60)
    say: str = Field(min_length=1)
    expect: Command | None

    def matches(self, entry: dict[str, Any]) -> bool:
        """Tell whether a journal entry is what the person waits for."""
        return all(entry.get(name) == value for name, value in self.when.items())


class Script(BaseModel):
    """A demo conversation.

    Attributes:
        routine: the routine that is guided.
        ends: how the session ends when all was heard, as in the journal's `finished` entry.
        lines: what the person says, in order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    routine: str
    ends: str
    lines: list[Line] = Field(min_length=1)


class Prompter:
    """Leads through lines in their order: each one's moment is looked for once the one before was taken.

    Args:
        lines: what is to be said.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._waiting = deque(lines)
        self._seen = 0  # entries that matched the next line

    @property
    def unspoken(self) -> list[Line]:
        """The lines whose moment has not come."""
        return list(self._waiting)

    def notice(self, entry: dict[str, Any]) -> Line | None:
        """Take a journal entry and return the line whose moment it is, if there is one."""
        if not self._waiting:
            return None
        self._seen += self._waiting[0].matches(entry)
        if self._seen < self._waiting[0].times:
            return None
        self._seen = 0
        return self._waiting.popleft()


def load_script(language: str) -> Script:
    """Return the demo's script in a language.

    Raises:
        LanguageError: there is none.
    """
    path = _SCRIPTS / f"{language}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in _SCRIPTS.glob("*.yaml")))
        raise LanguageError(f"There is no demo in {language!r}. Choose one of: {known}.")
    try:
        return Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise LanguageError(f"{path} is broken: {error}") from error
