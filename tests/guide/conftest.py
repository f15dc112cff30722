from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from small_routine import ROUTINE

from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.session import Session
from voiceguide.core.view import View
from voiceguide.guide import Guide, Speech
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears, Listening
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.presses import Presses
from voiceguide.speaking.chimes import chime
from voiceguide.testing import VirtualPort, VirtualSpeech

INTO_A_HOLD = ((6.0, "start"), (9.0, "ready"), (13.5, "ready"), (23.0, "ready"))
"""Seconds and words that bring the small routine into its first hold, from 25.36 s on."""


Script = tuple[tuple[float, str], ...]


@dataclass
class Rig:
    """A guide with everything around it, its journal kept."""

    guide: Guide
    port: VirtualPort
    entries: list[dict[str, Any]] = field(default_factory=list)
    views: list[View] = field(default_factory=list)

    def of(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        wanted = {"kind": kind, **fields}
        return [entry for entry in self.entries if wanted.items() <= entry.items()]

    def at(self, kind: str, **fields: object) -> int:
        return samples(self.of(kind, **fields)[0]["time_s"])


NewRig = Callable[..., Rig]


def typed(script: Iterable[tuple[float, str]]) -> TypedRecogniser:
    return TypedRecogniser(script=[(samples(at_s), words) for at_s, words in script])


@pytest.fixture(scope="session")
def new_rig() -> NewRig:
    def build(  # noqa: PLR0913 - everything a guide can be given
        script: Iterable[tuple[float, str]] = (),
        *,
        mic_s: float = 60.0,
        port: VirtualPort | None = None,
        recogniser: Recogniser | None = None,
        ears: Callable[[Ears], Listening] = lambda ears: ears,
        speech: Speech | None = None,
        journal: Journal | None = None,
        presses: Presses | None = None,
        watch: Callable[[View], None] | None = None,
    ) -> Rig:
        language = load_language("en")
        kept, audio = journal or Journal(), port or VirtualPort(mic_s)
        views: list[View] = []
        guide = Guide(
            Session(ROUTINE, language.phrases, VirtualSpeech().length, first_time=False),
            port=audio,
            hearing=Chain(ears(Ears(recogniser or typed(script), language))),
            speech=speech or VirtualSpeech(),
            chimes={sound: chime(sound) for sound in Sound},
            journal=kept,
            watch=watch or views.append,
            presses=presses,
        )
        rig = Rig(guide, audio, views=views)
        kept.watch(rig.entries.append)
        return rig

    return build


@pytest.fixture(scope="session")
def into_a_hold() -> Script:
    return INTO_A_HOLD
