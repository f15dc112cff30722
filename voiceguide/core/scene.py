"""What is going on at this moment: the state, what is being said, what is waited for, what is to be done.

The walk and the session both act on one scene. It holds no rules; it keeps them from forgetting something when
the state changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from voiceguide.core.actions import Action, Chime, Listen, Record, Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Event
from voiceguide.core.lines import LINE_GAP, Line, Lines
from voiceguide.core.phrases import Phrases
from voiceguide.core.states import ANY_VOICE_COUNTS, State

AFTER_CHIME = samples(0.25)
"""Words that answer begin this long after the chime that accepts: the chime is over by then."""

PASSING = frozenset(
    {
        *("breathe_in", "breathe_out", "in", "out", "halfway", "count_3", "count_2", "count_1"),
        *("begin", "resumed", "ask_ready", "did_you_say"),
    }
)
"""Lines that pass with their moment: nobody who asks what was said asks for them."""

HOLD_LINES = ("coach", "upcoming")
"""Lines that a hold says again when they were cut off."""

SAID_AGAIN = 2
"""So many lines are said again to somebody who missed the last words: the last alone is often but a tail."""

Continuation = Callable[[], None]
"""What happens when lines were spoken or a wait is over."""


class Scene:
    """The session's present.

    Attributes:
        state: where the session is.
        now: sample time of the event being handled.
        lines: what is being said.
        proceed: what "next" or "ready" leads to.
        after_lines: what follows when the lines were spoken.
        wait: a time and what happens then; it comes due only in silence.
        commands: what the recogniser listens for.
        cut: the last of `HOLD_LINES` that was cut off; None once it is dealt with.
    """

    def __init__(self, phrases: Phrases) -> None:
        self.state = State.WAITING
        self.now = 0
        self.lines = Lines()
        self.proceed: Continuation | None = None
        self.after_lines: Continuation | None = None
        self.wait: tuple[int, Continuation] | None = None
        self.commands: frozenset[Command] = frozenset()
        self.cut: Line | None = None
        self._phrases = phrases
        self._voice_from = 0
        self._interjected: tuple[Line, ...] = ()
        self._told: deque[Line] = deque(maxlen=SAID_AGAIN)  # what was said last, to its end
        self._out: list[Action] = []

    @property
    def saying(self) -> str:
        """The line being spoken, empty in silence."""
        line = self.lines.current
        return line[1] if line else ""

    @property
    def can_say_last(self) -> bool:
        """True when there is something to say once more."""
        return self.lines.busy or bool(self._told)

    def reach(self, event: Event) -> None:
        """Come to the time of an event.

        Raises:
            ValueError: it lies before one that was handled already; nothing has changed.
        """
        if event.at < self.now:
            raise ValueError(f"{event} comes before sample {self.now}, which has been handled already")
        self.now = event.at

    def do(self, action: Action) -> None:
        """Have something done by the outside world."""
        self._out.append(action)

    def take_actions(self) -> list[Action]:
        """Return what is to be done, in order, and forget it."""
        actions, self._out = self._out, []
        return actions

    def record(self, kind: str, **fields: object) -> None:
        """Have something kept."""
        self.do(Record(self.now, kind, fields))

    def enter(self, state: State, proceed: Continuation | None = None) -> None:
        """Change the state. What was waited for in the old one is forgotten; what is being said goes on."""
        self.state = state
        self.proceed = proceed
        self.after_lines = None
        self.wait = None
        if state is not State.HOLDING:  # a hold goes on from its set-up
            self._told.clear()

    def listen(self, commands: Iterable[Command]) -> None:
        """Have the recogniser listen for these commands from now on."""
        self.commands = frozenset(commands)
        self.do(Listen(self.now, self.commands, hold=self.state in ANY_VOICE_COUNTS))

    def chime(self, sound: Sound) -> None:
        """Answer with a sound; words follow when it is over."""
        self.do(Chime(self.now, sound))
        self.breathe_before_speaking()

    def hush(self) -> None:
        """Fall silent at once."""
        if (line := self.lines.current) is not None and line[0] in HOLD_LINES:
            self.cut = line
        for action in self.lines.hush(self.now):
            self.do(action)

    def hold_back(self) -> None:
        """Fall silent at once, but keep what was to be said."""
        for action in self.lines.hold_back(self.now):
            self.do(action)

    def go_on(self) -> None:
        """Say what was held back, from the start of its line, or what has waited."""
        for action in self.lines.go_on(self.now):
            self.do(action)

    def breathe_before_speaking(self) -> None:
        """Leave a moment of silence before the next words."""
        self._voice_from = self.now + AFTER_CHIME

    def say(self, lines: Iterable[Line], then: Continuation | None = None, *, over_chime: bool = False) -> None:
        """Say lines in place of whatever is being said.

        Args:
            lines: what to say; with none, `then` follows at once.
            then: what follows when the last line has truly ended.
            over_chime: begin at this very sample, also while a chime sounds: a cue does not wait.
        """
        self.hush()
        self.after_lines = None
        said = self.lines.say(lines, self.now if over_chime else max(self.now, self._voice_from))
        for action in said:
            self.do(action)
        if said:
            self.after_lines = then
        elif then is not None:
            then()

    def add(self, lines: Iterable[Line]) -> None:
        """Say lines after what is being said, if anything is, and unless they wait already."""
        unsaid = self.lines.unsaid()
        new = [line for line in lines if line not in unsaid]
        if self.lines.busy:
            self.lines.add(new)
        else:
            self.say(new)

    def interject(self, lines: Iterable[Line], *, resume: bool = True, wait: bool = False) -> None:
        """Say something now and, if asked to, take up afterwards what it interrupted, unless that was one, too.

        Args:
            lines: what to say.
            resume: take up what it interrupts.
            wait: not before `go_on`: until then nothing follows, and what was waited for does not come due.
        """
        unsaid = [line for line in self.lines.unsaid() if line not in self._interjected] if resume else []
        self._interjected = tuple(lines)
        self.say([*self._interjected, *unsaid], self.after_lines)
        if wait:
            self.lines.wait_after(self._interjected[-1])

    def say_last(self, if_nothing: Iterable[Line] = (), *, resume: bool = True) -> None:
        """Say once more what was said last, and go on with what is being said from the start of its line.

        Args:
            if_nothing: what to say when nothing was said yet.
            resume: False in a hold: the breath word that this cuts off is not said late.
        """
        unsaid = [line for line in self.lines.unsaid() if resume or line[0] not in PASSING]
        told = [*self._told] or list(if_nothing)
        if unsaid:
            told = [*self._told][-1:] if resume else []
        elif not resume:
            told = told[-1:]  # between two breath words
        self._interjected = tuple(told)
        self.say([*told, *unsaid], self.after_lines)

    def wait_for(self, length: int, then: Continuation) -> None:
        """Do something after `length` samples, or as soon after as nothing is being said."""
        self.wait = (self.now + length, then)

    def next_wait(self) -> int | None:
        """Return when the wait comes due."""
        return None if self.wait is None or self.lines.busy else max(self.wait[0], self.now)

    def wait_over(self) -> None:
        """Do what was waited for, if its time has come."""
        due = self.next_wait()
        if self.wait is not None and due is not None and due <= self.now:
            then = self.wait[1]
            self.wait = None
            then()

    def speech_finished(self, utterance: int) -> None:
        """Take the true end of an utterance: the next line, or what follows the last."""
        line = self.lines.current
        following = self.lines.finished(utterance, self.now)
        if following is None:
            return
        if line is not None and line[0] not in PASSING:
            self._told.append(line)
        for action in following:
            self.do(action)
        if not following and self.after_lines is not None:
            then, self.after_lines = self.after_lines, None
            self._voice_from = max(self._voice_from, self.now + LINE_GAP)
            then()

    def name_of(self, command: Command) -> str:
        """Return how people call a command."""
        return self._phrases.names[command]

    def prompt(self, key: str, **blanks: object) -> list[Line]:
        """Return one of the language's own prompts as lines."""
        return [(key, line) for line in self._phrases.lines(key, **blanks)]
