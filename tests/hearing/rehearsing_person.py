"""A person in a rehearsal: says what the guide asks for, half a second after it was asked, in a quiet room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import samples

Sound = NDArray[np.int16]
Says = Callable[[str, str, int], Sound | None]
"""(key of the guide's line, its text, how often something was said before) -> what the person says to it."""

ASKS = frozenset(
    f"rehearsal_{key}"
    for key in (
        "ask",
        "once_more",
        "nothing_came",
        "too_quiet",
        "too_loud",
        "noise",
        "too_short",
        "too_long",
        "too_alike",
    )
)
REACTION = samples(0.55)
HISS = 15.0


class Answering:
    """An audio port with somebody in front of it who does what is asked. The guide itself is not heard."""

    name = "a person who rehearses"
    slipped = NO_SLIPS

    def __init__(self, says: Says, hiss: float = HISS) -> None:
        self._says = says
        self._rng = np.random.default_rng(3)
        self._hiss = hiss
        self._said = 0
        self._now = 0
        self._due: list[tuple[int, Sound]] = []
        self.heard: list[Sound] = []
        self.lines: list[tuple[str, str]] = []

    def notice(self, entry: Mapping[str, Any]) -> None:
        """Take a journal entry."""
        if entry["kind"] == "say_started":
            self.lines.append((entry["key"], entry["text"]))
        over_guide = entry["kind"] == "say_started" and entry["key"] == "rehearsal_over_guide"
        asked = entry["kind"] == "say_finished" and entry["key"] != "rehearsal_over_guide"
        if asked or over_guide:
            sound = self._says(entry["key"], entry["text"], self._said)
            if sound is not None:
                self._said += 1
                self._due.append((samples(entry["time_s"]) + REACTION, sound))

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Hear a block of silence or of what the person says."""
        frame = self._rng.normal(0, self._hiss, BLOCK)
        for at, sound in self._due:
            piece = sound[max(self._now - at, 0) : max(self._now + BLOCK - at, 0)]
            begins = max(at - self._now, 0)
            frame[begins : begins + len(piece)] += piece
        self._now += BLOCK
        heard = np.asarray(np.clip(frame, -32768, 32767), np.int16)
        self.heard.append(heard)
        return heard

    def close(self) -> None:
        """Nothing to close."""
