"""A table that can be printed and written down, and a target with what was measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table as RichTable


@dataclass
class Table:
    """Rows of text under a title.

    Attributes:
        title: what the table shows.
        about: how it was measured, in a few sentences.
        columns: headings; the first column is set to the left, the others to the right.
        rows: one list of texts each, as long as `columns`.
    """

    title: str
    about: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Add a row; cells that are missing at its end stay empty."""
        self.rows.append([*cells, *[""] * (len(self.columns) - len(cells))])

    def for_terminal(self) -> RichTable:
        """Return it for rich to print."""
        table = RichTable(title=self.title, title_justify="left", box=None, pad_edge=False)
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="right" if number else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """Return it as Markdown, with its title as a heading."""
        lines = [f"### {self.title}", "", self.about, ""]
        lines.append(_line(self.columns))
        lines.append(_line(["---", *["---:"] * (len(self.columns) - 1)]))
        lines += [_line(row) for row in self.rows]
        return "\n".join([*lines, ""])


@dataclass(frozen=True)
class Target:
    """Something to reach.

    Attributes:
        what: what is measured.
        wanted: the value to reach, as text.
        measured: the value that was measured, as text.
        reached: None when it could not be measured.
    """

    what: str
    wanted: str
    measured: str
    reached: bool | None


@dataclass
class Section:
    """What one part of the benchmark found.

    Attributes:
        tables: for people.
        data: for programs.
        targets: what was to be reached here.
    """

    tables: list[Table]
    data: dict[str, Any]
    targets: list[Target] = field(default_factory=list)


def write_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two markers of a file."""
    before, _, rest = path.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")


def targets_table(targets: list[Target]) -> Table:
    """Return the targets as a table."""
    words = {True: "yes", False: "NO", None: "not measured"}
    table = Table("Targets", "The worst of all runs counts.", ["what", "wanted", "measured", "reached"])
    for target in targets:
        table.add(target.what, target.wanted, target.measured, words[target.reached] if target.wanted else "")
    return table


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
