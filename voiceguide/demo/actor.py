"""Somebody who follows a script: waits for what the guide does, then speaks.

What a microphone makes of it, and whether they hear the guide at all, is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from voiceguide.core.clock import samples
from voiceguide.demo.script import Line, Prompter
from voiceguide.speaking.voice import Samples

GIVES_UP_AFTER = samples(240)
"""A person whose moment does not come within this long leaves: the demo ends and its verdict says why."""


@dataclass(frozen=True)
class Uttered:
    """Words as the person truly spoke them.

    Attributes:
        line: the line of the script.
        starts: sample time of the first sample.
        ends: the sample after the last.
        attempt: 1 for the first time, more when the person had to say it again.
    """

    line: Line
    starts: int
    ends: int
    attempt: int = 1


@dataclass(frozen=True)
class Words:
    """One thing the person can say, as a microphone hears it.

    Attributes:
        sound: `(n,)` samples at the microphone, with the room's answer where there is one.
        length: for how many samples the person speaks; what is left of `sound` is reverberation.
    """

    sound: Samples
    length: int


class Actor:
    """Speaks the lines of a script, each at its moment.

    Args:
        lines: what is said, in order.
        words: how each text sounds.

    Attributes:
        uttered: what was said so far, or is about to be said.
    """

    def __init__(self, lines: Iterable[Line], words: Mapping[str, Words]) -> None:
        self._prompter = Prompter(lines)
        self._words = words
        self._now = 0
        self._moved = 0
        self._sounds: list[tuple[int, Samples]] = []
        self.uttered: list[Uttered] = []

    @property
    def unspoken(self) -> list[Line]:
        """The lines whose moment has not come."""
        return self._prompter.unspoken

    @property
    def has_left(self) -> bool:
        """True when nothing to react to came for so long that the person got up and left."""
        return self._now - self._moved > GIVES_UP_AFTER

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry: if it is what the person waits for, they speak a little later."""
        if self.uttered and self._now < self.uttered[-1].ends:
            return
        line = self._prompter.notice(entry)
        if line is not None:
            self._say(line, max(self._now, samples(entry["time_s"]) + samples(line.wait_s)))

    def speak(self, count: int) -> Samples:
        """Return the person's next `(count,)` samples at the microphone."""
        block = np.zeros(count, np.float32)
        for starts, sound in self._sounds:
            low, high = max(starts, self._now), min(starts + len(sound), self._now + count)
            if low < high:
                block[low - self._now : high - self._now] += sound[low - starts : high - starts]
        self._now += count
        self._sounds = [(starts, sound) for starts, sound in self._sounds if starts + len(sound) > self._now]
        return block

    def _say(self, line: Line, starts: int, attempt: int = 1) -> None:
        words = self._words[line.say]
        self._sounds.append((starts, words.sound))
        self._moved = starts
        self.uttered.append(Uttered(line, starts, starts + words.length, attempt))
