"""Notices when the microphone itself is at fault: a deaf guide must say so (S7), and a bad microphone be told of.

| trouble  | what it looks like                                  | what follows                    |
|----------|-----------------------------------------------------|---------------------------------|
| silent   | nothing beyond the last bit for `PATIENCE`          | the guide has lost its hearing  |
|          | and then sound for `BACK_AFTER` that cannot be the  | it has it back                  |
|          | guide's own                                         |                                 |
| clipping | `CLIPPED` of a stretch's samples at full scale      | said once, and the session goes |
| quiet    | a minute, and never anything as loud as `QUIETEST`; | on: words still come through    |
|          | while nobody need speak, `SOFT_ENOUGH` stretches    |                                 |
|          | in which something stood out, and never as loud     |                                 |
| offset   | a stretch whose mean lies `OFFSET` from zero        | told once: it harms no word     |
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator

import numpy as np

from voiceguide.audio.samples import FULL_SCALE
from voiceguide.core.clock import samples
from voiceguide.core.events import HearingBack, HearingLost, HearingPoor, Poor
from voiceguide.hearing.noticed import Noticed, Remark
from voiceguide.hearing.recognisers.recogniser import Frame

NOTHING = 1
"""Steps: a muted microphone gives zeros, or the last bit of its converter."""

PATIENCE = samples(3.0)
PATIENCE_AT_MOST = samples(48.0)
"""How long nothing may come. A microphone with a noise gate gives zeros between words: each time the sound comes
back by itself, the guide is twice as patient."""

BACK_AFTER = samples(0.3)
"""Samples with sound, out of the last second, after which the microphone is back: a word."""

OWN_VOICE = samples(0.5)
"""For so long after the guide's last sample it may still be heard. A sound server that loses the microphone has
been seen to give the loudspeaker's own sound in its place: the guide would hear itself, and nobody else."""

STRETCH = samples(5.0)

CLIPPED = 0.001
"""Share of a stretch at full scale. In a word that clips it is a hundredth and more; one thump is less."""

OFFSET = 0.02
"""Mean of a stretch, of full scale. A sound card's own offset is below 0.001."""

QUIETEST = 10 ** (-60 / 20)
QUIET_FOR = 12
"""Loudest sound, as a root mean square over 0.1 s, and stretches. Somebody who speaks softly, two metres away,
comes at -50 dBFS in the loudest tenths of a second; the guide's own voice is louder still."""

STANDS_OUT = 10 ** (15 / 20)
SOFT_ENOUGH = 5
HEARD_OF_WITHIN = samples(600.0)
"""While the guide waits nobody need have spoken, so silence says nothing of the microphone. Told is what was never
loud since the beginning, though in so many stretches a tenth of a second was so much louder than another one; and
that only in the first ten minutes, when whoever set it up is near: in the night a board creaks as softly. Our own
choice."""

_SAYS = {
    "clipping": "The microphone is turned up too far: loud sounds are cut off. Turn its level down.",
    "offset": "The microphone's signal has a constant offset. Its sound input may be broken or badly shielded.",
    "quiet": "The microphone is very quiet: nothing was as loud as soft speech for a minute. If you have spoken, "
    "turn its level up.",
}
_SILENT = (
    "The microphone delivers nothing but silence. Is it muted, or does another program hold it? "
    "`voiceguide devices` shows what is there."
)

_log = logging.getLogger(__name__)


class MicrophoneWatch:
    """Looks at every block of one microphone. Keeps no clock: it counts samples.

    Attributes:
        nobody_need_speak: the guide waits to be spoken to; in a session a person is there, who speaks.
    """

    def __init__(self) -> None:
        self.nobody_need_speak = False
        self._at = 0
        self._silent = 0
        self._sounding = 0.0
        self._spoke_at = -OWN_VOICE
        self._patience = PATIENCE
        self._lost = False
        self._told: set[str] = set()
        self._stretch = _Stretch()
        self._quiet_stretches = 0
        self._soft_stretches = 0
        self._ever_loud = False

    @property
    def silent(self) -> bool:
        """True while it counts as silent."""
        return self._lost

    def accept(self, frame: Frame, *, speaking: bool = False) -> list[Noticed]:
        """Take the next samples and return what there is to say.

        Args:
            frame: `(n,)` int16, as they came.
            speaking: the guide says something meanwhile.
        """
        self._at += len(frame)
        if speaking:
            self._spoke_at = self._at
        low, high = int(frame.min()), int(frame.max())
        self._stretch.add(frame, low, high)
        noticed = list(self._listen_for_nothing(len(frame), sound=high > NOTHING or low < -NOTHING))
        if self._stretch.length >= STRETCH:
            for trouble in self._judge():
                noticed += self._tell(trouble)
            self._stretch = _Stretch()
        return noticed

    def _listen_for_nothing(self, count: int, *, sound: bool) -> Iterator[Noticed]:
        self._silent = 0 if sound else self._silent + count
        # Forgets within about a second.
        others = sound and self._at - self._spoke_at >= OWN_VOICE
        self._sounding += (count if others else 0) - self._sounding * count / samples(1.0)
        if not self._lost and self._silent >= self._patience:
            self._lost = True
            _log.warning(_SILENT)
            yield Remark("microphone", {"trouble": "silent", "why": _SILENT})
            yield HearingLost(self._at, _SILENT)
        elif self._lost and sound and self._sounding >= BACK_AFTER:
            self._lost = False
            self._patience = min(2 * self._patience, PATIENCE_AT_MOST)
            yield HearingBack(self._at)

    def _judge(self) -> Iterator[str]:
        stretch = self._stretch
        if stretch.clipped >= CLIPPED * stretch.length:
            yield "clipping"
        if abs(stretch.total) >= OFFSET * FULL_SCALE * stretch.length:
            yield "offset"
        # Silence has a word of its own above.
        quiet = 0 < stretch.loudest < QUIETEST * FULL_SCALE
        self._ever_loud = self._ever_loud or stretch.loudest >= QUIETEST * FULL_SCALE
        if self.nobody_need_speak:
            self._quiet_stretches = 0
            self._soft_stretches += quiet and stretch.loudest > STANDS_OUT * max(stretch.softest, NOTHING)
            if self._soft_stretches >= SOFT_ENOUGH and not self._ever_loud and self._at <= HEARD_OF_WITHIN:
                yield "quiet"
            return
        self._quiet_stretches = self._quiet_stretches + 1 if quiet else 0
        if self._quiet_stretches >= QUIET_FOR and not self._ever_loud:
            yield "quiet"

    def _tell(self, trouble: str) -> Iterator[Noticed]:
        if trouble in self._told:
            return
        self._told.add(trouble)
        _log.warning(_SAYS[trouble])
        yield Remark("microphone", {"trouble": trouble, "why": _SAYS[trouble]})
        if trouble in set(Poor):
            yield HearingPoor(self._at, Poor(trouble))


class _Stretch:
    """What is known of some seconds of sound."""

    def __init__(self) -> None:
        self.length = 0
        self.clipped = 0
        self.total = 0.0
        self.loudest = 0.0
        self.softest = math.inf
        self._window: list[Frame] = []

    def add(self, frame: Frame, low: int, high: int) -> None:
        self.length += len(frame)
        if high >= FULL_SCALE - 1 or low <= -FULL_SCALE:
            self.clipped += int(np.count_nonzero((frame >= FULL_SCALE - 1) | (frame <= -FULL_SCALE)))
        self._window.append(frame)
        if len(self._window) == _WINDOW:  # together, for the price of one
            sound = np.concatenate(self._window).astype(np.float64)
            self._window.clear()
            total = float(sound.sum())
            power = float(sound @ sound) / len(sound) - (total / len(sound)) ** 2
            self.total += total
            level = math.sqrt(max(power, 0.0))
            self.loudest, self.softest = max(self.loudest, level), min(self.softest, level)


_WINDOW = 10
"""Blocks (0.1 s) over which loudness is taken, around its mean: an offset is not loud."""
