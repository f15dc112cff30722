"""What the tests do at a sound card, in a process of its own. Prints one JSON object, last."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from voiceguide.audio.card import CardPort, CardProcess
from voiceguide.audio.card_link import Wanted
from voiceguide.audio.lasting import LastingPort
from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError
from voiceguide.speaking.mouth import Mouth


def tone(mic: str | None = None, speaker: str | None = None) -> dict[str, Any]:
    """Play silence, two seconds of 1 kHz, and silence; return what the microphone heard."""
    at_s = np.arange(2 * RATE) / RATE
    sound = np.concatenate([np.zeros(RATE // 2), 0.5 * np.sin(2 * np.pi * 1000 * at_s), np.zeros(RATE // 2)])
    port = CardPort(mic, speaker)
    heard = [port.exchange(block) for block in sound.astype(np.float32).reshape(-1, BLOCK)]
    port.close()
    port.close()
    return {"name": port.name, "heard": np.concatenate(heard).tolist(), "counters": vars(port.counters)}


def stand_still(for_s: str) -> dict[str, Any]:
    """Say the same word again and again through a guide's mouth, and stand still in the middle of one for a while.

    Returns how many blocks came too late before and after, how often a word was begun anew, and whether nothing
    else was lost.
    """
    port, mouth = CardPort(), Mouth()
    word = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE // 2) / RATE).astype(np.float32)
    before, after, anew = 0, 0, 0
    before_it: dict[str, int] = {}
    for block in range(1300):
        if block % 100 == 0 and block < 800:
            mouth.say(block, word, mouth.now)
        if port.late:
            before, after = (before + 1, after) if block <= 320 else (before, after + 1)
            anew += len(mouth.put_off(mouth.now + BLOCK))
        port.exchange(mouth.render(BLOCK))
        if block == 320:
            before_it = dict(port.counters.troubles)
            time.sleep(float(for_s))
    clean = not any(before_it.values()) and port.counters.speaker_gaps <= 1
    port.close()
    return {"before": before, "after": after, "anew": anew, "clean": clean}


def last_word() -> dict[str, Any]:
    """Play a tone up to the very last block, and close at once."""
    port = CardPort()
    for start in range(0, RATE, BLOCK):
        at_s = np.arange(start, start + BLOCK) / RATE
        port.exchange((0.5 * np.sin(2 * np.pi * 1000 * at_s)).astype(np.float32))
    port.close()
    return {}


def lose_the_microphone() -> dict[str, Any]:
    """Stop the source in the middle, as an unplugged card does: no callback comes any more, no error either."""
    return _until_it_fails(lambda: subprocess.run(["pactl", "suspend-sink", "mic", "1"], check=True))


def lose_the_server(pid: str, by: str) -> dict[str, Any]:
    """Kill or stop the sound server in the middle."""
    return _until_it_fails(lambda: os.kill(int(pid), signal.Signals[by]))


def lose_the_process(by: str) -> dict[str, Any]:
    """Kill or stop the card's process in the middle; return the error, and whether the process is gone."""
    process = CardProcess(Wanted())
    answer = _until_it_fails(lambda: os.kill(process.number, signal.Signals[by]), process)
    return {**answer, "left": Path(f"/proc/{process.number}").exists()}


def send_to_the_process(by: str) -> dict[str, Any]:
    """Send a signal as a terminal or systemd sends it to all processes, and go on for a second."""
    process = CardProcess(Wanted())
    port = CardPort(start=lambda *_: process)
    _exchange(port, 50)
    os.kill(process.number, signal.Signals[by])
    _exchange(port, 100)
    port.close()
    return {"left": Path(f"/proc/{process.number}").exists()}


def open_again_and_again() -> dict[str, Any]:
    """Open, use and close a few times; return what is open after the first time and after the last."""
    left = []
    for _ in range(4):
        port = CardPort()
        _exchange(port, 5)
        port.close()
        left.append(sorted(entry.name for entry in Path("/proc/self/fd").iterdir()))
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {"first": left[0], "last": left[-1], "children": children.split()}


def outlive_a_suspended_microphone() -> dict[str, Any]:
    """Lose the microphone, say so through the speaker alone, and hear again; return what was told."""
    port = LastingPort()
    _exchange(port, 50)
    told = []
    subprocess.run(["pactl", "suspend-sink", "mic", "1"], check=True)
    for _ in range(2):
        before = port.lost
        _exchange_until(port, lambda before=before: port.lost != before)
        told.append(port.lost)
    subprocess.run(["pactl", "suspend-sink", "mic", "0"], check=True)
    _exchange_until(port, lambda: port.lost is None)
    _exchange(port, 50)
    answer = {"told": told, "lost": port.lost, "slipped": port.slipped.unknown, "counted": dict(port.troubles)}
    port.close()
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {**answer, "children": children.split()}


def die() -> None:
    """Be killed in the middle, after telling the number of the card's process."""
    process = CardProcess(Wanted())
    port = CardPort(start=lambda *_: process)
    _exchange(port, 20)
    print(json.dumps(process.number), flush=True)  # noqa: T201 - the answer to the test
    os.kill(os.getpid(), signal.SIGKILL)


def _until_it_fails(trouble: Any, process: CardProcess | None = None) -> dict[str, Any]:
    port = CardPort(start=(lambda *_: process) if process else None)
    _exchange(port, 50)
    trouble()
    try:
        while True:
            _exchange(port, 1)
    except AudioError as error:
        return {"error": str(error)}
    finally:
        port.close()


def _exchange_until(port: LastingPort, condition: Callable[[], bool]) -> None:
    while not condition():
        _exchange(port, 1)


def _exchange(port: CardPort | LastingPort, blocks: int) -> None:
    for _ in range(blocks):
        port.exchange(np.zeros(BLOCK, np.float32))


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
