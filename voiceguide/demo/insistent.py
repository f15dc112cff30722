"""A person who calls out again until the guide gives way, as people in pain do."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY
from voiceguide.demo.actor import Actor, Words
from voiceguide.demo.script import Line
from voiceguide.speaking.finish import ACTIVE_LEVEL_DB
from voiceguide.speaking.voice import Samples

AGAIN_AFTER = samples(1.5)
"""From the beginning of a word to the beginning of its repetition."""

LISTENS_FOR = samples(0.15)
"""The guide is silent for the person when nothing was heard for this long."""

SILENT_DB = ACTIVE_LEVEL_DB - 30.0
"""Below this level at the ear the guide counts as silent: 30 dB below its speech."""

_ANSWERS = ("release", "safety_", "doubt_ask", "stop_hurts")
"""How the keys begin of what the guide says to somebody in pain, or asks them."""


@dataclass
class _Call:
    line: Line
    attempt: int
    starts: int
    over_speech: bool | None = None  # whether the guide could be heard when the word began
    answered: bool = False


class InsistentActor(Actor):
    """Follows a script; a word of pain is said again every 1.5 s until the guide gives way.

    The guide has given way when it spoke as the word began and is silent when the person would say it again, or
    when it says something to somebody in pain. Silence alone is no answer to a person who spoke into silence.

    Args:
        lines: what is said, in order.
        words: how each text sounds.
        tries: how often a word of pain is said at most.
        patience: samples from the beginning of a word until a guide that only fell silent has to answer, or the
            word is said again; None to be content with silence.
    """

    def __init__(
        self, lines: Iterable[Line], words: Mapping[str, Words], tries: int = 3, patience: int | None = None
    ) -> None:
        super().__init__(lines, words)
        self._tries = tries
        self._patience = patience
        self._call: _Call | None = None
        self._power: deque[float] = deque(maxlen=LISTENS_FOR // BLOCK)

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry: an answer to a word of pain, or what the person waits for."""
        if self._call is not None:
            if entry["kind"] == "say_started" and entry["key"].startswith(_ANSWERS):
                self._call.answered = True
            return
        super().notice(entry)

    def exchange(self, heard: Samples) -> Samples:
        """Hear a block of the guide, `(160,)` with its speech at `ACTIVE_LEVEL_DB`, and speak for the next."""
        self._power.append(float(np.square(heard).mean()))
        if self._call is not None:
            self._insist(self._call)
        return self.speak(len(heard))

    def _insist(self, call: _Call) -> None:
        if self._now < call.starts:
            return
        if call.over_speech is None:
            call.over_speech = self._hears_guide()
        if call.answered:
            self._call = None
        elif self._now >= call.starts + AGAIN_AFTER:
            gave_way = call.over_speech and not self._hears_guide()
            if gave_way and self._patience is not None and self._now < call.starts + self._patience:
                return
            content = gave_way and self._patience is None
            self._call = None
            if not content and call.attempt < self._tries:
                self._say(call.line, self._now, call.attempt + 1)

    def _say(self, line: Line, starts: int, attempt: int = 1) -> None:
        super()._say(line, starts, attempt)
        if line.expect in PAIN_FAMILY:
            self._call = _Call(line, attempt, starts)

    def _hears_guide(self) -> bool:
        return float(np.mean(self._power)) > 10 ** (SILENT_DB / 10)
