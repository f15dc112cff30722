"""Which browsers have been paired. Only hashes of their cookies are kept, in a file for this user alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

KEPT_DAYS = 180
"""A browser that has not been here for so long is forgotten: our choice, half a year."""

MOST = 20
"""Browsers that stay paired; the one that was here longest ago makes room."""

_DAY_S = 86_400
_log = logging.getLogger(__name__)


def new_cookie() -> str:
    """Return a cookie that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def token_for(cookie: str) -> str:
    """Return the token that a page of ours sends along with whatever it asks for.

    It follows from the cookie, which scripts cannot read, so another site can neither know nor make it.
    """
    return hmac.new(cookie.encode(), b"voiceguide page", hashlib.sha256).hexdigest()


class Guests:
    """The paired browsers.

    Args:
        path: where they are kept; None forgets them with the program. What cannot be read or written is logged.
        now: the wall clock, in seconds since 1970.
    """

    def __init__(self, path: Path | None, now: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        self._seen = self._read()

    def admit(self) -> str:
        """Pair one more browser and return its new cookie."""
        cookie = new_cookie()
        self._seen[_digest(cookie)] = self._now()
        while len(self._seen) > MOST:
            del self._seen[min(self._seen, key=self._seen.__getitem__)]
        self._write()
        return cookie

    def knows(self, cookie: str) -> bool:
        """Tell whether a browser is paired."""
        digest, now = _digest(cookie), self._now()
        seen = self._seen.get(digest)
        if seen is None or now - seen > KEPT_DAYS * _DAY_S:
            return False
        if now - seen > _DAY_S:  # once a day, so that a memory card is not written with every look
            self._seen[digest] = now
            self._write()
        return True

    def forget(self, cookie: str) -> None:
        """Undo the pairing of one browser."""
        if self._seen.pop(_digest(cookie), None) is not None:
            self._write()

    def forget_all(self) -> None:
        """Undo every pairing."""
        self._seen.clear()
        self._write()

    def _read(self) -> dict[str, float]:
        if self._path is None:
            return {}
        try:
            read = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(digest): float(seen) for digest, seen in read["paired"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("%s cannot be read (%s): phones have to be paired again.", self._path, error)
            return {}

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp makes it readable for its owner alone; renamed, so that nobody reads half a file.
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump({"paired": self._seen}, file)
                Path(name).replace(self._path)
            except OSError:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            _log.warning("%s cannot be written (%s): phones have to be paired again.", self._path, error.strerror)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
