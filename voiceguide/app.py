"""The composition root: the only place where the rooms are put together.

`prepare` builds everything that does not depend on the audio port and renders what will be said; `Prepared.guide`
then runs a session on whatever port it is given. The command line, the demo and the tests all come through here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from voiceguide.audio.lasting import LastingPort
from voiceguide.audio.port import AudioPort
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.core.actions import Sound
from voiceguide.core.memory import NOTHING, Remembered
from voiceguide.core.plan import Routine
from voiceguide.core.script import everything_said
from voiceguide.core.session import Session
from voiceguide.core.view import View
from voiceguide.core.volume import AS_CHOSEN, Loudness
from voiceguide.errors import RecogniserError
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain, Hearing
from voiceguide.hearing.ears import Ears, Listening
from voiceguide.hearing.ears_thread import EarsInThread
from voiceguide.hearing.enrolment.enrolled import Enrolled
from voiceguide.hearing.enrolment.templates import load, place
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.health.card_watch import CardWatch
from voiceguide.hearing.health.microphone import MicrophoneWatch
from voiceguide.hearing.health.missing import missing_parts
from voiceguide.hearing.recognisers.apart import RecogniserApart
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser, Revivable
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal, Watcher
from voiceguide.language.pack import LanguagePack, load_language
from voiceguide.presses import Presses
from voiceguide.rendition import Sink, perform
from voiceguide.replay.folder import Circumstances
from voiceguide.replay.recorder import Recorder, Speech
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.chosen import load_voice
from voiceguide.speaking.voice import Voice

Progress = Callable[[int, int], None]
"""Is called with how many utterances are rendered, and of how many."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choices:
    """What a person chose on the command line.

    Attributes:
        routine: name of a routine or path of a routine file.
        voice: name of a voice; None for the one that was chosen on the page (`as_kept`), else the usual one.
        engine: name of a recogniser; None for the best one installed.
        usual_voice: name of the voice of the settings; None for the best one installed.
        as_kept: a voice that was chosen on the page counts.
    """

    routine: str
    voice: str | None = None
    engine: str | None = None
    usual_voice: str | None = None
    as_kept: bool = False


class Prepared:
    """A routine, a language, a voice with everything rendered, and a recogniser: ready to run.

    A context manager: leaving it ends child processes and frees models.

    Attributes:
        routine: the checked routine.
        language: its language pack.
        voice: the voice that speaks.
        recogniser: the engine that hears.
    """

    def __init__(self, routine: Routine, language: LanguagePack, voice: Voice, recogniser: Recogniser) -> None:
        self.routine = routine
        self.language = language
        self.voice = voice
        self.recogniser = recogniser
        self.speech = SpeechStore(voice)

    def render(self, progress: Progress | None = None) -> None:
        """Render everything a session may say.

        Raises:
            VoiceError: the voice failed.
        """
        self.speech.prepare(everything_said(self.routine, self.language.phrases), progress)

    def guide(  # noqa: PLR0913 - everything a session can be given
        self,
        port: AudioPort,
        journal: Journal,
        *,
        first_time: bool = True,
        watch: Callable[[View], None] | None = None,
        live: bool = False,
        cancel_echo: bool = False,
        rehearsed: bool = False,
        remembered: Remembered = NOTHING,
        loudness: Loudness = AS_CHOSEN,
        recorder: Recorder | None = None,
        presses: Presses | None = None,
        awaits_disk: bool = False,
    ) -> Guide:
        """Return a guide for one session on an audio port.

        Args:
            port: microphone and speaker.
            journal: where events go.
            first_time: say once what the guide is and is not.
            watch: is shown the session ten times a second.
            live: listen in a thread of its own, so that a slow recogniser cannot stall the speaker; files are
                heard in step, which gives the same result every time.
            cancel_echo: the microphone hears the speaker, so the guide's own voice is taken out.
            rehearsed: listen for the words that the person here has rehearsed, too.
            remembered: what is known of the sessions before this one.
            loudness: how softly the guide may speak here and now (`voiceguide.loudness`).
            recorder: writes the whole session down; the guide says so at the beginning.
            presses: commands that are not spoken.
            awaits_disk: reports of pain are kept, and `Guide.report_kept` is told of each (S6).

        Raises:
            RecordingError: the recording cannot be written.
        """
        card = port
        pressed = presses or Presses()
        hearing = self.hearing(
            live=live,
            cancel_echo=cancel_echo,
            rehearsed=rehearsed,
            slips=lambda: card.slipped,
            card=watch_of(card),
        )
        speech: Speech = self.speech
        if recorder is not None:
            recorder.begin(
                Circumstances(
                    routine=self.routine.title,
                    language=self.language.language,
                    voice=self.voice.fingerprint,
                    recogniser=self.recogniser.name,
                    first_time=first_time,
                    remembered=remembered,
                    loudness=loudness,
                    cancel_echo=cancel_echo,
                    live=live,
                    awaits_disk=awaits_disk,
                    audio=port.name,
                ),
                place(self.language.language) if rehearsed else None,
            )
            port, hearing, speech = recorder.port(port), recorder.hearing(hearing), recorder.speech(speech)
            journal.watch(recorder.notice)
        return Guide(
            Session(
                self.routine,
                self.language.phrases,
                speech.length,
                first_time=first_time,
                remembered=remembered,
                recorded=recorder is not None,
                loudness=loudness,
                awaits_disk=awaits_disk,
            ),
            port=port,
            hearing=hearing,
            speech=speech,
            chimes={sound: chime(sound) for sound in Sound},
            journal=journal,
            watch=watch,
            presses=pressed if recorder is None else recorder.presses(pressed),
            late=late_of(card) if recorder is None else recorder.late(late_of(card)),
        )

    def hearing(
        self,
        *,
        live: bool = False,
        cancel_echo: bool = False,
        rehearsed: bool = False,
        slips: Callable[[], Slips] = lambda: NO_SLIPS,
        card: CardWatch | None = None,
    ) -> Hearing:
        """Return the chain from the microphone to the verdicts; the arguments are those of `guide`."""
        return listening(
            self.recogniser,
            self.language,
            live=live,
            cancel_echo=cancel_echo,
            enrolment=place(self.language.language) if rehearsed else None,
            slips=slips,
            card=card,
        )

    def close(self) -> None:
        """End child processes and free models."""
        with ExitStack() as everything:
            everything.callback(self.voice.close)
            everything.callback(self.recogniser.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def listening(
    recogniser: Recogniser,
    pack: LanguagePack,
    *,
    live: bool = False,
    cancel_echo: bool,
    enrolment: Path | None = None,
    slips: Callable[[], Slips] = lambda: NO_SLIPS,
    card: CardWatch | None = None,
) -> Hearing:
    """Return a chain that listens.

    Args:
        recogniser: the engine.
        pack: the language.
        live: listen in a thread of its own.
        cancel_echo: the microphone hears the speaker.
        enrolment: file of what a person rehearsed, None to do without; it need not be there.
        slips: what was lost or added so far between loudspeaker and microphone.
        card: notices when the sound card is lost (`watch_of`).
    """
    enrolled = words_of(enrolment) if enrolment is not None else None
    front_end = FrontEnd() if cancel_echo else None
    typed = isinstance(recogniser, TypedRecogniser)
    return Chain(
        ears_of(recogniser, pack, enrolled, live=live, card=card),
        front_end,
        MicrophoneWatch() if live and not typed else None,
        () if typed else missing_parts(front_end),
        slips,
        card,
    )


def watch_of(port: AudioPort) -> CardWatch | None:
    """Return what notices when a port's sound card is lost, None for a port that cannot lose it."""
    return CardWatch(port) if isinstance(port, LastingPort) else None


def late_of(port: AudioPort) -> Callable[[], bool]:
    """Return what tells whether a port's next block will not become sound; on files each does."""
    return (lambda: port.late) if isinstance(port, LastingPort) else lambda: False


def ears_of(
    recogniser: Recogniser,
    pack: LanguagePack,
    enrolled: Enrolled | None = None,
    *,
    live: bool,
    card: CardWatch | None = None,
) -> Listening:
    """Return the ears of a session or a rehearsal; the arguments are those of `listening`."""
    ears = Ears(recogniser, pack, enrolled)
    if not live:
        return ears
    behind = (lambda: card.behind) if card is not None else (lambda: 0)
    return EarsInThread(ears, ears, ears if isinstance(recogniser, Revivable) else None, behind)


def words_of(path: Path) -> Enrolled | None:
    """Return what knows the words of the person who rehearsed, from a file of theirs; None when there is none."""
    try:
        enrolment = load(path)
        return None if enrolment is None else Enrolled(enrolment)
    except RecogniserError as error:
        _log.warning("%s", error)  # a session without it is better than none
        return None


def prepare(choices: Choices, recogniser: Recogniser | None = None, *, apart: bool = False) -> Prepared:
    """Load what a session needs; nothing is rendered yet.

    Args:
        choices: what was asked for.
        recogniser: one that is loaded already, in place of the one chosen.
        apart: the one chosen runs in a process of its own, so that it cannot hold up the guide's voice.

    Raises:
        VoiceguideError: something is missing or broken; the message says what to do.
    """
    routine = load_routine(find_routine(choices.routine))
    language = load_language(routine.language)
    load = RecogniserApart if apart else choose_recogniser
    engine = recogniser or load(routine.language, choices.engine)
    try:
        if choices.as_kept:
            voice = load_voice(routine.language, choices.voice, choices.usual_voice)
        else:
            voice = choose_voice(routine.language, choices.voice or choices.usual_voice)
    except BaseException:
        engine.close()
        raise
    return Prepared(routine, language, voice, engine)


def render_session(
    routine: Routine,
    voice: str | None,
    sink: Sink,
    ready_after_s: float,
    *,
    progress: Progress | None = None,
    notice: Watcher | None = None,
    watch: Callable[[View], None] | None = None,
) -> int:
    """Run a whole session for somebody who is always ready, without a microphone; see `rendition.perform`.

    Returns:
        Its length in samples.

    Raises:
        LanguageError: there is no such language.
        VoiceError: the voice failed.
    """
    phrases = load_language(routine.language).phrases
    with closing(choose_voice(routine.language, voice)) as speaker:
        speech = SpeechStore(speaker)
        speech.prepare(everything_said(routine, phrases), progress)
        return perform(routine, phrases, speech, sink, ready_after_s=ready_after_s, notice=notice, watch=watch)
