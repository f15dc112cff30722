"""The outside world of a `Session`, on virtual time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from voiceguide.core.actions import Action, Chime, End, Hush, Listen, Record, Say, SetVolume
from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import Command
from voiceguide.core.events import (
    Begun,
    Event,
    Heard,
    SpeechCut,
    SpeechFinished,
    SpeechStarted,
    Tick,
)
from voiceguide.core.session import Session
from voiceguide.core.states import State
from voiceguide.testing.speech import spoken_length


@dataclass(frozen=True)
class Spoken:
    """One utterance as it truly went to the speaker.

    Attributes:
        starts: sample time of its first sample.
        ends: the sample after its last one; where it was cut, if it was.
        text: the words.
        key: kind of line.
        cut: True when it was cut off.
    """

    starts: int
    ends: int
    text: str
    key: str
    cut: bool


@dataclass
class VirtualSession:
    """Plays the outside world for a session: speaks every line for the length it has, and ticks when asked to.

    Attributes:
        session: the session under test.
        now: sample time.
        spoken: utterances that have ended, in order.
        actions: everything the session asked for.
        ended: True after `End`.
    """

    session: Session
    now: int = 0
    spoken: list[Spoken] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    ended: bool = False
    _queue: deque[Say] = field(default_factory=deque)
    _playing: tuple[Say, int] | None = None

    def begin(self) -> list[Action]:
        """Start the audio."""
        return self.feed(Begun(self.now))

    def hear(self, command: Command | None, text: str = "") -> list[Action]:
        """Let the session hear a command (None: unknown speech) now."""
        return self.feed(Heard(self.now, command, text or str(command), "script"))

    def feed(self, event: Event) -> list[Action]:
        """Hand an event to the session and carry out what it asks for."""
        actions = self.session.handle(event)
        self.actions += actions
        for action in actions:
            self._carry_out(action)
        return actions

    def run(self, duration_s: float) -> None:
        """Let time pass, in seconds."""
        until = self.now + samples(duration_s)
        while not self.ended and (at := self._next_moment()) is not None and at <= until:
            self._advance(at)
        self.now = max(self.now, until)

    def stand_still(self, duration_s: float) -> None:
        """Let the machine stand still, in seconds: what was due meanwhile comes late, all of it at the end."""
        self.now += samples(duration_s)
        self.feed(Tick(self.now))

    def run_until_idle(self) -> None:
        """Let time pass until the session waits for words, or has ended."""
        while not self.ended and (at := self._next_moment()) is not None:
            self._advance(at)

    def run_until_silent(self) -> None:
        """Let time pass until nothing is being said and no line waits to be."""
        while not self.ended and (self._playing or self._queue) and (at := self._next_moment()) is not None:
            self._advance(at)

    def run_until(self, state: State, within_s: float = 3600) -> None:
        """Let time pass until the session is in a state.

        Raises:
            TimeoutError: it was not reached.
        """
        until = self.now + samples(within_s)
        while self.session.state is not state:
            at = self._next_moment()
            if self.ended or at is None or at > until:
                raise TimeoutError(f"{state} was not reached; the session is {self.session.state} at {self.now}")
            self._advance(at)

    @property
    def playing(self) -> Say | None:
        """What is being spoken now."""
        return self._playing[0] if self._playing else None

    def records(self, kind: str) -> list[Record]:
        """Return the records of a kind."""
        return [action for action in self.actions if isinstance(action, Record) and action.kind == kind]

    def listening_for(self) -> frozenset[Command]:
        """Return the commands the recogniser was last told to listen for."""
        return next(action.commands for action in reversed(self.actions) if isinstance(action, Listen))

    def transcript(self) -> str:
        """Return what was spoken, one line each with its time, for failure messages."""
        return "\n".join(
            f"{seconds(said.starts):8.2f} {said.key}: {said.text}{' [cut]' if said.cut else ''}"
            for said in self.spoken
        )

    def _carry_out(self, action: Action) -> None:
        match action:
            case Say():
                if action.at < self.now:
                    raise AssertionError(f"{action} lies in the past of {self.now}")
                self._queue.append(action)
            case Hush():
                self._hush()
            case End():
                self.ended = True
            case Chime() | Listen() | Record() | SetVolume():
                pass

    def _hush(self) -> None:
        dropped = [say.utterance for say in self._queue]
        self._queue.clear()
        if self._playing is not None:
            say, starts = self._playing
            self.spoken.append(Spoken(starts, self.now, say.text, say.key, cut=True))
            self._playing = None
            dropped.insert(0, say.utterance)
        for utterance in dropped:
            self.feed(SpeechCut(self.now, utterance))

    def _next_moment(self) -> int | None:
        moments = [self.session.next_deadline()]
        if self._playing is not None:
            say, starts = self._playing
            moments.append(starts + spoken_length(say.text))
        elif self._queue:
            moments.append(max(self.now, self._queue[0].at))
        return min((moment for moment in moments if moment is not None), default=None)

    def _advance(self, at: int) -> None:
        at = self.now = max(self.now, at)  # later, when the machine stood still
        if self._playing is not None and self._playing[1] + spoken_length(self._playing[0].text) <= at:
            say, starts = self._playing
            self._playing = None
            self.spoken.append(Spoken(starts, at, say.text, say.key, cut=False))
            self.feed(SpeechFinished(at, say.utterance))
        elif self._playing is None and self._queue and self._queue[0].at <= at:
            say = self._queue.popleft()
            self._playing = (say, at)
            self.feed(SpeechStarted(at, say.utterance))
        else:
            self.feed(Tick(at))
