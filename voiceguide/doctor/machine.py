"""The machine itself: Python, disk, heat and power."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from voiceguide import places
from voiceguide.doctor.asking import ask
from voiceguide.doctor.check import Check, Verdict
from voiceguide.private import private_folder

LEAST_PYTHON = (3, 11)
MACHINES = ("x86_64", "aarch64")
BITS = 64
"""What Moonshine's English model is packaged for."""

FULL = 20e6
"""Bytes that must be free: what a session writes down is far less, and the disk is shared."""

NEARLY_FULL = 300e6
"""Bytes below which to warn: rendered speech may grow to 200 MB (`speaking/cache.py`)."""

HOT_C = 80.0
"""Degrees Celsius at which a Raspberry Pi begins to slow down, by its maker's documentation."""

MODEL_FILE = Path("/sys/firmware/devicetree/base/model")
THERMAL = Path("/sys/class/thermal")

_NOW = {0: "too little power", 1: "clock held back", 2: "slowed down", 3: "near its heat limit"}
"""Bits of `vcgencmd get_throttled` for the present; sixteen bits higher the same since the start."""


def python() -> Check:
    """Look at the interpreter and the processor."""
    version, machine = platform.python_version(), platform.machine()
    bits = 8 * struct.calcsize("P")
    found = f"Python {version}, {machine}, {bits} bits"
    if sys.version_info < LEAST_PYTHON:
        return Check("Python", Verdict.FAILS, found, "Install Python 3.11 or newer.")
    if machine not in MACHINES or bits != BITS:
        remedy = "Moonshine's English model is not packaged for it. Use a 64-bit system on a 64-bit machine."
        return Check("Python", Verdict.WARNING, found, remedy)
    return Check("Python", Verdict.GOOD, found)


def disk(folder: Path | None = None) -> Iterator[Check]:
    """Look at the room on the disk and whether what happens can be kept.

    Args:
        folder: the user's data folder; None for the real one.
    """
    folder = folder or places.data_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    found, figures = f"{free / 1e6:,.0f} MB free for {folder}", {"free_bytes": free}
    if free < FULL:
        yield Check("disk", Verdict.FAILS, found, "Free some space: a report of pain must be kept.", figures)
    elif free < NEARLY_FULL:
        yield Check("disk", Verdict.WARNING, found, "Free some space: rendered speech is kept, too.", figures)
    else:
        yield Check("disk", Verdict.GOOD, found, figures=figures)
    yield _history(folder)


def _history(folder: Path) -> Check:
    history = folder / places.history_file().name
    try:
        private_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"voiceguide")
        if history.exists():
            with closing(sqlite3.connect(f"{history.as_uri()}?mode=rw", uri=True, timeout=5)) as kept:
                # Takes the write lock, as a session does, and gives it back.
                kept.execute("BEGIN IMMEDIATE")
                kept.execute("PRAGMA schema_version").fetchone()
                kept.rollback()
    except sqlite3.DatabaseError as error:
        if not isinstance(error, sqlite3.OperationalError):
            remedy = "The next session keeps it aside and begins a new one. Is the disk failing?"
            return Check("history", Verdict.WARNING, f"{history} is damaged: {error}", remedy)
        return _unwritable(history, error)
    except OSError as error:
        return _unwritable(history, error)
    return Check("history", Verdict.GOOD, f"{history}{'' if history.exists() else ', not begun yet'}")


def _unwritable(history: Path, error: Exception) -> Check:
    remedy = f"Make {history.parent} and what is in it writable for you: a report of pain must be kept."
    return Check("history", Verdict.FAILS, f"{history} cannot be written: {error}", remedy)


def heat_and_power(model_file: Path = MODEL_FILE, thermal: Path = THERMAL) -> Check:
    """Look at the temperature, and on a Raspberry Pi at what held its processor back.

    Args:
        model_file: where the firmware names the machine.
        thermal: where Linux shows temperatures.
    """
    name = "heat and power"
    degrees = _hottest(thermal)
    figures = {"temperature_c": degrees}
    warm = "" if degrees is None else f"{degrees:.0f} °C"
    bits = _throttled()
    if bits is None:
        if degrees is None:
            return Check(name, Verdict.NOT_TRIED, "this machine shows no temperature")
        if degrees >= HOT_C:
            return Check(name, Verdict.WARNING, warm, "Cool the machine: it slows down when hot.", figures)
        unknown = ", no vcgencmd to ask about power" if _is_a_pi(model_file) else ""
        return Check(name, Verdict.GOOD, warm + unknown, figures=figures)
    now = [what for bit, what in _NOW.items() if bits >> bit & 1]
    before = [what for bit, what in _NOW.items() if bits >> (16 + bit) & 1 and what not in now]
    told = [warm, *(f"now: {what}" for what in now), *(f"since the start: {what}" for what in before)]
    found = ", ".join(part for part in told if part)
    figures |= {"throttled": bits}
    if bits & 1 or bits >> 16 & 1:
        remedy = "Use the power supply made for this Pi and a short cable."
    elif now or before or (degrees or 0) >= HOT_C:
        remedy = "Cool the Pi: a heat sink, a fan, or more air around it."
    else:
        return Check(name, Verdict.GOOD, found or "nothing held back", figures=figures)
    return Check(name, Verdict.WARNING, found, remedy, figures)


def _throttled() -> int | None:
    answer = ask("vcgencmd", "get_throttled")
    if answer is None or answer.code or not answer.text.startswith("throttled="):
        return None
    try:
        return int(answer.text.removeprefix("throttled="), 16)
    except ValueError:
        return None


def _hottest(thermal: Path) -> float | None:
    degrees = []
    for file in thermal.glob("thermal_zone*/temp"):
        try:
            degrees.append(int(file.read_text()) / 1000)
        except (OSError, ValueError):  # a sensor that sleeps
            continue
    return max(degrees, default=None)


def _is_a_pi(model_file: Path) -> bool:
    try:
        return "Raspberry Pi" in model_file.read_text(errors="replace")
    except OSError:
        return False
