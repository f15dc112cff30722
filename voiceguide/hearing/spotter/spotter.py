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
from voiceguide.hearing.recogniser import Frame
from voiceguide.hearing.spotter.embedding import (
    FRAMES,
    HOP,
    HOP_FRAMES,
    OVERLAP,
    SIZE,
    Floats,
    SpeechEmbedding,
)
from voiceguide.hearing.spotter.head import CONTEXT, Head, Limits, read_limits, shipped
from voiceguide.hearing.spotter.sureness import Sureness
from voiceguide.hearing.spotter.waking import Waking

MEMORY = samples(4.0)
"""How far back `strongest` can look: longer than the longest phrase and a recogniser's wait after it."""


_MELS = FRAMES + HOP_FRAMES * (CONTEXT - 1)


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
        self._embedding = SpeechEmbedding()
        self._every = hops_at_once
        self._sound: Frame
        self.restart()

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands it knows."""
        return self._head.commands

    @property
    def at(self) -> int:
        """Sample time of the last hop."""
        return self._at

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
        sound: Frame = np.concatenate([self._sound, frame])
        spotted: list[Spotted] = []
        self._fresh = self._vectors[:0]
        while len(sound) >= OVERLAP + HOP:
            spotted += self._hop(sound[: OVERLAP + HOP])
            sound = sound[HOP:]
        self._sound = sound
        return spotted

    def look_every(self, hops: int) -> None:
        """Look every so many hops from now on, as a machine that is behind can do with."""
        self._every = hops

    def restart(self) -> None:
        """Begin a new stream: forget the sound so far and count samples from zero."""
        self._at = 0
        self._sound = np.zeros(OVERLAP, np.int16)
        self._mels: Floats = self._embedding.before(CONTEXT)
        self._unseen: deque[Frame] = deque(maxlen=-(-_MELS // HOP_FRAMES))  # sound without mel frames yet
        self._vectors: Floats = np.zeros((CONTEXT, SIZE), np.float32)
        self._fresh = self._vectors[:0]
        self._missing = CONTEXT
        self._hops: deque[Hop] = deque(maxlen=MEMORY // HOP)
        self._sureness = Sureness(self._head.commands, self._limits)
        self._waking = Waking()

    def close(self) -> None:
        """Free the networks. The spotter is not used again."""
        self._embedding.close()

    def _hop(self, window: Frame) -> list[Spotted]:
        self._at += HOP
        self._unseen.append(window)
        self._missing = min(self._missing + 1, CONTEXT)
        if not self._waking.awake(window[OVERLAP:], self._at):
            self._sureness.forget()
            return []
        if self._at // HOP % self._every:
            return []
        seen = (self._embedding.mel(window) for window in self._unseen)
        self._mels = np.concatenate([self._mels, *seen])[-_MELS:]
        self._unseen.clear()
        # One shape for each of the two cases: a few hops as always, or all that was slept through.
        count = self._every if self._missing <= self._every else CONTEXT
        new = self._embedding.vectors(self._mels[_MELS - FRAMES - HOP_FRAMES * (count - 1) :])
        self._fresh = np.concatenate([self._fresh, new[-self._missing :]])
        before = CONTEXT + self._every - 1
        self._vectors = np.concatenate([self._vectors, new])[-before:]
        self._missing = 0
        looks = min(len(self._vectors) - CONTEXT + 1, self._every)
        spotted: list[Spotted] = []
        for back, raw in zip(
            range(looks - 1, -1, -1), self._head.probabilities(self._vectors)[-looks:], strict=True
        ):
            at = self._at - back * HOP
            spotted += [
                Spotted(self._at, sure.command, sure.score, sure.since) for sure in self._sureness.judge(at, raw)
            ]
            self._hops.append(Hop(at, self._sureness.scores))
        return spotted
