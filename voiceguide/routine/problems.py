"""What is wrong with a routine as a whole, or not wrong and yet not good to hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceguide.errors import RoutineError
from voiceguide.handwritten.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path


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
