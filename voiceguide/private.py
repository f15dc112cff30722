"""Files with what a person reported: they and their folders are for this user alone.

Rights are only ever taken away. What an earlier version made readable for others is closed when it is next used;
where that cannot be done, on a disk that knows no rights for example, the file is used all the same.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from voiceguide.places import data_folder
from voiceguide.special_files import hold_a_pipe

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_file(path: Path) -> Path:
    """See that a file is there and readable for this user alone, before anything is written into it.

    What is there and no file, such as a terminal or a pipe that somebody reads, is left as it is.

    Returns:
        The path, for whatever writes the file.

    Raises:
        OSError: it cannot be written.
    """
    hold_a_pipe(path)
    if path.is_file() or not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        close_to_others(path)
    return path


def private_folder(path: Path) -> None:
    """See that a folder is there. What is made here, and what is voiceguide's own, is for this user alone.

    A folder that was there already and is not voiceguide's own, such as one named on the command line, stays as it
    is.

    Raises:
        OSError: it cannot be made.
    """
    own = data_folder()
    for folder in reversed((path, *path.parents)):
        if folder == own or own in folder.parents:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            close_to_others(folder)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def close_to_others(*paths: Path) -> None:
    """Take away what others may do with files and folders, as far as they are there and this user's to change."""
    for path in paths:
        with suppress(OSError):
            mode = path.stat().st_mode
            if mode & _OTHERS and (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                path.chmod(stat.S_IMODE(mode) & ~_OTHERS)


def close_folder_to_others(folder: Path) -> None:
    """Do the same with a folder and everything in it; what a link in it leads to is left alone."""
    close_to_others(folder, *(path for path in folder.rglob("*") if not path.is_symlink()))
