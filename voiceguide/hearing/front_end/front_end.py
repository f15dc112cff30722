"""Speaker and microphone in one room: the guide's own voice is taken out, and somebody else's is noticed."""

from __future__ import annotations

import logging

import numpy as np

from voiceguide.audio.slips import Slips
from voiceguide.core.clock import samples
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.errors import EchoError
from voiceguide.hearing.front_end.canceller import EchoCanceller
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.barge_in import BargeIn
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.speaking.voice import Samples

SPEECH = 1e-6
"""Mean square (-60 dBFS) of the reference from which the guide counts as speaking."""

HANGOVER = samples(0.7)
"""So long after the guide's words a recogniser may still decide about them: the end of an utterance, the room."""

FOUND_WITHIN = samples(5)
"""After so much of the guide's speech without an echo there is none: a headset. The canceller needs a second."""

VOICE_WITHIN = samples(1.5)
"""A word was somebody else's when their voice was noticed so shortly before the decision."""

RESTS_AFTER = samples(2.5)
"""After so long without any reference nothing in the canceller remembers one: its delay line holds 0.5 s, what
looks for the echo 1.0 s, the filter 0.2 s, the gate behind it waits 0.4 s."""

LISTENS_FOR, LISTENS_EVERY = samples(0.03), samples(0.3)
"""At rest, what tells other voices from what usually sounds here gets a tenth of it: it keeps the levels."""

_log = logging.getLogger(__name__)


class FrontEnd:
    """What lies between the guide's mouth and its ears.

    Nobody else's voice is noticed before the canceller has converged: until then it could be the guide's own.
    Without a library for echo cancellation the microphone is passed on as it is, and a warning says so once.

    Attributes:
        may_rest: whether the canceller may rest while the guide is silent: what it lets through then is the
            microphone, but for rumble below 50 Hz. In a session, whose silences are short, it goes on.
    """

    def __init__(self) -> None:
        self.may_rest = False
        self._voice = BargeIn()
        self._now = 0
        self._spoke = -HANGOVER
        self._noticed = -VOICE_WITHIN
        self._spoken = 0  # samples of the guide's speech since an echo was looked for
        self._silent = 0  # samples since the last reference that was not nothing at all
        self._canceller: EchoCanceller | None = None
        try:
            self._canceller = EchoCanceller()
        except EchoError as error:
            _log.warning("%s", error)

    @property
    def canceller(self) -> EchoCanceller | None:
        """The echo canceller, None without a library for it."""
        return self._canceller

    def slipped(self, by: Slips) -> None:
        """Sound was lost or added on the way: the echo comes at another time from now on."""
        if self._canceller is None:
            return
        if by.later:
            self._canceller.shift(by.later)
        if by.unknown:
            if self._canceller.delay_ms is not None:
                self._spoken = 0  # there is an echo, only not where it was: this is no headset
            self._canceller.restart()

    def replaced(self) -> None:
        """Microphone or loudspeaker may be other ones from now on: a headset may have become a loudspeaker."""
        self._spoken = 0
        self.slipped(Slips(unknown=1))

    def listen(self, microphone: Frame, reference: Samples) -> tuple[Frame, VoiceBegan | VoiceEnded | None]:
        """Take one exchange's blocks.

        Args:
            microphone: `(160,)` int16, what came back.
            reference: `(160,)` float32, what went out.

        Returns:
            The microphone without the guide's voice, and the beginning or end of another voice. What is known
            about the room from then on is in `around`.
        """
        self._now += len(microphone)
        self._silent = 0 if reference.any() else self._silent + len(reference)
        if self.may_rest and self._silent > RESTS_AFTER and self._canceller is not None:
            self._rest(microphone, self._canceller)
            return microphone, None
        if np.mean(np.square(reference)) > SPEECH:
            self._spoke = self._now
            self._spoken += len(reference)
        if self._canceller is None:
            return microphone, None
        guide = self._now - self._spoke <= HANGOVER
        nobodys = guide and self._canceller.astray
        clean = self._canceller.process(microphone, reference)
        voice = self._voice.accept(microphone, self._canceller.filtered, guide=guide, nobodys=nobodys)
        if self._voice.speaking:
            self._noticed = self._now
        return clean, voice if self._canceller.converged or isinstance(voice, VoiceEnded) else None

    @property
    def around(self) -> Around:
        """Whose voice may be what was heard just now.

        While the guide is silent it is somebody else's, and where the microphone does not hear the guide.
        """
        if self._now - self._spoke > HANGOVER or self._no_echo():
            return QUIET
        return Around(
            guide=True,
            other=self._now - self._noticed <= VOICE_WITHIN,
            apart=self._canceller is not None and self._canceller.converged,
        )

    def _rest(self, microphone: Frame, canceller: EchoCanceller) -> None:
        canceller.rest(len(microphone))
        if self._now % LISTENS_EVERY < LISTENS_FOR:
            self._voice.accept(microphone, microphone, guide=False)

    def _no_echo(self) -> bool:
        found = self._canceller is None or self._canceller.delay_ms is not None
        return not found and self._spoken >= FOUND_WITHIN

    def close(self) -> None:
        """Free the canceller."""
        if self._canceller is not None:
            self._canceller.close()
