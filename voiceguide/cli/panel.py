"""What a person sees while a session runs: exercise, side, repeat, time left, breath, last heard."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel as Box
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from voiceguide.core.clock import RATE, seconds
from voiceguide.core.states import State
from voiceguide.core.view import View

_WIDTH = 64
_HEIGHT = 12
"""Always the same, so that a terminal has nothing to scroll: ten lines and the frame. Longer lines are cut off."""
_STATES = {
    State.CHECKING: ("a reason not to begin?", "white"),
    State.WAITING: ("waiting for “start”", "white"),
    State.RETURNING: ("go on where it stopped?", "white"),
    State.INTRODUCING: ("introducing", "cyan"),
    State.SETTING_UP: ("getting into position", "cyan"),
    State.CHANGING: ("changing", "cyan"),
    State.HOLDING: ("hold", "green"),
    State.RESTING: ("rest", "green"),
    State.PAUSED: ("paused", "yellow"),
    State.STOPPING: ("does something hurt?", "bold yellow"),
    State.ENDING: ("end the session?", "yellow"),
    State.SAFETY: ("pain: the exercise has stopped", "bold red"),
    State.DOUBT: ("does something hurt?", "bold yellow"),
    State.QUIET: ("resting quietly", "red"),
    State.FINISHED: ("finished", "white"),
}


class Panel:
    """A live panel on a terminal, or one line for each event where there is none.

    Args:
        console: where to show it.
        title: the routine's title.
        live: redraw a panel in place; otherwise, and where the output is no terminal, write lines.
    """

    def __init__(self, console: Console, title: str, *, live: bool) -> None:
        self._console = console
        self._title = title
        self._heard = ""
        self._live: Live | None = None
        if live and console.is_terminal:
            self._live = Live(console=console, refresh_per_second=10, transient=False)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def close(self) -> None:
        """Nothing: leaving the context closes it."""

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry."""
        if entry["kind"] == "heard":
            self._heard = entry["text"] if entry["command"] else f"{entry['text'] or '?'} (unknown)"
        line = line_for(entry)
        if self._live is None and line is not None:
            self._console.print(line, soft_wrap=True)

    def show(self, view: View) -> None:
        """Take a look at the session."""
        if self._live is not None:
            self._live.update(
                Box(_content(view, self._heard), title=self._title, width=_WIDTH + 6, height=_HEIGHT)
            )


def line_for(entry: dict[str, Any]) -> Text | None:
    """Return a journal entry as a line of the conversation; None for what is not part of it."""
    time = (f"{entry['time_s']:8.2f} s  ", "dim")
    match entry["kind"]:
        case "say_started":
            return Text.assemble(time, ("guide   ", "blue"), entry["text"])
        case "say_cut":
            return Text.assemble(time, ("guide   ", "blue"), ("falls silent", "magenta"))
        case "heard" if entry["command"] is None:
            return Text.assemble(time, ("heard   ", "yellow"), "speech that is no command")
        case "heard":
            words = f"“{entry['text']}” → {entry['command']} ({entry['engine']})"
            return Text.assemble(time, ("heard   ", "green"), words)
        case "state":
            if entry["state"] in (State.CHECKING, State.WAITING, State.FINISHED):
                return Text.assemble(time, ("state   ", "cyan"), entry["state"])
            side = f", {entry['side']} side" if entry["side"] else ""
            count = f", {entry['repeat']} of {entry['repeats']}" if entry["repeats"] > 1 else ""
            return Text.assemble(time, ("state   ", "cyan"), f"{entry['state']}: {entry['exercise']}{side}{count}")
        case "pain" | "pain_kind":
            return Text.assemble(time, ("pain    ", "bold red"), f"kind: {entry['pain']}")
        case "microphone" | "weakened" | "shed":
            return Text.assemble(time, ("ears    ", "yellow"), entry["why"])
        case "hearing_lost":
            return Text.assemble(time, ("deaf    ", "bold red"), entry["reason"])
        case "hearing_back":
            return Text.assemble(time, ("ears    ", "green"), f"the {entry['trouble']} is back")
        case "sound_card":
            counted = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in _counted(entry).items())
            return Text.assemble(time, ("sound   ", "yellow"), f"lost or late so far: {counted}")
        case "finished":
            return Text.assemble(time, ("end     ", "cyan"), entry["how"])
        case "microphone_ended":
            return Text.assemble(time, ("end     ", "cyan"), "the microphone's file is over")
        case _:
            return None


def _counted(entry: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in entry.items() if name not in ("time_s", "kind")}


def _content(view: View, heard: str) -> Group:
    words, colour = _STATES[view.state]
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", justify="right")
    facts.add_column(width=_WIDTH - 16)
    facts.add_row("now", Text(words, style=colour))
    facts.add_row("exercise", view.exercise or "-")
    facts.add_row("side", view.side.value if view.side else "-")
    facts.add_row("repeat", f"{view.repeat} of {view.repeats}" if view.repeats > 1 else "-")
    left = "" if view.hold_left is None else f"{seconds(view.hold_left):.0f} s here, "
    facts.add_row("left", f"{left}about {view.minutes_left} min in all")
    facts.add_row("heard", Text(heard, style="green"))
    facts.add_row("guide", Text(view.saying, style="blue"))
    return Group(_breath(view), facts)


def _breath(view: View) -> ProgressBar | Text:
    if view.breath is None:
        return Text("")
    done = view.breath.done / view.breath.length
    depth = done if view.breath.inward else 1 - done
    return ProgressBar(total=RATE, completed=depth * RATE, width=_WIDTH, complete_style="green")
