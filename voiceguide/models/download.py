"""Fetching one large file whose size and checksum are known, going on where an earlier try stopped."""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voiceguide.errors import ModelError

Progress = Callable[[str, int, int], None]
"""Called with what is going on, the bytes done and the bytes in all."""

_CHUNK = 1 << 18
_TIMEOUT_S = 30.0
"""Seconds without a single byte before a connection counts as broken."""


def download(url: str, part: Path, size: int, checksum: str, progress: Progress) -> None:
    """Fetch a file into `part`, which keeps what has arrived when the connection breaks.

    Args:
        url: where the file is.
        part: where it goes; what an earlier try left there is kept, if the server can go on from there.
        size: bytes of the whole file.
        checksum: SHA-256 of the whole file, in hexadecimal.
        progress: told after each piece.

    Raises:
        ModelError: the server cannot be reached, sends something else, or the connection broke.
        OSError: `part` cannot be written.
    """
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    if have < size:
        _fetch(url, part, have, size, progress)
    found = sha256(part)
    if found != checksum:
        part.unlink()
        raise ModelError(
            f"{url}\n  is not the file that was expected: its SHA-256 is {found}\n"
            f"  and should be {checksum}. It was deleted. Try again; if it stays like this, do not use the file."
        )


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(url: str, part: Path, have: int, size: int, progress: Progress) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "voiceguide"})  # noqa: S310 - from the catalogue
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - same
            have = have if have and _goes_on_from(response, have) else 0
            with part.open("ab" if have else "wb") as file:
                while chunk := _read(response, url):
                    have += len(chunk)
                    if have > size:
                        raise ModelError(f"{url} is larger than the {size:,} bytes it should have; not used")
                    file.write(chunk)
                    progress("downloading", have, size)
    except urllib.error.HTTPError as error:
        raise ModelError(f"{url}: the server answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise ModelError(f"{url}: cannot be reached ({error.reason})") from error
    except (http.client.HTTPException, ValueError) as error:  # no answer that HTTP knows
        raise ModelError(f"{url}: the server answers nothing that can be used ({error!r})") from error
    except TimeoutError as error:
        raise ModelError(f"{url}: the server does not answer") from error
    except ConnectionError as error:
        raise ModelError(f"{url}: the connection broke ({error.strerror or error!r})") from error
    if have < size:
        raise ModelError(
            f"{url}: the connection ended after {have:,} of {size:,} bytes.\n"
            "  They are kept: the same command goes on from there."
        )


def _goes_on_from(response: Any, have: int) -> bool:
    """Tell whether the server sends the rest. One that cannot answers 200 and begins again."""
    start = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return response.status == http.client.PARTIAL_CONTENT and start is not None and int(start[1]) == have


def _read(response: Any, url: str) -> bytes:
    try:
        return bytes(response.read1(_CHUNK))
    except (http.client.HTTPException, OSError, ValueError) as error:
        # Told apart from a disk error by where it is caught. What has arrived is kept.
        raise ModelError(
            f"{url}: the connection broke ({error}).\n"
            "  What has arrived is kept: the same command goes on from there."
        ) from error
