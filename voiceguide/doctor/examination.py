"""The whole examination, one check after the other: first what needs nothing, last what asks for a person.

Nothing here raises what a check can tell: whatever is missing, all the rest is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np

from voiceguide.app import listening
from voiceguide.audio.port import AudioPort
from voiceguide.core.clock import samples
from voiceguide.core.trial import everything_tried
from voiceguide.doctor.check import Check, Verdict, failing
from voiceguide.doctor.clock import clock
from voiceguide.doctor.devices import devices
from voiceguide.doctor.libraries import libraries
from voiceguide.doctor.machine import disk, heat_and_power, python
from voiceguide.doctor.service import service
from voiceguide.doctor.speech import recogniser_check, voice_check
from voiceguide.doctor.speed import speed
from voiceguide.doctor.words import words
from voiceguide.errors import AudioError, RecogniserError, VoiceError, VoiceguideError
from voiceguide.hearing.enrolment.templates import place
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import LanguagePack, load_language
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.voice import Voice

_SPOKEN = samples(4.0)
"""So much speech is listened to for measuring how fast that goes."""

Tell = Callable[[str], None]
"""Is told what goes on, and every sentence the guide says."""


@dataclass(frozen=True)
class Wanted:
    """What is to be examined.

    Attributes:
        language: what will be spoken.
        voice: name of a voice; None for the best one installed.
        engine: name of a recogniser; None for the best one installed.
        sound: try microphone and loudspeaker.
        words: ask for the words of safety, which needs a person.
        cancel_echo: the microphone hears the loudspeaker, so the guide's own voice is taken out.
        live: listen in a thread, as on a card; a file is heard in step.
    """

    language: str = "en"
    voice: str | None = None
    engine: str | None = None
    sound: bool = True
    words: bool = True
    cancel_echo: bool = True
    live: bool = True


@dataclass(frozen=True)
class Sound:
    """Where the sound comes from and goes to.

    Attributes:
        port: microphone and speaker.
        rates: samples per second of both; None where there is nothing to tell.
    """

    port: AudioPort
    rates: tuple[int, int] | None = None


def examine(
    wanted: Wanted,
    open_sound: Callable[[], Sound],
    *,
    load: Callable[[str, str | None], Recogniser] = choose_recogniser,
    tell: Tell = lambda _: None,
) -> Iterator[Check]:
    """Go through all checks.

    Args:
        wanted: what to examine.
        open_sound: opens the audio port, which is closed here; may raise AudioError.
        load: loads a recogniser for a language and a name, as `choose_recogniser` does.
        tell: is told what goes on.

    Raises:
        LanguageError: there is no such language.
    """
    pack = load_language(wanted.language)
    yield python()
    yield from libraries(wanted.language)
    yield from disk()
    yield clock()
    yield heat_and_power()
    yield from service()
    with ExitStack() as stack:
        voice = _voice(stack, wanted)
        yield voice_check(voice)
        tell("loading the recogniser")
        recogniser = _recogniser(stack, wanted, load)
        yield recogniser_check(recogniser, wanted.language)
        ready = None
        if not isinstance(voice, VoiceguideError) and not isinstance(recogniser, VoiceguideError):
            ready = _Ready(pack, SpeechStore(voice), recogniser)
            yield from _speed(ready, tell)
        if wanted.sound:
            yield from _sound(stack, wanted, ready, open_sound, tell)


@dataclass(frozen=True)
class _Ready:
    """What a guide needs to speak and to hear."""

    pack: LanguagePack
    speech: SpeechStore
    recogniser: Recogniser


def _voice(stack: ExitStack, wanted: Wanted) -> Voice | VoiceguideError:
    try:
        return stack.enter_context(closing(choose_voice(wanted.language, wanted.voice)))
    except VoiceError as error:
        return error


def _recogniser(
    stack: ExitStack, wanted: Wanted, load: Callable[[str, str | None], Recogniser]
) -> Recogniser | VoiceguideError:
    try:
        return stack.enter_context(closing(load(wanted.language, wanted.engine)))
    except RecogniserError as error:
        return error


def _speed(ready: _Ready, tell: Tell) -> Iterator[Check]:
    tell("measuring how fast it listens")
    try:
        lines = list(everything_tried(ready.pack.rehearsal.words, ready.pack.trial))
        spoken = np.concatenate([ready.speech.samples(line) for line in lines])[:_SPOKEN]
        with closing(listening(ready.recogniser, ready.pack, cancel_echo=True)) as hearing:
            yield speed(hearing, spoken)
    except (VoiceError, RecogniserError) as error:
        yield failing("speed", error)


def _sound(
    stack: ExitStack, wanted: Wanted, ready: _Ready | None, open_sound: Callable[[], Sound], tell: Tell
) -> Iterator[Check]:
    try:
        sound = open_sound()
    except AudioError as error:
        yield failing("sound card", error)
        return
    stack.enter_context(closing(sound.port))
    tell("Please be quiet for fifteen seconds. You will hear something like birdsong.")
    floor_dbfs, works = None, True
    for check in devices(sound.port, sound.rates):
        if check.name == "microphone":
            floor = check.figures["floor_dbfs"]
            floor_dbfs = floor if isinstance(floor, float) else None
        works = works and check.verdict is not Verdict.FAILS
        yield check
    if not wanted.words:
        yield Check("words", Verdict.NOT_TRIED, "not asked for")
    elif not works or ready is None:
        yield Check("words", Verdict.NOT_TRIED, "what fails above has to work first")
    else:
        yield from _words(wanted, ready, sound.port, floor_dbfs, tell)


def _words(
    wanted: Wanted, ready: _Ready, port: AudioPort, floor_dbfs: float | None, tell: Tell
) -> Iterator[Check]:
    try:
        hearing = listening(
            ready.recogniser,
            ready.pack,
            live=wanted.live,
            cancel_echo=wanted.cancel_echo,
            enrolment=place(wanted.language),
            slips=lambda: port.slipped,
        )
    except RecogniserError as error:
        yield failing("words", error)
        return

    def repeat(said: str) -> None:
        tell(f"guide: {said}")

    yield from words(port, hearing, ready.pack, ready.speech, floor_dbfs=floor_dbfs, tell=repeat)
