"""A sound card for months: when it fails it is opened again, by name, for as long as it takes.

Meanwhile `exchange` goes on at its pace, silence in and nothing out, and `lost` says why. Opening happens in a
thread, because it may take many seconds. A card that was opened counts once it has taken and given sound for
`PROOF` blocks.

| what there is                  | what is opened           | `exchange` waits for |
|--------------------------------|--------------------------|----------------------|
| microphone and speaker         | both, as at first        | the microphone       |
| the speaker alone              | it, to say what is wrong | the speaker          |
| neither                        | nothing                  | the clock            |

While something is lost both are tried again and again. If the speaker is open alone it has to be closed for that,
as many drivers let a device be opened once only; so a try waits until the guide says nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from voiceguide.audio.card import CardPort
from voiceguide.audio.card_link import Counters
from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.backoff import Backoff
from voiceguide.core.clock import RATE
from voiceguide.errors import AudioError

PROOF = 50
"""Blocks, half a second: a card whose server is about to end has been seen to open and to deliver a few."""

STEADY = 6000
"""Blocks, a minute: a card that fails after working for so long is tried again as soon as the first time."""

SILENT_FOR = 50
"""Blocks of silence after which the guide has said what it wanted to say for now."""

_BLOCK_S = BLOCK / RATE
_LATE_S = 0.5

_log = logging.getLogger(__name__)


class Card(Protocol):
    """What is needed of a card: see `CardPort`."""

    @property
    def name(self) -> str:
        """Both devices."""
        ...

    @property
    def microphone(self) -> str:
        """The microphone's full name."""
        ...

    @property
    def speaker(self) -> str:
        """The speaker's full name."""
        ...

    @property
    def counters(self) -> Counters:
        """What was lost or late."""
        ...

    @property
    def slipped(self) -> Slips:
        """How the echo's delay has changed."""
        ...

    @property
    def behind_s(self) -> float:
        """Seconds by which what was returned last is old."""
        ...

    @property
    def late(self) -> bool:
        """Whether the next block comes too late to be played."""
        ...

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock:
        """Play a block and return the next one heard."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class OpenCard(Protocol):
    """Opens a card, as `CardPort` does."""

    def __call__(self, mic: str | None, speaker: str | None, *, deaf: bool) -> Card:
        """Open it, or raise `AudioError`."""
        ...


class LastingPort:
    """The microphone and the speaker of a person in the room, whatever happens to them.

    Args:
        mic: number, name or part of the name of the microphone; None for the system's default.
        speaker: the same for the speaker.
        patient: begin also without a card; it may be plugged in later.
        deaf: do without a microphone: only silence comes back.
        open_card: opens it; for tests.
        clock: seconds that only grow; for tests.
        sleep: waits; for tests.

    Raises:
        AudioError: the card cannot be opened now, and the port is not patient.
    """

    def __init__(
        self,
        mic: str | None = None,
        speaker: str | None = None,
        *,
        patient: bool = False,
        deaf: bool = False,
        open_card: OpenCard = CardPort,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._wanted = mic, speaker
        self._open_card = open_card
        self._deaf = deaf
        self._clock = clock
        self._sleep = sleep
        self._name = "no sound card yet"
        self._card: Card | None = None
        self._lost: str | None = None
        self._lost_since = 0.0
        self._speaks = False  # what is lost can be said: the speaker is open alone
        self._worked = 0  # blocks since it was opened
        self._silent = 0  # blocks since the guide said something
        self._due = clock()
        self._attempt: _Attempt | None = None
        self._backoff = Backoff()
        self._next_try = 0.0
        self._doubted = False
        self._slips = NO_SLIPS  # up to the card that is open, or was last
        self._counted: Counter[str] = Counter()  # of the cards before it
        try:
            self._take(open_card(mic, speaker, deaf=deaf))
        except AudioError as error:
            if not patient:
                raise
            self._lose(str(error))

    @property
    def name(self) -> str:
        """Both devices, as "USB Audio -> USB Audio"."""
        return self._name

    @property
    def lost(self) -> str | None:
        """Why nothing can be heard at present, None while all is well.

        Changes when it can be said: when there is a speaker, though no microphone.
        """
        return self._lost

    @property
    def slipped(self) -> Slips:
        """How the delay from speaker to microphone has changed; opening again changes it nobody knows how much."""
        return self._slips + (self._card.slipped if self._card is not None and self._lost is None else NO_SLIPS)

    @property
    def behind_s(self) -> float:
        """Seconds by which the program is behind the card; 0 while there is none."""
        return self._card.behind_s if self._card is not None and self._lost is None else 0.0

    @property
    def troubles(self) -> Mapping[str, int]:
        """How often sound was lost or late so far, by the names in `Counters`, and how often it was reopened."""
        if self._card is None or self._lost is not None:
            return dict(self._counted)
        return dict(self._counted + Counter(self._card.counters.troubles))

    @property
    def late(self) -> bool:
        """Whether the next block does not become sound: it comes too late, or there is no speaker."""
        return self._card is None or self._card.late

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock:
        """Play a block and return the next one heard; silence while something is lost. Never raises `AudioError`.

        Args:
            block: `(160,)` float32 in -1..1, mono, 16 kHz.

        Returns:
            `(160,)` int16, mono, 16 kHz.
        """
        self._silent = 0 if block.any() else self._silent + 1
        if self._lost is not None or self._doubted or self._attempt is not None:
            self._try_again()
        heard = None
        if self._card is not None:
            try:
                heard = self._card.exchange(block)
                self._worked += 1
            except AudioError as error:
                self._lose(str(error))
        if heard is None:
            self._keep_time()
        return heard if heard is not None and self._lost is None else np.zeros(BLOCK, np.int16)

    def reopen(self) -> None:
        """Open the card again, once the guide says nothing, though it works: what comes from it is useless."""
        self._doubted = True

    def close(self) -> None:
        """Play what is queued and close everything. Closing twice is harmless."""
        if self._attempt is not None:
            self._attempt.abandon()
            self._attempt = None
        if self._card is None:
            return
        lost_or_late = {name: number for name, number in self.troubles.items() if number}
        if lost_or_late:
            _log.info("%s: lost or late over the whole time: %s", self._name, lost_or_late)
        self._card.close()
        self._card = None

    def _take(self, card: Card) -> None:
        self._card, self._name, self._worked = card, card.name, 0
        self._wanted = card.microphone, card.speaker
        self._lost, self._speaks = None, False

    def _lose(self, reason: str) -> None:
        """Take the failure of the card that was open: of the whole one, or of the speaker alone."""
        card = self._give_up()
        if self._lost is None:
            if self._worked >= STEADY:
                self._backoff.reset()
            self._lost, self._lost_since = reason, self._clock()
            _log.warning("%s: %s It is opened again as soon as it can be.", self._name, reason)
        self._speaks = False
        self._next_try = self._clock() + self._backoff.next_s()
        self._due = self._clock()
        if card is not None:
            card.close()

    def _give_up(self) -> Card | None:
        """Take the card out of use and return it."""
        card, self._card = self._card, None
        if card is not None and self._lost is None:
            self._slips += card.slipped
            self._counted.update(card.counters.troubles)
        return card

    def _try_again(self) -> None:
        if self._attempt is None:
            due = self._doubted or self._clock() >= self._next_try
            if due and (self._card is None or self._silent >= SILENT_FOR):
                self._doubted = False
                self._due = self._clock()
                self._attempt = _Attempt(self._open_card, *self._wanted, self._give_up(), deaf=self._deaf)
            return
        if not self._attempt.over:
            return
        attempt, self._attempt = self._attempt, None
        if attempt.card is not None and attempt.deaf is self._deaf:
            self._counted["reopened"] += 1
            self._slips += Slips(unknown=1) - attempt.card.slipped
            if self._lost is not None:
                _log.warning("%s works again, after %.0f s", attempt.card.name, self._clock() - self._lost_since)
            self._take(attempt.card)
            return
        if self._lost is None:
            self._lose(attempt.reason)
        self._next_try = self._clock() + self._backoff.next_s()
        self._card = attempt.card
        if attempt.card is not None and not self._speaks:
            self._speaks = True
            self._lost = f"{attempt.reason} (The speaker works, and what is wrong is said through it.)"

    def _keep_time(self) -> None:
        now = self._clock()
        if now - self._due > _LATE_S:
            self._due = now  # what was missed is not caught up with
        self._due += _BLOCK_S
        self._sleep(max(0.0, self._due - now))


class _Attempt:
    """One try to open a card, in a thread of its own.

    Attributes:
        card: what was opened and has proved itself, None when nothing could be.
        deaf: it is the speaker alone.
        reason: why the microphone could not be opened.
    """

    def __init__(
        self, open_card: OpenCard, mic: str | None, speaker: str | None, before: Card | None, *, deaf: bool
    ) -> None:
        self.card: Card | None = None
        self.deaf = deaf
        self.reason = ""
        self._open = open_card
        self._devices = mic, speaker
        self._before = before
        self._abandoned = False
        self._lock = threading.Lock()
        self._over = False
        # A daemon: an opening that hangs must not keep the program from ending.
        threading.Thread(target=self._run, name="sound card", daemon=True).start()

    @property
    def over(self) -> bool:
        """True when it is known how it went."""
        return self._over

    def abandon(self) -> None:
        """Close whatever is or will be opened."""
        with self._lock:
            self._abandoned = True
            if self._over and self.card is not None:
                self.card.close()

    def _run(self) -> None:
        if self._before is not None:
            self._before.close()
        card = None
        for deaf in dict.fromkeys((self.deaf, True)):
            if self._abandoned:
                break
            try:
                card = self._proved(self._open(*self._devices, deaf=deaf))
                self.deaf = deaf
                break
            except AudioError as error:
                self.reason = self.reason or str(error)
            except Exception as error:  # noqa: BLE001 - a try that never ended would be the last one
                self.reason = self.reason or f"The sound card does not open: {type(error).__name__}: {error}."
        with self._lock:
            self.card, self._over = card, True
            if self._abandoned and card is not None:
                card.close()

    def _proved(self, card: Card) -> Card:
        """Return a card that gives and takes sound, or close it and raise `AudioError`."""
        silence = np.zeros(BLOCK, np.float32)
        try:
            blocks = 0
            while blocks < PROOF or not card.counters.speaker_blocks:  # a speaker that never asks is an error soon
                card.exchange(silence)
                blocks += 1
        except AudioError:
            card.close()
            raise
        return card
