"""A trial of the words of safety: the guide asks for each once, and knows whether it was heard.

    asking -> listening -> asking ... -> over

Much shorter than a rehearsal, and nothing is learned from it: it shows whether this room, this microphone and
these ears hear the words at all. A word that does not come, or is not heard, is asked for once more. Same
interface as `Session`, so the same loop runs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voiceguide.core.actions import Action, End, Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Begun, Event, Heard, HearingLost, SpeechFinished, Tick
from voiceguide.core.phrases import Phrases
from voiceguide.core.rehearsal import TAKE_WITHIN
from voiceguide.core.scene import Continuation, Scene
from voiceguide.core.states import State
from voiceguide.core.view import View

LINES: Mapping[str, frozenset[str]] = {
    "welcome": frozenset(),
    "ask": frozenset({"phrase"}),
    "again": frozenset({"phrase"}),
    "thanks": frozenset(),
}
"""Every line of the trial, with the blanks its text may use."""

TRIES = 2

WORDS = (Command.PAIN, Command.STOP)
"""What is tried: whoever is heard with these is safe; `rehearse` goes through the rest."""

_SETTLE = samples(0.3)
"""After the guide's last syllable the room still carries it."""


@dataclass(frozen=True)
class Tried:
    """What became of one word.

    Attributes:
        command: whose word it was to be.
        phrase: the words that were asked for.
        heard: what the ears took it for: a word of safety, or None.
        engine: which ear, by its name; empty when none did.
        tries: how often it was asked for.
        since: sample time from which on it was listened for, the last time.
        until: sample time at which it was heard or given up.
    """

    command: Command
    phrase: str
    heard: Command | None
    engine: str
    tries: int
    since: int
    until: int


class Trial:
    """One trial.

    Args:
        words: the phrase for each command, as in a rehearsal.
        lines: the language's lines for it, the keys those of `LINES`.

    Attributes:
        tried: what became of the words so far, in order.
        deaf: why hearing failed in the middle; empty when it did not.
        words: what is asked for, in order: the command and its phrase.
    """

    def __init__(self, words: Mapping[Command, str], lines: Phrases) -> None:
        self._scene = Scene(lines)
        self._lines = lines
        self.words = [(command, words[command]) for command in WORDS if command in words]
        self._tries = 0
        self._since: int | None = None
        self._heard = ""
        self.tried: list[Tried] = []
        self.deaf = ""

    def handle(self, event: Event) -> list[Action]:
        """Take one event and return what is to be done, in order.

        Raises:
            ValueError: the event lies before one that was handled already.
        """
        self._scene.reach(event)
        match event:
            case Begun():
                self._scene.listen({Command.STOP})
                self._say("welcome", self._ask)
            case SpeechFinished(utterance=utterance):
                self._scene.speech_finished(utterance)
            case Tick():
                self._scene.wait_over()
            case Heard(command=Command() as command):
                self._take(command, event)
            case HearingLost(reason=reason):
                self.deaf = reason
                self._scene.wait = None
                self._scene.hush()
                self._end()
            case _:
                pass
        return self._scene.take_actions()

    def next_deadline(self) -> int | None:
        """Return the sample time at which the trial wants a `Tick`, None when it waits for an event."""
        return self._scene.next_wait()

    def view(self, at: int) -> View:
        """Return what there is to show at a sample time."""
        return View(
            at=at,
            state=State.WAITING,
            repeat=min(len(self.tried) + 1, len(self.words)),
            repeats=len(self.words),
            saying=self._scene.saying,
            heard=self._heard,
        )

    def _ask(self) -> None:
        self._tries += 1
        self._since = None
        self._say("ask" if self._tries == 1 else "again", lambda: self._scene.wait_for(_SETTLE, self._listen))

    def _listen(self) -> None:
        self._since = self._scene.now
        self._scene.wait_for(TAKE_WITHIN, self._missed)

    def _take(self, command: Command, heard: Heard) -> None:
        # While the guide asks, what is heard may be its own words.
        if self._since is None or command not in PAIN_FAMILY | {Command.STOP}:
            return
        self._heard = heard.text
        self._scene.chime(Sound.ACCEPTED)
        self._done(command, heard.engine)

    def _missed(self) -> None:
        if self._tries < TRIES:
            self._ask()
        else:
            self._done(None, "")

    def _done(self, heard: Command | None, engine: str) -> None:
        command, phrase = self.words[len(self.tried)]
        since = self._scene.now if self._since is None else self._since
        self.tried.append(Tried(command, phrase, heard, engine, self._tries, since, self._scene.now))
        self._scene.wait, self._since, self._tries = None, None, 0
        if len(self.tried) < len(self.words):
            self._ask()
        else:
            self._say("thanks", self._end)

    def _end(self) -> None:
        self._since = None
        self._scene.do(End(self._scene.now))

    def _say(self, key: str, then: Continuation) -> None:
        blanks = {"phrase": self.words[len(self.tried)][1]} if LINES[key] else {}
        self._scene.say([(f"trial_{key}", line) for line in self._lines.lines(key, **blanks)], then)


def everything_tried(words: Mapping[Command, str], lines: Phrases) -> Iterator[str]:
    """Return every text a trial can say, so that it can be rendered before the first word."""
    for key, blanks in LINES.items():
        for command in WORDS if blanks else WORDS[:1]:
            if command in words:
                yield from lines.lines(key, **({"phrase": words[command]} if blanks else {}))
