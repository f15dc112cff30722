"""Chapter marks for a sound file: a cue sheet, which players and editors read.

The format goes back to the audio CD: a track for each chapter, and times as minutes, seconds and frames, of which
there are 75 in a second. It has no hours, so minutes go on beyond 59.
"""

from __future__ import annotations

from pathlib import Path

from voiceguide.core.clock import RATE
from voiceguide.core.phrases import Phrases
from voiceguide.errors import AudioError
from voiceguide.preview.account import Account, Chapter

FRAMES = 75
"""Frames in a second."""

MOST_TRACKS = 99
"""Track numbers have two digits."""

_TYPES = {".mp3": "MP3"}
"""What the sheet calls the file; everything that is not MP3 passes as WAVE, also FLAC and OGG."""


def cue_sheet(account: Account, sound: Path, phrases: Phrases) -> str:
    """Return the cue sheet of a rendered session, with a track for each exercise and side.

    Args:
        account: how the session's time was spent.
        sound: the sound file; the sheet names it without its folder.
        phrases: the prompts of the language, for the words for the sides.
    """
    title = account.routine.title
    kind = _TYPES.get(sound.suffix.lower(), "WAVE")
    lines = [f"TITLE {_quoted(title)}", f"FILE {_quoted(sound.name)} {kind}"]
    for number, chapter in enumerate(account.chapters[:MOST_TRACKS], start=1):
        lines += [
            f"  TRACK {number:02} AUDIO",
            f"    TITLE {_quoted(chapter_title(chapter, title, phrases))}",
            f"    INDEX 01 {timestamp(chapter.begins)}",
        ]
    return "\n".join(lines) + "\n"


def write_cue_sheet(account: Account, sound: Path, phrases: Phrases) -> Path:
    """Write the cue sheet beside a sound file, with the ending .cue; return where.

    Raises:
        AudioError: it cannot be written.
    """
    path = sound.with_suffix(".cue")
    try:
        path.write_text(cue_sheet(account, sound, phrases), encoding="utf-8")
    except OSError as error:
        raise AudioError(
            f"{path} cannot be written: {error.strerror or error}. The sound itself is in {sound}."
        ) from error
    return path


def chapter_title(chapter: Chapter, around: str, phrases: Phrases) -> str:
    """Return a chapter's name for people.

    Args:
        chapter: the chapter.
        around: name of the opening and the closing.
        phrases: the prompts of the language.
    """
    if chapter.exercise is None:
        return around
    side = f" ({phrases.side(chapter.side)})" if chapter.side else ""
    return f"{chapter.exercise.title}{side}"


def timestamp(at: int) -> str:
    """Return a sample time as minutes, seconds and frames, rounded down to a frame."""
    frames = at * FRAMES // RATE
    return f"{frames // (60 * FRAMES):02}:{frames // FRAMES % 60:02}:{frames % FRAMES:02}"


def _quoted(text: str) -> str:
    # The format has no escape for its quotes.
    return '"' + " ".join(text.replace('"', "'").split()) + '"'
