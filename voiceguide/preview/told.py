"""An account of a session in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from voiceguide.core.clock import samples, seconds
from voiceguide.core.phrases import Phrases
from voiceguide.core.states import State
from voiceguide.preview.account import ASKS, Account, Breath, Chapter, Passage
from voiceguide.preview.cue_sheet import chapter_title

STATES = {
    State.CHECKING: "the question before the start",
    State.INTRODUCING: "introduction",
    State.SETTING_UP: "into the position",
    State.HOLDING: "hold",
    State.RESTING: "between two holds",
    State.CHANGING: "out of the position and on",
    State.FINISHED: "closing",
}
"""The states of a session that nobody interrupts, in words."""

_NOTABLE = samples(0.05)
"""A silence before the first line of a passage is told from this length on, the step in which times are shown."""


def told(
    account: Account, phrases: Phrases, chapters: Sequence[Chapter], ready_after_s: float
) -> Iterator[RenderableType]:
    """Yield what to print: every passage with what fills it, then the sums.

    Args:
        account: the whole session.
        phrases: the prompts of its language.
        chapters: which of its chapters to tell in full; the sums are always of all.
        ready_after_s: the assumption on how long the person takes.
    """
    yield Text("second, length of the words + silence after them, words", style="dim")
    for chapter in chapters:
        yield Text.assemble("\n", (chapter_title(chapter, account.routine.title, phrases), "bold"))
        for passage in chapter.passages:
            yield _heading(passage)
            yield _lines(passage)
            yield from _remarks(passage)
    yield Text("\nAll of it", style="bold")
    yield _sums(account, phrases)
    yield Text(_words(account, ready_after_s))


def clock(at: int) -> str:
    """Return a time or a length in samples as minutes and seconds, rounded."""
    whole = round(seconds(at))
    return f"{whole // 60}:{whole % 60:02}"


def breaths_in_words(passage: Passage) -> str:
    """Return how many breaths a hold has and how long they are."""
    count = len(passage.breaths)
    lengths = dict.fromkeys(_length(breath) for breath in passage.breaths)
    return f"{count} breath{'' if count == 1 else 's'} of {' and '.join(lengths)}"


def _length(breath: Breath) -> str:
    inward, outward = seconds(breath.turns - breath.begins), seconds(breath.ends - breath.turns)
    return f"{inward:g} s in, {outward:g} s out"


def _heading(passage: Passage) -> Text:
    exercise = passage.exercise
    what = STATES[passage.state]
    if exercise and exercise.open_rest and passage.state is State.HOLDING:
        what = "rest"
    if exercise and exercise.repeats > 1 and passage.state in (State.HOLDING, State.RESTING):
        what += f" {passage.repeat} of {exercise.repeats}" if passage.state is State.HOLDING else ""
    breaths = f", {breaths_in_words(passage)}" if passage.breaths else ""
    times = f"{clock(passage.begins):>6}  "
    return Text.assemble((times, "cyan"), (what, "cyan"), (f"  {seconds(passage.length):.1f} s{breaths}", "dim"))


def _lines(passage: Passage) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for width in (8, 6, 9):
        table.add_column(justify="right", style="dim", min_width=width, no_wrap=True)
    table.add_column(overflow="fold")
    first = passage.spoken[0].begins if passage.spoken else passage.ends
    if first - passage.begins >= _NOTABLE:
        silence = Text("(silence)", style="dim italic")
        table.add_row(_second(passage.begins), "", f"+ {_lasting(first - passage.begins)}", silence)
    nexts = [*(line.begins for line in passage.spoken[1:]), passage.ends]
    for line, after in zip(passage.spoken, nexts, strict=True):
        pause = max(0, after - line.ends)
        words = Text(line.text)
        if line.key in ASKS:
            words.append("  (waiting for the person)", style="dim italic")
        table.add_row(_second(line.begins), _lasting(line.ends - line.begins), f"+ {_lasting(pause)}", words)
    return table


def _second(at: int) -> str:
    return f"{seconds(at):.1f}"


def _lasting(length: int) -> str:
    return f"{seconds(length):.1f} s"


def _remarks(passage: Passage) -> Iterator[Text]:
    for text in passage.unsaid:
        yield Text(f"        not said, because no gap holds it: “{text}”", style="yellow")
    exercise = passage.exercise
    expected = 2 * len(passage.breaths)
    if exercise and not exercise.breathing.fading and passage.breath_words < expected:
        missing = expected - passage.breath_words
        words = "breath word gives" if missing == 1 else "breath words give"
        yield Text(f"        {missing} {words} way to a line", style="yellow")


def _sums(account: Account, phrases: Phrases) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("from", justify="right")
    table.add_column("what")
    for title in ("holds", "between", "around", "in all", "breaths"):
        table.add_column(title, justify="right")
    for chapter in account.chapters:
        held, between = chapter.spent(State.HOLDING), chapter.spent(State.RESTING)
        table.add_row(
            clock(chapter.begins),
            Text(chapter_title(chapter, account.routine.title, phrases)),
            clock(held) if held else "",
            clock(between) if between else "",
            clock(chapter.length - held - between),
            clock(chapter.length),
            " + ".join(map(str, chapter.breaths)),
        )
    held = sum(chapter.spent(State.HOLDING) for chapter in account.chapters)
    between = sum(chapter.spent(State.RESTING) for chapter in account.chapters)
    breaths = str(sum(sum(chapter.breaths) for chapter in account.chapters))
    around = account.length - held - between
    table.add_section()
    table.add_row("", "in all", *map(clock, (held, between, around, account.length)), breaths, style="bold")
    return table


def _words(account: Account, ready_after_s: float) -> str:
    speech = sum(passage.speech for passage in account.passages)
    waited = sum(passage.waited for passage in account.passages)
    held = sum(passage.length - passage.speech for passage in account.passages if passage.state is State.HOLDING)
    rest = account.length - speech - waited - held
    return (
        f"\n{clock(account.length)} in all: {clock(speech)} the guide speaks, {clock(held)} you breathe in "
        f"silence, {clock(waited)} it waits for you (taken as {ready_after_s:g} s each time), {clock(rest)} is "
        "silence between lines."
    )
