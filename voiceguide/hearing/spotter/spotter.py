"""The second ear: says, hop by hop, how probable it is that each command has just been spoken.

It is independent of the grammar engine: another front end, another model, other mistakes. It decides alone when
it is sure (`Spotted`), and answers how sure it was of what another recogniser says it heard (`strongest`).
"""

from __future__ import annotations

import importlib.util
from collections import deque
from dataclasses import dataclass

import numpy as np

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.spotter.embedding import HOP, SIZE, Floats
from voiceguide.hearing.spotter.head import CONTEXT, Head, Limits, read_limits, shipped
from voiceguide.hearing.spotter.hops import Hops, Look
from voiceguide.hearing.spotter.sureness import Sureness

MEMORY = samples(4.0)
"""How far back `strongest` can look: longer than the longest phrase and a recogniser's wait after it."""

_NO_VECTORS: Floats = np.zeros((0, SIZE), np.float32)


def second_ear_for(language: str) -> bool:
    """Tell whether there is a second ear for a language and what it needs is installed."""
    return shipped(language) is not None and importlib.util.find_spec("pyopen_wakeword") is not None


@dataclass(frozen=True)
class Spotted:
    """A command the second ear is sure of by itself.

    Attributes:
        at: sample time of the decision.
        command: which one.
        score: its mean probability over the hops that decided.
        phrase_end: sample time at which the phrase seems to have ended, to about 0.1 s.
    """

    at: int
    command: Command
    score: float
    phrase_end: int


@dataclass(frozen=True)
class Hop:
    """What the ear believed at one time.

    Attributes:
        at: sample time; all sound before it was heard.
        scores: mean probability of each command, in the order of `Spotter.commands`.
    """

    at: int
    scores: Floats


class Spotter:
    """The second ear for one stream of sound.

    Deterministic: the same samples give the same answers, whatever the size of the frames. Without any sign of
    speech it only keeps the last two seconds of sound, and makes up for the rest when somebody begins to speak.

    Args:
        language: which weights and limits to use.
        hops_at_once: look every so many hops of 80 ms; 2 costs half and answers up to 80 ms later.

    Raises:
        RecogniserError: there are no weights for the language, or `pyopen-wakeword` is missing.
    """

    def __init__(self, language: str = "en", *, hops_at_once: int = 1) -> None:
        files = shipped(language)
        if files is None:
            raise RecogniserError(f'The second ear has not learned the language "{language}".')
        self._head = Head(files[0])
        self._limits = read_limits(files[1])
        self._sound = Hops(hops_at_once)
        self._forget()

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands it knows."""
        return self._head.commands

    @property
    def at(self) -> int:
        """Sample time of the last hop."""
        return self._sound.at

    def fresh(self) -> Floats:
        """Return the embedding's vectors that the last `accept` brought, shape (n, 96): others compare them, too.

        None comes twice; the last one ends at `at`. While the ear sleeps there are none, and when it wakes it
        brings those of the last 1.3 s that it slept through.
        """
        return self._fresh

    def limits(self, command: Command) -> Limits:
        """Return what it takes to believe a command.

        Raises:
            KeyError: it does not know this command.
        """
        return self._limits[command]

    def agreeing(self, command: Command) -> float:
        """Return the score that is enough when another ear claims the same.

        Raises:
            KeyError: it does not know this command.
        """
        return self._limits[command].agreeing

    def alone(self, command: Command) -> float:
        """Return the score at which this ear is sure by itself.

        Raises:
            KeyError: it does not know this command.
        """
        return self._limits[command].alone

    def judges(self, command: Command, since: int) -> bool:
        """Tell whether it has a vote on a command, and was awake since a sample time."""
        votes = command in self._limits and self._limits[command].agreeing > 0
        return votes and bool(self._hops) and self._hops[-1].at > since

    def recent(self) -> list[Hop]:
        """Return the hops of the last 4 s in which it listened, oldest first. Where it slept there is none."""
        return list(self._hops)

    def strongest(self, command: Command, since: int) -> float:
        """Return the highest score of a command since a sample time; 0 for a command it does not know."""
        if command not in self.commands:
            return 0.0
        column = self.commands.index(command)
        return max((float(hop.scores[column]) for hop in self._hops if hop.at > since), default=0.0)

    def accept(self, frame: Frame) -> list[Spotted]:
        """Take the next samples, in frames of any size, and return what was spotted by them, in order.

        Raises:
            RecogniserError: the embedding failed.
        """
        spotted: list[Spotted] = []
        self._fresh = _NO_VECTORS
        for look in self._sound.accept(frame):
            if len(look.vectors):
                spotted += self._judge(look)
            else:
                self._sureness.forget()
        return spotted

    def look_every(self, hops: int) -> None:
        """Look every so many hops from now on, as a machine that is behind can do with."""
        self._sound.every = hops

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self._sound.restart()
        self._forget()

    def close(self) -> None:
        """Free the networks. The spotter is not used again."""
        self._sound.close()

    def _forget(self) -> None:
        self._vectors = self._fresh = _NO_VECTORS
        self._hops: deque[Hop] = deque(maxlen=MEMORY // HOP)
        self._sureness = Sureness(self._head.commands, self._limits)

    def _judge(self, look: Look) -> list[Spotted]:
        self._fresh = np.concatenate([self._fresh, look.vectors])
        # What was slept through is made up for with as many vectors as the head looks at: none before them counts.
        known = look.vectors if len(look.vectors) >= CONTEXT else np.concatenate([self._vectors, look.vectors])
        looks = min(len(known) - CONTEXT + 1, self._sound.every)
        probabilities = self._head.probabilities(known[1 - CONTEXT - looks :])
        self._vectors = known[-CONTEXT:]
        spotted: list[Spotted] = []
        for number, raw in enumerate(probabilities, 1 - looks):
            at = look.at + number * HOP
            sure = self._sureness.judge(at, raw)
            spotted += [Spotted(look.at, one.command, one.score, one.since) for one in sure]
            self._hops.append(Hop(at, self._sureness.scores))
        return spotted
