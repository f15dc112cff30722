"""What the tests do at a sound card, in a process of its own. Prints one JSON object, last."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import numpy as np

from voiceguide.audio.card import CardPort
from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError


def tone(mic: str | None = None, speaker: str | None = None) -> dict[str, Any]:
    """Play silence, two seconds of 1 kHz, and silence; return what the microphone heard."""
    time = np.arange(2 * RATE) / RATE
    sound = np.concatenate([np.zeros(RATE // 2), 0.5 * np.sin(2 * np.pi * 1000 * time), np.zeros(RATE // 2)])
    port = CardPort(mic, speaker)
    heard = [port.exchange(block) for block in sound.astype(np.float32).reshape(-1, BLOCK)]
    port.close()
    port.close()
    return {"name": port.name, "heard": np.concatenate(heard).tolist(), "counters": vars(port.counters)}


def last_word() -> dict[str, Any]:
    """Play a tone up to the very last block, and close at once."""
    port = CardPort()
    for start in range(0, RATE, BLOCK):
        time = np.arange(start, start + BLOCK) / RATE
        port.exchange((0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32))
    port.close()
    return {}


def lose_the_microphone() -> dict[str, Any]:
    """Stop the source in the middle, as an unplugged card does: no callback comes any more, no error either."""
    return _until_it_fails(lambda: subprocess.run(["pactl", "suspend-sink", "mic", "1"], check=True))


def lose_the_server(pid: str, by: str) -> dict[str, Any]:
    """Kill or stop the sound server in the middle."""
    return _until_it_fails(lambda: os.kill(int(pid), signal.Signals[by]))


def _until_it_fails(trouble: Any) -> dict[str, Any]:
    port = CardPort()
    silence = np.zeros(BLOCK, np.float32)
    for _ in range(50):
        port.exchange(silence)
    trouble()
    try:
        while True:
            port.exchange(silence)
    except AudioError as error:
        return {"error": str(error)}
    finally:
        port.close()


def choose(mic: str | None = None, speaker: str | None = None) -> dict[str, Any]:
    """Open and close."""
    try:
        port = CardPort(mic, speaker)
    except AudioError as error:
        return {"error": str(error)}
    port.close()
    return {"name": port.name}


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    print(json.dumps(globals()[command](*arguments)))  # noqa: T201 - the answer to the test
