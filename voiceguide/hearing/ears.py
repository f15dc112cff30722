"""The ears: microphone frames in, what was heard out."""

from __future__ import annotations

from typing import Protocol

from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.hearing.decision import Decision
from voiceguide.hearing.recogniser import Frame, Recogniser
from voiceguide.language.matcher import Matcher
from voiceguide.language.pack import LanguagePack


class Listening(Protocol):
    """Ears that work at once (`Ears`) or in a thread of their own (`EarsInThread`)."""

    def listen_for(self, commands: frozenset[Command]) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        ...

    def accept(self, frame: Frame) -> list[Heard]:
        """Take the next frame and return what is heard by now, in order.

        Raises:
            RecogniserError: the recogniser failed and cannot go on.
        """
        ...

    def close(self) -> None:
        """Stop listening. The recogniser belongs to who made it, and is theirs to close."""
        ...


class Ears:
    """A recogniser, a language and the decision what counts, on the caller's thread.

    Deterministic: the same samples and calls give the same decisions, whatever the size of the frames.

    Args:
        recogniser: the engine, restarted here and closed by its owner.
        pack: the language of the phrases.
    """

    def __init__(self, recogniser: Recogniser, pack: LanguagePack) -> None:
        recogniser.restart()
        self._recogniser = recogniser
        self._pack = pack
        self._matcher = Matcher(pack)
        self._decision = Decision()
        self._commands: frozenset[Command] | None = None
        self._at = 0

    @property
    def at(self) -> int:
        """Samples heard so far."""
        return self._at

    def listen_for(self, commands: frozenset[Command]) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        if commands != self._commands:
            self._commands = commands
            self._recogniser.expect(self._pack.phrases_for(commands))

    def accept(self, frame: Frame) -> list[Heard]:
        """Take the next frame and return what was heard by it, in order.

        Raises:
            RecogniserError: the recogniser failed and cannot go on.
        """
        heard: list[Heard | None] = []
        self._at += len(frame)
        for hypothesis in self._recogniser.accept(frame):
            # Before what is new: a long frame may hold a partial result, its wait and its end.
            heard.append(self._decision.settle(hypothesis.at))
            heard.append(self._decision.judge(hypothesis, self._matcher.command(hypothesis.text)))
        heard.append(self._decision.settle(self._at))
        return [one for one in heard if one is not None]

    def close(self) -> None:
        """Nothing to stop: the recogniser is its owner's."""
