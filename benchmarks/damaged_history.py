"""Damages histories and uses them: `python -m benchmarks.damaged_history`, from the repository's root.

A history of some weeks is copied and damaged by chance: a bit of a date, a value of another kind, a bit anywhere,
of the schema or of the header, a page, its end. Then a session is held with it in which somebody reports pain, and
it is looked at, exported and forgotten. It is survived when nothing but a sentence came of it, and when the
session's report is in the file or the person was told that it cannot be. If not, its seed is printed.

Ends with exit code 1 if one was not survived.
"""

from __future__ import annotations

import argparse
import logging
import random
import re
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from typer.testing import CliRunner

from benchmarks.history import LAST, Teller
from benchmarks.tables import Section, Table, Target, targets_table
from voiceguide.cli.main import app
from voiceguide.core.plan import Routine
from voiceguide.errors import VoiceguideError
from voiceguide.page.past import past
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.wall_clock import Reading, Trust

SESSIONS = 20
DAMAGED = 400

_DATE = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_VALUES = (
    *(None, -1, 0, 2**62, 1e300, float("inf"), "", "yesterday", "9999-12-31T23:59:59+00:00", "2026-03-01"),
    *("0001-01-01T00:00:00+23:59", b"\xff\xfe\x00", "\x1b[31mred\u202e", "x" * 100_000, "left ", "²"),
)
_TABLES = ("session", "hold", "plan", "pain", "setting", "told")


def make(path: Path) -> None:
    """Write a history of some sessions, pain in every other one."""
    routine = load_routine(find_routine("psoas-short"))
    for number in range(SESSIONS):
        hold_session(path, routine, days_ago=SESSIONS - number, hurts=number % 2 == 0)


def hold_session(path: Path, routine: Routine, *, days_ago: int, hurts: bool) -> list[str]:
    """Keep a session in a history; return what the person was told about it."""
    teller = Teller(path, routine, LAST - timedelta(days=days_ago))
    lost: list[str] = []
    teller.history.on_loss(lost.append)
    exercise = routine.exercises[0]
    side = exercise.sides[0] if exercise.sides else None
    teller.at(exercise.id, side, 1)
    teller.tell("state", state="introducing")
    plan = [{"exercise": one.id, "side": side, "planned_s": one.hold_s} for one in routine.exercises]
    teller.tell("started", routine=routine.id, resumed=False, plan=plan)
    teller.tell("say_finished", key="not_a_device")
    teller.tell("pace", pace=1.1)
    for _ in range(4):
        teller.tell("hold", planned_s=60.0, from_s=0.0, held_s=30.0, complete=False)
    if hurts:
        teller.tell("state", state="safety")
        teller.tell("pain", report=1, pain="unknown", over=False, heard="it hurts")
        teller.tell("pain_closed", report=1, pain="dull", over=False, answers=["dull"], outcome="again")
    teller.tell("state", state="finished")
    teller.tell("finished", how="completed")
    teller.history.close()
    return lost


# --- ways to damage a file ---------------------------------------------------------------------------------------


def _flip(content: bytearray, at: int, chance: random.Random) -> None:
    content[at] ^= 1 << chance.randrange(8)


def _bit_of_a_date(content: bytearray, chance: random.Random) -> None:
    date = chance.choice([*_DATE.finditer(content)])
    _flip(content, chance.randrange(*date.span()), chance)


def _bit_anywhere(content: bytearray, chance: random.Random) -> None:
    _flip(content, chance.randrange(len(content)), chance)


def _bits_anywhere(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(2, 40)):
        _bit_anywhere(content, chance)


def _bit_of_the_schema(content: bytearray, chance: random.Random) -> None:
    begin = content.find(b"CREATE TABLE")
    _flip(content, chance.randrange(max(begin - 200, 100), content.rfind(b"CREATE ") + 80), chance)


def _bit_of_the_header(content: bytearray, chance: random.Random) -> None:
    _flip(content, chance.randrange(100), chance)


def _page(content: bytearray, chance: random.Random) -> None:
    at = 4096 * chance.randrange(len(content) // 4096)
    content[at : at + 4096] = chance.choice([bytes(4096), chance.randbytes(4096), bytes(content[:4096])])


def _cut_short(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def _longer(content: bytearray, chance: random.Random) -> None:
    content += chance.randbytes(chance.randrange(1, 9000))


BYTES: dict[str, Callable[[bytearray, random.Random], None]] = {
    "a bit of a date": _bit_of_a_date,
    "a bit anywhere": _bit_anywhere,
    "many bits": _bits_anywhere,
    "a bit of the schema": _bit_of_the_schema,
    "a bit of the header": _bit_of_the_header,
    "a page": _page,
    "cut short": _cut_short,
    "something added": _longer,
}
VALUES = "a value of another kind"
KINDS = (*BYTES, VALUES)


def damage(path: Path, kind: str, chance: random.Random) -> None:
    """Damage a file in one of the ways."""
    if kind == VALUES:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            for _ in range(chance.randrange(1, 5)):
                table = chance.choice(_TABLES)
                column = chance.choice([row[1] for row in connection.execute(f"PRAGMA table_info({table})")])
                one = f"SELECT rowid FROM {table} ORDER BY random() LIMIT {chance.choice([1, 1, 1000])}"  # noqa: S608
                with suppress(sqlite3.Error):  # a column that takes whole numbers only
                    connection.execute(
                        f"UPDATE {table} SET {column} = ? WHERE rowid IN ({one})",  # noqa: S608 - both are ours
                        (chance.choice(_VALUES),),
                    )
            connection.commit()
        return
    content = bytearray(path.read_bytes())
    BYTES[kind](content, chance)
    path.write_bytes(content)


# --- what is done with it ----------------------------------------------------------------------------------------


def trouble_of(path: Path, kind: str, seed: int) -> str | None:
    """Damage a history and use it; return what went wrong, None when it was survived.

    Args:
        path: a whole history, which is changed.
        kind: one of `KINDS`.
        seed: of what is damaged.
    """
    damage(path, kind, random.Random(seed))  # noqa: S311 - it is a test
    damaged = path.read_bytes()
    if trouble := _looked_at(path) or (_changed(path, damaged) and "looking at it changed it"):
        return trouble
    routine = load_routine(find_routine("psoas-short"))
    try:
        lost = hold_session(path, routine, days_ago=0, hurts=True)
    except Exception as error:  # noqa: BLE001 - any of them is what is looked for
        return f"a session: {error!r}"
    if not lost and not _is_reported(path):
        return "the report of pain is lost, and nobody was told"
    return _looked_at(path) or _ran(path, "forget", "--yes", "--before", "2026-02-20")


def _looked_at(path: Path) -> str | None:
    try:
        past(path, Reading(LAST, Trust.SYNCHRONISED), None)
    except VoiceguideError:
        pass
    except Exception as error:  # noqa: BLE001 - any of them is what is looked for
        return f"the page: {error!r}"
    for arguments in ((), ("export", "--json"), ("export", "--csv")):
        if trouble := _ran(path, *arguments):
            return trouble
    return None


def _ran(path: Path, *arguments: str) -> str | None:
    done = CliRunner().invoke(app, ["history", *arguments, "--history", str(path)])
    if done.exception is None or isinstance(done.exception, SystemExit | VoiceguideError):
        return None
    return f"history {' '.join(arguments)}: {done.exception!r}"


def _changed(path: Path, damaged: bytes) -> bool:
    return path.read_bytes() != damaged


def _is_reported(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        asked = "SELECT count(*) FROM pain WHERE reported LIKE ?"
        return bool(connection.execute(asked, (f"{LAST.date()}%",)).fetchone()[0])


def measure_damage(count: int, first_seed: int = 1) -> Section:
    """Damage so many histories, each kind in turn."""
    tried: Counter[str] = Counter()
    survived: Counter[str] = Counter()
    troubles: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.sqlite"
        make(whole)
        for seed in range(first_seed, first_seed + count):
            kind = KINDS[seed % len(KINDS)]
            path = Path(folder) / str(seed) / "history.sqlite"
            path.parent.mkdir()
            shutil.copyfile(whole, path)
            trouble = trouble_of(path, kind, seed)
            tried[kind] += 1
            survived[kind] += trouble is None
            if trouble is not None:
                troubles.append({"kind": kind, "seed": seed, "trouble": trouble})
            shutil.rmtree(path.parent)
    table = Table(
        "Damaged histories",
        "Survived: no command and no session ended by it; the session's report is kept, or the person was told.",
        ["damaged", "tried", "survived"],
    )
    for kind in KINDS:
        table.add(kind, str(tried[kind]), str(survived[kind]))
    target = Target(
        "damaged histories that are survived",
        f"all of {count}",
        str(survived.total()),
        survived.total() == count,
    )
    data = {"tried": dict(tried), "survived": dict(survived), "troubles": troubles}
    return Section([table], {"damaged_history": data}, [target])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=DAMAGED, help="how many histories to damage")
    parser.add_argument("--seed", type=int, default=1, help="of the first; each next one has the next")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    section = measure_damage(options.count, options.seed)
    console = Console()
    for trouble in section.data["damaged_history"]["troubles"]:
        console.print(trouble, soft_wrap=True)
    for table in (*section.tables, targets_table(section.targets)):
        console.print(table.for_terminal())
        console.print()
    sys.exit(0 if section.targets[0].reached else 1)


if __name__ == "__main__":
    main()
