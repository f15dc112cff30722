"""The card's port on a real PortAudio, with PulseAudio as its sound card."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tones import level, loudest_hertz, middle
from virtual_card import SoundServer, run_python

from benchmarks import held_card
from benchmarks.held_card import HeldCard
from voiceguide.audio.samples import to_float

pytestmark = pytest.mark.real_time

LISTING = "from voiceguide.audio.devices import list_devices; print(list_devices())"
COMMAND = "import sys; from voiceguide.cli.main import main; sys.argv[0] = 'voiceguide'; main()"
TYPED = ("run", "psoas-short", "--typed", "--no-history", "--voice", "pyttsx3")
OPENING = "from voiceguide.audio.card import CardPort; CardPort()"


def _tone_in(samples: np.ndarray) -> np.ndarray:
    """From the first to the last loud sample."""
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    assert loud.size, "nothing arrived"
    return samples[loud[0] : loud[-1] + 1]


def _runs(process: int) -> bool:
    try:
        return bool(
            Path(f"/proc/{process}/cmdline").read_bytes()
        )  # empty when it is dead and nobody waited for it
    except OSError:
        return False


def test_what_is_played_arrives_at_the_speaker_and_through_the_room_at_the_microphone(
    sound_card: SoundServer,
) -> None:
    with sound_card.recording("spk.monitor") as speaker:
        answer = sound_card.run("tone")
    assert answer.code == 0, answer.errors
    at_speaker = to_float(np.frombuffer(bytes(speaker), np.int16))
    at_microphone = to_float(np.array(answer.json["heard"], np.int16))
    for sound in (at_speaker, at_microphone):
        tone = _tone_in(sound)
        # Two seconds; a busy machine may put gaps into it or cut a block off, but they are counted.
        assert len(tone) >= 31_000
        assert loudest_hertz(tone) == pytest.approx(1000, abs=2)
    if answer.json["counters"]["speaker_gaps"] == 0:
        assert level(middle(_tone_in(at_speaker))) == pytest.approx(0.5, rel=0.05)
    assert answer.json["counters"]["microphone_blocks"] >= 300


@pytest.mark.parametrize("for_s", [1.0, 4.5])
def test_a_guide_that_has_stood_still_knows_it_and_says_its_word_again(
    sound_card: SoundServer, for_s: float
) -> None:
    with sound_card.recording("spk.monitor") as speaker:
        answer = sound_card.run("stand_still", str(for_s))
    assert answer.code == 0, answer.errors
    told = answer.json
    assert told["before"] <= 60, "a busy machine may be late of itself, but not as a rule"
    assert told["after"] >= 50
    assert told["anew"] >= 1
    loud = np.abs(to_float(np.frombuffer(bytes(speaker), np.int16))) > 0.1
    held = np.convolve(loud, np.ones(200), "same") > 0  # a tone crosses zero
    ends = np.flatnonzero(np.diff(held.astype(int)))
    words = np.diff(ends)[::2]
    if told["clean"]:  # a busy machine may put more holes into it
        # Those that were put off follow one another without a gap.
        assert (words // (0.49 * 16_000)).sum() >= 8, "each of the eight was heard whole"


def test_closing_plays_the_last_word_to_its_end(sound_card: SoundServer) -> None:
    with sound_card.recording("spk.monitor") as speaker:
        answer = sound_card.run("last_word")
    assert answer.code == 0, answer.errors
    assert len(_tone_in(to_float(np.frombuffer(bytes(speaker), np.int16)))) >= 15_900


def test_a_device_is_found_by_part_of_its_name_in_any_case(sound_card: SoundServer) -> None:
    answer = sound_card.run("choose", "kitchen", "SPEAKERPHONE")
    assert answer.json == {"name": "Kitchen_Speakerphone -> Kitchen_Speakerphone"}


@pytest.mark.parametrize("wanted", [("bathroom", "kitchen"), ("kitchen", "bathroom"), ("99", "kitchen")])
def test_an_unknown_device_is_answered_with_what_there_is(
    sound_card: SoundServer, wanted: tuple[str, str]
) -> None:
    error = sound_card.run("choose", *wanted).json["error"]
    assert 'is called "bathroom"' in error or 'is called "99"' in error
    assert "Kitchen_Speakerphone" in error
    assert "any part of its name" in error


def test_the_devices_command_lists_them(sound_card: SoundServer) -> None:
    program = (
        "import typer; from voiceguide.cli.device_commands import register\n"
        "app = typer.Typer(); app.callback()(lambda: None); register(app); app(['devices'])"
    )
    answer = run_python(["-c", program], sound_card.env)
    assert answer.code == 0, answer.errors
    assert "Kitchen_Speakerphone" in answer.output
    assert "microphone, speaker" in answer.output  # the default


def test_a_microphone_that_stops_in_the_middle_ends_with_an_error_and_the_program_ends(
    mortal_sound_card: SoundServer,
) -> None:
    answer = mortal_sound_card.run("lose_the_microphone")
    assert answer.code == 0, answer.errors
    assert "stopped delivering" in answer.json["error"]


@pytest.mark.parametrize("by", ["SIGKILL", "SIGSTOP"])
def test_a_sound_server_that_dies_or_hangs_does_not_take_the_program_with_it(
    mortal_sound_card: SoundServer, by: str
) -> None:
    pid = mortal_sound_card.process.pid
    try:
        answer = mortal_sound_card.run("lose_the_server", str(pid), by)
    finally:
        if by == "SIGSTOP":
            os.kill(pid, signal.SIGCONT)
    assert answer.code == 0, answer.errors
    assert "stopped delivering" in answer.json["error"]


@pytest.mark.parametrize(("by", "told"), [("SIGKILL", "ended by itself"), ("SIGSTOP", "stopped delivering")])
def test_a_process_of_the_card_that_dies_or_hangs_is_told_and_gone(
    sound_card: SoundServer, by: str, told: str
) -> None:
    answer = sound_card.run("lose_the_process", by)
    assert answer.code == 0, answer.errors
    assert told in answer.json["error"]
    assert not answer.json["left"]


@pytest.mark.parametrize("by", ["SIGINT", "SIGTERM"])
def test_what_is_sent_to_all_processes_does_not_silence_the_guide(sound_card: SoundServer, by: str) -> None:
    answer = sound_card.run("send_to_the_process", by)
    assert answer.code == 0, answer.errors
    assert not answer.json["left"]


def test_a_device_that_another_guide_uses_is_not_opened_until_that_one_is_killed(sound_card: SoundServer) -> None:
    holding = "from voiceguide.audio.card import CardPort; port = CardPort(); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding], env=sound_card.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        second = sound_card.run("choose").json["error"]
        other = sound_card.run("choose", "kitchen", "kitchen").json
        first.kill()
    assert f'Another guide (process {first.pid}) uses the sound device "default"' in second
    assert other == {"name": "Kitchen_Speakerphone -> Kitchen_Speakerphone"}
    assert sound_card.run("choose").json == {"name": "default -> default"}


def test_a_card_can_be_opened_again_and_again_and_nothing_is_left_of_it(sound_card: SoundServer) -> None:
    answer = sound_card.run("open_again_and_again")
    assert answer.code == 0, answer.errors
    assert answer.json["last"] == answer.json["first"]
    assert answer.json["children"] == []


def test_s7_a_microphone_that_is_lost_is_told_of_through_the_speaker_and_comes_back(
    mortal_sound_card: SoundServer,
) -> None:
    answer = mortal_sound_card.run("outlive_a_suspended_microphone")
    assert answer.code == 0, answer.errors
    gone, told_aloud = answer.json["told"]
    assert "stopped delivering" in gone
    assert "The speaker works" in told_aloud
    assert answer.json["lost"] is None
    assert answer.json["slipped"] >= 1
    assert answer.json["counted"]["reopened"] >= 1
    assert answer.json["children"] == []


def test_the_process_of_the_card_ends_with_a_program_that_is_killed(sound_card: SoundServer) -> None:
    answer = sound_card.run("die")
    assert answer.code == -signal.SIGKILL
    ends = time.monotonic() + 60  # there to end a hang, not to measure
    while _runs(answer.json):
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_machine_without_devices(no_devices: dict[str, str]) -> None:
    assert run_python(["-c", LISTING], no_devices).output.strip() == "[]"
    listed = run_python(["-c", COMMAND, "devices"], no_devices)
    assert listed.code == 1
    assert "No sound card was found." in listed.errors
    typing = run_python(["-c", COMMAND, *TYPED], no_devices)
    assert "There is no speaker. No sound card was found." in " ".join(typing.errors.split())
    answer = run_python(["-c", OPENING], no_devices)
    assert "AudioError: There is no microphone. No sound card was found." in answer.errors
    assert "usermod -aG audio" in answer.errors


@pytest.mark.skipif(not held_card.possible(), reason="no C compiler (cc), with which a card is held")
def test_a_card_that_another_program_holds_is_not_there_until_it_lets_go(
    sound_card: SoundServer, tmp_path: Path
) -> None:
    card = HeldCard(tmp_path)
    env = {**sound_card.env, **card.env}
    card.take()
    answer = run_python(["-c", OPENING], env)
    assert "another program may hold it: `fuser -v /dev/snd/*` names it" in " ".join(answer.errors.split())
    card.leave()
    answer = run_python(["-c", OPENING], env)
    assert answer.code == 0, answer.errors


def test_a_machine_without_portaudio(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import ctypes.util\nctypes.util.find_library = lambda name: None  # as if it were not installed\n"
    )
    answer = run_python(["-c", OPENING], {**os.environ, "PYTHONPATH": str(tmp_path)})
    assert "AudioError: The library PortAudio is missing" in answer.errors
    assert "sudo apt install libportaudio2" in answer.errors
