"""What is wrong with a file, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

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


def shown(value: object) -> str:
    """Return a value as an error message shows it: short, on one line, texts in quotes."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
