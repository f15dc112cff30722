"""A sound server without hardware, a real `voiceguide listen` on it, and somebody in its room.

The server is a private PulseAudio (or PipeWire) with a null sink as loudspeaker and another as microphone; the
room's noise is played into the microphone all the time; the microphone does not hear the loudspeaker, as with
headphones. The person speaks through `paplay`. What the guide says is recorded from the loudspeaker, and its
events file is read while it grows; everything gets the time of `time.monotonic` at which it arrived here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import soundfile

from voiceguide.core.clock import RATE
from voiceguide.demo.flite import FliteVoice
from voiceguide.speaking.finish import finish

# "default" is the sound server.
ALSA_CONFIG = 'pcm.!default { type pulse hint.description "Default" }\nctl.!default { type pulse }\n'

SPK, MIC, HOLE, PARK = "spk", "mic", "hole", "park"
SINK = "module-null-sink sink_name={name} rate=16000 channels=1"
DRAIN = (
    "module-loopback source={name}.monitor sink=hole latency_msec=10 adjust_time=0 source_dont_move=true "
    "sink_dont_move=true"
)
"""Without it streams stall."""

NOISE_DBFS = -66.0
PERSON_DBFS = -26.0
SERVER_FIRST = ("chrt", "-r", "10")
GUIDE_FIRST = ("chrt", "-r", "1")
"""Both are run before other programs, so that what is measured is not what else the machine has to do."""

HEARD_DBFS = -45.0
"""Louder than this is the guide's voice."""


@dataclass(frozen=True)
class Stamped:
    """An entry of the events file, and when it arrived here."""

    at: float
    entry: dict[str, Any]


class SoundServer:
    """A private PulseAudio that can be killed and started again, with devices to be taken away and given back."""

    def __init__(self, folder: Path) -> None:
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
        self._folder = folder
        self._noise: subprocess.Popen[bytes] | None = None
        noise = np.random.default_rng(1).standard_normal(RATE * 60) * 10 ** (NOISE_DBFS / 20)
        self._noise_file = folder / "noise.wav"
        soundfile.write(self._noise_file, noise.astype(np.float32), RATE, "PCM_16")
        self.start()

    def start(self) -> None:
        """Start it with all its devices, and wait until it answers."""
        log = (self._folder / "server.log").open("ab")
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit"]
        arguments = ["-L", "module-native-protocol-unix"]
        with log:
            self.process = subprocess.Popen(
                [*SERVER_FIRST, *command, *arguments], env=self.env, stdout=log, stderr=log
            )
        ends = time.monotonic() + 20
        while subprocess.run(["pactl", "info"], env=self.env, capture_output=True, check=False).returncode:
            if time.monotonic() > ends or self.process.poll() is not None:
                raise RuntimeError(
                    f"PulseAudio does not start:\n{(self._folder / 'server.log').read_text()[-2000:]}"
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
        self.plugged_in += 1
        self.make_noise()

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
            number, _, *arguments = line.split("\t")
            if any(f"sink_name={name} " in f"{' '.join(arguments)} " for name in names):
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

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait()
        self.hush()

    def close(self) -> None:
        """End it."""
        self.hush()
        self.process.kill()
        self.process.wait()


class Loudspeaker(threading.Thread):
    """Records what comes out of the loudspeaker, across deaths of the server."""

    def __init__(self, server: SoundServer) -> None:
        super().__init__(name="loudspeaker", daemon=True)
        self._server = server
        self._over = False
        self._chunks: list[tuple[float, float]] = []
        self.start()

    def run(self) -> None:
        """Record until closed."""
        command = ["parec", "--device=spk.monitor", "--raw", "--rate=16000", "--channels=1", "--format=s16le"]
        while not self._over:
            recorder = subprocess.Popen(
                [*command, "--latency-msec=20"], env=self._server.env, stdout=-1, stderr=subprocess.DEVNULL
            )
            assert recorder.stdout is not None
            here = self._server.plugged_in
            while not self._over and here == self._server.plugged_in and (chunk := recorder.stdout.read(640)):
                samples = np.frombuffer(chunk, np.int16).astype(np.float64) / 32768
                rms = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
                self._chunks.append((time.monotonic(), 20 * np.log10(max(rms, 1e-9))))
            recorder.kill()
            recorder.wait()
            time.sleep(0.2)

    def first_word(self, since: float) -> float | None:
        """Return when the guide was first heard after a moment."""
        return next((at for at, dbfs in self._chunks if at >= since and dbfs > HEARD_DBFS), None)

    def close(self) -> None:
        """Stop recording."""
        self._over = True


class GuideProcess:
    """A real `voiceguide listen`, with its events as they come."""

    def __init__(self, folder: Path, env: dict[str, str], *, routine: str, history: Path) -> None:
        self.events: list[Stamped] = []
        self.began = time.monotonic()
        self._file = folder / f"events-{time.monotonic_ns()}.jsonl"
        self._log = (folder / "guide.log").open("ab")
        command = [sys.executable, "-c", "from voiceguide.cli.main import main; main()", "listen", routine]
        self.process = subprocess.Popen(
            [
                *GUIDE_FIRST,
                *command,
                "--engine",
                "pocketsphinx",
                "--events",
                str(self._file),
                "--history",
                str(history),
            ],
            env=env,
            stdout=self._log,
            stderr=self._log,
            stdin=subprocess.DEVNULL,
        )
        self._over = False
        self._reader = threading.Thread(target=self._read, name="events", daemon=True)
        self._reader.start()

    @property
    def runs(self) -> bool:
        """Whether it still lives."""
        return self.process.poll() is None

    def children(self) -> list[int]:
        """Return the processes that it has started."""
        found: list[int] = []
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
        return sorted(found)

    def child(self, module: str) -> int:
        """Return the child that runs a module."""
        for child in self.children():
            with suppress(OSError):
                if module in Path(f"/proc/{child}/cmdline").read_text():
                    return child
        raise RuntimeError(f"there is no child {module}")

    def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], since: float, within_s: float = 60.0
    ) -> Stamped | None:
        """Wait for an entry that arrives after a moment; None when it does not come."""
        ends = time.monotonic() + within_s
        seen = 0
        while time.monotonic() < ends:
            events = self.events
            for number in range(seen, len(events)):
                if events[number].at >= since and wanted(events[number].entry):
                    return events[number]
            seen = len(events)
            if not self.runs and not self._reader.is_alive():
                return None
            time.sleep(0.01)
        return None

    def said(self, since: float, until: float | None = None) -> list[str]:
        """Return what the guide began to say between two moments."""
        return [
            one.entry["text"]
            for one in self.events
            if one.entry["kind"] == "say_started" and one.at >= since and (until is None or one.at < until)
        ]

    def end(self) -> None:
        """End it by force if it still lives."""
        if self.runs:
            self.process.kill()
        self.process.wait()
        self._over = True
        self._log.close()

    def _read(self) -> None:
        while not self._file.exists():
            if self._over or not self.runs:
                return
            time.sleep(0.01)
        rest = ""
        with self._file.open() as file:
            while True:
                over = self._over or not self.runs
                rest += file.read()
                *lines, rest = rest.split("\n")
                now = time.monotonic()
                self.events += [Stamped(now, json.loads(line)) for line in lines]
                if over:
                    return
                time.sleep(0.01)


class Person:
    """Somebody who speaks into the microphone."""

    ANSWERS = {  # noqa: RUF012 - read only
        "standby_here": "start",
        "standby_ask": "yes",
        "standby_hears_again": "start",
        "standby_declined": "start",
        "waiting": "start",
        "ask_ready": "I am ready",
        "welcome": "next",
        "title": "next",
        "check_ask": "no",
        "return_ask": "no",
        "return_repeat": "no",
        "return_at": "no",
        "week_ask": "no",
        "doubt_ask": "no",
        "stop_hurts": "no",
        "paused": "continue please",
        "hearing_back_paused": "continue please",
        "safety_ask": "a dull ache",
        "safety_narrow": "no",
        "safety_offer_go_on": "continue please",
    }

    def __init__(self, folder: Path, env: dict[str, str], voice: str = "rms") -> None:
        self._folder = folder
        self._env = env
        self._voice = FliteVoice(voice)
        self.speak = self.say  # may be replaced

    def say(self, words: str) -> float:
        """Say something; return when it was over."""
        path = self._folder / f"{words.replace(' ', '-')}.wav"
        if not path.exists():
            sound = finish(self._voice.render(words)) * np.float32(10 ** ((PERSON_DBFS + 20) / 20))
            soundfile.write(path, sound, RATE, "PCM_16")
        subprocess.run(["paplay", "--device=mic", str(path)], env=self._env, check=False, timeout=20)
        return time.monotonic()

    def lead_to(self, guide: GuideProcess, state: str, within_s: float = 240.0) -> bool:
        """Answer what the guide asks until the session is in a state; return whether it came to that."""
        ends = time.monotonic() + within_s
        spoke, last, waits = 0.0, "", 0.0
        while time.monotonic() < ends and guide.runs:
            now_state, key, asked = self._situation(guide)
            if now_state == state:
                return True
            if asked is not None and asked != waits:
                waits, last, spoke = asked, self.ANSWERS.get(key, ""), 0.0
            if last and time.monotonic() - waits > 0.7 and time.monotonic() - spoke > 7.0:
                self.speak(last)
                spoke = time.monotonic()
            time.sleep(0.05)
        return False

    def _situation(self, guide: GuideProcess) -> tuple[str, str, float | None]:
        """Return the state, and which question was asked last and when, unless something happened since."""
        state, key, asked = "", "", None
        for one in guide.events[-200:]:
            match one.entry:
                case {"kind": "state", "state": str(now)}:
                    state = now
                    asked = None
                case {"kind": "say_finished", "key": str(which)} if which in self.ANSWERS:
                    key, asked = which, one.at
                case {"kind": "say_started", "key": str(which)} if which in self.ANSWERS:
                    asked = None
                case _:
                    pass
        return state, key, asked


class Stage:
    """All of it together, in a folder of its own that is gone afterwards."""

    def __init__(self, routine: str) -> None:
        # The path of a Unix socket may have no more than 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="vg-", dir="/tmp"))
        self.server = SoundServer(self.folder)
        cache = Path.home() / ".cache"
        self.env = {**self.server.env, "XDG_CACHE_HOME": str(cache), "XDG_DATA_HOME": str(self.folder / "data")}
        self.routine = routine
        self.loudspeaker = Loudspeaker(self.server)
        self.person = Person(self.folder, self.env)
        self.guides: list[GuideProcess] = []

    def guide(self, history: Path | None = None) -> GuideProcess:
        """Start a guide."""
        kept = history or self.folder / "history.db"
        guide = GuideProcess(self.folder, self.env, routine=self.routine, history=kept)
        self.guides.append(guide)
        return guide

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for guide in self.guides:
            guide.end()
        self.loudspeaker.close()
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)
