"""The one way in for what is not spoken: a button, the page on a phone, home automation.

A press becomes `Heard` with the guide's next block and from there takes the very path of the voice.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from voiceguide.core.commands import URGENT, Command

CODES_MOST = 8
"""Pairing codes that wait to be said; each takes some ten seconds and is good for two minutes."""


@dataclass(frozen=True)
class Press:
    """A command that was not spoken.

    Attributes:
        command: which.
        by: what it came from, as events name it: "button", "page" (paired), "home", "stranger" (not paired).
        text: the words it stands for, where the command alone does not say it: which routine to start.
    """

    command: Command
    by: str
    text: str = ""


class Presses:
    """Commands on their way from other threads to the guide.

    Each waits only once for each origin, so what waits is bounded and nothing is ever dropped: what an unknown
    machine presses takes no other's place.

    Attributes:
        says_codes: the guide says digits that it is asked to; not while the session is recorded.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[tuple[Command, str], Press] = {}
        self._codes: deque[str] = deque()
        self._voice: str | None = None
        self.says_codes = True

    def press(self, command: Command, by: str, text: str = "") -> None:
        """Hand over a command, from any thread. The same one again, before the guide has taken it, counts once."""
        with self._lock:
            self._waiting.setdefault((command, by), Press(command, by, text))

    def ask_for_code(self, digits: str) -> bool:
        """Have digits said in the room, from any thread, with which a phone is paired, after those that wait.

        Returns:
            Whether they will be: too many may wait already.
        """
        with self._lock:
            if len(self._codes) >= CODES_MOST:
                return False
            self._codes.append(digits)
        return True

    def take_code(self) -> str | None:
        """Return the digits to be said next, once."""
        if not self._codes:
            return None
        with self._lock:
            return self._codes.popleft()

    def choose_voice(self, name: str) -> None:
        """Have another voice speak from the next session on, from any thread; the newest choice counts."""
        with self._lock:
            self._voice = name

    def take_voice(self) -> str | None:
        """Return the name of the voice that was chosen, once."""
        if self._voice is None:
            return None
        with self._lock:
            name, self._voice = self._voice, None
        return name

    def take(self) -> list[Press]:
        """Return what was pressed since the last time: pain, "stop" and "pause" first, else in order."""
        if not self._waiting:  # as a hundred times a second
            return []
        with self._lock:
            taken = sorted(self._waiting.values(), key=lambda press: press.command not in URGENT)
            self._waiting.clear()
        return taken
