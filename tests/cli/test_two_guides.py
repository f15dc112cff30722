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
NO_CARD = "sudo apt install libportaudio2"
"""What is said where the card would be opened; see `without_a_card`."""

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
    options = ("--history", tmp_path / "history.sqlite", "--events", tmp_path / "events.jsonl")
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-c", LISTEN, "listen", "constructive-rest", *map(str, options), *REAL],
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
    for beside in (["run", "constructive-rest"], ["run", "constructive-rest", "--typed"], ["rehearse"]):
        done = voiceguide(*beside, *REAL)
        assert (done.exit_code, done.out) == (1, "")
        assert there in done.err
        assert "add --other-card" in done.err
        assert "Traceback" not in done.err
    second = voiceguide("listen", *REAL)
    assert second.exit_code == 1, "systemd tries again"
    assert there in second.err
    assert "cannot be said" not in second.err, "it says nothing into the other one's microphone"
    words = voiceguide("listen", "--last-words")
    assert there in words.err

    # With a card of its own it needs a history of its own, too; then only the card is missing.
    beside = ["run", "constructive-rest", "--other-card", *REAL]
    done = voiceguide(*beside, "--history", tmp_path / "history.sqlite")
    assert f"Another guide (process {waiting.pid}) keeps its sessions in" in done.err
    done = voiceguide(*beside, "--events", tmp_path / "events.jsonl")
    assert "Another guide writes its events to" in done.err
    done = voiceguide(*beside)
    assert "Another guide" not in done.err
    assert NO_CARD in done.err

    waiting.kill()
    waiting.wait(timeout=PATIENCE_S)
    assert (tmp_path / "history.sqlite.lock").read_text() == f"{waiting.pid}\n", "as it was left"
    done = voiceguide("run", "constructive-rest", *REAL, "--history", tmp_path / "history.sqlite")
    assert "Another guide" not in done.err
    assert NO_CARD in done.err


def test_looking_needs_no_lock(voiceguide: Voiceguide, waiting: subprocess.Popen[bytes]) -> None:
    for looks in (["history"], ["history", "export", "--csv"], ["devices"], ["routines"]):
        assert "Another guide" not in voiceguide(*looks).err
    doctor = voiceguide("doctor", "--json", "--no-words", *REAL)
    checks = {check["name"]: check for check in json.loads(doctor.out)["checks"]}
    assert checks["sound card"]["verdict"] == "fails"
    assert checks["sound card"]["found"] == f"Another guide (process {waiting.pid}) speaks and listens here"
    assert "systemctl --user stop voiceguide" in checks["sound card"]["remedy"]
    assert doctor.exit_code == 1
    assert waiting.poll() is None
    mode = (lock_folder() / "room.lock").stat().st_mode & 0o777
    assert mode == 0o600


def test_two_on_files_share_a_history_only_in_turn(voiceguide: Voiceguide, tmp_path: Path) -> None:
    history = tmp_path / "history.sqlite"
    holding = "from voiceguide.locks import hold_history; from pathlib import Path; import time; "
    holding += f"lock = hold_history(Path({str(history)!r})); print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        done = voiceguide("run", "constructive-rest", "--mic", tmp_path / "none.wav", "--history", history)
        first.kill()
    assert f"Another guide (process {first.pid}) keeps its sessions in {history}" in done.err
    assert not history.exists()
    done = voiceguide("run", "constructive-rest", "--mic", tmp_path / "none.wav", "--other-card")
    assert done.exit_code == 2
    assert "--other-card is about sound cards" in done.err
