"""Which browsers have been paired. Only hashes of their cookies are kept, in a file for this user alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voiceguide.private import private_folder
from voiceguide.wall_clock import Reading, WallClock

KEPT_DAYS = 180
"""A browser that has not been here for so long is forgotten: our choice, half a year."""

PLACES = 4
"""Places that a pairing holds in, such as a house's network by both protocols: a browser that is paired anew in
another place keeps the last ones."""

MOST = 20
"""Browsers that stay paired; the one that was here longest ago makes room."""

_DAY_S = 86_400
_NOT_BEFORE_S = 1_735_689_600
"""2025, in seconds since 1970. What earlier versions dated before that, they dated by a wrong clock."""

_log = logging.getLogger(__name__)


def new_cookie() -> str:
    """Return a cookie that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def token_for(cookie: str) -> str:
    """Return the token that a page of ours sends along with whatever it asks for.

    It follows from the cookie, which scripts cannot read, so another site can neither know nor make it.
    """
    return hmac.new(cookie.encode(), b"voiceguide page", hashlib.sha256).hexdigest()


@dataclass
class _Visit:
    """The last visit of a browser.

    Attributes:
        days: when it was, in days on which this machine has run.
        seen_s: when it was by a clock that a time server had set, in seconds since 1970; None when none had.
        places: where it has been paired (`where.Where.place`); none when an earlier version paired it.
    """

    days: float
    seen_s: float | None
    places: tuple[str, ...] = ()


class Guests:
    """The paired browsers.

    How long one has not been here is told by the clock where a time server has set it at both ends. Otherwise it
    is counted in days on which the machine has run, each start at least one: a clock that is wrong neither forgets
    a browser nor keeps one for ever.

    Args:
        path: where they are kept; None forgets them with the program. What cannot be read or written is logged.
        clock: the wall clock.
    """

    def __init__(self, path: Path | None, clock: WallClock) -> None:
        self._path = path
        self._clock = clock
        self._days, self._boot, self._up_s = 0.0, "", 0.0
        self._visits = self._read()  # the one that was here longest ago comes first
        before = self._boot
        self._count_days(clock())
        if self._visits and self._boot != before:
            self._write()

    def admit(self, place: str = "", before: str = "") -> str:
        """Pair one more browser and return its new cookie.

        Args:
            place: where it is; its cookie is good there, and nowhere else.
            before: its cookie until now. If that was paired in other places, the new one is good there, too.
        """
        cookie = new_cookie()
        known = self._visits.pop(_digest(before), None) if before else None
        places = [one for one in (known.places if known else ()) if one != place]
        self._came(_digest(cookie), self._clock(), (*places, place)[-PLACES:])
        while len(self._visits) > MOST:
            del self._visits[next(iter(self._visits))]
        self._write()
        return cookie

    def knows(self, cookie: str, place: str = "") -> bool:
        """Tell whether a browser is paired, and in this place."""
        digest = _digest(cookie)
        visit = self._visits.get(digest)
        if visit is None or place not in (visit.places or (place,)):
            return False
        now = self._clock()
        days = self._days_since(visit, now)
        if days > KEPT_DAYS:
            self.forget(cookie)
            return False
        if days > 1 or days < 0 or (now.sure and visit.seen_s is None) or not visit.places:
            # Once a day, so that a memory card is not written with every look.
            self._came(digest, now, visit.places or (place,))
            self._write()
        return True

    def forget(self, cookie: str) -> None:
        """Undo the pairing of one browser."""
        if self._visits.pop(_digest(cookie), None) is not None:
            self._write()

    def forget_all(self) -> None:
        """Undo every pairing."""
        self._visits.clear()
        self._write()

    def _came(self, digest: str, now: Reading, places: tuple[str, ...]) -> None:
        self._count_days(now)
        self._visits.pop(digest, None)  # to the end
        self._visits[digest] = _Visit(self._days, now.now.timestamp() if now.sure else None, places)

    def _days_since(self, visit: _Visit, now: Reading) -> float:
        if now.sure and visit.seen_s is not None:
            return (now.now.timestamp() - visit.seen_s) / _DAY_S
        self._count_days(now)
        return self._days - visit.days

    def _count_days(self, now: Reading) -> None:
        boot = now.boot or str(os.getpid())
        up_s = max(0.0, now.up_s)
        if boot == self._boot:
            self._days += max(0.0, up_s - self._up_s) / _DAY_S
        else:
            self._days += max(1.0, up_s / _DAY_S)
        self._boot, self._up_s = boot, up_s

    def _read(self) -> dict[str, _Visit]:
        if self._path is None:
            return {}
        try:
            read = json.loads(self._path.read_text(encoding="utf-8"))
            self._days = float(read.get("days", 0.0))
            self._boot, self._up_s = str(read.get("boot", "")), float(read.get("up_s", 0.0))
            return {str(digest): self._visit(visit) for digest, visit in read["paired"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("%s cannot be read (%s): phones have to be paired again.", self._path, error)
            return {}

    def _visit(self, kept: Any) -> _Visit:
        if isinstance(kept, dict):
            places = tuple(str(one) for one in kept.get("places", ()))
            return _Visit(float(kept["days"]), None if kept["seen_s"] is None else float(kept["seen_s"]), places)
        seen_s = float(kept)  # an earlier version wrote down what the clock said, right or wrong
        return _Visit(self._days, seen_s if seen_s >= _NOT_BEFORE_S else None)

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            private_folder(self._path.parent)
            # mkstemp makes it readable for its owner alone; renamed, so that nobody reads half a file.
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    visits = {digest: asdict(visit) for digest, visit in self._visits.items()}
                    json.dump({"paired": visits, "days": self._days, "boot": self._boot, "up_s": self._up_s}, file)
                Path(name).replace(self._path)
            except OSError:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            _log.warning("%s cannot be written (%s): phones have to be paired again.", self._path, error.strerror)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
