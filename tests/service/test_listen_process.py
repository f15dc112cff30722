"""The real `voiceguide listen` in a process of its own, on files, under a NOTIFY_SOCKET that this test holds."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from speakers import JOE, natural_voice
from started import PATIENCE_S, Started

from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.demo.person import LEVEL_DB, NOISE_DB
from voiceguide.guide import LAST_WORDS
from voiceguide.speaking.finish import finish

pytestmark = pytest.mark.real_time

ENDS_WITHIN_S = 10
"""Generous, on a machine that does other things; see docs/raspberry-pi.md for what was measured."""

PROGRAM = "from voiceguide.cli.main import main; main()"

START = [(6.0, "start"), (12.5, "yes please"), (34.0, "start")]
"""The first session ever tells what the guide is before it waits for the word."""


def quiet_evening(path: Path, words: list[tuple[float, str]], minutes: int = 40) -> Path:
    """Write a microphone's file: words in a quiet room, then nobody for long."""
    beginning = np.random.default_rng(7).standard_normal(samples(120.0)) * 10 ** (NOISE_DB / 20)
    for at_s, text in words:
        sound = finish(natural_voice(JOE).render(text)) * 10 ** (LEVEL_DB / 20)
        beginning[samples(at_s) : samples(at_s) + len(sound)] += sound
    minute = to_int16(
        (np.random.default_rng(8).standard_normal(samples(60.0)) * 10 ** (NOISE_DB / 20)).astype(np.float32)
    )
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16", format="WAV") as file:
        file.write(to_int16(beginning.astype(np.float32)))
        for _ in range(minutes):
            file.write(minute)
    return path


@dataclass
class Listening(Started):
    """A process that listens."""

    process: subprocess.Popen[str]
    folder: Path
    link: socket.socket
    told: list[str] = field(default_factory=list)
    errors: str = ""

    @property
    def speaker(self) -> Path:
        return self.folder / "spoken.wav"

    def end(self, number: int = signal.SIGTERM) -> float:
        """Send a signal, see it leave, and return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=PATIENCE_S)
        return time.monotonic() - began

    def be_notified(self) -> None:
        """Take what systemd would be told, as it comes: the socket holds ten messages."""
        while message := self.link.recv(4096):
            self.told.append(message.decode())

    def sessions(self) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "history.sqlite")) as connection:
            return connection.execute("SELECT routine, how, started FROM session ORDER BY id").fetchall()

    def assert_ended_well(self) -> None:
        out, err = self.process.communicate()
        assert self.process.returncode == 0, err
        assert "Traceback" not in out + err
        self.errors = err
        entries = self.entries()
        said = [entry for entry in entries if entry["kind"] == "say_started"][-1]
        assert said["key"] == "stopping_now"
        assert entries[-1]["kind"] == "say_finished", "the sentence is spoken to its end"
        ends = samples(entries[-1]["time_s"])
        told = next(entry for entry in reversed(entries) if entry["kind"] in ("finished", "standby"))
        assert ends - samples(told["time_s"]) <= LAST_WORDS
        sound, _ = soundfile.read(self.speaker)
        spoken = sound[samples(said["time_s"]) : ends]
        assert np.sqrt(np.mean(np.square(spoken))) > 0.01, "and it is in the speaker's file"
        assert len(sound) - ends <= 160
        assert self.told[-1].startswith("STOPPING=1")


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Any]:
    """Start `voiceguide listen` for people who say words at given seconds."""
    running: list[Listening] = []

    def start(words: list[tuple[float, str]], **environment: str) -> Listening:
        # Not tmp_path: the path of a Unix socket may have no more than 107 characters.
        link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # A name of its own for each: the one before may still be held by its thread for a moment.
        name = f"\0voiceguide-test-{secrets.token_hex(8)}"
        link.bind(name)
        mic = quiet_evening(tmp_path / "user.wav", words)
        files = ["--mic", mic, "--speaker", tmp_path / "spoken.wav", "--events", tmp_path / "events.jsonl"]
        kept = ["--history", tmp_path / "history.sqlite"]
        engines = ["--engine", "moonshine", "--voice", "pyttsx3"]
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "listen", "constructive-rest", *files, *kept, *engines],
            env={**os.environ, "NOTIFY_SOCKET": "@" + name[1:], **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        one = Listening(process, tmp_path, link)
        threading.Thread(target=one.be_notified, daemon=True).start()
        running.append(one)
        return one

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()
        one.link.shutdown(socket.SHUT_RDWR)  # wakes the thread
        one.link.close()


Start = Any


def test_in_standby_it_is_ready_and_fed_and_ends_when_told_to(listening: Start) -> None:
    one = listening([], WATCHDOG_USEC="400000")
    one.wait_for(kind="standby", stage="waiting")
    ends = time.monotonic() + PATIENCE_S
    while sum("WATCHDOG=1" in line for line in one.told) < 3:
        assert time.monotonic() < ends
        time.sleep(0.05)
    took_s = one.end()
    assert took_s < ENDS_WITHIN_S
    one.assert_ended_well()
    told = "\n".join(one.told).splitlines()
    assert told.index("READY=1") > max(n for n, line in enumerate(told) if line.startswith("EXTEND_TIMEOUT"))
    assert "STATUS=Standby, waiting" in told
    assert not (one.folder / "history.sqlite").exists() or one.sessions() == []


def test_in_the_middle_of_a_hold_the_session_is_kept_to_be_gone_on_with(listening: Start) -> None:
    one = listening([*START, (40.0, "ready"), (46.0, "ready"), (52.0, "ready")])
    one.wait_for(kind="state", state="holding")
    assert one.end() < ENDS_WITHIN_S
    one.assert_ended_well()
    assert one.sessions() == [("constructive-rest", "cut_off", 1)]


def test_told_twice_even_a_program_that_hangs_is_gone_at_once() -> None:
    """It is the signals' handling that is looked at, so nothing else is loaded."""
    hangs = (
        "import time\n"
        "from voiceguide.service.ending import ending_in_good_order\n"
        "class Guide:\n"
        "    def tell_to_end(self):\n"
        "        print('told', flush=True)\n"
        "with ending_in_good_order() as ending:\n"
        "    ending.tells(Guide())\n"
        "    print('waiting', flush=True)\n"
        "    while True:\n"
        "        time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", hangs], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in ("waiting\n", "told\n"):
            assert process.stdout.readline() == line
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == -signal.SIGTERM


def test_while_the_voice_is_prepared_it_leaves_without_a_word(
    listening: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    one = listening([])
    ends = time.monotonic() + PATIENCE_S
    while len(list(cache.rglob("*.flac"))) < 3:
        assert one.process.poll() is None, one.process.communicate()
        assert time.monotonic() < ends
        time.sleep(0.01)
    assert one.end() < ENDS_WITHIN_S
    assert one.process.returncode == 0
    assert "READY=1" not in "\n".join(one.told)
    assert one.told[-1].startswith("STOPPING=1")


def test_an_evening_of_two_sessions_and_the_end_in_the_middle_of_a_report_of_pain(listening: Start) -> None:
    words = [
        (6.0, "start the rest"),
        (12.5, "yes please"),
        (34.0, "start"),
        (42.0, "stop"),
        (49.0, "yes please"),
        (64.0, "start"),
        (71.0, "yes please"),
        (84.0, "start"),
        (94.0, "it hurts"),
    ]
    one = listening(words)
    one.wait_for(kind="state", state="safety")
    assert one.end(signal.SIGINT) < ENDS_WITHIN_S
    one.assert_ended_well()
    assert one.sessions() == [("constructive-rest", "stopped", 1), ("constructive-rest", "cut_off", 1)]
    with closing(sqlite3.connect(one.folder / "history.sqlite")) as connection:
        assert connection.execute("SELECT kind, outcome FROM pain").fetchall() == [("unknown", None)]
    stages = [entry["stage"] for entry in one.entries() if entry["kind"] == "standby"]
    assert stages == ["waiting", "asking", "over", "waiting", "asking", "over"]
    times = [entry["time_s"] for entry in one.entries()]
    assert times == sorted(times), "one clock for all conversations"
    assert "start the rest" not in one.errors
    assert "heard command=start" in one.errors
