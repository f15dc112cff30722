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
from voiceguide.cli.terminal import Terminal
from voiceguide.companions.companion import Companion
from voiceguide.core.view import View
from voiceguide.history.journal import Journal
from voiceguide.language.pack import available_languages
from voiceguide.page.begin import board_of, put_up
from voiceguide.page.board import Board
from voiceguide.page.elsewhere import GuidesElsewhere, PageElsewhere, waits
from voiceguide.places import page_socket
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
    "It shows earlier sessions and routines, and the session as soon as one runs here: begin one in another "
    "terminal with voiceguide run ROUTINE or voiceguide listen. Ctrl-C takes the page down."
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
    """Serve the page: earlier sessions, routines, doctor's table, and the session while one runs on this machine.

    A guide that the same user begins with `voiceguide run` or `listen`, before or after, shows itself on it and
    takes what is pressed there.
    """
    console = Terminal()
    if language not in available_languages():
        raise typer.BadParameter(f"there are: {', '.join(available_languages())}", param_hint="--language")
    settings = page_settings(settings_here(settings_from), lan, port)
    presses, board = Presses(), Board()
    with (
        closing(put_up(settings, presses, board=board, language=language, printed=_on(console))) as server,
        closing(GuidesElsewhere(presses, board, page_socket())),
    ):
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
def pages_beside(
    console: Console,
    settings: Settings | None,
    presses: Presses,
    journal: Journal,
    here: Companion,
    *,
    language: str,
    voice: str,
    history: Path | None,
) -> Iterator[Show]:
    """Show a session on the page that `voiceguide page` serves, if it does, for as long as the context lasts.

    Args:
        console: where it is said where the page is.
        settings: serve a page of its own as they say; None for none. Where one waits already, that one is enough.
        presses: where what is pressed goes.
        journal: of the session.
        here: shows the session in this terminal.
        language: of the guide.
        voice: name of the voice that speaks.
        history: the history's file; None for the one in the user's data folder.

    Yields:
        What shows the session here and there. A page that fails later on is left out, and the session goes on.

    Raises:
        PageError: it cannot be served at all.
    """
    pages: list[Companion] = [here, PageElsewhere(presses, board_of(language, voice), page_socket())]
    if settings is not None and waits(page_socket()):
        console.print("The session shows on the page that voiceguide page serves already.")
    elif settings is not None:
        board = board_of(language, voice)
        server = put_up(settings, presses, board=board, history=history, printed=_on(console))
        pages.append(server)
        _tell(console, server.addresses)
    with closing(Audience(pages)) as audience:
        journal.watch(audience.notice)
        yield audience.show


def _tell(console: Console, addresses: list[str]) -> None:
    console.print(Text(f"The page: {'  or  '.join(addresses)}"), soft_wrap=True)


def _on(console: Console) -> Callable[[str], None]:
    def show(digits: str) -> None:
        code = f"{digits[:3]} {digits[3:]}"
        console.print(Text.assemble("To pair a phone with the page, type: ", (code, "bold")))

    return show
