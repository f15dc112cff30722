"""The last words of a guide that waits to be asked: why it cannot go on, aloud, since nobody reads its log."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress

import numpy as np

from voiceguide.audio.port import BLOCK, AudioPort
from voiceguide.core.lines import LINE_GAP
from voiceguide.core.phrases import Phrases
from voiceguide.errors import (
    AudioError,
    CardInUseError,
    InUseError,
    LanguageError,
    ModelError,
    RecogniserError,
    RoutineError,
    SettingsError,
    VoiceError,
    VoiceguideError,
)
from voiceguide.guide import Speech
from voiceguide.language.pack import available_languages, load_language
from voiceguide.routine.load import find_routine, read
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.choose import choose_voice, voices_for
from voiceguide.speaking.voice import Samples

FOR_GOOD = "gave_up_for_good"
"""What is said when systemd has given up starting the guide again."""

_log = logging.getLogger(__name__)


class LastWords:
    """Says why a guide cannot go on, with whatever it has by then.

    Args:
        open_port: opens a port, where none is open yet.
        environment: says in which language, where no routine does.
        look: is called with each block, and raises when the program is told to end.

    Attributes:
        names: the routines of the guide: they tell its language.
        speech: what the guide says, once there is a voice.
        port: where it says it, once it is open; it stays its owner's.
        in_session: tells whether somebody is being guided, perhaps in a position.
    """

    def __init__(
        self,
        open_port: Callable[[], AudioPort],
        environment: Mapping[str, str] = os.environ,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self.names: Sequence[str] = ()
        self.speech: Speech | None = None
        self.port: AudioPort | None = None
        self.in_session: Callable[[], bool] = lambda: False
        self._open_port = open_port
        self._environment = environment
        self._look = look

    def because_of(self, error: Exception) -> None:
        """Say why the guide cannot go on; never raises.

        Beside another guide it says nothing: that one would hear it, and it goes on.
        """
        if isinstance(error, CardInUseError):
            return
        out_of_it = ("hearing_lost_rest",) if self.in_session() else ()
        self.say(*out_of_it, reason(error), "gave_up_help")

    def say(self, *prompts: str) -> None:
        """Say some of the language's prompts; never raises."""
        try:
            language = self._language()
            phrases = load_language(language).phrases
            with ExitStack() as stack:
                sound = self._sound(stack, phrases, prompts, language)
                port = self.port or stack.enter_context(closing(self._open_port()))
                for block in _blocks(sound):
                    self._look()
                    port.exchange(block)
        except Exception as error:  # noqa: BLE001 - it is about to end anyway, and its log tells why
            _log.warning("It cannot be said either: %s", error)

    def _language(self) -> str:
        known = available_languages()
        for name in self.names:
            with suppress(VoiceguideError):
                written = read(find_routine(name)).source.data  # a broken one has a language, too
                if isinstance(written, dict) and written.get("language") in known:
                    return str(written["language"])
        spoken = (self._environment.get(one, "") for one in ("LC_ALL", "LC_MESSAGES", "LANG"))
        here = next(filter(None, spoken), "")[:2]
        return here if here in known else "en"

    def _sound(self, stack: ExitStack, phrases: Phrases, prompts: Sequence[str], language: str) -> list[Samples]:
        """Return the words in the voice of the guide, or in any other one that works."""
        texts = [text for prompt in prompts for text in phrases.lines(prompt)]
        if self.speech is not None:
            with suppress(VoiceError):
                return [self.speech.samples(text) for text in texts]
        for name in voices_for(language):
            with suppress(VoiceError):
                other = SpeechStore(stack.enter_context(closing(choose_voice(language, name))))
                other.prepare(texts)
                return [other.samples(text) for text in texts]
        raise VoiceError("There is no voice that works.")


def reason(error: Exception) -> str:
    """Return the name of the prompt that says what kind of error ends the guide."""
    match error:
        case InUseError():
            return "gave_up_in_use"
        case SettingsError():
            return "gave_up_settings"
        case RoutineError() | LanguageError():
            return "gave_up_routine"
        case RecogniserError() | ModelError():
            return "gave_up_recogniser"
        case VoiceError():
            return "gave_up_voice"
        case AudioError():
            return "gave_up_sound"
        case _:
            return "gave_up_otherwise"


def _blocks(sounds: Sequence[Samples]) -> Iterator[Samples]:
    gap = np.zeros(LINE_GAP, np.float32)
    whole = np.concatenate([part for sound in sounds for part in (gap, sound)] + [gap])
    whole = np.pad(whole, (0, -len(whole) % BLOCK))
    for at in range(0, len(whole), BLOCK):
        yield whole[at : at + BLOCK]
