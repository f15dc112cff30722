"""From what an engine believes to what counts as heard.

| hypothesis                                  | heard                                                       |
|---------------------------------------------|-------------------------------------------------------------|
| partial, a command of `EARLY`               | that command, once it has stood still for `STEADY`          |
| partial, anything else                      | nothing; it also ends the wait of an early one              |
| final, a command                            | that command, unless a partial result already said so       |
| final, no command, after a partial one      | nothing: the person has been answered                       |
| final, no command                           | unknown speech                                              |
| the same command again within `REFRACTORY`  | nothing                                                     |
| unknown speech within `UNKNOWN_REFRACTORY`  | nothing                                                     |

A different command is never held back, and nothing holds back a first report of pain.
"""

from __future__ import annotations

from voiceguide.core.clock import samples
from voiceguide.core.commands import URGENT, Command
from voiceguide.core.events import Heard
from voiceguide.hearing.recogniser import Hypothesis

EARLY = URGENT - {Command.DULL}
"""Acted on from partial results. A dull ache can wait for the final result a quarter of a second later: its short
dark syllable was what PocketSphinx most often took the beginnings of other words for."""

STEADY = samples(0.24)
"""How long an early partial result must stand still. Measured with PocketSphinx: 23 minutes of people reading
aloud held 18 false commands at 0.12 s, 10 at 0.18 s, and 7 at 0.24 and at 0.30 s. A final result takes 0.35 s
from the end of the word; with voices for tuning the median early decision fell at 0.18 s."""

STEADY_OF = {"vosk": samples(0.26)}
"""Engines that need longer than `STEADY`. Vosk looks again every 240 ms only, so that anything shorter
believes a guess it never looked at twice. With the Korean model on 736 clips of eight synthetic voices that
were not used for tuning, 0.18 s led to 37 false reports of pain and 0.26 s to 15; the median decision falls
0.46 s after the word."""

REFRACTORY = samples(0.5)
"""One call, heard twice: an engine may cut it in two, or report again what it heard after a change of grammar.
People do not say the same word twice within half a second and mean it twice."""

UNKNOWN_REFRACTORY = samples(2.0)
"""Long talk is one unknown thing, not one for each breath."""


class Decision:
    """Decides, in sample time, which hypotheses count. Keeps no clock: times come with the calls."""

    def __init__(self) -> None:
        self._waiting: tuple[Hypothesis, Command] | None = None
        self._acted: Command | None = None
        self._last: dict[Command | None, int] = {}

    def judge(self, hypothesis: Hypothesis, command: Command | None) -> Heard | None:
        """Take the next hypothesis, with the command its text stands for, and return what was heard by it."""
        if not hypothesis.final:
            self._consider(hypothesis, command)
            return None
        acted, self._acted, self._waiting = self._acted, None, None
        if acted is not None and command in (acted, None):
            return None
        return self._report(hypothesis, command, hypothesis.at)

    def settle(self, now: int) -> Heard | None:
        """Return the urgent partial result that has stood still for long enough at sample time `now`."""
        if self._waiting is None:
            return None
        hypothesis, command = self._waiting
        due = hypothesis.at + STEADY_OF.get(hypothesis.engine, STEADY)
        if now < due:
            return None
        self._waiting = None
        self._acted = command
        return self._report(hypothesis, command, due)

    def _consider(self, partial: Hypothesis, command: Command | None) -> None:
        if command not in EARLY or command == self._acted:
            self._waiting = None
        elif self._waiting is None or self._waiting[1] is not command:
            self._waiting = (partial, command)

    def _report(self, hypothesis: Hypothesis, command: Command | None, at: int) -> Heard | None:
        pause = REFRACTORY if command else UNKNOWN_REFRACTORY
        last = self._last.get(command)
        if last is not None and at - last < pause:
            return None
        self._last[command] = at
        return Heard(at=at, command=command, text=hypothesis.text, engine=hypothesis.engine)
