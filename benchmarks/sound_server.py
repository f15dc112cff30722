"""A sound server without hardware: PulseAudio or PipeWire, a null sink as loudspeaker and one as microphone.

As in a room, the microphone hears the loudspeaker, later and softer, and a noise all the time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import soundfile

from voiceguide.core.clock import RATE

# "default" is the sound server.
ALSA_CONFIG = 'pcm.!default { type pulse hint.description "Default" }\nctl.!default { type pulse }\n'

SPK, MIC, HOLE, PARK = "spk", "mic", "hole", "park"
SINK = "module-null-sink sink_name={name} rate=16000 channels=1"
DRAIN = (
    "module-loopback source={name}.monitor sink=hole latency_msec=10 adjust_time=0 source_dont_move=true "
    "sink_dont_move=true"
)
"""Without it streams stall."""

ECHO_MS, ECHO_DB = 60, -6
ECHO = (
    f"module-loopback source={SPK}.monitor sink={MIC} latency_msec={ECHO_MS} adjust_time=0 source_dont_move=true "
    "sink_dont_move=true sink_input_properties=media.name=echo"
)
"""The way through the room. Softer by 6 dB the guide's voice reaches the microphone as loud as the person's."""

NOISE_DBFS = -66.0
FIRST = ("chrt", "-r", "10")
"""It is run before other programs, as on a desktop by rtkit."""

PULSEAUDIO = (
    *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit"),
    *("-L", "module-native-protocol-unix"),
)
PIPEWIRE = (
    *("dbus-run-session", "--", "sh", "-c"),
    "pipewire & sleep 1; wireplumber & sleep 1; exec pipewire-pulse",
)


class SoundServer:
    """A private sound server that can be killed and started again, with devices to be taken away and given back.

    Args:
        folder: for what it needs; short, as the path of a socket may have no more than 107 characters.
        program: `PULSEAUDIO` or `PIPEWIRE`.
    """

    def __init__(self, folder: Path, program: tuple[str, ...] = PULSEAUDIO) -> None:
        for part in ("home", "run", "config"):
            (folder / part).mkdir(mode=0o700)
        config = folder / "asound.conf"
        config.write_text(ALSA_CONFIG)
        others = ("PULSE", "DBUS", "XDG")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(others)}
        self.socket = folder / "run" / "pulse" / "native"
        self.env = {
            **inherited,
            "HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PULSE_RUNTIME_PATH": str(folder / "run" / "pulse"),
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{config}",
        }
        self.plugged_in = 0
        self._program = program
        self._folder = folder
        self._noise: subprocess.Popen[bytes] | None = None
        noise = np.random.default_rng(1).standard_normal(RATE * 60) * 10 ** (NOISE_DBFS / 20)
        self._noise_file = folder / "noise.wav"
        soundfile.write(self._noise_file, noise.astype(np.float32), RATE, "PCM_16")
        self.start()

    def start(self) -> None:
        """Start it with all its devices, and wait until it answers."""
        log = (self._folder / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [*FIRST, *self._program], env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        ends = time.monotonic() + 20
        while subprocess.run(["pactl", "info"], env=self.env, capture_output=True, check=False).returncode:
            if time.monotonic() > ends or self._process.poll() is not None:
                raise RuntimeError(
                    f"The sound server does not start:\n{(self._folder / 'server.log').read_text()[-2000:]}"
                )
            time.sleep(0.1)
        self.plug_in()

    def plug_in(self) -> None:
        """Give it loudspeaker and microphone, as they are missing."""
        have = self.pactl("list", "short", "sinks")
        missing = [name for name in (HOLE, PARK, SPK, MIC) if f"\t{name}\t" not in have]
        for name in missing:
            self.pactl("load-module", *SINK.format(name=name).split())
            if name == SPK:
                self.pactl("set-default-sink", SPK)
            if name == MIC:
                self.pactl("set-default-source", f"{MIC}.monitor")
            if name in (SPK, MIC):
                self.pactl("load-module", *DRAIN.format(name=name).split())
        if {SPK, MIC} & set(missing):
            self._carry_the_echo()
        self.plugged_in += 1
        self.make_noise()

    def _carry_the_echo(self) -> None:
        self.pactl("load-module", *ECHO.split())
        for one in json.loads(self.pactl("--format=json", "list", "sink-inputs")):
            if one["properties"].get("media.name") == "echo":
                self.pactl("set-sink-input-volume", str(one["index"]), f"{10 ** (ECHO_DB / 20):.3f}")

    def unplug(self, *names: str) -> None:
        """Take devices away, with everything that is connected to them.

        What played to or recorded from them is moved elsewhere by the server, if there is anything.
        """
        self.hush()
        # Otherwise it would be moved to what the stage itself uses, and all that is there would move back with it.
        if MIC in names:
            self.pactl("set-default-source", f"{HOLE}.monitor")
        if SPK in names:
            self.pactl("set-default-sink", PARK)
        for line in self.pactl("list", "short", "modules").splitlines():
            number, _, arguments = line.partition("\t")
            if number.isdecimal() and any(f"sink_name={name} " in f"{arguments} " for name in names):
                self.pactl("unload-module", number)

    def pactl(self, *arguments: str) -> str:
        """Run a command of `pactl`; return what it prints."""
        command = ["pactl", *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False, timeout=20)
        return done.stdout.strip()

    def make_noise(self) -> None:
        """Let the room be a room: play its noise into the microphone."""
        self.hush()
        play = f"while paplay --device=mic --stream-name=noise {self._noise_file}; do :; done"
        self._noise = subprocess.Popen(["sh", "-c", play], env=self.env, start_new_session=True, stderr=-3)

    def hush(self) -> None:
        """Let the microphone send nothing but zeros, unless somebody speaks or the loudspeaker plays."""
        if self._noise is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._noise.pid, signal.SIGKILL)
            self._noise.wait()
            self._noise = None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all its processes."""
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """End it as a crash does."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.hush()
