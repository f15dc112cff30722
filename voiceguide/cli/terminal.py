"""The only way onto a terminal: nothing that somebody else wrote can steer it, see `voiceguide.printable`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from voiceguide.printable import printable


class Terminal(Console):
    """Rich's console, which shows the number of each character that must not be shown."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a plain text as it is going to be printed, so that its place has the right width."""
        return super().render_str(printable(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the pieces of something that is printed."""
        if isinstance(renderable, Text) and (shown := printable(renderable.plain)) != renderable.plain:
            renderable = Text(shown, renderable.style)  # now, so that it is wrapped by its true width
        for piece in super().render(renderable, options):
            yield piece if piece.control else piece._replace(text=printable(piece.text))


def say(text: str, *, end: bool = True) -> None:
    """Print a text as it is but for what must not be shown.

    Args:
        text: what to print.
        end: end the line after it.
    """
    typer.echo(printable(text), nl=end)


def ask(question: str, default: str | None = None) -> str:
    """Ask the person at the keyboard; an empty answer is the default, or the question is asked again."""
    answer: str = typer.prompt(printable(question), default=None if default is None else printable(default))
    return answer


def confirm(question: str) -> None:
    """Ask the person at the keyboard for a yes; the program ends at a no."""
    typer.confirm(printable(question), abort=True)
