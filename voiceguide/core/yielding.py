"""Giving way: when somebody else speaks, the guide falls silent and listens.

A known command is obeyed as always. Otherwise the guide goes on with the sentence from its start, a moment after
the voice has ended. A cough, laughter or a television must not stall it for ever: after a few times that led
nowhere it gives way no more for a while. Safety words are heard all the same; giving way only makes them easier
to hear.
"""

from __future__ import annotations

from collections import deque

from voiceguide.core.clock import samples
from voiceguide.core.scene import Scene

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
        self._go_on_at: int | None = None
        self._vain: deque[int] = deque(maxlen=VAIN_TIMES)  # sample times

    def voice_began(self, *, keep_line: bool) -> None:
        """Fall silent for a voice that is not the guide's own.

        Args:
            keep_line: say the interrupted line again afterwards; a breath word that is late helps nobody.
        """
        if not self._scene.lines.speaking or self._had_enough():
            return
        self._scene.record("gave_way")
        if keep_line:
            self._scene.hold_back()
            self._go_on_at = self._scene.now + LONGEST
        else:
            self._scene.hush()

    def voice_ended(self) -> None:
        """The voice has ended; its words may still be decided upon."""
        if self._go_on_at is not None:
            self._go_on_at = min(self._go_on_at, self._scene.now + GO_ON_AFTER)

    def next_deadline(self) -> int | None:
        """Return when the guide goes on if nothing is understood until then."""
        return self._go_on_at if self._scene.lines.held_back else None

    def go_on_if_due(self) -> None:
        """Go on with the interrupted line, if its time has come."""
        due = self.next_deadline()
        if due is not None and due <= self._scene.now:
            self._go_on_at = None
            self._vain.append(self._scene.now)
            self._scene.go_on()

    def _had_enough(self) -> bool:
        return len(self._vain) == VAIN_TIMES and self._scene.now - self._vain[0] < VAIN_WITHIN
