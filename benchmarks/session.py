"""Measures a session: `python -m benchmarks.session`, from the repository's root.

Prints a table for each part and writes all of them, with the date and the machine, into docs/benchmarks.md and the
figures into docs/benchmarks.json. Both are kept in the repository, so that every figure in the text can be traced
and a change shows as a difference. Nothing here is a test: a figure that falls short stands as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.history import measure_history
from benchmarks.sections import measure_hearing, measure_render, measure_sessions, measure_start
from benchmarks.tables import Section, targets_table, write_between

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def machine() -> dict[str, Any]:
    """Describe this machine in general terms."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    lines = [
        line.partition(":")[2].strip() for line in info.splitlines() if line.startswith(("model name", "Model"))
    ]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": lines[0] if lines else platform.processor() or "unknown",
        "architecture": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(pages / 1e9, 1),
        "python": platform.python_version(),
    }


def main() -> None:
    """Measure everything and write it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="runs of whatever takes wall time (default: 3)")
    parser.add_argument("--print-only", action="store_true", help="leave the documentation as it is")
    options = parser.parse_args()
    console = Console()
    about = machine() | {"date": f"{datetime.now(UTC):%Y-%m-%d}", "load_before": os.getloadavg()[0]}
    parts: dict[str, Callable[[], Section]] = {
        "start to first word": lambda: measure_start(options.runs),
        "rendering": lambda: measure_render(options.runs),
        "sessions": lambda: measure_sessions(options.runs),
        "hearing": measure_hearing,
        "history": measure_history,
    }
    sections = []
    for name, measure in parts.items():
        with console.status(f"measuring: {name}"):
            section = measure()
        sections.append(section)
        for table in section.tables:
            console.print(table.for_terminal())
            console.print()
    about["load_after"] = os.getloadavg()[0]
    targets = targets_table([target for section in sections for target in section.targets])
    console.print(targets.for_terminal())
    if options.print_only:
        return
    tables = [targets, *(table for section in sections for table in section.tables)]
    text = _about(about) + "\n".join(table.markdown() for table in tables)
    write_between(DOCS / "benchmarks.md", BEGIN, END, text)
    data = {"machine": about} | {key: value for section in sections for key, value in section.data.items()}
    path = DOCS / "benchmarks.json"
    path.write_text(_json(data) + "\n", encoding="utf-8")


def _about(about: dict[str, Any]) -> str:
    return (
        f"Measured on {about['date']}: {about['cpu']} ({about['architecture']}), {about['cores']} cores, "
        f"{about['memory_gb']} GB, Python {about['python']}. Other work on the machine, as its load "
        f"average: {about['load_before']:.1f} before and {about['load_after']:.1f} after, where this "
        "program alone makes 1.\n\n"
    )


def _json(value: Any, indent: str = "") -> str:
    """Return JSON in which lists and objects that hold no further ones stand on one line, for readable diffs."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    flat = all(not isinstance(one, dict | list) for one in inner)
    if flat or (isinstance(value, list) and not any(isinstance(one, dict) for one in inner)):
        return json.dumps(value, ensure_ascii=False)
    more = indent + " "
    if isinstance(value, dict):
        names = [f"{json.dumps(key, ensure_ascii=False)}: " for key in value]
        parts = [more + name + _json(one, more) for name, one in zip(names, inner, strict=True)]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(more + _json(one, more) for one in inner) + f"\n{indent}]"


if __name__ == "__main__":
    main()
