from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError
from voiceguide.language.pack import load_language
from voiceguide.preview.account import Account
from voiceguide.preview.cue_sheet import MOST_TRACKS, cue_sheet, timestamp, write_cue_sheet

PHRASES = load_language("en").phrases


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (0, "00:00:00"),
        (RATE, "00:01:00"),
        (RATE - 1, "00:00:74"),
        (RATE * 59 + RATE // 2, "00:59:37"),
        (RATE * 60, "01:00:00"),
        (RATE * 3600 * 2, "120:00:00"),
    ],
)
def test_times_are_minutes_seconds_and_frames(at: int, written: str) -> None:
    assert timestamp(at) == written


def test_a_track_for_each_exercise_and_side(small: Account) -> None:
    sheet = cue_sheet(small, Path("some/where/mine.mp3"), PHRASES)
    lines = sheet.splitlines()
    assert lines[:2] == ['TITLE "Mine"', 'FILE "mine.mp3" MP3']
    tracks = re.findall(r'  TRACK (\d\d) AUDIO\n    TITLE "(.*)"\n    INDEX 01 (\d\d):(\d\d):(\d\d)\n', sheet)
    assert [title for _, title, *_ in tracks] == [
        "Mine",
        "The stretch (left)",
        "The stretch (right)",
        "The rest",
        "Mine",
    ]
    assert [number for number, *_ in tracks] == ["01", "02", "03", "04", "05"]
    starts = [(int(m) * 60 + int(s)) * RATE + int(f) * RATE // 75 for *_, m, s, f in tracks]
    assert starts[0] == 0
    for start, chapter in zip(starts, small.chapters, strict=True):
        assert 0 <= chapter.begins - start < RATE // 75 + 1
    assert len(lines) == 2 + 3 * len(tracks)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
def test_other_sound_files_are_called_wave(small: Account, name: str) -> None:
    assert f'FILE "{name}" WAVE' in cue_sheet(small, Path(name), PHRASES)


def test_a_quote_in_a_title_cannot_end_it(account_of: Callable[[str, str], Account]) -> None:
    account = account_of("title: Mine", "title: 'My \"own\" one'")
    assert cue_sheet(account, Path("a.wav"), PHRASES).startswith("TITLE \"My 'own' one\"\n")


def test_tracks_have_two_digits(small: Account) -> None:
    many = replace(small, passages=small.passages * 40)
    assert len(many.chapters) > MOST_TRACKS
    assert cue_sheet(many, Path("a.wav"), PHRASES).count("TRACK") == MOST_TRACKS


def test_a_sheet_that_cannot_be_written(small: Account, tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"mine\.cue cannot be written"):
        write_cue_sheet(small, tmp_path / "no" / "mine.wav", PHRASES)
