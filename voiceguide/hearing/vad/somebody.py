"""Somebody has spoken, whatever it was.

In a hold that is reason enough to ask whether something hurts (S8), also where no word was made out: in noise a
recogniser's utterances may end late or never.
"""

from __future__ import annotations

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples
from voiceguide.core.events import VoiceBegan, VoiceEnded
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.barge_in import BargeIn
from voiceguide.hearing.vad.endpointer import LONGEST

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
