"""How people say what they want: sentences with what they mean, half of them for tuning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from voiceguide.core.commands import PAIN_FAMILY

Half = Literal["tune", "test"]

NONE = "none"
"""What means no command."""

NO_PAIN = "no_pain"

_FILE = Path(__file__).with_name("phrasings.yaml")
_PAIN = {command.value for command in PAIN_FAMILY}


@dataclass(frozen=True)
class Phrasing:
    """A sentence.

    Attributes:
        text: as it is said.
        means: values of `Command`, or `NONE`; any of them is right, the first one fits best.
    """

    text: str
    means: tuple[str, ...]

    @property
    def group(self) -> Literal["pain", "no pain", "none", "command"]:
        """Tell whether it reports pain, denies it, is no command, or is any other command."""
        best = self.means[0]
        return "pain" if best in _PAIN else "no pain" if best == NO_PAIN else "none" if best == NONE else "command"

    def understood(self, command: str | None) -> bool:
        """Tell whether a command is what was meant; of the pain family any is."""
        if command is None:
            return NONE in self.means
        return command in self.means or (self.group == "pain" and command in _PAIN)


def phrasings(half: Half) -> list[Phrasing]:
    """Return the sentences of one half, in the order of the file."""
    groups = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return [Phrasing(text, tuple(group["means"])) for group in groups for text in group[half]]
