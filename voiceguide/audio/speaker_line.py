"""Which block the loudspeaker plays next: each one has its place in time, and keeps it.

The session hands over one numbered block for each block of the microphone, so a block's number also says with
which part of the microphone's sound its echo comes back. The echo canceller lives on that distance. Therefore a
session that is late does not move it: silence is played for what is missing, and what comes too late never is.
Where the distance has to change, it is counted in blocks.
"""

from __future__ import annotations

from collections import deque

from voiceguide.audio.card_link import CardBlock, Counters

SECOND = 100
"""Blocks in a second."""

FEWER = 2
MORE = 5
"""By how many blocks fewer than the cushion at best, and more at least, may wait for two seconds. Then it is no
accident: two clocks drift apart, a card ran dry and has played less than was heard, or the session stays late."""

SPARE = 10
"""Blocks above the cushion that may wait at any time, 100 ms; of more only the newest are kept. So many come when
a card wakes up long after its microphone."""

OFTEN = 5 * SECOND
"""The second time within so many blocks that the card or the session was late, more blocks are kept ready."""

GROWS = 4
MOST_MORE = 12
"""By so many blocks at a time, and by so many at most: every block lets the guide fall silent 10 ms later."""

_FAR = SECOND * SECOND


class SpeakerLine:
    """The speaker's blocks on their way to the card, about `cushion` of them waiting.

    All of it runs on the speaker's callback.

    Args:
        counters: where losses are counted.
        cushion: blocks that must wait before the first is played; more when the machine is busy.
    """

    def __init__(self, counters: Counters, cushion: int) -> None:
        self._counters = counters
        self._cushion = cushion
        self._most_cushion = cushion + MOST_MORE
        self._owed = 0  # blocks of silence to be played, so that the cushion grows by as many
        self._late_at = -OFTEN  # block at which somebody was late last
        self._waiting: deque[tuple[int, CardBlock]] = deque()
        self._newest = -1  # number of the block that came last
        self._due: int | None = None  # number of the next block to play; None before the first
        self._missing = False
        self._unheard = 0  # microphone blocks that were dropped, as far as the place in time knows
        self._astray = False
        self._most = self._least = self._watched = 0
        self._came = False
        self._watch_for_a_second()

    def put(self, number: int, block: CardBlock) -> None:
        """Add a block; numbers grow."""
        self._waiting.append((number, block))
        self._newest = number
        self._came = True

    def ran_dry(self) -> None:
        """Take that the card has played all it had before this block was asked for."""
        now = self._counters.speaker_blocks
        if now - self._late_at < OFTEN:
            self._owed = min(GROWS, self._most_cushion - self._cushion)
        self._late_at = now

    def take(self, *, closing: bool = False) -> CardBlock | None:
        """Return the next block, or None to play silence.

        Args:
            closing: no more blocks will come: play what is left.
        """
        self._counters.speaker_blocks += 1
        if closing:
            return self._waiting.popleft()[1] if self._waiting else None
        if self._due is None:
            if len(self._waiting) < self._cushion:
                return None
            self._due = self._waiting[0][0]
            self._unheard = self._counters.microphone_dropped
        due = self._in_step(self._due)
        missing = not self._waiting or self._waiting[0][0] > due
        if missing and not self._missing:
            self._counters.speaker_gaps += 1
            self.ran_dry()
        self._missing = missing
        if self._owed:
            self._owed -= 1
            self._cushion += 1
            self._counters.speaker_later_blocks += 1
            self._due = self._counters.speaker_due = due
            return None
        self._due = self._counters.speaker_due = due + 1
        return None if missing else self._waiting.popleft()[1]

    def _in_step(self, due: int) -> int:
        """Return which block to play when this one is due: the same, unless its place in time must be set anew."""
        # For a block of the microphone that was dropped the session makes none: those that follow are due later.
        unheard = self._counters.microphone_dropped - self._unheard
        self._unheard += unheard
        self._counters.speaker_later_blocks += unheard
        due -= unheard
        due += self._off_for_long(self._newest + 1 - due)
        self._drop_before(due)
        if len(self._waiting) > self._cushion + SPARE:
            self._shift(self._waiting[-self._cushion][0] - due)
            due = self._waiting[-self._cushion][0]
            self._drop_before(due)
            self._watch_for_a_second()
        return due

    def _off_for_long(self, ready: int) -> int:
        """Return by how many blocks the speaker is behind its place; below zero, by how many the session is.

        Blocks come and go in bursts, and a session may be late for a while. So whole seconds are judged by their
        best and their worst moment, and only two of them in a row count.

        Args:
            ready: blocks from the one that is due to the newest; below zero when all are too late.
        """
        self._most = max(self._most, ready)
        self._least = min(self._least, ready)
        self._watched += 1
        if self._watched < SECOND:
            return 0
        off = 0
        if self._most < self._cushion - FEWER:
            off = self._most - self._cushion
        elif self._least > self._cushion + MORE:
            off = self._least - self._cushion
        came = self._came
        self._watch_for_a_second()
        if not came:  # the session does nothing at all: wait until it does
            return 0
        again, self._astray = self._astray, bool(off)
        if not (off and again):
            return 0
        self._astray = False
        self._shift(off)
        return off

    def _shift(self, ahead: int) -> None:
        """Count that blocks are left out, or below zero that the same ones are waited for again."""
        self._counters.speaker_shifts += 1
        self._counters.speaker_later_blocks -= ahead

    def _watch_for_a_second(self) -> None:
        self._watched = 0
        self._most, self._least = -_FAR, _FAR
        self._came = False

    def _drop_before(self, number: int) -> None:
        while self._waiting and self._waiting[0][0] < number:
            self._waiting.popleft()
            self._counters.speaker_dropped += 1
