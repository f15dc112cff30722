"""Whether this processor listens faster than people speak."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import seconds
from voiceguide.core.commands import Command
from voiceguide.doctor.check import Check, Verdict
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.speaking.voice import Samples

EASY = 0.5
"""Share of the time that listening may take: the rest is for the voice, the card and whatever else runs."""

TRIES = 3
"""How often it may be tried: other programs come and go."""

_ECHO_AT = 5 * BLOCK
_ECHO = np.float32(0.3)


def speed(hearing: Hearing, speech: Samples, clock: Callable[[], float] = time.perf_counter) -> Check:
    """Have the whole chain listen to speech while the guide speaks, its hardest work, and see how long that takes.

    Args:
        hearing: the chain as in a session, with its echo canceller; closed by whoever made it.
        speech: `(n,)` float32 at 16 kHz, some seconds of somebody speaking.
        clock: seconds.
    """
    speech = np.pad(speech, (0, -len(speech) % BLOCK))
    # The guide says it, and the microphone hears that and somebody who says the same in a moment of their own.
    echo = np.concatenate([np.zeros(_ECHO_AT, np.float32), speech])[: len(speech)] * _ECHO
    heard = to_int16(echo + np.roll(speech, len(speech) // 2))
    hearing.listen_for(frozenset(Command), hold=True)
    for _ in range(TRIES):
        factor, longest = _listen(hearing, heard, speech, clock)
        if factor < EASY:
            break
    found = f"listening takes {factor:.2f} s for each second of speech, {longest * 1000:.0f} ms at most at once"
    figures = {"real_time_factor": factor, "longest_block_ms": longest * 1000}
    if factor < EASY:
        return Check("speed", Verdict.GOOD, found, figures=figures)
    remedy = (
        "Close other programs and see that the machine is not throttled. `voiceguide models list` shows whether a "
        "larger model than the one that comes with voiceguide is installed."
    )
    if factor < 1:
        return Check("speed", Verdict.WARNING, found, remedy, figures)
    return Check("speed", Verdict.FAILS, f"{found}: too slow to hear at once", remedy, figures)


def _listen(hearing: Hearing, heard: Frame, speech: Samples, clock: Callable[[], float]) -> tuple[float, float]:
    """Return how long listening took, as a share of the sound's length, and the seconds of the slowest block."""
    began = last = clock()
    longest = 0.0
    for at in range(0, len(speech), BLOCK):
        hearing.accept(heard[at : at + BLOCK], speech[at : at + BLOCK])
        now = clock()
        longest, last = max(longest, now - last), now
    return (last - began) / seconds(len(speech)), longest
