"""Two ears: the recogniser, and a second ear that decides by itself about the words of safety.

The two make different mistakes, so a report of pain that one misses the other may hear: in pink noise at 10 dB
PocketSphinx heard 12 of 90 pain phrases of voices kept for testing, the second ear 46 (docs/spotter.md). Here the
second ear adds what it is sure of, for the pain family and "stop" alone; all else is the recogniser's.
"""

from __future__ import annotations

import importlib.util

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.recogniser import Frame
from voiceguide.hearing.spotter.head import shipped
from voiceguide.hearing.spotter.spotter import Spotter

SAFETY = PAIN_FAMILY | {Command.STOP}
"""What the second ear decides about by itself."""

SAME_CALL = samples(1.5)
"""A command that one ear reports so soon after the other is the same call; who calls again waits longer."""

ENGINE = "spotter"


def second_ear_for(language: str) -> bool:
    """Tell whether there is a second ear for a language and what it needs is installed."""
    return shipped(language) is not None and importlib.util.find_spec("pyopen_wakeword") is not None


class TwoEars:
    """Ears with a second ear beside them.

    Args:
        first: the ears of the recogniser.
        second: the second ear; closed with these.
    """

    def __init__(self, first: Listening, second: Spotter) -> None:
        self._first = first
        self._second = second
        self._second.restart()
        self._commands: frozenset[Command] = frozenset()
        self._at = 0
        self._last: dict[Command, tuple[int, str]] = {}  # sample time and engine of the last report

    def listen_for(self, commands: frozenset[Command]) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        self._commands = commands | PAIN_FAMILY
        self._first.listen_for(commands)

    def accept(self, frame: Frame) -> list[Heard]:
        """Take the next frame and return what was heard by it, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        self._at += len(frame)
        heard = list(self._first.accept(frame))
        possible = SAFETY & self._commands
        sure = [spotted.command for spotted in self._second.accept(frame) if spotted.command in possible]
        heard += [Heard(self._at, command, command.value, ENGINE) for command in sure]
        return [one for one in heard if self._is_new(one)]

    def close(self) -> None:
        """Stop listening."""
        self._first.close()
        self._second.close()

    def _is_new(self, heard: Heard) -> bool:
        if heard.command not in SAFETY:
            return True
        at, engine = self._last.get(heard.command, (-SAME_CALL, heard.engine))
        self._last[heard.command] = (heard.at, heard.engine)
        return engine == heard.engine or heard.at - at >= SAME_CALL
