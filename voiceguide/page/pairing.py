"""Pairing a phone: six digits that are spoken in the room and typed on the phone.

Whoever is in the room hears them; whoever is only in the network does not. A code belongs to the browser that
asked for it, lives for two minutes, bears three guesses, and is replaced by nobody else's. How often codes can be
asked for is limited for each machine, and more widely for all that come in by one of three ways (`where.py`): no
machine uses up what the house has, guessing from many addresses does not help, and nobody makes the speaker talk
all day. At 90 guesses an hour, day and night, one of a million codes is met once in a year and a quarter.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from voiceguide.page.guests import Guests
from voiceguide.page.limits import Backoff, Buckets
from voiceguide.page.where import Where

DIGITS = 6
LIVES_S = 120.0
GUESSES = 3

ASKED_AT_ONCE = 3
ASKED_EVERY_S = 900.0
"""Codes for one machine: three, then one more every quarter of an hour."""

TOGETHER_AT_ONCE = 6
TOGETHER_EVERY_S = 360.0
"""Codes for all machines of one way in: six, then ten an hour, which is more than one machine may ask for."""

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
        self._codes: dict[str, _Code] = {}  # by the cookie of the browser that asked
        self._asked = Buckets(ASKED_AT_ONCE, ASKED_EVERY_S)
        self._together = Buckets(TOGETHER_AT_ONCE, TOGETHER_EVERY_S)
        self._failures = Backoff(WAIT_AFTER_FAILURE_S, WAIT_AT_MOST_S)

    def ask(self, cookie: str, where: Where) -> str:
        """Make a code known in the room, in place of this browser's last one; return how.

        Raises:
            RefusedError: too many were asked for, or this machine has guessed wrongly just now.
        """
        now = self._now()
        self._see_that_it_may_try(where, now)
        if wait_s := self._asked.wait_s(where.machine, now) or self._together.take(where.way, now):
            raise RefusedError("wait", wait_s)
        self._asked.take(where.machine, now)
        self._codes = {browser: code for browser, code in self._codes.items() if now <= code.until_s}
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self._codes[cookie] = _Code(digits, now + LIVES_S)
        return self._announce(digits)

    def enter(self, cookie: str, where: Where, digits: str) -> str:
        """Take a code that was typed; return the cookie of the browser, which is paired now.

        Raises:
            RefusedError: the code is wrong, too old or for another browser, or this machine must wait.
        """
        now = self._now()
        self._see_that_it_may_try(where, now)
        code = self._codes.get(cookie)
        if code is None or now > code.until_s:
            raise RefusedError("no_code")
        code.guesses -= 1
        right = hmac.compare_digest(code.digits.encode(), digits.encode())
        if right or code.guesses == 0:
            del self._codes[cookie]
        if not right:
            self._failures.failed(where.machine, now)
            why = "wrong" if code.guesses else "no_code"
            raise RefusedError(why, self._failures.wait_s(where.machine, now))
        self._failures.succeeded(where.machine)
        return self._guests.admit(where.place, cookie)

    def _see_that_it_may_try(self, where: Where, now: float) -> None:
        if wait_s := self._failures.wait_s(where.machine, now):
            raise RefusedError("wait", wait_s)
