"""An account of a session as a picture: a row for each exercise and side, with speech, holds and breath."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceguide.core.clock import seconds
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Routine
from voiceguide.core.states import State
from voiceguide.errors import ChoiceError, VoiceguideError
from voiceguide.fonts import LATIN, drawable, hangul_fonts
from voiceguide.preview.account import BREATH_WORDS, Account, Chapter
from voiceguide.preview.cue_sheet import chapter_title
from voiceguide.preview.told import STATES, clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".svg")

_COLOURS = {
    State.CHECKING: "#d9d9d9",
    State.INTRODUCING: "#c6dbef",
    State.SETTING_UP: "#9ecae1",
    State.CHANGING: "#bcbddc",
    State.HOLDING: "#a1d99b",
    State.RESTING: "#e5f5e0",
    State.FINISHED: "#d9d9d9",
}
_SPEECH, _BREATH_WORD, _BREATH = "#08306b", "#6baed6", "#006d2c"


def draw(account: Account, phrases: Phrases, path: Path) -> None:
    """Draw a session, each chapter as a row that begins at its own second 0.

    Args:
        account: how the session's time was spent.
        phrases: the prompts of its language.
        path: PNG or SVG file to write.

    Raises:
        VoiceguideError: another ending, matplotlib is not installed, or the file cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise ChoiceError(f"{path}: a picture's name ends in {' or '.join(FORMATS)}.")
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - an optional extra, slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415
        from matplotlib.patches import Patch  # noqa: PLC0415
    except ImportError as error:
        raise VoiceguideError(
            "Pictures need matplotlib. Install it with: pip install 'voiceguide[plot]'"
        ) from error
    chapters = account.chapters
    longest = max(seconds(chapter.length) for chapter in chapters)
    with rc_context({"font.family": [LATIN, *hangul_fonts()]}):
        figure = Figure(figsize=(14, 1.1 + 0.95 * len(chapters)), layout="constrained")
        axes = figure.subplots(len(chapters), 1, squeeze=False, sharex=True)[:, 0]
        for ax, chapter in zip(axes, chapters, strict=True):
            _row(ax, chapter)
            label = f"{_label(chapter, account.routine, phrases)}\n{clock(chapter.length)}"
            ax.set_ylabel(label, rotation=0, ha="right", va="center")
            ax.set_xlim(0, longest)
            ax.set_ylim(0, 1)
            ax.set_yticks([])
        axes[-1].set_xlabel("seconds from the beginning of the row")
        seen = dict.fromkeys(passage.state for passage in account.passages)
        handles: list[Any] = [Patch(color=_COLOURS[state], label=STATES[state]) for state in seen]
        handles += [Patch(color=_SPEECH, label="speech"), Patch(color=_BREATH_WORD, label="breath word")]
        title = account.routine.title if drawable(account.routine.title) else account.routine.id
        figure.suptitle(f"{title}, {clock(account.length)}")
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 5), frameon=False)
        try:
            figure.savefig(path, dpi=100)
        except OSError as error:
            raise ChoiceError(
                f"{path} cannot be written: {error.strerror or error}. Choose another place."
            ) from error


def _label(chapter: Chapter, routine: Routine, phrases: Phrases) -> str:
    """Return a chapter's name, or what the file calls it where no font has its letters."""
    title = chapter_title(chapter, routine.title, phrases)
    if drawable(title):
        return title
    if chapter.exercise is None:
        return routine.id
    return f"{chapter.exercise.id} ({chapter.side})" if chapter.side else chapter.exercise.id


def _row(ax: Axes, chapter: Chapter) -> None:
    def at(sample: int) -> float:
        return seconds(sample - chapter.begins)

    for passage in chapter.passages:
        ax.axvspan(at(passage.begins), at(passage.ends), color=_COLOURS[passage.state], linewidth=0)
        for line in passage.spoken:
            breath_word = line.key in BREATH_WORDS
            span = (at(line.begins), seconds(line.ends - line.begins))
            ax.broken_barh([span], (0.06, 0.26), color=_BREATH_WORD if breath_word else _SPEECH)
        times, depths = [], []
        for breath in passage.breaths:
            times += [at(breath.begins), at(breath.turns), at(breath.ends)]
            depths += [0.45, 0.9, 0.45]
        ax.plot(times, depths, color=_BREATH, linewidth=1.2)
