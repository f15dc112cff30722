"""A guide, a person and a room, sample by sample, with the real chain of hearing between them.

The guide on this stage has no session: it says line after line, or nothing, and falls silent for a moment when a
voice or a word of safety is noticed. What a session would make of it is measured in `benchmarks.evenings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.callers import Call
from benchmarks.chain import Look, look
from benchmarks.conditions import Condition
from benchmarks.phrasings import Phrasing
from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import RoomPort, place
from voiceguide.core.clock import RATE, samples, seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.core.states import TABLE, State
from voiceguide.core.yielding import GO_ON_AFTER, LONGEST
from voiceguide.demo.insistent import AGAIN_AFTER
from voiceguide.hearing.chain import Hearing
from voiceguide.speaking.mouth import Mouth
from voiceguide.speaking.voice import Samples

PAIN = {command.value for command in PAIN_FAMILY}
SAFETY = PAIN | {Command.STOP.value}
"""Words that may be mistaken for each other without harm: each of them ends the effort and asks."""

PREFACE = samples(12.0)
"""For so long the guide speaks first: its voice is known, as it is when a first hold begins."""

TRIES = 3
WITHIN = samples(1.0)
"""Protected means within the word and so much more."""

ANSWERED_WITHIN = samples(1.5)
"""A command that is decided later than this after its end counts as not heard."""

REST = samples(2.2)
"""From the end of one call to the beginning of the next: nothing of the one counts for the other."""

_BREATH = samples(0.45)
_BETWEEN_TRIES = samples(0.3)
_INTO_THE_HOLD = samples(1.5)


class Caller:
    """Says what it is told to."""

    has_left = False

    def __init__(self) -> None:
        self._sounds: list[Samples] = []

    def say(self, sound: Samples) -> None:
        """Begin to say something with the next block."""
        self._sounds.append(sound)

    def notice(self, entry: dict[str, Any]) -> None:
        """The caller follows no script."""

    def exchange(self, heard: Samples) -> Samples:
        """Return the next block."""
        block = np.zeros(len(heard), np.float32)
        for sound in self._sounds:
            block[: len(sound)] += sound[: len(block)]
        self._sounds = [sound[len(block) :] for sound in self._sounds if len(sound) > len(block)]
        return block


@dataclass(frozen=True)
class Event:
    """Something noticed.

    Attributes:
        at: when.
        look: what hearing made of some speech; None for the mere beginning of a voice.
        guide: the guide was speaking.
        hold: a position was held in silence.
    """

    at: int
    look: Look | None
    guide: bool
    hold: bool

    @property
    def command(self) -> str | None:
        """The command that was decided on."""
        heard = self.look.heard if self.look else None
        return heard.command.value if heard and heard.command else None

    @property
    def perhaps(self) -> str | None:
        """The command that is asked about by its name."""
        heard = self.look.heard if self.look else None
        return heard.perhaps.value if heard and not heard.command and heard.perhaps else None

    @property
    def unknown(self) -> bool:
        """Speech that is no command was told to the session."""
        return self.look is not None and self.look.heard is not None and not (self.command or self.perhaps)

    @property
    def protects(self) -> str | None:
        """Tell how it turns the guide to a person who calls in pain, if it does.

        By a word of safety, by asking about pain that was perhaps heard or, in a hold, because of speech that was
        not understood, or by giving way to a voice, which only a guide that speaks can do.
        """
        if self.command in SAFETY:
            return "word"
        if self.perhaps in PAIN:
            return "asked"
        if self.unknown and self.hold:
            return "doubt"
        return "yield" if self.look is None and self.guide else None


@dataclass
class Outcome:
    """What became of one call; times in seconds from the end of the words, said for the first time.

    Attributes:
        voice: whose.
        text: the words.
        means: what they mean, see `Phrasing`.
        group: which of the groups of `Phrasing`.
        right: until what was meant was decided on; for no command, the end of the time in which nothing was.
        look_s: CPU seconds of the look that decided.
        turned: when the guide first turned to the person, by each of the ways of `Event.protects`.
        tries: how often it had to be said until it did; 0 for not at all.
        wrong: commands decided on that were not meant.
        sure: how sure hearing was at most of what was meant, obeyed or not.
        lost: why nothing right came of it; empty when it did.
    """

    voice: str
    text: str
    means: list[str]
    group: str
    right: float | None = None
    look_s: float = 0.0
    turned: dict[str, float] = field(default_factory=dict)
    tries: int = 0
    wrong: list[str] = field(default_factory=list)
    sure: float = 0.0
    lost: str = ""


class Stage:
    """One person in one room, and a guide.

    Args:
        condition: the room and who speaks.
        number: of the room; everything random follows from it.
        hearing: the chain; closed with this.
        lines: what the guide says.
        noise: what else sounds, a loop as `noises.make` returns it; None for nothing.
        gives_way: the guide falls silent when a voice or a word of safety is noticed.
        preface: the guide speaks for a while first.
    """

    def __init__(
        self,
        condition: Condition,
        number: int,
        hearing: Hearing,
        lines: Sequence[Samples],
        noise: Samples | None,
        *,
        gives_way: bool = True,
        preface: bool = True,
    ) -> None:
        self.placed = place(condition.room(number), number + 1)
        self._condition = condition
        self._hearing = hearing
        self._lines = lines
        self._gives_way = gives_way
        self._caller = Caller()
        said = np.concatenate(lines[:40])
        self._port = RoomPort(self.placed, self._caller, said, noise)
        self._mouth = Mouth()
        self._said = 31 * number  # where in its lines the guide begins
        self._talks = True
        self._silent_until = 0
        self.events: list[Event] = []
        hearing.listen_for(frozenset(Command))
        if preface:
            self.run(PREFACE)
        if not condition.guide:
            self._talks = False
            self._mouth.hush(self.now)
            hearing.listen_for(frozenset(Command), hold=condition.hold)
            self.run(_INTO_THE_HOLD)
        self.events.clear()

    @property
    def now(self) -> int:
        """Samples so far."""
        return self._mouth.now

    def run(self, count: int) -> None:
        """Let time pass, in whole blocks."""
        end = self.now + count
        while self.now < end:
            self._block()

    def call(self, call: Call) -> Outcome:
        """Let the person call; a word of safety again every 1.5 s until the guide turns to them."""
        while self._condition.guide and not self._mouth.speaking:
            self._block()
        urgent, seen, spans = _safety(call.said.means[0]), len(self.events), []
        self._listen_for(call.said.means)
        for _ in range(TRIES if urgent else 1):
            spans.append((self.now, self.now + call.ends))
            self._caller.say(self.placed.spoken(call.sound))
            self.run(max(AGAIN_AFTER, call.ends + _BETWEEN_TRIES))
            if any(event.protects for event in self.events[seen:]):
                break
        self.run(spans[-1][1] + REST - self.now)
        return judge(call, spans, self.events[seen:])

    def _listen_for(self, means: Sequence[str]) -> None:
        """Listen for what a session would in this state, and for what is meant, also where it would not."""
        state = State.HOLDING if self._condition.hold else State.SETTING_UP
        meant = frozenset(command for command in Command if command.value in means)
        self._hearing.listen_for(frozenset(TABLE[state]) | meant, hold=self._condition.hold)

    def talk(self, sound: Samples) -> None:
        """Let the person say what is no command, in a hold or while the guide speaks."""
        self._listen_for(())
        self._caller.say(self.placed.spoken(sound))
        self.run(len(sound))

    def close(self) -> None:
        """End hearing."""
        self._hearing.close()

    @property
    def _talking(self) -> bool:
        return self._talks and self.now >= self._silent_until

    def _block(self) -> None:
        if self._talking and self._mouth.next_boundary() is None:
            self._mouth.say(self._said, self._lines[self._said % len(self._lines)], self.now + _BREATH)
            self._said += 1
        talking = self._talking
        block = self._mouth.render(BLOCK)
        self._mouth.reports()
        frame = self._port.exchange(block)
        for one in self._hearing.accept(frame, block):
            looked = look(one)
            if looked is not None or isinstance(one, VoiceBegan):
                event = Event(self.now, looked, talking, self._condition.hold and not self._talks)
                self.events.append(event)
                if self._gives_way and talking and event.protects:
                    self._mouth.hush(self.now)
                    self._silent_until = self.now + LONGEST
            elif isinstance(one, VoiceEnded):
                self._silent_until = min(self._silent_until, self.now + GO_ON_AFTER)


def judge(call: Call, spans: Sequence[tuple[int, int]], events: Sequence[Event]) -> Outcome:
    """Tell what became of a call.

    Args:
        call: what was said.
        spans: beginning and end of each time it was said.
        events: what was noticed from its beginning to the next call's.
    """
    end, said = spans[0][1], call.said
    outcome = Outcome(call.voice, said.text, [*said.means], said.group)
    for event in events:
        after = round((event.at - end) / RATE, 3)
        if (kind := event.protects) is not None:
            outcome.turned.setdefault(kind, after)
            if not outcome.tries:
                outcome.tries = next((n for n, (_, ends) in enumerate(spans, 1) if event.at <= ends + WITHIN), 0)
        if event.look is None:
            continue
        meant = event.look.best is not None and said.understood(event.look.best)
        in_time = after <= seconds(ANSWERED_WITHIN)
        if meant and in_time:
            outcome.sure = max(outcome.sure, event.look.sure)
        if event.command is None:
            continue
        if said.understood(event.command):
            if outcome.right is None and in_time:
                outcome.right, outcome.look_s = after, event.look.took_s
        elif not (_safety(said.means[0]) and event.command in SAFETY):
            outcome.wrong.append(event.command)
    if said.understood(None) and outcome.right is None and not outcome.wrong:
        outcome.right = seconds(ANSWERED_WITHIN)
    if outcome.right is None:
        outcome.lost = _why(said, outcome.wrong, [event for event in events if event.look])
    return outcome


def _safety(command: str) -> bool:
    return command in SAFETY


def _why(said: Phrasing, wrong: Sequence[str], looks: Sequence[Event]) -> str:
    """Tell why a call was lost, the plainest reason first."""
    best = [event.look.best for event in looks if event.look and event.look.best is not None]
    if any(event.perhaps and said.understood(event.perhaps) for event in looks):
        return "asked by name"
    if any(event.command and said.understood(event.command) for event in looks):
        return "too late"
    if wrong:
        return "another command obeyed"
    if not looks:
        return "not endpointed"
    if any(map(said.understood, best)):
        return "not sure enough"
    return "another phrase best" if best else "no phrase"
