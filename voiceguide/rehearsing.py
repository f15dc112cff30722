"""Puts a rehearsal together, as `app.py` does a session: the same loop, the same ears, and what records."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voiceguide.app import ears_of, late_of, watch_of
from voiceguide.audio.port import AudioPort
from voiceguide.core.actions import Sound
from voiceguide.core.rehearsal import Rehearsal, everything_rehearsed
from voiceguide.core.takes import Learned
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.enrolment.capture import Capturing
from voiceguide.hearing.enrolment.templates import place
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import LanguagePack
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.chimes import chime


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal has come to.

    Attributes:
        learned: what was heard; None when it was left before its end.
        path: where what was learned is kept.
        failure: why it could not be written down; empty when it could.
    """

    learned: Learned | None
    path: Path
    failure: str


def worth_offering(language: str, *, first_time: bool) -> bool:
    """Tell whether to ask before a session: it is the first, nothing was learned yet, and it could be."""
    possible = importlib.util.find_spec("pyopen_wakeword") is not None
    return first_time and possible and not place(language).exists()


def everything_said(pack: LanguagePack) -> list[str]:
    """Return every text a rehearsal can say, each once, so that it can be rendered before the first word."""
    prompts = (*pack.phrases.lines("safety_release_anywhere"), *pack.phrases.lines("hearing_lost"))
    return list(dict.fromkeys((*everything_rehearsed(pack.rehearsal), *prompts)))


def rehearse(  # noqa: PLR0913 - as for `app.Prepared.guide`
    port: AudioPort,
    journal: Journal,
    *,
    recogniser: Recogniser,
    pack: LanguagePack,
    speech: SpeechStore,
    live: bool = False,
    cancel_echo: bool = False,
    offered: bool = False,
    begins: Callable[[Guide], None] = lambda _guide: None,
) -> Rehearsed:
    """Run one rehearsal on an audio port. The port, the recogniser and the voice stay their owners'.

    What is learned is kept at the language's place in the user's data folder.

    Args:
        port: microphone and speaker.
        journal: where events go.
        recogniser: the engine that hears, as in a session.
        pack: the language.
        speech: rendered speech; `everything_said` should have been rendered.
        live: listen and learn in threads, so that the speaker never waits.
        cancel_echo: the microphone hears the speaker, so the guide's own voice is taken out.
        offered: ask first whether to rehearse at all.
        begins: is handed the guide before it begins, to tell it to end.

    Raises:
        AudioError: the audio port failed.
        RecogniserError: an ear failed, or the speech embedding is missing.
    """
    path = place(pack.language)
    ears = ears_of(recogniser, pack, live=live)
    capturing = Capturing(ears, pack.language, path, live=live)
    guide = Guide(
        Rehearsal(pack.rehearsal, pack.phrases, offered=offered),
        port=port,
        hearing=Chain(
            capturing, FrontEnd() if cancel_echo else None, slips=lambda: port.slipped, card=watch_of(port)
        ),
        speech=speech,
        chimes={sound: chime(sound) for sound in Sound},
        journal=journal,
        capture=capturing.do,
        late=late_of(port),
    )
    begins(guide)
    try:
        guide.run()
    finally:
        guide.close()
    return Rehearsed(capturing.learned, path, capturing.failure)
