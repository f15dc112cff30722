"""A report of pain is on the disk before the guidance goes on (S6)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceguide.history.journal import Journal
from voiceguide.speaking.voice import Samples
from voiceguide.testing import VirtualSpeech

NewRig = Callable[..., Any]
Script = tuple[tuple[float, str], ...]

RELEASE = "Hands to the floor, off the left hip."


def reported(path: Path) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [entry for entry in entries if entry["kind"] == "pain"]


def test_s6_the_report_is_in_the_file_before_the_first_word_of_the_answer(
    new_rig: NewRig, into_a_hold: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    synced: list[int] = []
    seen: list[tuple[list[dict[str, Any]], int]] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        really(descriptor)
        synced.append(path.stat().st_size)

    class Looking(VirtualSpeech):
        def samples(self, text: str) -> Samples:
            if text == RELEASE:
                seen.append((reported(path), path.stat().st_size))
            return super().samples(text)

    monkeypatch.setattr(os, "fsync", fsync)  # what a power cut leaves cannot be seen in any other way
    rig = new_rig((*into_a_hold, (28.0, "pain")), speech=Looking(), journal=Journal(path))
    rig.guide.run()
    assert len(seen) == 1
    pain, size = seen[0]
    assert [entry["exercise"] for entry in pain] == ["stretch"]
    assert synced == [size], "and all of it was handed to the disk"


KILLED_AT_THE_ANSWER = f"""
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).resolve().parents[1] / "core")!r})
from small_routine import ROUTINE
from voiceguide.core.actions import Sound
from voiceguide.core.session import Session
from voiceguide.guide import Guide
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.speaking.chimes import chime
from voiceguide.testing import VirtualPort, VirtualSpeech

class Killed(VirtualSpeech):
    def samples(self, text):
        if text == {RELEASE!r}:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().samples(text)

language = load_language("en")
words = [(6.0, "start"), (9.0, "ready"), (13.5, "ready"), (23.0, "ready"), (28.0, "it hurts")]
Guide(
    Session(ROUTINE, language.phrases, VirtualSpeech().length, first_time=False),
    port=VirtualPort(),
    hearing=Chain(Ears(TypedRecogniser(script=[(round(at * 16000), said) for at, said in words]), language)),
    speech=Killed(),
    chimes={{sound: chime(sound) for sound in Sound}},
    journal=Journal(Path(sys.argv[1])),
).run()
"""


def test_s6_the_report_survives_a_process_that_is_killed_at_that_moment(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    done = subprocess.run([sys.executable, "-c", KILLED_AT_THE_ANSWER, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [(entry["pain"], entry["heard"]) for entry in reported(path)] == [("unknown", "it hurts")]
