"""Somebody has spoken, whatever it was.

In a hold that is reason enough to ask whether something hurts (S8), also where no ear made out a word: in noise a
recogniser's utterances end late or never, and a cry is no word at all.
"""

from __future__ import annotations

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.barge_in import BargeIn

LONGEST = samples(2.5)
"""Who speaks for longer has said something: no command of the language packs takes longer than 2.1 s."""

UNDERSTOOD_WITHIN = samples(0.3)
"""From the end of a voice, 0.3 s after its last sound, until it counts as not understood. PocketSphinx's final
results come 0.35 s after the last sound, and a second opinion on them 0.16 s later."""

UNDERSTOOD_WITHIN_BY = {"vosk": samples(0.8)}
"""Recognisers that take longer: Vosk's final results come 0.7 to 1.1 s after the last sound."""


STOOD_OUT_WITHIN = samples(4.5)
"""Speech that a recogniser could not make out was somebody's when a voice stood out so shortly before: as long as
an utterance may last, and its end."""


class Somebody:
    """Follows voices in what the microphone hears while the guide is silent. Keeps no clock: it counts samples."""

    def __init__(self) -> None:
        self._voice = BargeIn()
        self._since: int | None = None
        self._at = 0
        self._heard_at = -STOOD_OUT_WITHIN

    @property
    def stood_out(self) -> bool:
        """Whether a voice was heard of late that is louder than what usually sounds here."""
        return self._at - self._heard_at < STOOD_OUT_WITHIN

    def accept(self, frame: Frame) -> bool:
        """Take the next frame, of any length; tell whether somebody has stopped speaking, or goes on and on."""
        spoken = [self._has_spoken(frame[at : at + BLOCK]) for at in range(0, len(frame), BLOCK)]
        return any(spoken)

    def _has_spoken(self, block: Frame) -> bool:
        self._at += len(block)
        event = self._voice.accept(block, block, guide=False)
        if isinstance(event, VoiceBegan):
            self._since = self._at
        if self._voice.speaking:
            self._heard_at = self._at
        if self._since is None:
            return False
        spoken = isinstance(event, VoiceEnded) or self._at - self._since >= LONGEST
        if spoken:
            self._since = None
        return spoken
