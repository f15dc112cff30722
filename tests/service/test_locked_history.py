"""The guide that stays, at the pace of the clock, while another program locks its history."""

from __future__ import annotations

import queue
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clocked_card import ClockedCard

from voiceguide.app import Prepared
from voiceguide.core.standby import Offer
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.naming import NamedRoutines
from voiceguide.language.pack import load_language
from voiceguide.places import shipped_routines
from voiceguide.routine.load import load_routine
from voiceguide.service.ready import Ready
from voiceguide.service.service import Service
from voiceguide.speaking.voice import Samples
from voiceguide.testing.waiting import until

PATIENCE_S = 120.0
"""There to end a hang, not to measure."""

LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


class Tone:
    """A voice of one note."""

    name = fingerprint = "tone"

    def render(self, _text: str) -> Samples:
        return np.full(3_000, 0.1, np.float32)

    def close(self) -> None:
        pass


@pytest.mark.timeout(900)
def test_sessions_begin_hurt_and_end_while_the_database_is_locked_and_all_of_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    typed: queue.SimpleQueue[str] = queue.SimpleQueue()
    routine, pack = load_routine(shipped_routines() / "psoas-short.yaml"), load_language("en")
    prepared = Prepared(routine, pack, Tone(), TypedRecogniser(typed))
    ready = Ready(
        prepared,
        {routine.id: routine},
        NamedRoutines(pack, {routine.id: ["short routine"]}),
        [Offer(routine.id, routine.title, "short routine")],
    )
    ready.render()
    entries: list[dict[str, Any]] = []
    journal, card = Journal(live=True), ClockedCard()
    journal.watch(entries.append)

    def wait_for(kind: str, after: int = 0, **fields: object) -> int:
        wanted = {"kind": kind, **fields}

        def found() -> int:
            later = enumerate(list(entries)[after:], after + 1)
            return next((number for number, one in later if wanted.items() <= one.items()), 0)

        return int(until(found, f"{kind} {fields}, but {entries[-3:]}"))

    with Service(ready, card, journal, history=path, live=True, cancel_echo=False) as service:
        thread = threading.Thread(target=service.run, daemon=True)
        thread.start()
        seen = wait_for("standby", stage="waiting")
        command = [sys.executable, "-c", LOCKING, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            assert other.stdout.readline() == "locked\n"
            for number in range(2):
                typed.put("start")
                seen = wait_for("standby", seen, stage="asking")
                typed.put("yes")
                seen = wait_for("state", seen, state="checking")
                typed.put("it hurts")
                seen = wait_for("say_finished", seen, key="safety_release_anywhere")
                seen = wait_for("say_started", seen, key="safety_ask")
                typed.put("stop")
                seen = wait_for("finished", seen)
                seen = wait_for("standby", seen, stage="waiting")
                assert len(list(tmp_path.glob("*.reports-*"))) == number + 1
            assert [one["kind"] for one in entries if one["kind"] in ("history_lost", "report_late")] == []
            until(lambda: len(service._remembered().pain) == 2, "both are remembered all the same")
            other.stdin.close()
        until(lambda: not list(tmp_path.glob("*.reports-*")), "the database has followed")
        service.tell_to_end()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    journal.close()
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute(
            "SELECT session.id, how, kind FROM pain JOIN session ON session.id = session"
        ).fetchall()
    assert kept == [(1, "pain", "unknown"), (2, "pain", "unknown")]
