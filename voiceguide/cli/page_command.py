"""`voiceguide page`: the page for a phone, by itself; and the page beside a session."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from voiceguide.cli.options import SettingsFrom, settings_here
from voiceguide.core.view import View
from voiceguide.history.journal import Journal
from voiceguide.language.pack import available_languages
from voiceguide.page.begin import put_up
from voiceguide.presses import Presses
from voiceguide.service.audience import Audience
from voiceguide.settings import Settings

Lan = Annotated[
    bool | None,
    typer.Option(
        "--lan/--no-lan", help="Let phones in the house in, after pairing; by default as in the settings."
    ),
]
Port = Annotated[
    int | None,
    typer.Option("--page-port", min=0, max=65535, help="TCP port of the page; by default as in the settings."),
]

WITHOUT_GUIDE = (
    "It shows earlier sessions and routines. For a page beside a session use: voiceguide run ROUTINE --page, or "
    "voiceguide listen with page: {on: true} in the settings."
)

Show = Callable[[View], None]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(page)


def page(
    *,
    lan: Lan = None,
    port: Port = None,
    language: Annotated[str, typer.Option(help="Language of the page.")] = "en",
    settings_from: SettingsFrom = None,
) -> None:
    """Serve the page without a session: earlier sessions, routines and doctor's table."""
    console = Console()
    if language not in available_languages():
        raise typer.BadParameter(f"there are: {', '.join(available_languages())}", param_hint="--language")
    with closing(
        put_up(
            page_settings(settings_here(settings_from), lan, port), None, language=language, printed=_on(console)
        )
    ) as server:
        _tell(console, server.addresses)
        console.print(WITHOUT_GUIDE, style="dim", soft_wrap=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            console.print("")


def page_settings(settings: Settings, lan: bool | None, port: int | None) -> Settings:
    """Return settings with what was said on the command line in place."""
    said = {"lan": lan, "port": port}
    changed = settings.page.model_copy(update={name: value for name, value in said.items() if value is not None})
    return settings.model_copy(update={"page": changed})


@contextmanager
def page_beside(
    console: Console,
    settings: Settings,
    presses: Presses,
    journal: Journal,
    show: Show | None,
    *,
    language: str,
    voice: str,
    history: Path | None,
) -> Iterator[Show]:
    """Serve the page beside a session for as long as the context lasts, and say where.

    Yields:
        What shows the session here and there. A page that fails later on is left out, and the session goes on.

    Raises:
        PageError: it cannot be served at all.
    """
    server = put_up(settings, presses, language=language, voice=voice, history=history, printed=_on(console))
    _tell(console, server.addresses)
    with closing(Audience([server])) as audience:
        journal.watch(audience.notice)

        def show_both(view: View) -> None:
            if show is not None:
                show(view)
            audience.show(view)

        yield show_both


def _tell(console: Console, addresses: list[str]) -> None:
    console.print(Text(f"The page: {'  or  '.join(addresses)}"), soft_wrap=True)


def _on(console: Console) -> Callable[[str], None]:
    def show(digits: str) -> None:
        code = f"{digits[:3]} {digits[3:]}"
        console.print(Text.assemble("To pair a phone with the page, type: ", (code, "bold")))

    return show
