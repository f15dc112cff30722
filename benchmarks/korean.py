"""Korean calls with Vosk's Korean model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benchmarks.callers import Call, called, guide_says
from benchmarks.conditions import Condition
from benchmarks.people import people
from benchmarks.phrasings import Phrasing
from benchmarks.stage import Stage
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.language.pack import load_language


def korean(condition: Condition) -> dict[str, Any]:
    """Return what became of Korean calls of the pain family and of "stop"."""
    chain = Chain(Ears(choose_recogniser("ko", "vosk"), load_language("ko")), FrontEnd())
    stage = Stage(condition, 0, chain, guide_says("pyttsx3"), None)
    outcomes = [asdict(stage.call(call)) for call in _calls()]
    stage.close()
    return {"outcomes": outcomes}


def _calls() -> Iterator[Call]:
    pack = load_language("ko")
    for person in people("ko"):
        render = person.make()
        for command in (*sorted(PAIN_FAMILY), Command.STOP):
            text = pack.commands[command][0]
            yield called(person.name, Phrasing(text, (command.value,)), render(text))
