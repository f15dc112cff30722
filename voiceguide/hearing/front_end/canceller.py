"""The echo canceller of a session: microphone and speaker in, the microphone without the guide's voice out.

`DelayFinder` sees where the echo is, `DelayTrack` makes a delay and a drift of it, and a `DelayLine` holds the
reference back so that Speex's filter always sees the same room: no delay, no drift. A `ResidueGate` turns down
what the filter leaves while nobody else speaks. The microphone is never delayed: the user is heard at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np

from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.hearing.front_end.delay import LATEST, DelayFinder
from voiceguide.hearing.front_end.delay_line import LEAST, DelayLine
from voiceguide.hearing.front_end.drift import DelayTrack
from voiceguide.hearing.front_end.residual_echo import ResidueGate, power
from voiceguide.hearing.front_end.speex import LIBRARIES, EchoFilter, open_filter
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.speaking.voice import Samples

TAPS = 3200
"""Length of the filter: 200 ms, the echo of a living room."""

LEAD = samples(0.01)
"""How much earlier than its echo the reference reaches the filter, which cannot look ahead."""

CONVERGED_DB = 10.0
LOST_DB = 3.0
"""The canceller counts as converged from the first on, until it falls below the second."""

_PULL = 2e-6
"""Fastest correction besides drift, in samples a sample: the filter follows 2 ppm without loss."""

_PULL_WITHIN = 30 * RATE

_MEMORY = 200
"""Blocks of the guide's speech over which the ERLE runs: two seconds."""

_SPEECH = 1000.0
"""Power (-60 dBFS) from which the reference counts as speech."""

_log = logging.getLogger(__name__)


class EchoCanceller:
    """Takes the guide's own voice out of the microphone's sound. One for the whole session.

    Until it has found the echo, a second of the guide's speech, the microphone passes through.

    Args:
        taps: length of the filter in samples.
        follow_drift: resample the reference by the drift of the two clocks; off only to measure what that is for.
        quieten: turn down what the filter leaves while nobody else speaks.
        libraries: where the filter may come from.

    Attributes:
        filtered: `(160,)` int16, the last block as the filter left it, nothing turned down.

    Raises:
        EchoError: no library for it is installed.
    """

    def __init__(
        self,
        *,
        taps: int = TAPS,
        follow_drift: bool = True,
        quieten: bool = True,
        libraries: tuple[Callable[[int], EchoFilter], ...] = LIBRARIES,
    ) -> None:
        self._filter = open_filter(taps, libraries)
        self._follow_drift = follow_drift
        self._gate = ResidueGate() if quieten else None
        self._finder = DelayFinder()
        self._track = DelayTrack()
        self._line = DelayLine(LATEST)
        self._held_back = 0.0  # samples by which the reference is delayed
        self._lead: float | None = (
            None  # samples from the held-back reference to its echo; None before it was found
        )
        self._now = 0
        self._heard = self._left = 0.0  # power before and after, summed with forgetting
        self._converged = False
        self._late_told = False
        self.filtered: Frame = np.zeros(BLOCK, np.int16)

    @property
    def name(self) -> str:
        """The library the filter comes from."""
        return self._filter.name

    @property
    def delay_ms(self) -> float | None:
        """Delay from the speaker block to its echo in the microphone; None while it is not known."""
        return self._track.delay(self._now) / RATE * 1000 if self._track.found else None

    @property
    def astray(self) -> bool:
        """Whether there is an echo, and sound was lost since it was last seen: nobody knows where it is."""
        return self._track.lost

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the microphone's clock is than the speaker's; None while it is not known."""
        drift = self._track.drift
        return None if drift is None else drift * 1e6

    @property
    def late_ms(self) -> float:
        """By how much the reference comes too late for its echo; 0 when it does not.

        Above zero the first part of the echo cannot be cancelled: the port must hand over the speaker's block
        earlier.
        """
        if not self._track.found:
            return 0.0
        return max(0.0, LEAST - self._track.delay(self._now)) / RATE * 1000

    @property
    def erle_db(self) -> float:
        """Echo return loss enhancement: by how much the filter softened the guide's last two seconds of speech.

        The gate behind it does not count. Whatever else is heard meanwhile, the user or a fan, makes it smaller.
        0 before the guide has spoken.
        """
        return float(10 * np.log10(self._heard / max(self._left, 1.0))) if self._heard > 1.0 else 0.0

    @property
    def converged(self) -> bool:
        """Whether the filter knows the room: ERLE has reached `CONVERGED_DB` and not fallen below `LOST_DB`.

        False as well while the delay is being looked for anew.
        """
        return self._converged and self._track.certain

    def process(self, microphone: Frame, reference: Samples) -> Frame:
        """Return the microphone's block without the guide's voice.

        Args:
            microphone: `(160,)` int16, the block that came back from an exchange.
            reference: `(160,)` float32 in -1..1, the block that went out in the same exchange.

        Returns:
            `(160,)` int16 of the same 10 ms.
        """
        self._now += BLOCK
        self._line.write(reference)
        sighting = self._finder.accept(microphone, reference)
        if sighting is not None and self._track.observe(sighting):
            self._align()
        held_back = to_int16(self._hold_back())
        clean = self.filtered = self._filter.cancel(microphone, held_back)
        speaking = power(held_back) > _SPEECH
        if speaking:
            self._judge(microphone, clean)
        return clean if self._gate is None else self._gate.pass_on(clean, microphone, speaking=speaking)

    def rest(self, count: int) -> None:
        """Let samples pass by in which the guide has been silent for long: clocks drift on, all else stays.

        Args:
            count: how many samples, whole blocks.
        """
        self._now += count
        self._finder.rest(count)
        if self._track.found and self._lead is not None and self._follow_drift:
            self._held_back += count * (self._track.drift or 0.0)
            self._keep_within_reach()
        if self._gate is not None:
            self._gate.forget_noise()

    def shift(self, by: int) -> None:
        """The echo comes so many samples later from now on, below zero earlier. All that was learned stays."""
        self._finder.restart()  # what it has collected shows the echo where it was
        self._track.shift(by)
        if self._track.found:
            self._held_back += by
            self._keep_within_reach()

    def restart(self) -> None:
        """Sound was lost, or the devices were opened again: find the delay anew. The room and the clocks stay.

        Until it is found, half a second of the guide's speech, the microphone passes through and the filter rests.
        """
        self._finder.restart()
        self._track.lose()
        self._line.restart()

    def close(self) -> None:
        """Free the filter. The canceller is not used again."""
        self._filter.close()

    def _align(self) -> None:
        """Hold the reference back anew, after the echo was found or has jumped."""
        delay = self._track.delay(self._now)
        if self._lead is None:
            self._lead = LEAD
        # By exactly the lead it had, so that the filter goes on as if nothing had been.
        self._held_back = delay - self._lead
        self._keep_within_reach()
        _log.info("the echo is %.1f ms behind the reference", delay / RATE * 1000)
        if self.late_ms > 0 and not self._late_told:
            self._late_told = True
            _log.warning(
                "The guide's voice is heard %.1f ms before it is handed over for cancelling, so it cannot be "
                "taken out well. The audio port must hand over the speaker's block before its echo comes back.",
                self.late_ms,
            )

    def _keep_within_reach(self) -> None:
        self._held_back = min(max(self._held_back, float(LEAST)), float(self._line.longest - 1))

    def _hold_back(self) -> Samples:
        """Return the reference, delayed to come a little before its echo; silence while that is not known."""
        if not self._track.found or self._lead is None:
            return np.zeros(BLOCK, np.float32)
        before = self._held_back
        drift = self._track.drift if self._follow_drift else None
        ahead = self._track.delay(self._now) - before
        if drift is None or ahead < LEAST:
            # Nothing to go by yet, or no room to move: the filter follows by itself and gets used to this lead.
            self._lead = ahead
        else:
            off = (ahead - self._lead) / _PULL_WITHIN
            self._held_back += BLOCK * (drift + min(max(off, -_PULL), _PULL))
        self._keep_within_reach()
        return self._line.read(before, self._held_back)

    def _judge(self, microphone: Frame, clean: Frame) -> None:
        self._heard += power(microphone) - self._heard / _MEMORY
        self._left += power(clean) - self._left / _MEMORY
        self._converged = self.erle_db >= (LOST_DB if self._converged else CONVERGED_DB)
