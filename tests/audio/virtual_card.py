"""A sound card without hardware: a private PulseAudio that ends with the test. Works as root, too."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PACKAGES = {
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "parec": "pulseaudio-utils",
}
SCRIPT = Path(__file__).with_name("on_the_card.py")

# "default" is PulseAudio; so is "Kitchen Speakerphone", a name to be found by a part of it.
ALSA_CONFIG = """
pcm.!default { type pulse hint.description "Default" }
ctl.!default { type pulse }
pcm.Kitchen_Speakerphone { type pulse }
"""

# The loopbacks into "hole" keep the monitors running, without which streams stall; the last one is the room:
# the microphone hears the speaker.
SERVER = [
    "module-native-protocol-unix",
    "module-null-sink sink_name=spk rate=16000 channels=1",
    "module-null-sink sink_name=mic rate=16000 channels=1",
    "module-null-sink sink_name=hole rate=16000 channels=1",
    "module-loopback source=spk.monitor sink=hole latency_msec=10 adjust_time=0",
    "module-loopback source=mic.monitor sink=hole latency_msec=10 adjust_time=0",
    "module-loopback source=spk.monitor sink=mic latency_msec=10 adjust_time=0",
]


@dataclass
class Answer:
    code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output.splitlines()[-1])


@dataclass
class SoundServer:
    env: dict[str, str]
    process: subprocess.Popen[bytes]

    def run(self, *arguments: str, script: Path = SCRIPT) -> Answer:
        """Run a script with this server as its sound card: PortAudio reads the environment when imported."""
        return run_python([str(script), *arguments], self.env)

    @contextmanager
    def recording(self, source: str) -> Iterator[bytearray]:
        """Record a source, as 16 kHz mono 16-bit; the samples are there after the block."""
        heard = bytearray()
        command = ["parec", "--device", source, "--raw", "--rate=16000", "--channels=1", "--format=s16le"]
        with tempfile.TemporaryFile() as file:
            recorder = subprocess.Popen([*command, "--latency-msec=20"], env=self.env, stdout=file)
            try:
                yield heard
            finally:
                recorder.send_signal(signal.SIGINT)
                recorder.wait(timeout=10)
                file.seek(0)
                heard.extend(file.read())


def run_python(arguments: list[str], env: dict[str, str]) -> Answer:
    # The time limit is there to end a hang, not to measure.
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=90, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


@contextmanager
def serve() -> Iterator[SoundServer]:
    """Start a server with a speaker, a microphone that hears it, and nothing of the user's own."""
    missing = sorted({package for command, package in PACKAGES.items() if not shutil.which(command)})
    if missing:
        pytest.skip(f"no virtual sound card without the Debian packages {', '.join(missing)}")
    # Not pytest's tmp_path: the path of a Unix socket may have no more than 107 characters.
    with tempfile.TemporaryDirectory(prefix="vg-", dir="/tmp") as name:
        folder = Path(name)
        env = _environment(folder)
        modules = [argument for module in SERVER for argument in ("-L", module)]
        log = (folder / "log").open("wb")
        # In the foreground, so that it is our own child: ended with the test, whatever happens in between.
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", *modules]
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            _wait_until_ready(process, env, folder / "log")
            yield SoundServer(env, process)
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()


def _environment(folder: Path) -> dict[str, str]:
    for part in ("home", "run", "config"):
        (folder / part).mkdir(mode=0o700)
    config = folder / "asound.conf"
    config.write_text(ALSA_CONFIG)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PULSE", "DBUS"))}
    return {
        **inherited,
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PULSE_RUNTIME_PATH": str(folder / "run" / "pulse"),
        "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{config}",
    }


def _wait_until_ready(process: subprocess.Popen[bytes], env: dict[str, str], log: Path) -> None:
    for command in (["set-default-sink", "spk"], ["set-default-source", "mic.monitor"]):
        for _ in range(100):
            if process.poll() is not None:
                pytest.fail(f"PulseAudio did not start:\n{log.read_text()}")
            done = subprocess.run(["pactl", *command], env=env, capture_output=True, check=False)
            if done.returncode == 0:
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
        else:
            pytest.fail(f"PulseAudio does not answer:\n{log.read_text()}")
