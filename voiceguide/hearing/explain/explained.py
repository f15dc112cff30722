"""Hearing that can be looked into afterwards: what was made of a sound, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.endpointer import Endpointer
from voiceguide.hearing.verdict.verdict import Verdict


@dataclass(frozen=True)
class Explained:
    """A sound, as it was heard.

    Attributes:
        sound: `(n,)` int16 at 16 kHz.
        speech: begin and end of each utterance, in samples.
        verdicts: what was made of each hypothesis, whether it counted, and why.
    """

    sound: Frame
    speech: list[tuple[int, int]]
    verdicts: list[Verdict]


def explain(frames: Iterable[Frame], ears: Ears) -> Explained:
    """Listen to a sound and keep everything.

    Args:
        frames: int16 at 16 kHz, in frames of any size.
        ears: what listens; it has been told what is possible.

    Raises:
        RecogniserError: the recogniser failed.
    """
    kept: list[Frame] = []
    verdicts: list[Verdict] = []
    speech: list[tuple[int, int]] = []
    endpointer = Endpointer()
    for frame in frames:
        kept.append(frame)
        verdicts += ears.accept(frame)
        speech += [(one.began, one.spoke_until) for one in endpointer.accept(frame) if one.over]
    sound = np.concatenate(kept) if kept else np.zeros(0, np.int16)
    return Explained(sound, speech, verdicts)
