"""Pipes, devices, folders, long names and files that lie, given to the commands: a sentence and an end."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceguide.audio.files import FilePort
from voiceguide.audio.port import BLOCK
from voiceguide.errors import AudioError

LONG = "x" * 3900

ATTACKS = [
    *(
        ["check", one]
        for one in ("pipe.yaml", "/dev/zero", "folder.yaml", f"{LONG}.yaml", "key.yaml", "deep.yaml")
    ),
    *(["preview", one] for one in ("pipe.yaml", "/dev/zero", LONG, f"./{LONG}")),
    *(["settings", "--settings", one] for one in ("pipe.yaml", "/dev/zero", LONG, "key.yaml")),
    *(["history", "--history", one] for one in ("pipe", "/dev/null", "/dev/zero", LONG, "folder.yaml")),
    *(["schema", "-o", one] for one in ("pipe", "/dev/full", LONG)),
    *(["history", "export", "--json", "-o", one] for one in ("pipe", "/dev/full", LONG)),
    *(["replay", one] for one in ("pipe", "/dev/zero", LONG, "folder.yaml")),
    *(["models", "install", "en", "--to", "models", "--from", one] for one in ("pipe", "/dev/zero", LONG)),
    *(["render", "psoas-short", "-o", one] for one in ("pipe.wav", f"{LONG}.wav")),
    *(["preview", "psoas-short", "--ready-after", one] for one in ("nan", "inf", "1e300")),
    *(["run", "psoas-short", "--no-history", "--mic", one] for one in ("pipe.wav", "/dev/zero", LONG, "many.wav")),
    *(["run", "psoas-short", "--no-history", "--mic", "fine.wav", "--events", one] for one in ("pipe", LONG)),
    *(["listen", "--mic", one] for one in ("pipe.wav", LONG)),
    ["language", "check", "pipe.yaml"],
    ["language", "check", LONG],
    ["new", "mine", "--folder", LONG],
    ["hear", "fine.wav", "--plot", "/dev/full"],
]

RUNS_THEM = """
import json, signal, sys
from contextlib import redirect_stderr, redirect_stdout
from voiceguide.cli.main import main

class Hangs(BaseException):
    pass

def too_long(*_):
    raise Hangs

signal.signal(signal.SIGALRM, too_long)
for arguments in json.load(open("attacks.json")):
    sys.argv = ["voiceguide", *arguments]
    said, code = open("said", "w"), 0
    signal.alarm(300)
    try:
        with redirect_stdout(said), redirect_stderr(said):
            main()
    except SystemExit as ended:
        code = ended.code
    except BaseException as error:
        code = repr(error)
    signal.alarm(0)
    said.close()
    print(json.dumps([code, open("said").read()]), flush=True)
"""


def test_each_command_says_a_sentence_and_ends(tmp_path: Path) -> None:
    for name in ("pipe", "pipe.yaml", "pipe.wav"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "key.yaml").write_text(f"{'k' * 5000}: 1\n")
    (tmp_path / "deep.yaml").write_text("[" * 100_000)
    wav(tmp_path / "many.wav", channels=1024)
    wav(tmp_path / "fine.wav")
    (tmp_path / "attacks.json").write_text(json.dumps(ATTACKS))
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", RUNS_THEM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(ATTACKS), done.stderr
    for arguments, (code, said) in zip(ATTACKS, results, strict=True):
        told = " ".join(arguments)[:120]
        assert code in (1, 2), (told, code)
        assert said.strip(), told
        assert "Traceback" not in said, told


def wav(
    path: Path, *, channels: int = 1, bits: int = 16, says: int | None = None, data: bytes = bytes(32_000)
) -> None:
    """Write a WAV file whose head says what it is told to."""
    block = channels * bits // 8
    kind = 3 if bits == 32 else 1
    head = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        0xFFFFFFFF,
        b"WAVE",
        b"fmt ",
        16,
        kind,
        channels,
        16_000,
        16_000 * block,
        block,
        bits,
    )
    path.write_bytes(head + struct.pack("<4sI", b"data", len(data) if says is None else says) + data)


def test_a_wav_file_that_claims_to_be_hours_long_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    wav(tmp_path / "lies.wav", says=0xFFFFFF00)
    port = FilePort(tmp_path / "lies.wav", None, silence_after_s=0)
    blocks = 0
    while port.exchange(np.zeros(BLOCK, np.float32)) is not None:
        blocks += 1
    assert blocks == 100


def test_samples_that_are_no_numbers_are_silence_and_what_is_too_loud_is_clipped(tmp_path: Path) -> None:
    sound = np.array([np.nan, np.inf, -np.inf, 3e38, 0.5] * 3200, np.float32)
    wav(tmp_path / "odd.wav", bits=32, data=sound.astype("<f4").tobytes())
    assert soundfile.info(tmp_path / "odd.wav").subtype == "FLOAT"
    port = FilePort(tmp_path / "odd.wav", None, silence_after_s=0)
    heard = port.exchange(np.zeros(BLOCK, np.float32))
    assert heard is not None
    assert heard[:5].tolist() == [0, 32767, -32768, 32767, 16384]


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
def test_what_is_no_file_is_no_sound(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AudioError, match=r"is a (pipe|device)"):
        FilePort(tmp_path / kind, None, silence_after_s=0)
