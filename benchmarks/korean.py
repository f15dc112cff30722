"""Korean calls with the Korean model: our chain beside Vosk's own microphone example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
from benchmarks.alternatives import VoskExample

from benchmarks.callers import END_BELOW_PEAK, Call, guide_says
from benchmarks.conditions import Condition
from benchmarks.people import people
from benchmarks.stage import Stage
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.chain import Chain, Hearing
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import load_language
from voiceguide.models.find import find_model

_VOICES = ("+f4", "+f5", "+m1", "+klatt2")
"""Variants of espeak-ng's Korean that nothing was chosen with."""


def korean(condition: Condition, *, ours: bool) -> dict[str, Any]:
    """Return what became of Korean calls of the pain family and of "stop", in our chain or in Vosk's example."""
    pack = load_language("ko")
    hearing: Hearing = Chain(Ears(_recogniser(), pack), FrontEnd()) if ours else VoskExample(_model(), "ko")
    stage = Stage(condition, 0, hearing, guide_says("pyttsx3"), ("rms", "slt", "awb", "kal16"))
    outcomes = [asdict(stage.call(call)) for call in _calls()]
    stage.close()
    return {"outcomes": outcomes}


def _calls() -> Iterator[Call]:
    pack = load_language("ko")
    for person in people("ko"):
        if not person.name.endswith(_VOICES):
            continue
        render = person.make()
        for command in (*sorted(PAIN_FAMILY), Command.STOP):
            text = pack.commands[command][0]
            sound = render(text)
            loudness = np.abs(sound)
            ends = int(np.flatnonzero(loudness > END_BELOW_PEAK * loudness.max())[-1]) + 1
            yield Call(person.name, text, command, sound, ends)


@cache
def _recogniser() -> Recogniser:
    return choose_recogniser("ko", "vosk")


@cache
def _model() -> Any:
    import vosk  # noqa: PLC0415 - loads a library

    vosk.SetLogLevel(-1)
    return vosk.Model(str(find_model("ko", "vosk")))
