"""Nothing leaves the machine: no process of ours so much as tries to reach another one.

strace sees every system call, those of C libraries too, so an attempt counts whether it succeeds or not. Where
namespaces are allowed the programs also run in one without any network, which shows that they need none.
"""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.speaking.choose import choose_voice, voices_for

STRACE = ("strace", "-f", "-qq", "-s", "0", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none")
NO_NETWORK = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")
VOICEGUIDE = "from voiceguide.cli.entry import begin; begin()"
DNS = 53

Outside = Callable[..., list[str]]


@cache
def works(*command: str) -> bool:
    return shutil.which(command[0]) is not None and (
        subprocess.run([*command, "true"], capture_output=True, check=False, timeout=60).returncode == 0
    )


def leaving(call: str) -> str:
    """Return where a system call goes to if that is not this machine; empty if it is."""
    internet = re.search(r'sin6?_port=htons\((\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"', call)
    if internet:
        port, address = int(internet[1]), ipaddress.ip_address(internet[2])
        # A resolver on this machine asks others: a look-up of a name counts wherever it goes first.
        return "" if address.is_loopback and port != DNS else f"{address} port {port}"
    asked = re.search(r'sun_path="([^"]*/(?:resolve|avahi-daemon)/[^"]*)"', call)
    return asked[1] if asked else ""


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """Run Python and return where it, or a process it started, tried to go."""
    if not works(*STRACE, "-o", os.devnull):
        pytest.skip("strace is missing or not allowed here: apt-get install strace")
    # A proxy on this machine would make the way out look like a local one.
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}

    def run(*arguments: object) -> list[str]:
        calls = tmp_path / "calls"
        apart = NO_NETWORK if works(*NO_NETWORK) else ()
        command = [*apart, *STRACE, "-o", str(calls), sys.executable, *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=280)
        assert done.returncode == 0, done.stderr
        (tmp_path / "output").write_text(done.stdout)
        return [where for call in calls.read_text().splitlines() if (where := leaving(call))]

    return run


@pytest.mark.parametrize(
    ("code", "where"),
    [
        pytest.param(
            "import socket; s = socket.socket(); s.settimeout(0.1); s.connect_ex(('192.0.2.1', 443))",
            "192.0.2.1 port 443",
            id="tcp",
        ),
        pytest.param(
            "import socket; s = socket.socket(type=socket.SOCK_DGRAM)\n"
            "try: s.sendto(b'x', ('192.0.2.1', 9))\nexcept OSError: pass",
            "192.0.2.1 port 9",
            id="udp",
        ),
        pytest.param(
            "import socket; s = socket.socket(socket.AF_INET6); s.settimeout(0.1)\n"
            "s.connect_ex(('2001:db8::1', 443))",
            "2001:db8::1 port 443",
            id="tcp6",
        ),
        pytest.param(
            "import ctypes, struct\n"
            "at = struct.pack('=H', 2) + struct.pack('>H', 443) + bytes([192, 0, 2, 1]) + bytes(8)\n"
            "libc = ctypes.CDLL(None); libc.connect(libc.socket(2, 2, 0), at, 16)",
            "192.0.2.1 port 443",
            id="native",
        ),
        pytest.param(
            "import subprocess, sys\n"
            "inner = \"import socket; socket.socket(type=socket.SOCK_DGRAM).connect_ex(('192.0.2.1', 443))\"\n"
            "subprocess.run([sys.executable, '-c', inner])",
            "192.0.2.1 port 443",
            id="child",
        ),
    ],
)
def test_every_way_out_is_seen(outside: Outside, code: str, where: str) -> None:
    assert outside("-c", code) == [where]


def test_looking_up_a_name_is_seen(outside: Outside) -> None:
    code = "import socket\ntry: socket.getaddrinfo('some-host.example', 80)\nexcept OSError: pass"
    assert outside("-c", code)


def test_this_machine_is_not_outside(outside: Outside) -> None:
    code = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))\n"
    code += "socket.socket(socket.AF_UNIX).connect_ex('/nowhere')"
    assert outside("-c", code) == []


def test_voices_and_recogniser_reach_for_nothing(outside: Outside, tmp_path: Path) -> None:
    assert outside(Path(__file__).with_name("speaks_and_hears.py")) == []
    output = (tmp_path / "output").read_text()
    for voice in voices_for("en"):
        assert f"hears {voice}: " in output


def test_a_session_reaches_for_nothing(outside: Outside, tmp_path: Path) -> None:
    room = np.random.default_rng(5).normal(0, 0.001, samples(45.0)).astype(np.float32)
    with closing(choose_voice("en")) as person:
        for at_s, words in ((8.0, "start"), (20.0, "it hurts"), (38.0, "stop")):
            sound = person.render(words)
            room[samples(at_s) : samples(at_s) + len(sound)] += sound * np.float32(0.3)
    soundfile.write(tmp_path / "user.wav", to_int16(room), RATE)
    files = ("--mic", tmp_path / "user.wav", "--speaker", tmp_path / "session.wav")
    events = tmp_path / "events.jsonl"
    assert (
        outside("-c", VOICEGUIDE, "run", "constructive-rest", *files, "--events", events, "--voice", "pyttsx3")
        == []
    )
    assert '"kind": "say_finished"' in events.read_text()
