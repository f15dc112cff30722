from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from speakers import HIBARI, JOE, Sound, in_a_room
from speakers import spoken as in_voice
from typer.testing import CliRunner

from voiceguide.cli.main import app
from voiceguide.errors import ChoiceError, LanguageError, RecogniserError, VoiceguideError
from voiceguide.hearing.verdict.rules import Rule

RUNNER = CliRunner()


def spoken(text: str, voice: str = HIBARI) -> Sound:
    return in_voice(text, voice)


def write(path: Path, sound: Sound, rate: int = 16_000) -> Path:
    resampled = soxr.resample(sound.astype(np.float32) / 32768, 16_000, rate)
    soundfile.write(path, np.stack([resampled, resampled], axis=1), rate)
    return path


def test_one_object_a_line_for_each_command(tmp_path: Path) -> None:
    first = write(tmp_path / "one.wav", in_a_room(spoken("next side"), spoken("I feel pain"), after_s=0.1), 44_100)
    second = write(tmp_path / "two.flac", in_a_room(spoken("stop the session", JOE), after_s=0), 22_050)
    result = RUNNER.invoke(app, ["hear", str(first), str(second), "--json", "--engine", "moonshine"])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(Path(line["file"]).name, line["command"], line["text"], line["engine"]) for line in lines] == [
        ("one.wav", "next_side", "Next side.", "moonshine"),
        ("one.wav", "pain", "I feel pain.", "moonshine"),
        ("two.flac", "stop", "Stop the session.", "moonshine"),
    ]
    said = 0.5 + len(spoken("next side")) / 16_000
    assert said < lines[0]["time_s"] < said + 0.5


def test_a_table_for_people(tmp_path: Path) -> None:
    file = write(tmp_path / "one.wav", in_a_room(spoken("next side")))
    result = RUNNER.invoke(app, ["hear", str(file), "--engine", "moonshine"])
    assert result.exit_code == 0
    assert "next_side" in result.stdout
    assert "moonshine" in result.stdout


def test_silence_is_told(tmp_path: Path) -> None:
    file = write(tmp_path / "silence.wav", in_a_room())
    result = RUNNER.invoke(app, ["hear", str(file), "--engine", "moonshine"])
    assert result.exit_code == 0
    assert result.stdout == "no command was heard\n"


def test_files_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path) -> None:
    good = write(tmp_path / "good.wav", in_a_room(spoken("next side")))
    text = tmp_path / "text.wav"
    text.write_text("no sound", encoding="utf-8")
    missing = tmp_path / "missing.wav"
    arguments = [
        "hear",
        str(missing),
        str(text),
        str(good),
        "--json",
        "--engine",
        "moonshine",
    ]
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 1
    assert [json.loads(line)["command"] for line in result.stdout.splitlines()] == ["next_side"]
    assert "missing.wav: there is no such sound file" in result.stderr
    assert "text.wav cannot be read as sound" in result.stderr


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        (["--engine", "ear"], ChoiceError, 'no engine "ear"'),
        (["--language", "xx"], LanguageError, 'no language "xx"'),
        (
            ["--language", "ko", "--engine", "moonshine"],
            RecogniserError,
            "hears English only",
        ),
    ],
)
def test_what_cannot_be_chosen_is_told(options: list[str], error: type[Exception], told: str) -> None:
    result = RUNNER.invoke(app, ["hear", "any.wav", *options])
    assert isinstance(result.exception, error)
    assert told in str(result.exception)


def test_every_candidate_is_explained(tmp_path: Path) -> None:
    sound = in_a_room(spoken("sharp pain"), spoken("the weather is fine today and I told him so"))
    file, picture = write(tmp_path / "one.wav", sound), tmp_path / "one.png"
    result = RUNNER.invoke(app, ["hear", str(file), "--explain", "--json", "--engine", "moonshine"])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    counted = [line for line in lines if line["heard"]]
    assert [line["command"] for line in counted] == ["sharp", None]
    assert counted[1]["why"] == Rule.UNKNOWN.value
    again = [line for line in lines if not line["heard"]]
    assert again
    assert {line["why"] for line in again} <= {Rule.NOT_YET.value, Rule.SAME_CALL.value}
    assert counted[0]["claimed"] == "sharp"
    assert max(counted[0]["scores"].values()) > -2
    assert counted[0]["evidence"]
    assert {line["why"] for line in lines} <= {rule.value for rule in Rule}
    result = RUNNER.invoke(app, ["hear", str(file), "--explain", "--plot", str(picture), "--engine", "moonshine"])
    assert result.exit_code == 0, result.output
    assert "heard as sharp" in result.stdout
    assert "heard as unknown speech" in result.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_picture_is_of_one_file(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["hear", "a.wav", "b.wav", "--plot", str(tmp_path / "x.png")])
    assert isinstance(result.exception, VoiceguideError)
    assert "one sound file" in str(result.exception)


def test_a_picture_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path / "one.wav", in_a_room(spoken("next side")))
    for name in ("no/such/folder.png", "picture.xyz"):
        arguments = ["hear", str(file), "--plot", str(tmp_path / name), "--engine", "moonshine"]
        result = RUNNER.invoke(app, arguments)
        assert isinstance(result.exception, VoiceguideError)
        assert name in str(result.exception)
