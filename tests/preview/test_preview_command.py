"""`voiceguide preview` and `render`, with the real default voice."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import soundfile

from voiceguide.cli.main import main


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["voiceguide", *map(str, arguments), "--voice", "pyttsx3"])
    monkeypatch.setenv("COLUMNS", "120")
    with pytest.raises(SystemExit) as left:
        main()
    written = capsys.readouterr()
    return int(left.value.code or 0), written.out, " ".join(written.err.split())


def as_seconds(clock: str) -> int:
    minutes, rest = clock.split(":")
    return int(minutes) * 60 + int(rest)


def test_a_routine_in_words_and_as_a_picture(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "mine.svg"
    code, out, _ = run(capsys, monkeypatch, "preview", mine, "--plot", picture)
    assert code == 0
    for words in (
        "The right knee once more.",
        "hold 2 of 2",
        "2 breaths of 4 s in, 6 s out",
        "That was the whole routine.",
    ):
        assert words in out
    sums = re.search(
        r"(\d+:\d\d) in all: (\d+:\d\d) .*?, (\d+:\d\d) .*?, (\d+:\d\d) .*?, (\d+:\d\d)", " ".join(out.split())
    )
    assert sums is not None
    whole, *parts = map(as_seconds, sums.groups())
    assert abs(whole - sum(parts)) <= 2  # each of them is rounded
    assert picture.read_text(encoding="utf-8").count("<path") > 100


def test_from_an_exercise_on(
    mine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "preview", mine, "--from", "rest")
    assert code == 0
    assert "Lie down on your back." in out
    assert "The right knee once more." not in out
    assert "The stretch (right)" in out, "the sums are of the whole routine"
    code, _, err = run(capsys, monkeypatch, "preview", mine, "--from", "strech")
    assert code == 2
    assert 'no exercise "strech" in it. Did you mean stretch? There are: stretch, rest.' in err


@pytest.mark.parametrize("name", ["mine.mp3", "mine.ogg"])
def test_a_rendered_routine_has_chapters(
    mine: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, "render", mine, "-o", tmp_path / name)
    assert code == 0
    assert "mine.cue: its chapters" in out.replace("\n", "")
    sound = soundfile.info(tmp_path / name)
    assert (sound.samplerate, sound.channels) == (16_000, 1)
    sheet = (tmp_path / "mine.cue").read_text(encoding="utf-8")
    minutes, seconds, _ = map(int, re.findall(r"INDEX 01 (\d\d):(\d\d):(\d\d)", sheet)[-1])
    assert minutes * 60 + seconds < sound.duration < minutes * 60 + seconds + 20


def test_a_picture_needs_a_known_ending(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run(capsys, monkeypatch, "preview", mine, "--plot", tmp_path / "mine.jpg")
    assert code == 2
    assert "ends in .png or .svg" in err
