"""Hearing that can be looked into afterwards: what every ear made of a sound, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voiceguide.core.commands import Command
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.spotter.spotter import Hop, Spotter
from voiceguide.hearing.vad.endpointer import Utterances
from voiceguide.hearing.verdict.evidence import Verdict

LONGEST_S = 60.0
"""Seconds after which a stretch of speech is cut: here they are only shown."""


@dataclass(frozen=True)
class Explained:
    """A sound, as the ears heard it.

    Attributes:
        sound: `(n,)` int16 at 16 kHz.
        speech: begin and end of each stretch of speech, in samples.
        commands: the second ear's commands; empty without one.
        hops: what the second ear believed, hop by hop.
        verdicts: every claim, whether it counted, and why.
    """

    sound: Frame
    speech: list[tuple[int, int]]
    commands: tuple[Command, ...]
    hops: list[Hop]
    verdicts: list[Verdict]

    def scores(self, command: Command) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the second ear's score of a command: sample times and values."""
        column = self.commands.index(command)
        times = np.array([hop.at for hop in self.hops], np.int64)
        return times, np.array([hop.scores[column] for hop in self.hops], np.float32)


def explain(frames: Iterable[Frame], ears: Ears, second: Spotter | None) -> Explained:
    """Listen to a sound and keep everything.

    Args:
        frames: int16 at 16 kHz, in frames of any size.
        ears: what listens, told before what is possible.
        second: the second ear, as `ears` has it.

    Raises:
        RecogniserError: an ear failed.
    """
    kept: list[Frame] = []
    verdicts: list[Verdict] = []
    hops: list[Hop] = []
    utterances = Utterances(LONGEST_S)
    begun: int | None = None
    speech: list[tuple[int, int]] = []
    for frame in frames:
        kept.append(frame)
        verdicts += ears.accept(frame)
        for piece in utterances.accept(frame):
            begun = piece.at - len(piece.sound) // 2 if begun is None else begun
            if piece.last:
                speech.append((begun, piece.at))
                begun = None
        if second is not None:
            seen = hops[-1].at if hops else 0
            hops += [hop for hop in second.recent() if hop.at > seen]
    sound = np.concatenate(kept) if kept else np.zeros(0, np.int16)
    if begun is not None:
        speech.append((begun, len(sound)))
    return Explained(sound, speech, second.commands if second else (), hops, verdicts)
