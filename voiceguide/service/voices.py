"""Another voice for the guide that stays: made ready while nothing goes on, for the next session on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from voiceguide.errors import VoiceError
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.voice import Voice

LOOK_EVERY_S = 0.2
"""How often a voice that may not be made ready looks whether it is still wanted."""

CLOSE_LIMIT_S = 5.0
"""Seconds to wait for an utterance that is being rendered when the guide ends."""

_log = logging.getLogger(__name__)


class _NoLongerWantedError(Exception):
    pass


class Voices:
    """What the guide says, in the voice that speaks now, and the same in another one that is being made ready.

    Some hundred lines are rendered before the first is said, in a thread that works while `may_work` allows: in a
    session every thread that computes might cost a word. All methods are called in the guide's thread.

    Args:
        language: of the guide.
        voice: name of the voice that speaks at first.
        speech: what it says; closed by its owner.
        texts: everything that may be said.

    Attributes:
        voice: name of the voice that speaks.
        speech: what it says.
    """

    def __init__(self, language: str, voice: str, speech: SpeechStore, texts: Sequence[str]) -> None:
        self.voice = voice
        self.speech = speech
        self._language = language
        self._texts = texts
        self._own: Voice | None = None
        self._may_work = threading.Event()
        self._making: _Making | None = None

    def may_work(self, may: bool, /) -> None:  # noqa: FBT001 - one word
        """Let a voice be made ready from now on, or not; what is being rendered is finished."""
        if may:
            self._may_work.set()
        else:
            self._may_work.clear()

    def choose(self, name: str) -> None:
        """Make a voice ready, in place of one that was chosen before and does not speak yet."""
        if self._making is not None:
            self._making.give_up()
            self._making = None
        if name != self.voice:
            self._making = _Making(self._language, name, self._texts, self._may_work)

    def take(self) -> str | None:
        """Speak with the voice that was chosen, if it is ready; between two conversations.

        Returns:
            why the one that was chosen cannot speak, None when nothing is wrong.
        """
        made = self._making
        if made is None or not made.done.is_set():
            return None
        self._making = None
        if made.voice is None or made.speech is None:
            made.give_up()
            return made.failure
        if self._own is not None:
            self._own.close()
        self._own, self.voice, self.speech = made.voice, made.voice.name, made.speech
        return None

    def close(self) -> None:
        """Let go of the voices that were made ready here."""
        if self._making is not None:
            self._making.give_up().join(CLOSE_LIMIT_S)
        if self._own is not None:
            self._own.close()


class _Making:
    """One voice while it is made ready, in a thread of its own."""

    def __init__(self, language: str, name: str, texts: Sequence[str], may_work: threading.Event) -> None:
        self.voice: Voice | None = None
        self.speech: SpeechStore | None = None
        self.failure: str | None = None
        self.done = threading.Event()
        self._wanted = True
        self._may_work = may_work
        self._thread = threading.Thread(target=self._make, args=(language, name, texts), name="voice", daemon=True)
        self._thread.start()

    def give_up(self) -> threading.Thread:
        """Stop after the utterance that is being rendered and let go of the voice, in the returned thread."""
        self._wanted = False
        ending = threading.Thread(target=self._let_go, name="voice, ending", daemon=True)
        ending.start()
        return ending

    def _let_go(self) -> None:
        self._thread.join()
        if self.voice is not None:
            self.voice.close()

    def _make(self, language: str, name: str, texts: Sequence[str]) -> None:
        try:
            self._wait()
            self.voice = choose_voice(language, name)
            speech = SpeechStore(self.voice)
            speech.prepare(texts, lambda *_: self._wait())
            self.speech = speech
        except VoiceError as error:
            self.failure = str(error)
            _log.warning("%s The guide keeps the voice it has.", error)
        except _NoLongerWantedError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever else a voice's library raises, the one there speaks on
            self.failure = f"The voice {name} cannot be used: {error}"
            _log.warning("%s The guide keeps the voice it has.", self.failure)
        finally:
            self.done.set()

    def _wait(self) -> None:
        while self._wanted and not self._may_work.wait(LOOK_EVERY_S):
            pass
        if not self._wanted:
            raise _NoLongerWantedError
