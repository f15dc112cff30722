"""How often to heed what nobody may have said: a television is now and then mistaken for a person."""

from __future__ import annotations

from voiceguide.core.clock import samples

PATIENCE = samples(600)
PATIENCE_AT_MOST = samples(12 * 3600)
"""For so long such things are not answered after one to which nobody said another word. Our choice: a television
that is taken for a person all the time is answered six times in ten hours."""


class Patience:
    """Whether to heed what nobody may have said: not for a while after nobody answered, a longer one each time."""

    def __init__(self) -> None:
        self._length = PATIENCE
        self._heeds_from = 0

    def heeds(self, now: int) -> bool:
        """Tell whether to heed it at a sample time."""
        return now >= self._heeds_from

    def nobody_there(self, now: int) -> None:
        """Nobody answered."""
        self._heeds_from = now + self._length
        self._length = min(2 * self._length, PATIENCE_AT_MOST)

    def somebody_there(self) -> None:
        """Somebody did."""
        self._length = PATIENCE
        self._heeds_from = 0
