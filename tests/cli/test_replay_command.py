from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import soundfile

Voiceguide = Callable[..., Any]
Says = Callable[..., Path]


def test_a_session_is_recorded_replayed_and_heard_again(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path
) -> None:
    folder, voice, again = tmp_path / "session", tmp_path / "voice.wav", tmp_path / "again.wav"
    mic = user_says([(16.0, "start"), (24.0, "it hurts")], 27.0)
    files = ("--mic", mic, "--speaker", voice, "--record", folder)
    done = voiceguide("run", "psoas-short", *files, *real, "--no-introduce")
    assert done.exit_code == 0, done.err
    assert f"everything the microphone hears goes into {folder}" in done.out
    assert "This session is being recorded." in done.out
    assert "IT HOLDS A PERSON'S VOICE" in (folder / "README.txt").read_text()
    about = json.loads((folder / "session.json").read_text())
    assert about["recogniser"] == "moonshine"
    assert about["voice"].startswith("pyttsx3")

    done = voiceguide("replay", folder, "--speaker", again, "--hear")
    assert done.exit_code == 0, done.out + done.err
    assert "The same: every sample" in done.out
    assert (soundfile.read(voice)[0] == soundfile.read(again)[0]).all()
    assert "“It hurts.”" in done.out
    claims, same = done.out.split("Heard again: ")[1].split(" verdicts")[0].split(" of ")[::-1]
    assert claims == same, "in step, hearing is the same to the sample"
    assert int(claims) >= 2

    heard = [line for line in (folder / "hearing.jsonl").read_text().splitlines() if '"It hurts."' not in line]
    (folder / "hearing.jsonl").write_text("\n".join(heard) + "\n")
    done = voiceguide("replay", folder, "--hear")
    assert done.exit_code == 1
    assert "Different from 24." in done.out
    assert "then  nothing was claimed" in done.out

    done = voiceguide("run", "psoas-short", "--mic", mic, "--record", folder, *real)
    assert done.exit_code == 1
    assert f"{folder} is not empty" in done.err


def test_a_folder_that_is_no_recording_is_told(voiceguide: Voiceguide, tmp_path: Path) -> None:
    done = voiceguide("replay", tmp_path)
    assert done.exit_code == 1
    assert "is no recording: session.json cannot be read" in done.err
    assert "voiceguide run --record" in done.err
