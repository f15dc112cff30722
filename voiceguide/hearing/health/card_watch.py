"""Notices when the sound card itself is lost, and tells how much sound was lost or late on it (S7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from voiceguide.core.clock import samples
from voiceguide.core.events import HearingBack, HearingLost, Trouble
from voiceguide.hearing.noticed import Noticed, Remark

TELL_EVERY = samples(60.0)
"""A card on a busy machine loses something every few seconds; a line a minute is enough to see that."""

REOPEN_AFTER = samples(10.0)
REOPEN_AT_MOST = samples(300.0)
"""A silent microphone is reopened after so long, time to say what is wrong, and then half as often each time. Most
are muted, and for that it does nothing; one that hangs after a jolt to its plug comes back."""


class LastingCard(Protocol):
    """A sound card that may be lost for a while."""

    @property
    def lost(self) -> str | None:
        """Why nothing can be heard at present; changes when there is more to say about it."""
        ...

    @property
    def troubles(self) -> Mapping[str, int]:
        """How often sound was lost or late so far, by kind."""
        ...

    @property
    def behind_s(self) -> float:
        """Seconds by which the program is behind the card."""
        ...

    def reopen(self) -> None:
        """Open it again, though it works: what comes from it is useless."""
        ...


class CardWatch:
    """Looks at a card with every block. Keeps no clock: it counts samples.

    Args:
        card: which.
    """

    def __init__(self, card: LastingCard) -> None:
        self._card = card
        self._at = 0
        self._lost: str | None = None
        self._told: Mapping[str, int] = dict(card.troubles)
        self._tell_at = TELL_EVERY
        self._useless = 0
        self._reopen_after = REOPEN_AFTER

    @property
    def deaf(self) -> bool:
        """True while nothing comes from the card but silence of its own making."""
        return self._lost is not None

    @property
    def behind(self) -> int:
        """Samples by which the program is behind the card."""
        return samples(self._card.behind_s)

    def look(self, count: int) -> list[Noticed]:
        """Look once more, `count` samples after the last time, and return what there is to say."""
        self._at += count
        noticed: list[Noticed] = []
        if self._at >= self._tell_at:
            self._tell_at = self._at + TELL_EVERY
            noticed += self._count()
        if self._card.lost == self._lost:
            return noticed
        self._lost = self._card.lost
        if self._lost is not None:
            return [*noticed, HearingLost(self._at, self._lost, Trouble.CARD)]
        return [*noticed, *self._count(), HearingBack(self._at, Trouble.CARD)]

    def heard(self, count: int, *, anything: bool) -> None:
        """Take whether a microphone that works gives anything but silence: if not, opening it again may help.

        Args:
            count: samples since the last time.
            anything: False once it counts as silent (see `MicrophoneWatch`).
        """
        if anything:
            self._useless, self._reopen_after = 0, REOPEN_AFTER
            return
        self._useless += count
        if self._useless >= self._reopen_after:
            self._useless, self._reopen_after = 0, min(2 * self._reopen_after, REOPEN_AT_MOST)
            self._card.reopen()

    def _count(self) -> list[Noticed]:
        troubles = self._card.troubles
        if all(number <= self._told.get(name, 0) for name, number in troubles.items()):
            return []
        self._told = dict(troubles)
        return [Remark("sound_card", {name: number for name, number in troubles.items() if number})]
