"""Pairing a phone: six digits that are spoken in the room and typed on the phone.

Whoever is in the room hears them; whoever is only in the network does not. A code belongs to the browser that
asked for it, lives for two minutes and bears three guesses. How often codes can be asked for is limited for
everybody together, so that guessing from many addresses does not help: at 60 guesses an hour, one of a million
codes is met once in two years. And nobody can make the speaker talk all day.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from voiceguide.page.guests import Guests
from voiceguide.page.limits import Backoff, Bucket

DIGITS = 6
LIVES_S = 120.0
GUESSES = 3

ASKED_AT_ONCE = 5
ASKED_EVERY_S = 180.0
"""Codes for everybody together: five, then one more every three minutes, which makes 20 an hour and 60 guesses."""

WAIT_AFTER_FAILURE_S = 5.0
WAIT_AT_MOST_S = 3600.0
"""After a wrong guess an address waits, twice as long each time."""

Announce = Callable[[str], str]
"""Makes a code known in the room and returns how: "spoken", or "printed" where the guide cannot speak now."""


class RefusedError(Exception):
    """Not now, or not with this code.

    Attributes:
        why: `wait`, `wrong` or `no_code`.
        wait_s: seconds until the next try.
    """

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.wait_s = wait_s


@dataclass
class _Code:
    digits: str
    cookie: str
    until_s: float
    guesses: int = GUESSES


class Pairing:
    """Hands out codes and takes them back.

    Args:
        guests: who is paired.
        announce: makes a code known in the room.
        now: the monotonic clock, in seconds.
    """

    def __init__(self, guests: Guests, announce: Announce, now: Callable[[], float]) -> None:
        self._guests = guests
        self._announce = announce
        self._now = now
        self._code: _Code | None = None
        self._asked = Bucket(ASKED_AT_ONCE, ASKED_EVERY_S)
        self._failures = Backoff(WAIT_AFTER_FAILURE_S, WAIT_AT_MOST_S)

    def ask(self, cookie: str, address: str) -> str:
        """Make a code known in the room, in place of any before it; return how.

        Raises:
            RefusedError: too many were asked for, or this address has guessed wrongly just now.
        """
        now = self._now()
        self._see_that_it_may_try(address, now)
        if wait_s := self._asked.take(now):
            raise RefusedError("wait", wait_s)
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self._code = _Code(digits, cookie, now + LIVES_S)
        return self._announce(digits)

    def enter(self, cookie: str, address: str, digits: str) -> str:
        """Take a code that was typed; return the cookie of the browser, which is paired now.

        Raises:
            RefusedError: the code is wrong, too old or for another browser, or this address must wait.
        """
        now = self._now()
        self._see_that_it_may_try(address, now)
        code = self._code
        if code is None or now > code.until_s or not hmac.compare_digest(code.cookie, cookie):
            raise RefusedError("no_code")
        code.guesses -= 1
        right = hmac.compare_digest(code.digits.encode(), digits.encode())
        if right or code.guesses == 0:
            self._code = None
        if not right:
            self._failures.failed(address, now)
            why = "wrong" if self._code is not None else "no_code"
            raise RefusedError(why, self._failures.wait_s(address, now))
        self._failures.succeeded(address)
        return self._guests.admit()

    def _see_that_it_may_try(self, address: str, now: float) -> None:
        if wait_s := self._failures.wait_s(address, now):
            raise RefusedError("wait", wait_s)
