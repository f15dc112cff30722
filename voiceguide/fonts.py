"""Fonts for pictures, so that titles are readable in every language that there is."""

from __future__ import annotations

LATIN = "DejaVu Sans"
"""Comes with matplotlib."""

_COVERED = 0x530
"""Characters below this one, Latin, Greek and Cyrillic among them, are in it."""

_HANGUL = ("Noto Sans CJK KR", "NanumGothic", "UnDotum", "Baekmuk Gulim")
"""Fonts with Korean letters that Debian has."""


def hangul_fonts() -> list[str]:
    """Return the fonts with Korean letters that are installed; matplotlib must be."""
    from matplotlib import font_manager  # noqa: PLC0415 - an optional extra, slow to import

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _HANGUL if name in installed]


def drawable(text: str) -> bool:
    """Return whether the fonts that are installed have the letters of a text; matplotlib must be."""
    return all(ord(letter) < _COVERED for letter in text) or bool(hangul_fonts())
