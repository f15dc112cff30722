"""`voiceguide run` whose connection is lost, or that the system ends: last words, and an offer the next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from started import PATIENCE_S, Started

from voiceguide.core.clock import RATE, samples
from voiceguide.guide import LAST_WORDS
from voiceguide.hearing.recognisers.apart import RecogniserApart
from voiceguide.speaking.voices.espeak import EspeakVoice

Says = Callable[..., Path]

INTO_A_HOLD = [(8.0, "start"), (12.0, "ready"), (17.0, "ready"), (22.0, "ready")]


class Running(Started):
    """`voiceguide run` in a process group of its own, on a microphone that stays quiet after the first words."""

    def __init__(
        self, folder: Path, mic: Path, options: tuple[str, ...], before: str = "", command: str = "run psoas-short"
    ) -> None:
        self.folder = folder
        # Whatever the tests themselves were started with, as in the background or by nohup.
        heeding = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)"
        program = f"{heeding}; {before}; from voiceguide.cli.entry import begin; begin()"
        files = ["--mic", mic, "--speaker", folder / "session.wav", "--events", folder / "events.jsonl"]
        kept = ["--history", folder / "history.sqlite", "--no-introduce"] if "run" in command else []
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, *command.split(), *map(str, [*files, *kept]), *options],
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def run(user_says: Says, real: tuple[str, ...], tmp_path: Path) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []
    words, _ = soundfile.read(user_says(INTO_A_HOLD, 26.0), dtype="int16")
    mic = tmp_path / "long.flac"
    hiss = np.random.default_rng(1).standard_normal(60 * RATE) * 10
    with soundfile.SoundFile(mic, "w", RATE, 1) as file:
        file.write(words)
        for _ in range(60):
            file.write(hiss.astype(np.int16))

    def start(before: str = "pass", **command: str) -> Running:
        running.append(Running(tmp_path, mic, real, before, **command))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize(
    "signals",
    [(signal.SIGTERM,), (signal.SIGHUP, signal.SIGHUP), (signal.SIGTERM, signal.SIGHUP)],
    ids=["ended by the system", "connection lost", "logged out"],
)
def test_in_a_hold_it_leads_out_and_the_next_start_offers_to_go_on(
    run: Callable[..., Running], signals: tuple[signal.Signals, ...]
) -> None:
    one = run()
    one.wait_for(kind="cue", cue="breathe_out")
    for number in signals:
        os.killpg(one.process.pid, number)  # all its processes, as a terminal does
        time.sleep(0.001)
    out, err = one.process.communicate(timeout=PATIENCE_S)
    assert one.process.returncode == 0, err
    assert "Traceback" not in out + err
    entries = one.entries()
    finished = next(entry for entry in entries if entry["kind"] == "finished")
    assert finished["how"] == "cut_off"
    assert entries[-1]["kind"] == "say_finished", "the sentence is spoken to its end"
    assert entries[-1]["text"] == "Stopping now so ease out."
    assert samples(entries[-1]["time_s"] - finished["time_s"]) <= LAST_WORDS
    sound, _ = soundfile.read(one.folder / "session.wav")
    assert np.abs(sound[samples(finished["time_s"] + 0.1) :]).max() > 0.01, "and it can be heard"

    (one.folder / "events.jsonl").unlink()
    again = run()
    again.wait_for(kind="say_started", key="return_at")


def test_what_nohup_keeps_from_ending_it_does_not_end(run: Callable[..., Running]) -> None:
    one = run("signal.signal(signal.SIGHUP, signal.SIG_IGN)")
    one.wait_for(kind="say_started", key="check_ask")
    one.process.send_signal(signal.SIGHUP)
    one.wait_for(kind="state", state="holding")
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(timeout=PATIENCE_S) == 0
    assert one.entries()[-1]["key"] == "stopping_now"


def test_a_rehearsal_says_so_as_well(run: Callable[..., Running]) -> None:
    one = run(command="rehearse")
    one.wait_for(kind="say_started")
    one.process.send_signal(signal.SIGHUP)
    out, err = one.process.communicate(timeout=PATIENCE_S)
    assert one.process.returncode == 0, err
    assert "Traceback" not in out + err
    assert one.entries()[-1]["text"] == "Stopping now."


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
def test_the_processes_of_voice_and_recogniser_outlive_a_terminal_that_is_gone() -> None:
    """As they do Ctrl-C and SIGTERM, which reach them as well: the program decides."""
    voice, recogniser = EspeakVoice("en"), RecogniserApart("en", "moonshine")
    with closing(voice), closing(recogniser):
        for pid in (voice.process_id, recogniser.process_id):
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            (ignored,) = (int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigIgn:"))
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                assert ignored >> (number - 1) & 1, number
