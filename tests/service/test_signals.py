"""SIGTERM and Ctrl-C at any moment: none is lost, not even while a library of C calls back into Python."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

PATIENCE_S = 120.0
"""There to end a hang, not to measure."""

READS_SPEECH = """
import os, random, signal, sys, threading, time
from pathlib import Path
import numpy as np
from voiceguide.service.ending import ending_in_good_order
from voiceguide.speaking.cache import SpeechStore

class Tone:
    name = fingerprint = "tone"
    def render(self, text):
        return np.sin(np.arange(4000, dtype=np.float32))

folder, tries = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGINT, signal.default_int_handler)
texts = [str(number) for number in range(30)]
SpeechStore(Tone(), folder).prepare(texts)
random.seed(1)
for number in range(tries):
    told = (signal.SIGTERM, signal.SIGINT)[number % 2]
    gave_up = time.monotonic() + 60
    try:
        with ending_in_good_order(ctrl_c_at_once=number % 4 == 1) as ending:
            threading.Timer(random.uniform(0, 0.05), os.kill, (os.getpid(), told)).start()
            while time.monotonic() < gave_up:
                SpeechStore(Tone(), folder).prepare(texts, ending.looking(lambda *_: None))
        print("lost", flush=True)
    except SystemExit:
        print("told", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def test_none_is_lost_while_cached_speech_is_read(tmp_path: Path) -> None:
    tries = 48
    command = [sys.executable, "-c", READS_SPEECH, str(tmp_path / "speech"), str(tries)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=4 * PATIENCE_S, check=False)
    assert done.stdout.split() == ["told", "interrupted", "told", "told"] * (tries // 4), done.stderr


def test_a_step_that_never_ends_is_left_after_a_while() -> None:
    hangs = (
        "import os\n"
        "from voiceguide.service import ending\n"
        "ending.STEP_LIMIT_S = 0.2\n"
        "with ending.ending_in_good_order():\n"
        "    print('waiting', flush=True)\n"
        "    os.read(os.pipe()[0], 1)\n"
    )
    with subprocess.Popen([sys.executable, "-c", hangs], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0


def test_what_the_shell_has_switched_off_stays_so() -> None:
    program = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from voiceguide.service.ending import ending_in_good_order\n"
        "with ending_in_good_order() as ending:\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    ending.look()\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quiet") / "quiet.flac"
    with soundfile.SoundFile(path, "w", 16_000, 1) as file:
        for _ in range(2 * 3600):
            file.write(np.zeros(16_000, np.int16))
    return path


@pytest.mark.timeout(1200)  # eight programs are loaded, which a busy machine may stretch
@pytest.mark.parametrize("command", ["run", "listen"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_none_is_lost_at_any_moment_of_a_real_program(
    quiet: Path, tmp_path: Path, command: str, number: signal.Signals
) -> None:
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heeding}; from voiceguide.cli.entry import begin; begin()"
    files = ["--mic", quiet, "--events", tmp_path / "events.jsonl", "--engine", "moonshine", "--voice", "pyttsx3"]
    kept = ["--history", tmp_path / "history.sqlite"]
    points = random.Random(f"{command} {number}")  # noqa: S311 - no secret
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", program, command, "constructive-rest", *map(str, [*files, *kept])],
            env=dict(os.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        time.sleep(points.uniform(0.05, 6.0))
        assert process.poll() is None, "it would go on for two hours"
        os.killpg(process.pid, number)  # all its processes, as a terminal does
        try:
            _, err = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        # Before Python itself has begun, the system or Python ends it.
        ends = {0, -number} if number is signal.SIGTERM or command == "listen" else {130, -number}
        assert process.returncode in ends | {130, -number}, err
