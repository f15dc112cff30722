"""The locked packages that install.sh installs: all that pyproject.toml asks for, each with its hashes."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _lock_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock_script", ROOT / "packaging" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


script = _lock_script()
FILES = (*script.PARTS, script.BUILD)
MACHINES = [
    {
        "sys_platform": "linux",
        "platform_machine": machine,
        "python_version": python,
        "python_full_version": f"{python}.2",
        "implementation_name": "cpython",
        "extra": "",
    }
    for machine in ("x86_64", "aarch64")
    for python in ("3.11", "3.12", "3.13")
]


@dataclass(frozen=True)
class Locked:
    """One package of a file."""

    requirement: Requirement
    hashes: int

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        return next(iter(self.requirement.specifier)).version

    def on(self, machine: Mapping[str, str]) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate(dict(machine))


def read(text: str) -> list[Locked]:
    """Read a file the way pip does, and refuse all that is not a package with its hashes."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        what, *hashes = line.split(" --hash=")
        assert all(HASH.fullmatch(f"--hash={one.strip()}") for one in hashes), line
        found.append(Locked(Requirement(what.strip()), len(hashes)))
    return found


def on(locked: Iterable[Locked], machine: Mapping[str, str]) -> dict[str, str]:
    return {one.name: one.version for one in locked if one.on(machine)}


def gaps(wanted: Iterable[str], locked: Iterable[Locked]) -> list[str]:
    """Return what is asked for and not locked, on any of the machines."""
    locked = list(locked)
    found = []
    for text in wanted:
        asked = Requirement(text)
        for machine in MACHINES:
            if asked.marker is not None and not asked.marker.evaluate(machine):
                continue
            version = on(locked, machine).get(canonicalize_name(asked.name))
            if version is None or not asked.specifier.contains(version, prereleases=True):
                found.append(f"{text} on Python {machine['python_version']}, {machine['platform_machine']}")
    return found


@pytest.mark.parametrize("part", FILES)
def test_all_that_a_part_asks_for_is_locked(part: str) -> None:
    missing = gaps(script.needs()[part], read(script.locked(part)))
    assert not missing, "pyproject.toml has changed: run `make lock`"


@pytest.mark.parametrize("part", FILES)
def test_each_package_is_one_version_with_hashes_and_of_no_particular_place(part: str) -> None:
    text = script.locked(part)
    locked = read(text)
    assert locked
    for one in locked:
        specifiers = list(one.requirement.specifier)
        assert [specifier.operator for specifier in specifiers] == ["=="], one
        assert one.hashes >= 1, one
        assert one.requirement.url is None
        assert "machine" not in str(one.requirement.marker), "another machine would install nothing at all"
    assert "://" not in text, "where packages come from is up to whoever installs them"
    assert not re.search(r"^\s*-(?!-hash=)", text, re.MULTILINE)


def test_what_two_parts_need_has_one_version() -> None:
    for machine in MACHINES:
        versions: dict[str, str] = {}
        for part in FILES:
            for name, version in on(read(script.locked(part)), machine).items():
                assert versions.setdefault(name, version) == version, name


def test_what_the_packages_need_in_turn_is_locked_too() -> None:
    """As far as the very versions are installed here, which say what they need."""
    looked_at = 0
    for part in script.PARTS:
        locked = {one.name: one for name in {script.PARTS[0], part} for one in read(script.locked(name))}
        for one in locked.values():
            try:
                installed = distribution(one.name)
            except PackageNotFoundError:
                continue
            if Version(installed.version) != Version(one.version):
                continue
            looked_at += 1
            needs = [text for text in installed.requires or () if "extra ==" not in text]
            here = [text for text in needs if Requirement(text).marker is None]
            assert not gaps(here, locked.values()), one.name
    assert looked_at, "none of the locked versions is installed"


def test_the_installer_and_the_lock_know_the_same_parts() -> None:
    installer = (ROOT / "packaging" / "install.sh").read_text(encoding="utf-8")
    assert f"extras={script.PARTS[0]}\n" in installer
    assert f"{' | '.join(script.PARTS[1:])}) ;;" in installer
    assert sorted(file.stem for file in script.LOCK.glob("*")) == sorted(FILES)
    assert {file.suffix for file in script.LOCK.iterdir()} == {".txt"}


@pytest.mark.parametrize(
    ("wanted", "tells"),
    [
        ("left-pad>=1", "left-pad>=1 on Python 3.11, x86_64"),
        ("numpy>=99", "numpy>=99 on Python 3.13, aarch64"),
        ("numpy<1; python_version >= '3.13'", "numpy<1; python_version >= '3.13' on Python 3.13, x86_64"),
        ("lgpio>=0.2.2", "lgpio>=0.2.2 on Python 3.13, x86_64"),
    ],
)
def test_what_is_missing_is_found(wanted: str, tells: str) -> None:
    locked = read(script.locked("natural")) + read(script.locked("gpio"))
    assert tells in gaps([wanted], locked)
    assert not gaps(["numpy>=1.26", "Pydantic_Core", "pywin32; sys_platform == 'win32'"], locked)


@pytest.mark.parametrize(
    "text",
    ["numpy", "numpy==1.0 --hash=md5:00", "numpy @ https://x.example/numpy.whl", "--index-url https://x.example"],
)
def test_what_is_no_package_with_its_hashes_does_not_pass(text: str) -> None:
    try:
        (one,) = read(text)
    except (AssertionError, ValueError):
        return
    assert one.hashes == 0


def test_the_python_of_the_lock_is_the_programs() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (asked,) = re.findall(r'requires-python = "(.*)"', project)
    assert all(SpecifierSet(asked).contains(machine["python_full_version"]) for machine in MACHINES)
    for python in {machine["python_version"] for machine in MACHINES}:
        assert f"Python :: {python}" in project
