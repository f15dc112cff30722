"""Giving way: when somebody else speaks, the guide falls silent and listens.

A known command is obeyed as always. Otherwise the guide goes on with the sentence from its start, a moment after
the voice has ended. In a hold nothing is said late: there the session asks whether something hurts, for whoever
speaks over a breath word and is not understood is in doubt as much as whoever speaks in silence (S8).

A cough, laughter or a television must not stall it for ever: after a few times that led nowhere it gives way no
more for a while. Safety words are heard all the same; giving way only makes them easier to hear.
"""

from __future__ import annotations

from collections import deque

from voiceguide.core.clock import samples
from voiceguide.core.scene import Scene
from voiceguide.core.states import State

GO_ON_AFTER = samples(0.8)
"""From the end of a voice to going on: a recogniser decides within half a second of the last word."""

LONGEST = samples(5)
"""Nobody commands for longer than this: whoever talks on is not talking to the guide."""

VAIN_TIMES = 3
VAIN_WITHIN = samples(60)
"""After giving way in vain so many times in so much time, the guide does not give way until that time is over."""


class Yielding:
    """Gives way to a voice and takes the word again.

    Args:
        scene: the session's present.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._until: int | None = None  # when the guide goes on, or asks
        self._in_a_hold = False
        self._speaks = False  # the voice has not ended
        self._vain: deque[int] = deque(maxlen=VAIN_TIMES)  # sample times

    @property
    def left_open(self) -> bool:
        """In a hold a voice made the guide give way, has ended, and nothing was understood yet."""
        return self._in_a_hold and not self._speaks and self._scene.state is State.HOLDING

    @property
    def voice_goes_on(self) -> bool:
        """In a hold a voice made the guide give way and has not ended."""
        return self._in_a_hold and self._speaks and self._scene.state is State.HOLDING

    def voice_began(self, *, hold: bool) -> None:
        """Fall silent for a voice that is not the guide's own.

        Args:
            hold: a position is being held: a breath word that is late helps nobody and is not said again.
        """
        if not self._scene.lines.speaking or self._had_enough():
            return
        self._scene.record("gave_way")
        if hold:
            self._scene.hush()
        else:
            self._scene.hold_back()
        self._in_a_hold, self._speaks = hold, True
        self._until = self._scene.now + LONGEST

    def voice_ended(self) -> None:
        """The voice has ended; its words may still be decided upon."""
        self._speaks = False
        if self._until is not None:
            self._until = min(self._until, self._scene.now + GO_ON_AFTER)

    def answered(self) -> None:
        """What was said in a hold has been understood."""
        self._in_a_hold = False

    def not_understood(self) -> None:
        """What was said in a hold has not been understood."""
        self._in_a_hold = False
        self._vain.append(self._scene.now)

    def next_deadline(self) -> int | None:
        """Return when the guide goes on, or asks, if nothing is understood until then."""
        return self._until if self._in_a_hold or self._scene.lines.held_back else None

    def go_on_if_due(self) -> bool:
        """Go on with the interrupted line, if its time has come.

        Returns:
            Whether somebody spoke in a hold instead and was not understood.
        """
        due = self.next_deadline()
        if due is None or due > self._scene.now:
            return False
        in_a_hold, self._until = self._in_a_hold, None
        self.not_understood()
        if not in_a_hold:
            self._scene.go_on()
        return in_a_hold and self._scene.state is State.HOLDING

    def _had_enough(self) -> bool:
        return len(self._vain) == VAIN_TIMES and self._scene.now - self._vain[0] < VAIN_WITHIN
