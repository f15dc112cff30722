"""How loud the guide is: what the person chose, at night so much softer, and never below what can be heard."""

from __future__ import annotations

from dataclasses import dataclass

from voiceguide.core.commands import Command

STEP_DB = 3.0
"""What "louder" and "quieter" change: clearly heard, and far from a fright."""

LEAST_DB = -18.0
MOST_DB = 6.0
"""Bounds of what can be chosen. Above the upper one the limiter would bend more than the loudest syllables."""


@dataclass(frozen=True)
class Loudness:
    """What is known of this speaker and this hour before a session, in decibels on top of the voice as rendered.

    Attributes:
        least_db: the softest gain at which the guide was found audible here; it is never softer, at night neither.
        night_db: what is added to the chosen gain now: 0 by day, less at night.
    """

    least_db: float = LEAST_DB
    night_db: float = 0.0


AS_CHOSEN = Loudness()
"""Nothing is known: what was chosen is what is heard."""


class Volume:
    """The guide's volume.

    What is heard and what is remembered move together, but are two things: somebody who asks for more at night, or
    where less could not be heard, gets it now, and finds their usual volume one step up by day.

    Args:
        chosen_db: what the person chose last; nonsense is brought within bounds.
        loudness: what is known of this speaker and this hour.

    Attributes:
        chosen_db: what the person chose, to be remembered.
        gain_db: the gain to play at.
    """

    def __init__(self, chosen_db: float = 0.0, loudness: Loudness = AS_CHOSEN) -> None:
        self._least_db = min(max(loudness.least_db, LEAST_DB), MOST_DB)
        self.chosen_db = min(max(chosen_db, LEAST_DB), MOST_DB)
        self.gain_db = max(self.chosen_db + min(loudness.night_db, 0.0), self._least_db)

    def change(self, command: Command) -> bool:
        """Take "louder" or "quieter".

        Returns:
            False when it is as loud or as quiet as it gets: nothing has changed.
        """
        step = STEP_DB if command is Command.LOUDER else -STEP_DB
        gain = min(max(self.gain_db + step, self._least_db), MOST_DB)
        if gain == self.gain_db:
            return False
        self.gain_db = gain
        self.chosen_db = min(max(self.chosen_db + step, LEAST_DB), MOST_DB)
        return True
