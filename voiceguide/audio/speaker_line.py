"""Which block the loudspeaker plays next: each one has its place in time, and keeps it.

The session hands over one numbered block for each block of the microphone, so a block's number also says with
which part of the microphone's sound its echo comes back. The echo canceller lives on that distance. Therefore a
session that is late does not move it: silence is played for what is missing, and what comes too late never is.
"""

from __future__ import annotations

from collections import deque

from voiceguide.audio.card_link import CardBlock, Counters

SECOND = 100
"""Blocks in a second."""

FEWER = 2.0
MORE = 5.0
"""By how many blocks the microphone may fall behind and run ahead of the speaker before the place in time is set
anew: two devices drift apart, and a card that ran dry has played less than it heard."""

SPARE = 10
"""Blocks above the cushion that may wait, 100 ms; of more only the newest are kept. So many come when a card wakes
up long after its microphone, and when a session has seconds to catch up with."""

LOST = 63.0
"""Silent blocks in about a second after which the session will not catch up by itself: a whole second of them."""


class SpeakerLine:
    """The speaker's blocks on their way to the card, about `cushion` of them waiting.

    All of it runs on the speaker's callback.

    Args:
        counters: where losses are counted.
        cushion: blocks that must wait before the first is played.
    """

    def __init__(self, counters: Counters, cushion: int) -> None:
        self._counters = counters
        self._cushion = cushion
        self._waiting: deque[tuple[int, CardBlock]] = deque()
        self._due: int | None = None  # number of the next block; None before the first is played
        self._lately_missed = 0.0
        self._missing = False
        self._watch_anew()

    def put(self, number: int, block: CardBlock) -> None:
        """Add a block; numbers grow."""
        self._waiting.append((number, block))

    def take(self, heard: int, *, closing: bool = False) -> CardBlock | None:
        """Return the next block, or None to play silence.

        Args:
            heard: blocks of the microphone that were handed to the session so far.
            closing: no more blocks will come: play what is left.
        """
        self._counters.speaker_blocks += 1
        if closing:
            return self._waiting.popleft()[1] if self._waiting else None
        if self._due is None:
            if len(self._waiting) < self._cushion:
                return None
            self._due = self._begin_with(0)
        self._due = self._in_step(self._due, heard)
        self._drop_before(self._due)
        if len(self._waiting) > self._cushion + SPARE:
            self._due = self._begin_with(-self._cushion)
            self._drop_before(self._due)
            self._counters.speaker_shifts += 1
        return self._take_due(self._due)

    def _take_due(self, due: int) -> CardBlock | None:
        self._due = due + 1
        missing = not self._waiting or self._waiting[0][0] > due
        self._counters.speaker_gaps += missing and not self._missing
        self._missing = missing
        self._lately_missed += missing - self._lately_missed / SECOND
        if not missing:
            return self._waiting.popleft()[1]
        if self._lately_missed > LOST:  # wait for a whole cushion, as in the beginning
            self._due = None
            self._lately_missed = 0.0
            self._counters.speaker_shifts += 1
        return None

    def _begin_with(self, place: int) -> int:
        self._watch_anew()
        return self._waiting[place][0]

    def _drop_before(self, number: int) -> None:
        while self._waiting and self._waiting[0][0] < number:
            self._waiting.popleft()
            self._counters.speaker_dropped += 1

    def _watch_anew(self) -> None:
        self._usual: float | None = None  # blocks that the microphone is ahead of the speaker, on average
        self._ahead = 0
        self._watched = 0
        self._astray = False

    def _in_step(self, due: int, heard: int) -> int:
        """Once a second, see whether microphone and speaker still count alike, whatever the session does.

        Both come in bursts, so only averages tell. A second in which they part is a mixture of before and after;
        it is the next one that says by how much.

        Args:
            due: number of the next block to play.
            heard: as above.

        Returns:
            The number of the block to play instead.
        """
        self._ahead += heard - due
        self._watched += 1
        if self._watched < SECOND:
            return due
        average = self._ahead / SECOND
        self._ahead = self._watched = 0
        if self._usual is None:
            self._usual = average
        apart = average - self._usual
        before, self._astray = self._astray, not -FEWER <= apart <= MORE
        if not (before and self._astray):
            return due
        self._astray = False
        self._counters.speaker_shifts += 1
        return due + round(apart)
