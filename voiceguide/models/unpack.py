"""Unpacking a zip file that may have been made to do harm."""

from __future__ import annotations

import errno
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from voiceguide.errors import ModelError

_MOST_FILES = 10_000
"""The largest Vosk models have about thirty files."""

_MOST_BYTES = 8 << 30
"""8 GiB: the largest published Vosk model unpacks to about 4."""

_MOST_GROWTH = 50
"""Times the zip's own size; speech models grow two- to fourfold. A zip bomb grows a thousandfold."""

_CHUNK = 1 << 20

_NO_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)
"""What zipfile raises for a file whose headers lie."""


def unpack(archive: Path, folder: Path, progress: Callable[[str, int, int], None]) -> None:
    """Unpack a zip file into an empty folder.

    Everything is checked before the first byte is written: no entry may lie outside of the folder, be a link or
    another special file, and all together may not be too large.

    Args:
        archive: the zip file.
        folder: exists and is empty. When this raises, it may hold a part of the files.
        progress: told "unpacking", bytes done and bytes in all after each piece.

    Raises:
        ModelError: it is no zip file, is damaged, or wants to do something that no model does.
        OSError: the folder cannot be written, or the disk is full.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            total = _checked(archive, entries)
            done = 0
            for entry in entries:
                target = folder.joinpath(*PurePosixPath(entry.filename).parts)
                if entry.is_dir():
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source, target.open("xb") as file:
                    # zipfile stops at the size that the entry declares, so the checked sum holds.
                    while chunk := source.read(_CHUNK):
                        file.write(chunk)
                        done += len(chunk)
                        progress("unpacking", done, total)
    except FileExistsError as error:
        raise ModelError(f"{archive}: not used: it holds one file twice ({error.filename})") from error
    except (*_NO_ZIP, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk; the others are of a header that lies
        raise ModelError(
            f"{archive}: is no complete zip file ({error}). Fetch it again and compare its size."
        ) from error


def _checked(archive: Path, entries: list[zipfile.ZipInfo]) -> int:
    """Return the size of all entries together, after checking each."""
    for entry in entries:
        if problem := _problem(entry):
            raise ModelError(f'{archive}: not used: "{entry.filename}" {problem}. This is no speech model.')
    if len(entries) > _MOST_FILES:
        raise ModelError(f"{archive}: not used: it holds {len(entries):,} files. This is no speech model.")
    total = sum(entry.file_size for entry in entries)
    if total > min(_MOST_BYTES, archive.stat().st_size * _MOST_GROWTH):
        raise ModelError(
            f"{archive}: not used: it would unpack to {total:,} bytes, which no speech model of this size does."
        )
    return total


def _problem(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if path.is_absolute() or "\\" in entry.filename or ":" in entry.filename:
        return "names a place outside of the folder"
    if ".." in path.parts:
        return "leads out of the folder"
    if kind == stat.S_IFLNK:
        return "is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no ordinary file"
    return ""
