"""What is wrong with a routine file, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceguide.errors import RoutineError

if TYPE_CHECKING:
    from pathlib import Path

Location = tuple[str | int, ...]
"""Where a value stands in a file: keys and list positions from the top: `("exercises", 0, "title")`."""

_SHOWN = 40


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in one file.

    Attributes:
        file: the path as the user gave it.
        line: counted from 1; 0 when it is about the file as a whole (missing, a folder, too large).
        column: counted from 1; 0 together with line 0.
        what: what is wrong, with the offending value.
        remedy: what to do.
    """

    file: str
    line: int
    column: int
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.what}\n    {self.remedy}"


@dataclass(frozen=True, order=True)
class Finding(Problem):
    """Something in a correct file that will not be good to hear.

    Attributes:
        rule: name of the rule it follows from, a field of `model.RulesOff`.
    """

    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what} [{self.rule}]\n    {self.remedy}"


class BrokenRoutineError(RoutineError):
    """A routine file has mistakes. The message lists them all.

    Attributes:
        problems: in the order of the file; never empty.
    """

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.problems = problems
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        listed = "\n".join(map(str, problems))
        super().__init__(f"{path} has {count}, so nothing is run from it.\n{listed}")


def shown(value: object) -> str:
    """Return a value as an error message shows it: short, on one line, texts in quotes."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
