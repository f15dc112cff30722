"""Puts the page up beside a guide: for `voiceguide listen`, `voiceguide run --page` and `voiceguide page`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from voiceguide.errors import PageError
from voiceguide.language.pack import load_language, normalise
from voiceguide.language.phrasing import expand
from voiceguide.page.apart import PageApart, in_log
from voiceguide.page.board import Board
from voiceguide.places import data_folder, history_file
from voiceguide.presses import Presses
from voiceguide.routine.load import find_routine, read_routine_file
from voiceguide.settings import Settings

NEEDS = ("starlette", "uvicorn")

MISSING = (
    "The page needs Starlette and uvicorn, which are not installed. Install them with: pip install "
    "'voiceguide[page]'. Without them, leave out --page, or set page: {on: false} in the settings."
)


def put_up(
    settings: Settings,
    presses: Presses,
    *,
    board: Board,
    language: str = "en",
    history: Path | None = None,
    printed: Callable[[str], None] = in_log,
) -> PageApart:
    """Serve the page as the settings say, from a process of its own; its owner closes it.

    Args:
        settings: of whoever set up the speaker.
        presses: where what is pressed goes.
        board: what is shown.
        language: of the page, while no guide is there to set it.
        history: the history's file; by default the one in the user's data folder.
        printed: makes a pairing code known where the guide cannot say it; by default in the log.

    Raises:
        PageError: the port is taken, or what the page needs is not installed.
    """
    if any(find_spec(name) is None for name in NEEDS):
        raise PageError(MISSING)
    night = settings.night
    return PageApart(
        presses,
        history=history or history_file(),
        lan=settings.page.lan,
        port=settings.page.port,
        language=language,
        pairings=data_folder() / "paired.json",
        night=None if night is None else (night.begins, night.ends),
        printed=printed,
        board=board,
    )


def board_of(language: str, voice: str, routines: Sequence[str] = ()) -> Board:
    """Return a board for a guide.

    Args:
        language: of the guide.
        voice: name of the voice that speaks.
        routines: names or paths of what the guide can be asked for by name.

    Raises:
        VoiceguideError: one of the routines is missing or broken.
    """
    return Board(language=language, voice=voice, offered=what_to_say(routines, language))


def what_to_say(routines: Sequence[str], language: str) -> dict[str, str]:
    """Return what to say to ask for each routine that has a name to be called by, by its id.

    Raises:
        VoiceguideError: one of them is missing or broken.
    """
    template = expand(load_language(language).standby.start_by_name[0])[0]
    files = [read_routine_file(find_routine(name)) for name in routines]
    return {file.id: normalise(template.replace("{name}", file.called[0])) for file in files if file.called}
