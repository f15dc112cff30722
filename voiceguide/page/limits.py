"""How often something may be done. Time is told, never looked up, so that tests need not wait."""

from __future__ import annotations

from collections import OrderedDict


class Bucket:
    """So many at once, and then so many a second.

    Args:
        at_once: how many before the first has to wait.
        every_s: seconds after which one more is allowed.
    """

    def __init__(self, at_once: int, every_s: float) -> None:
        self._at_once = at_once
        self._every_s = every_s
        self._left = float(at_once)
        self._at_s: float | None = None

    def take(self, now_s: float) -> float:
        """Take one; return 0 if it was there, else the seconds until one will be."""
        wait_s = self.wait_s(now_s)
        if wait_s == 0:
            self._left -= 1
        return wait_s

    def wait_s(self, now_s: float) -> float:
        """Return the seconds until one can be taken."""
        if self._at_s is not None:
            self._left = min(float(self._at_once), self._left + max(0.0, now_s - self._at_s) / self._every_s)
        self._at_s = now_s
        return 0.0 if self._left >= 1 else (1 - self._left) * self._every_s


class Buckets:
    """A bucket for each address. The one used longest ago is forgotten when there are too many.

    Args:
        at_once: how many each has before it has to wait.
        every_s: seconds after which each has one more.
        most: how many addresses are known at a time.
    """

    def __init__(self, at_once: int, every_s: float, most: int = 256) -> None:
        self._at_once = at_once
        self._every_s = every_s
        self._most = most
        self._known: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str, now_s: float) -> float:
        """Take one of an address; return 0 if it was there, else the seconds until one will be."""
        return self._of(address).take(now_s)

    def wait_s(self, address: str, now_s: float) -> float:
        """Return the seconds until an address can take one."""
        return self._of(address).wait_s(now_s)

    def _of(self, address: str) -> Bucket:
        bucket = self._known.setdefault(address, Bucket(self._at_once, self._every_s))
        self._known.move_to_end(address)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return bucket


class Backoff:
    """After each failure a longer wait: doubled from `first_s` up to `most_s`, forgotten after a success.

    Args:
        first_s: seconds to wait after the first failure.
        most_s: seconds to wait at the most.
        most: how many addresses are known at a time.
    """

    def __init__(self, first_s: float, most_s: float, most: int = 256) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._most = most
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> float:
        """Return the seconds until an address may try again."""
        _, until = self._failures.get(address, (0, now_s))
        return max(0.0, until - now_s)

    def failed(self, address: str, now_s: float) -> None:
        """Take a failure of an address."""
        count = self._failures.pop(address, (0, 0.0))[0] + 1
        wait_s = min(self._first_s * 2.0 ** min(count - 1, 30), self._most_s)
        self._failures[address] = (count, now_s + wait_s)
        if len(self._failures) > self._most:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address."""
        self._failures.pop(address, None)
