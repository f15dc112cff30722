"""`voiceguide run` and the other commands beside a guide that is there already: a real one, and no sound card."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from voiceguide import locks
from voiceguide.places import lock_folder

PATIENCE_S = 90
"""Seconds. There to end a hang, not to measure."""

LISTEN = """
import sys
from pathlib import Path
from voiceguide import locks
locks.SOUND_DEVICES = Path("/nowhere")
from voiceguide.cli.main import main
sys.argv[0] = "voiceguide"
main()
"""
LET_IN = "no-such-routine"
"""Looked for once all locks are held, so that nothing has to be loaded for seeing that they are."""

Voiceguide = Callable[..., Any]

REAL = ("--engine", "moonshine", "--voice", "pyttsx3")


@pytest.fixture(autouse=True)
def without_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """See to it that no real card is opened: what is found first by the linker is no PortAudio."""
    (tmp_path / "libportaudio.so.2").write_bytes(b"")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    # Nor met: a guide of this machine's owner may run.
    monkeypatch.setattr(locks, "SOUND_DEVICES", Path("/nowhere"))


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start `voiceguide listen`, which waits for its card to be plugged in."""
    kept = ("--history", str(tmp_path / "history.sqlite"))
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-c", LISTEN, "listen", "constructive-rest", *kept, *REAL],
        stdout=log,
        stderr=log,
    )
    ends = time.monotonic() + PATIENCE_S
    lock = tmp_path / "history.sqlite.lock"
    while not (lock.exists() and lock.read_text()):
        assert process.poll() is None, (tmp_path / "log").read_text()
        assert time.monotonic() < ends
        time.sleep(0.02)
    yield process
    process.kill()
    process.wait(timeout=PATIENCE_S)
    log.close()


def test_beside_a_guide_that_waits_none_opens_the_card_until_it_is_killed(
    voiceguide: Voiceguide, waiting: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    there = f"Another guide (process {waiting.pid}) speaks and listens here."
    for beside in (["run", LET_IN], ["run", LET_IN, "--typed"], ["rehearse"]):
        done = voiceguide(*beside)
        assert (done.exit_code, done.out) == (1, "")
        assert there in done.err
        assert "add --other-card" in done.err
        assert "Traceback" not in done.err
    second = voiceguide("listen")
    assert second.exit_code == 1, "systemd tries again"
    assert there in second.err
    assert "cannot be said" not in second.err, "it says nothing into the other one's microphone"
    assert there in voiceguide("listen", "--last-words").err

    # With a card of its own it needs a history of its own, too.
    same = ("--history", tmp_path / "history.sqlite")
    done = voiceguide("run", LET_IN, "--other-card", *same)
    assert f"Another guide (process {waiting.pid}) keeps its sessions in" in done.err
    for may in (["--no-history"], ["--history", tmp_path / "another.sqlite"]):
        assert f'no routine "{LET_IN}"' in voiceguide("run", LET_IN, "--other-card", *may).err

    waiting.kill()
    waiting.wait(timeout=PATIENCE_S)
    assert (tmp_path / "history.sqlite.lock").read_text() == f"{waiting.pid}\n", "as it was left"
    assert f'no routine "{LET_IN}"' in voiceguide("run", LET_IN, *same).err


def test_looking_needs_no_lock(voiceguide: Voiceguide, waiting: subprocess.Popen[bytes]) -> None:
    for looks in (["history"], ["history", "export", "--csv"], ["devices"], ["routines"]):
        assert "Another guide" not in voiceguide(*looks).err
    # There is no model of Vosk for English here, so that its speed is not measured.
    doctor = voiceguide("doctor", "--json", "--no-words", "--engine", "vosk", "--voice", "pyttsx3")
    checks = {check["name"]: check for check in json.loads(doctor.out)["checks"]}
    assert checks["sound card"]["verdict"] == "fails"
    assert checks["sound card"]["found"] == f"Another guide (process {waiting.pid}) speaks and listens here"
    assert "systemctl --user stop voiceguide" in checks["sound card"]["remedy"]
    assert doctor.exit_code == 1
    assert waiting.poll() is None
    mode = (lock_folder() / "room.lock").stat().st_mode & 0o777
    assert mode == 0o600


@pytest.mark.parametrize(
    ("what", "holds", "tells"),
    [
        ("--history", "hold_history", "(process {pid}) keeps its sessions in {file}"),
        ("--events", "hold_events", " writes its events to {file}"),
    ],
)
def test_two_on_files_write_one_file_only_in_turn(
    what: str, holds: str, tells: str, voiceguide: Voiceguide, user_says: Callable[..., Path], tmp_path: Path
) -> None:
    file = tmp_path / "kept"
    holding = (
        f"import time; from pathlib import Path; from voiceguide.locks import {holds}\n"
        f"lock = {holds}(Path({str(file)!r})); print(flush=True); time.sleep(600)"
    )
    mic = user_says([], 0.1)
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        done = voiceguide("run", "constructive-rest", "--mic", mic, what, file, *REAL)
        first.kill()
    assert tells.format(pid=first.pid, file=file) in done.err
    assert not file.exists() or file.read_bytes() == b""
    done = voiceguide("run", "constructive-rest", "--mic", mic, what, file, *REAL)
    assert done.exit_code == 0
    assert file.read_bytes()


def test_a_file_needs_no_card_of_its_own(voiceguide: Voiceguide, tmp_path: Path) -> None:
    done = voiceguide("run", "constructive-rest", "--mic", tmp_path / "none.wav", "--other-card")
    assert done.exit_code == 2
    assert "--other-card is about sound cards" in done.err
