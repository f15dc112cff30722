"""Was everything the person said heard, and obeyed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voiceguide.core.clock import seconds
from voiceguide.demo.actor import Uttered
from voiceguide.demo.script import Line, Script

HEARD_WITHIN_S = 2.5
"""A command that is decided later than this after its last sample counts as not heard."""


@dataclass(frozen=True)
class Reaction:
    """What became of one thing the person said.

    Attributes:
        uttered: their words.
        delay_s: seconds from the end of the words to the decision; None when it was not heard. Negative when
            the decision fell before the last sample.
    """

    uttered: Uttered
    delay_s: float | None


@dataclass(frozen=True)
class Verdict:
    """The demo's result.

    Attributes:
        reactions: one for each thing that was said.
        unspoken: lines whose moment never came.
        misheard: commands that nobody spoke.
        ended: how the session ended; None if it did not.
        wanted: how it should have ended.
    """

    reactions: tuple[Reaction, ...]
    unspoken: tuple[Line, ...]
    misheard: tuple[dict[str, Any], ...]
    ended: str | None
    wanted: str

    @property
    def passed(self) -> bool:
        """True when everything was said, heard and obeyed, and nothing else was heard."""
        all_heard = all(reaction.delay_s is not None for reaction in self.reactions)
        return all_heard and not self.unspoken and not self.misheard and self.ended == self.wanted


def judge(
    script: Script, uttered: Sequence[Uttered], unspoken: Sequence[Line], journal: Sequence[dict[str, Any]]
) -> Verdict:
    """Compare what was said with what was heard."""
    heard = [entry for entry in journal if entry["kind"] == "heard"]
    reactions = []
    for words in uttered:
        match = next((entry for entry in heard if _answers(entry, words)), None)
        if match is not None:
            heard.remove(match)
        delay = None if match is None else match["time_s"] - seconds(words.ends)
        reactions.append(Reaction(words, delay))
    ended = next((entry["how"] for entry in journal if entry["kind"] == "finished"), None)
    misheard = tuple(entry for entry in heard if entry["command"] is not None)
    return Verdict(tuple(reactions), tuple(unspoken), misheard, ended, script.ends)


def _answers(entry: dict[str, Any], words: Uttered) -> bool:
    in_time = seconds(words.starts) < entry["time_s"] <= seconds(words.ends) + HEARD_WITHIN_S
    return bool(in_time and entry["command"] == words.line.expect)
