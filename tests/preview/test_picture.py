from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from voiceguide import fonts
from voiceguide.errors import VoiceguideError
from voiceguide.language.pack import load_language
from voiceguide.preview.account import Account
from voiceguide.preview.picture import draw

PHRASES = load_language("en").phrases


@pytest.mark.parametrize("name", ["small.png", "small.svg"])
def test_a_picture_is_drawn(small: Account, tmp_path: Path, name: str) -> None:
    draw(small, PHRASES, tmp_path / name)
    assert (tmp_path / name).stat().st_size > 10_000


def test_letters_that_no_font_has_are_not_drawn(
    account_of: Callable[[str, str], Account], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_HANGUL", ())
    account = account_of("title: The stretch", "title: 무릎 꿇고 늘이기")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every letter that it cannot draw
        draw(account, PHRASES, tmp_path / "mine.png")


def test_a_picture_that_cannot_be_written(small: Account, tmp_path: Path) -> None:
    with pytest.raises(VoiceguideError, match=r"small\.png cannot be written"):
        draw(small, PHRASES, tmp_path / "no" / "small.png")
