"""Hearing, as the guide's loop knows it: microphone and loudspeaker blocks in, what was noticed out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.core.commands import Command
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.health.card_watch import CardWatch
from voiceguide.hearing.health.microphone import MicrophoneWatch
from voiceguide.hearing.noticed import Noticed, Remark
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.speaking.voice import Samples


class Hearing(Protocol):
    """What the loop needs of hearing."""

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is.

        Args:
            commands: which.
            hold: a position is being held, or it was just asked whether something hurts: any voice counts (S8).
        """
        ...

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        """Take one exchange's blocks and return what was noticed by now, in order.

        Args:
            microphone: `(160,)` int16, what came back; None when the microphone has come to its end.
            spoken: `(160,)` float32, what went out.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


class Chain:
    """The whole way of a sound: the front end, which takes the guide's voice out, then the ears.

    Args:
        ears: what listens; closed with this.
        front_end: the room between speaker and microphone; None when the microphone cannot hear the speaker.
        watch: notices when the microphone itself fails; None for a file, which may well be silent.
        remarks: told with the first block.
        slips: what was lost or added so far between loudspeaker and microphone.
        card: notices when the sound card is lost; None for a port that cannot be.
    """

    def __init__(
        self,
        ears: Listening,
        front_end: FrontEnd | None = None,
        watch: MicrophoneWatch | None = None,
        remarks: Sequence[Remark] = (),
        slips: Callable[[], Slips] = lambda: NO_SLIPS,
        card: CardWatch | None = None,
    ) -> None:
        self._ears = ears
        self._front_end = front_end
        self._watch = watch
        self._remarks = remarks
        self._slips = slips
        self._card = card
        self._slipped = slips()
        self._replaced = False

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        self._ears.listen_for(commands, hold=hold)

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        """Take one exchange's blocks and return what was noticed by now, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        noticed: list[Noticed] = [*self._remarks]
        self._remarks = ()
        if microphone is None:
            return [*noticed, *self._ears.accept(np.zeros(len(spoken), np.int16))]
        if self._card is not None:
            noticed += self._card.look(len(spoken))
            if self._card.deaf:  # nothing of this is the microphone's or the room's doing
                self._may_be_another()
                return [*noticed, *self._ears.accept(microphone)]
        if self._watch is not None:
            noticed += self._watch.accept(microphone, speaking=bool(spoken.any()))
            if self._watch.silent:
                self._may_be_another()
            else:
                self._replaced = False
            if self._card is not None:
                self._card.heard(len(microphone), anything=not self._watch.silent)
        if self._front_end is None:
            return [*noticed, *self._ears.accept(microphone)]
        if (slipped := self._slips()) != self._slipped:
            self._front_end.slipped(slipped - self._slipped)
            self._slipped = slipped
        clean, voice = self._front_end.listen(microphone, spoken)
        if voice is not None:
            noticed.append(voice)
        return [*noticed, *self._ears.accept(clean, self._front_end.around)]

    def _may_be_another(self) -> None:
        """What gives nothing now may be another microphone when it gives something again."""
        if self._front_end is not None and not self._replaced:
            self._front_end.replaced()
        self._replaced = True

    def close(self) -> None:
        """Stop listening and free the canceller."""
        self._ears.close()
        if self._front_end is not None:
            self._front_end.close()
