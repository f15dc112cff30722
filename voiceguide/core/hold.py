"""A hold while it runs: which cue is due, where in the breath we are, and how the pace changes in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from voiceguide.core.breath import Breath
from voiceguide.core.timeline import Cue, Timeline

LayOut = Callable[[Fraction, int], Timeline]
"""Lays out this hold for a pace, from a sample of the hold on."""


@dataclass(frozen=True)
class BreathPhase:
    """Where in a breath the person should be.

    Attributes:
        inward: True on the in-breath.
        done: samples of the phase that have passed.
        length: samples of the whole phase.
        follows: samples of the phase after this one, as far as it is laid out; 0 at the end of the hold. Whoever
            draws the breath can turn with it, and need not wait to be told.
    """

    inward: bool
    done: int
    length: int
    follows: int


class Hold:
    """A hold from its first sample (or, resumed, from one of its breaths).

    Args:
        starts: sample time of the hold's sample 0; in the past when the hold is resumed.
        lay_out: how to lay this hold out.
        pace: breathing pace.
        begins: sample of the hold at which it begins or is resumed.
    """

    def __init__(self, starts: int, lay_out: LayOut, pace: Fraction, begins: int = 0) -> None:
        self.starts = starts
        self.begins = begins
        self._lay_out = lay_out
        self._timeline = lay_out(pace, begins)
        self._passed = 0

    @property
    def ends(self) -> int:
        """Sample time at which the hold is over."""
        return self.starts + self._timeline.ends

    def position(self, at: int) -> int:
        """Return the sample of the hold at a sample time, within its bounds."""
        return min(max(at - self.starts, 0), self._timeline.ends)

    def next_cue(self) -> int | None:
        """Return the sample time of the next cue."""
        cues = self._timeline.cues
        return self.starts + cues[self._passed].at if self._passed < len(cues) else None

    def take_cue(self) -> Cue:
        """Return the next cue and move on to the one after it."""
        cue = self._timeline.cues[self._passed]
        self._passed += 1
        return cue

    def breath(self, at: int) -> Breath:
        """Return the breath at a sample time; the last one after the end."""
        position = self.position(at)
        return next((b for b in self._timeline.breaths if position < b.ends), self._timeline.breaths[-1])

    def phase(self, at: int) -> BreathPhase:
        """Return the phase of the breath at a sample time."""
        breath, position = self.breath(at), self.position(at)
        inward, outward = breath.turns - breath.begins, breath.ends - breath.turns
        if position < breath.turns:
            return BreathPhase(True, position - breath.begins, inward, outward)
        next_one = next((b for b in self._timeline.breaths if b.begins >= breath.ends), None)
        follows = next_one.turns - next_one.begins if next_one else 0
        return BreathPhase(False, position - breath.turns, outward, follows)

    def say_again(self, again: Callable[[Timeline, int], Timeline], at: int) -> None:
        """Lay out what is to come with a line that was cut off."""
        self._timeline = again(self._timeline, self.position(at))

    def change_pace(self, pace: Fraction, at: int) -> None:
        """Breathe at another pace from the next breath on; the last breath stays as it is."""
        old, now = self._timeline, self.breath(at)
        if now.ends >= old.ends:
            return
        new = self._lay_out(pace, now.ends)
        said = old.cues[: self._passed]
        kept = tuple(cue for cue in old.cues[self._passed :] if cue.at + cue.length < now.ends)
        halfway_kept = any(cue.key == "halfway" for cue in kept)
        to_come = tuple(cue for cue in new.cues if not (halfway_kept and cue.key == "halfway"))
        breaths = tuple(breath for breath in old.breaths if breath.ends <= now.ends)
        self._timeline = Timeline(breaths + new.breaths, said + kept + to_come)
