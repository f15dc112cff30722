"""Writes packaging/lock/*.txt anew, the exact packages that install.sh installs. For `make lock`; needs a network.

One file for each part that can be installed, and `build` for what builds them. What two parts need has one version
in both. Versions that are locked stay, unless --newest is given or pyproject.toml allows them no longer.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
LOCK = PACKAGING / "lock"
PROJECT = PACKAGING.parent / "pyproject.toml"

PARTS = ("natural", "page", "home", "gpio", "korean")
"""The extras that install.sh knows. The first is always installed, so its file has the program's own needs."""

BUILD = "build"
"""What builds the program, and the packages that PyPI has as source only."""

SOURCE_ONLY = ["setuptools", "wheel"]

MACHINES = ("x86_64", "aarch64")

HEADER = """\
# The exact packages of the part "{part}", for Linux on {machines} and Python 3.11 to 3.13, with the
# hashes of their files on PyPI. Written by `make lock` from pyproject.toml; do not edit.
"""


def needs(project: Path = PROJECT) -> dict[str, list[str]]:
    """Return what pyproject.toml asks for by part, as requirements."""
    read = tomllib.loads(project.read_text(encoding="utf-8"))
    extras = read["project"]["optional-dependencies"]
    wanted = {part: list(extras[part]) for part in PARTS}
    wanted[PARTS[0]] += read["project"]["dependencies"]
    wanted[BUILD] = read["build-system"]["requires"] + SOURCE_ONLY
    return wanted


def locked(part: str) -> str:
    """Return the text of a part's file, empty while there is none."""
    file = LOCK / f"{part}.txt"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def solve(requirements: Iterable[str], folder: Path, output: Path, constraints: Path | None = None) -> None:
    """Have uv choose a version of each package, and write them down with their hashes."""
    wanted = folder / "wanted.in"
    wanted.write_text("\n".join(requirements) + "\n", encoding="utf-8")
    machines = ", ".join(f"\"sys_platform == 'linux' and platform_machine == '{one}'\"" for one in MACHINES)
    # uv looks for this in the folder it runs in.
    (folder / "pyproject.toml").write_text(f"[tool.uv]\nenvironments = [{machines}]\n", encoding="utf-8")
    command = ["uv", "pip", "compile", str(wanted), "--output-file", str(output)]
    command += ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    if constraints is not None:
        command += ["--constraint", str(constraints)]
    subprocess.run(command, check=True, cwd=folder)


def plain(text: str) -> str:
    """Leave out the machines, which are the same for all: another one is to be told so, not to install nothing."""
    either = "(platform_machine == 'aarch64' or platform_machine == 'x86_64') and sys_platform == 'linux'"
    one, other = (f"(platform_machine == '{machine}' and sys_platform == 'linux')" for machine in sorted(MACHINES))
    for machines in (either, f"({one} or {other})"):
        text = text.replace(f" and {machines}", "").replace(f" ; {machines}", "")
    return text


def main() -> None:
    """Write all the files."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--newest", action="store_true", help="take the newest versions, whatever is locked")
    newest = asked.parse_args().newest
    wanted = needs()
    LOCK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        together = folder / "together.txt"  # what is in it already is what uv prefers
        together.write_text("" if newest else "".join(locked(part) for part in wanted), encoding="utf-8")
        solve([one for part in wanted.values() for one in part], folder, together)
        for part, requirements in wanted.items():
            output = folder / f"{part}.txt"
            solve(requirements, folder, output, together)
            text = HEADER.format(part=part, machines=" and ".join(MACHINES))
            text += plain(output.read_text(encoding="utf-8"))
            (LOCK / f"{part}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
