"""Where voiceguide keeps and finds its files. The only module that knows about folders.

Folders follow the XDG Base Directory specification. Nothing is created here; whoever writes creates.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped_routines() -> Path:
    """Return the folder of the routines that come with voiceguide (wheel or source checkout)."""
    installed = _PACKAGE / "shipped" / "routines"
    return installed if installed.is_dir() else _PACKAGE.parent / "routines"


def data_folder() -> Path:
    """Return the user's data folder: installed models, own routines, history."""
    return _xdg("XDG_DATA_HOME", ".local/share")


def history_file() -> Path:
    """Return the file in which sessions are kept."""
    return data_folder() / "history.sqlite"


def lock_folder() -> Path:
    """Return the folder of the locks that guides of this user hold.

    Not the one for what lives as long as the user is logged in: systemd empties the service's part of that while
    another guide may hold a lock in it.
    """
    return data_folder() / "locks"


def settings_file() -> Path:
    """Return the file with the settings of whoever set up this speaker. It need not be there."""
    return _xdg("XDG_CONFIG_HOME", ".config") / "settings.yaml"


def events_socket() -> Path:
    """Return the socket of the event stream, in the folder for what lives as long as the user is logged in."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return (Path(runtime) / "voiceguide" if runtime.startswith("/") else cache_folder()) / "events.sock"


def page_socket() -> Path:
    """Return the socket at which `voiceguide page` waits for a guide to show itself, in the same folder."""
    return events_socket().with_name("page.sock")


def cache_folder() -> Path:
    """Return the user's cache folder: rendered speech. Safe to delete at any time."""
    return _xdg("XDG_CACHE_HOME", ".cache")


def model_folders() -> list[Path]:
    """Return the folders searched for recogniser models, first match wins.

    A source checkout's `models/` comes first, then the user's data folder.
    """
    checkout = _PACKAGE.parent / "models"
    folders = [checkout] if (_PACKAGE.parent / "pyproject.toml").is_file() else []
    return [*folders, data_folder() / "models"]


def routine_folders() -> list[Path]:
    """Return the folders searched for routines by name: the user's own first, then the shipped ones."""
    return [data_folder() / "routines", shipped_routines()]


def _xdg(variable: str, default: str) -> Path:
    # The specification says to ignore relative values.
    value = os.environ.get(variable, "")
    base = Path(value) if value.startswith("/") else Path.home() / default
    return base / "voiceguide"
