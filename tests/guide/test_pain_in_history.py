"""A report of pain is in the history, and on the disk, before the guidance goes on (S6)."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from small_routine import ROUTINE

from voiceguide.history.history import History
from voiceguide.history.journal import Journal
from voiceguide.speaking.voice import Samples
from voiceguide.testing import VirtualSpeech

NewRig = Callable[..., Any]
Script = tuple[tuple[float, str], ...]

RELEASE = "Hands to the floor, off the left hip."


def kept_in(path: Path) -> list[tuple[str, str, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT exercise, side, repeat FROM pain").fetchall()


def test_s6_the_report_is_in_the_history_before_the_first_word_of_the_answer(
    new_rig: NewRig, into_a_hold: Script, tmp_path: Path
) -> None:
    path = tmp_path / "history.sqlite"
    seen: list[list[tuple[str, str, int]]] = []

    class Looking(VirtualSpeech):
        def samples(self, text: str) -> Samples:
            if text == RELEASE:
                seen.append(kept_in(path))
            return super().samples(text)

    journal = Journal()
    with closing(History(path, ROUTINE)) as history:
        journal.watch(history.notice)
        rig = new_rig((*into_a_hold, (28.0, "pain")), speech=Looking(), journal=journal)
        rig.guide.run()
    assert seen == [[("stretch", "left", 1)]]


def test_a_disk_that_fills_up_in_a_session_is_told_after_the_release(
    new_rig: NewRig, into_a_hold: Script, tmp_path: Path
) -> None:
    class Filling(VirtualSpeech):
        def samples(self, text: str) -> Samples:
            if text == "Breathe in":
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
            return super().samples(text)

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal = Journal()
    try:
        with closing(History(tmp_path / "history.sqlite", ROUTINE)) as history:
            journal.watch(history.notice)
            rig = new_rig((*into_a_hold, (28.0, "pain")), speech=Filling(), journal=journal)
            history.on_loss(rig.guide.history_lost)
            rig.guide.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = [entry["key"] for entry in rig.of("say_finished")]
    assert said.index("release") < said.index("history_lost") < said.index("safety_ask")
    assert len(rig.of("history_lost")) == 1
