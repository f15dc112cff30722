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
from benchmarks.conditions import Condition
from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import RoomPort, place
from voiceguide.core.clock import RATE, samples, seconds
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard, VoiceBegan, VoiceEnded
from voiceguide.core.states import TABLE, State
from voiceguide.core.yielding import GO_ON_AFTER, LONGEST
from voiceguide.demo.insistent import AGAIN_AFTER
from voiceguide.demo.neighbours import background_of
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.verdict.rules import SAFETY
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.speaking.mouth import Mouth
from voiceguide.speaking.voice import Samples

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
        what: what.
        guide: the guide was speaking.
        hold: a position was held in silence.
    """

    at: int
    what: Heard | VoiceBegan
    guide: bool
    hold: bool

    @property
    def protects(self) -> str | None:
        """Tell how it turns the guide to a person who calls in pain, if it does.

        Unknown speech raises doubt in a hold only, and a voice makes the guide give way only while it speaks.
        """
        match self.what:
            case Heard(command=command) if command in SAFETY:
                return "word"
            case Heard(command=None) if self.hold:
                return "doubt"
            case VoiceBegan() if self.guide:
                return "yield"
        return None


@dataclass
class Outcome:
    """What became of one call; times in seconds from the end of the words, said for the first time.

    Attributes:
        voice: whose.
        text: the words.
        command: what they mean.
        right: until exactly this command was decided on.
        first: how the guide turned to the person at the first try, and when.
        tries: how often it had to be said until it did; 0 for not at all.
        wrong: other commands decided on.
    """

    voice: str
    text: str
    command: str
    right: float | None = None
    first: dict[str, float] = field(default_factory=dict)
    tries: int = 0
    wrong: list[str] = field(default_factory=list)


class Stage:
    """One person in one room, and a guide.

    Args:
        condition: the room and who speaks.
        number: of the room; everything random follows from it.
        hearing: the chain; closed with this.
        lines: what the guide says.
        neighbours: who talks in the noise.
        gives_way: the guide falls silent when a voice or a word of safety is noticed.
        preface: the guide speaks for a while first.
    """

    def __init__(
        self,
        condition: Condition,
        number: int,
        hearing: Hearing,
        lines: Sequence[Samples],
        neighbours: tuple[str, ...],
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
        noise = background_of(self.placed.room, number + 1, neighbours)
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
            hearing.listen_for(frozenset(Command), hold=True)
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
        urgent, seen, spans = call.command in SAFETY, len(self.events), []
        self._listen_for(call.command)
        for _ in range(TRIES if urgent else 1):
            spans.append((self.now, self.now + call.ends))
            self._caller.say(self.placed.spoken(call.sound))
            self.run(max(AGAIN_AFTER, call.ends + _BETWEEN_TRIES))
            if any(event.protects for event in self.events[seen:]):
                break
        self.run(spans[-1][1] + REST - self.now)
        return judge(call, spans, self.events[seen:])

    def _listen_for(self, command: Command | None) -> None:
        """Listen for what a session would in this state, and for this command where that is not possible in it."""
        state = State.SETTING_UP if self._condition.guide else State.HOLDING
        possible = frozenset(TABLE[state]) | ({command} if command is not None else set())
        self._hearing.listen_for(possible, hold=not self._condition.guide)

    def talk(self, sound: Samples) -> None:
        """Let the person say what is no command, in a hold or while the guide speaks."""
        self._listen_for(None)
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
            match one:
                case Verdict(heard=Heard() as what) | (VoiceBegan() as what):
                    event = Event(self.now, what, talking, not self._talks)
                    self.events.append(event)
                    if self._gives_way and talking and event.protects:
                        self._mouth.hush(self.now)
                        self._silent_until = self.now + LONGEST
                case VoiceEnded():
                    self._silent_until = min(self._silent_until, self.now + GO_ON_AFTER)


def judge(call: Call, spans: Sequence[tuple[int, int]], events: Sequence[Event]) -> Outcome:
    """Tell what became of a call.

    Args:
        call: what was said.
        spans: beginning and end of each time it was said.
        events: what was noticed from its beginning to the next call's.
    """
    end = spans[0][1]
    outcome = Outcome(call.voice, call.text, str(call.command))
    alike = SAFETY if call.command in SAFETY else {call.command}
    for event in events:
        after = round((event.at - end) / RATE, 3)
        kind = event.protects
        if kind is not None and after <= seconds(WITHIN):
            outcome.first.setdefault(kind, after)
        if kind is not None and not outcome.tries:
            outcome.tries = next((n for n, (_, ends) in enumerate(spans, 1) if event.at <= ends + WITHIN), 0)
        command = event.what.command if isinstance(event.what, Heard) else None
        if command is call.command and outcome.right is None and after <= seconds(ANSWERED_WITHIN):
            outcome.right = after
        if command is not None and command not in alike:
            outcome.wrong.append(command.value)
    return outcome
