"""The default voice, on the real library: it speaks, and whatever becomes of its process, the session goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from voiceguide.errors import VoiceError
from voiceguide.speaking.voices.espeak import EspeakVoice

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = (
    "Breathe in.",
    "Three.",
    "Yes?",
    "Let both feet rest flat on the floor, about as wide as your hips.",
)
HANGS = 3.0  # time limit where a test waits for one; starting the child takes about 0.1 s


@pytest.fixture
def voice() -> Iterator[EspeakVoice]:
    voice = EspeakVoice("en", time_limit_s=HANGS)
    yield voice
    voice.close()


def is_gone(process_id: int) -> bool:
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"  # dead, and nobody here to collect it


def wait_until_gone(process_id: int) -> None:
    while not is_gone(process_id):  # a child that stays runs into the test's time-out
        time.sleep(0.01)


def broken_library(folder: Path) -> str:
    # Found first by the dynamic linker, and no library: what a missing libespeak-ng looks like to pyttsx3.
    for name in ("libespeak-ng.so.1", "libespeak.so.1"):
        (folder / name).write_bytes(b"")
    return str(folder)


@pytest.mark.parametrize("attempt", range(5))
def test_the_first_call_of_a_new_process_speaks(attempt: int) -> None:
    voice = EspeakVoice("en")
    sound = voice.render("Breathe in.")
    voice.close()
    assert sound.dtype == np.float32
    assert 0.9 < len(sound) / 16_000 < 1.2
    assert 0.1 < np.abs(sound).max() <= 1.0


def test_the_first_call_of_a_new_program_speaks() -> None:
    program = (
        "from voiceguide.speaking.voices.espeak import EspeakVoice\n"
        "print(len(EspeakVoice('en').render('Breathe in.')))"  # not even closed
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 14_400 < int(done.stdout) < 19_200


def test_two_hundred_utterances_in_a_row_keep_their_lengths(voice: EspeakVoice) -> None:
    process_id = voice.process_id
    expected = {line: len(voice.render(line)) for line in LINES}
    for number in range(200):
        line = LINES[number % len(LINES)]
        assert len(voice.render(line)) == pytest.approx(expected[line], rel=0.05)
    assert voice.process_id == process_id


def test_it_speaks_korean() -> None:
    voice = EspeakVoice("ko")
    short, long = voice.render("셋"), voice.render("숨을 천천히 들이마시세요.")
    voice.close()
    assert len(short) < len(long)
    assert "voice ko" in voice.fingerprint


def test_the_rate_is_kept_from_the_first_utterance_on() -> None:
    lengths = []
    for rate in (100, 150, 200):
        voice = EspeakVoice("en", rate=rate)
        lengths.append(len(voice.render(LINES[-1])))
        voice.close()
    slow, middle, fast = lengths
    assert slow > 1.3 * middle
    assert middle > 1.2 * fast


def test_a_variant_is_another_voice_with_another_fingerprint(voice: EspeakVoice) -> None:
    other = EspeakVoice("en", variant="f2")
    assert other.fingerprint != voice.fingerprint
    assert len(other.render("Breathe in.")) != len(voice.render("Breathe in."))
    other.close()


def test_a_child_that_died_is_replaced(voice: EspeakVoice) -> None:
    process_id = voice.process_id
    whole = len(voice.render(LINES[-1]))
    os.kill(process_id, signal.SIGKILL)
    assert len(voice.render(LINES[-1])) == pytest.approx(whole, rel=0.05)
    assert voice.process_id != process_id
    assert is_gone(process_id)


def test_a_child_that_dies_in_the_middle_of_an_utterance_is_replaced(voice: EspeakVoice) -> None:
    process_id = voice.process_id
    long = " ".join(LINES) * 10  # takes some 0.3 s: it is still at work when it is killed
    with subprocess.Popen(["/bin/sh", "-c", f"sleep 0.05; kill -9 {process_id}"]):
        assert len(voice.render(long)) > 50 * 16_000
    assert is_gone(process_id)


def test_a_child_that_hangs_is_replaced(voice: EspeakVoice) -> None:
    process_id = voice.process_id
    os.kill(process_id, signal.SIGSTOP)
    assert len(voice.render("Breathe in.")) > 14_400
    assert voice.process_id != process_id
    assert is_gone(process_id)


def test_an_interrupted_utterance_is_not_taken_for_the_next(voice: EspeakVoice) -> None:
    whole = len(voice.render("Three."))
    os.kill(voice.process_id, signal.SIGSTOP)  # so that the interrupt comes while waiting for the answer
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    with pytest.raises(KeyboardInterrupt):
        voice.render(LINES[-1])
    signal.signal(signal.SIGALRM, before)
    assert len(voice.render("Three.")) == pytest.approx(whole, rel=0.05)


def test_a_child_that_never_starts_is_an_error() -> None:
    with pytest.raises(VoiceError, match=r"gave no answer within 0\.001 s\. Install it again: sudo apt-get"):
        EspeakVoice("en", time_limit_s=0.001)


def test_failing_twice_is_an_error(voice: EspeakVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", broken_library(tmp_path))
    os.kill(voice.process_id, signal.SIGKILL)
    with pytest.raises(VoiceError, match=r"failed twice to speak 'Breathe in\.'"):
        voice.render("Breathe in.")
    monkeypatch.undo()
    assert len(voice.render("Breathe in.")) > 14_400, "the next utterance tries again"


def test_a_missing_library_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", broken_library(tmp_path))
    with pytest.raises(VoiceError, match="sudo apt-get install libespeak-ng1"):
        EspeakVoice("en")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"language": "de"}, "does not speak 'de'. It speaks: en, ko"),
        ({"rate": 20}, "80-220 words per minute, not 20"),
        ({"variant": "nobody"}, "no voice 'en-us[+]nobody'"),
    ],
)
def test_what_it_cannot_do_is_an_error(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(VoiceError, match=message):
        EspeakVoice(**wrong)


@pytest.mark.parametrize("text", ["", "  \n", "...", "\0"])
def test_nothing_to_speak_is_an_error(voice: EspeakVoice, text: str) -> None:
    with pytest.raises(VoiceError, match="nothing to speak"):
        voice.render(text)


def test_no_child_stays_after_close(voice: EspeakVoice) -> None:
    process_id = voice.process_id
    voice.close()
    assert is_gone(process_id)
    voice.close()


def test_a_hanging_child_does_not_survive_close(voice: EspeakVoice) -> None:
    process_id = voice.process_id
    os.kill(process_id, signal.SIGSTOP)
    voice.close()
    assert is_gone(process_id)


def test_no_child_stays_when_the_program_is_killed() -> None:
    program = (
        "import os\n"
        "from voiceguide.speaking.voices.espeak import EspeakVoice\n"
        "voice = EspeakVoice('en')\n"
        "print(voice.process_id, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    wait_until_gone(int(done.stdout))
