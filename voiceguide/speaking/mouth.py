"""The mixer between what is to be said and the speaker: every sample in its place, and a report when it went out.

The mouth keeps no clock: `now` is the number of samples it has rendered. The same calls at the same samples give
the same sound and the same reports, bit by bit, however the rendering is cut into pieces.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from voiceguide.core.clock import samples
from voiceguide.core.events import SpeechCut, SpeechFinished, SpeechStarted
from voiceguide.speaking.voice import Samples

FADE = samples(0.025)
"""Samples of a fade-out and of a change of volume: a raised cosine this long is not heard as a click."""

_FADE_OUT = (0.5 + 0.5 * np.cos(np.pi * np.arange(1, FADE + 1) / FADE)).astype(np.float32)

LIMIT_FROM = np.float32(0.875)
"""Amplitude (-1.2 dBFS) up to which output is exact. Louder is bent towards 1, which it never exceeds."""

SAID_AGAIN_MOST = 2
"""So often an utterance begins anew because its sound came too late; then it is said on, holes and all."""

Report = SpeechStarted | SpeechFinished | SpeechCut


@dataclass(slots=True)
class _Utterance:
    """One utterance and its place: `stop` is the sample after its last; `faded_from` is set when it is cut."""

    id: int
    sound: Samples
    start: int
    stop: int
    started: bool = False
    again: int = 0
    faded_from: int | None = None


@dataclass(frozen=True, slots=True)
class _Volume:
    """A glide of the gain from one value to another, beginning at a sample."""

    before: np.float32
    after: np.float32
    start: int


class Mouth:
    """Plays utterances one after the other, and chimes over them.

    Args:
        now: the first sample to be rendered.
    """

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._line: deque[_Utterance] = deque()  # in order of time, never overlapping
        self._chimes: list[tuple[int, Samples]] = []
        self._volume = _Volume(np.float32(1), np.float32(1), now - FADE)
        self._reports: list[Report] = []

    @property
    def now(self) -> int:
        """The next sample to be rendered."""
        return self._now

    @property
    def speaking(self) -> bool:
        """Whether an utterance is sounding or fading at `now`; False in a gap before a queued one."""
        return bool(self._line) and self._line[0].start <= self._now

    def say(self, utterance: int, sound: Samples, at: int) -> None:
        """Queue an utterance.

        Args:
            utterance: its id in the reports.
            sound: `(n,)` float32, 16 kHz, in -1..1; not copied.
            at: where its first sample goes; later if others are playing, fading or queued: right after the last
                sample of those. A sample in the past means `now`.
        """
        free = self._line[-1].stop if self._line else 0
        start = max(at, free, self._now)
        self._line.append(_Utterance(utterance, sound, start, start + len(sound)))
        self._report()

    def chime(self, sound: Samples, at: int) -> None:
        """Mix a sound over everything from sample `at` on, or from `now` if that is past. Nothing cuts it."""
        self._chimes.append((max(at, self._now), sound))

    def hush(self, at: int) -> None:
        """Fade out what sounds at sample `at` (`now` if that is past) within `FADE` samples; drop the rest.

        An utterance that would begin at `at` or later is dropped and reported as cut at once, at `now`. What is
        said after this call is not concerned.
        """
        at = max(at, self._now)
        dropped = [utterance.id for utterance in self._line if utterance.start >= at]
        for utterance in dropped:
            self._line.pop()
            self._reports.append(SpeechCut(self._now, utterance))
        if self._line and self._line[-1].stop > at:
            sounding = self._line[-1]
            sounding.faded_from = at if sounding.faded_from is None else min(at, sounding.faded_from)
            sounding.stop = min(sounding.stop, sounding.faded_from + FADE)

    def put_off(self, to: int) -> list[int]:
        """Have nothing begin before sample `to`, as what is rendered until then is not heard.

        An utterance that sounds already begins anew there, `SAID_AGAIN_MOST` times at the most. One that fades out
        goes on fading.

        Returns:
            The ids of those that begin anew.
        """
        anew: list[int] = []
        free = to
        for utterance in self._line:
            has_sounded = utterance.start < self._now
            stays = utterance.faded_from is not None or (has_sounded and utterance.again >= SAID_AGAIN_MOST)
            if not stays and utterance.start < free:
                if has_sounded:
                    utterance.again += 1
                    anew.append(utterance.id)
                utterance.start, utterance.stop = free, free + len(utterance.sound)
            free = max(free, utterance.stop)
        self._chimes = [(max(start, to), sound) for start, sound in self._chimes]
        return anew

    def set_gain_db(self, gain_db: float) -> None:
        """Glide to another volume of everything, within `FADE` samples from `now`; 0 is as rendered."""
        present = self._gain(self._now, self._now + 1)[0]
        self._volume = _Volume(present, np.float32(10.0 ** (gain_db / 20.0)), self._now)

    def next_boundary(self) -> int | None:
        """Return the next sample at which an utterance starts, ends or has faded; None if none is queued.

        Rendering exactly up to it and taking the reports there lets the caller react at that very sample.
        """
        if not self._line:
            return None
        first = self._line[0]
        return first.stop if first.started else first.start

    def render(self, count: int) -> Samples:
        """Return the next `count` samples for the speaker, `(count,)` float32 in -1..1, and advance `now`."""
        end = self._now + count
        block = np.zeros(count, np.float32)
        if not self._line and not self._chimes:  # as for hours, between two sessions
            self._now = end
            return block
        for utterance in self._line:
            if utterance.start >= end:
                break
            self._add_utterance(block, utterance)
        if self._chimes:
            self._add_chimes(block)
        block *= self._gain(self._now, end)
        _limit(block)
        self._now = end
        self._report()
        return block

    def reports(self) -> list[Report]:
        """Return what has begun, ended or been cut since the last call, in order, with the exact samples.

        An utterance has started when `now` has reached its first sample, and finished (or has been cut) when `now`
        has reached the sample after its last. Each one that was said ends in exactly one of the two.
        """
        taken, self._reports = self._reports, []
        return taken

    def _add_utterance(self, block: Samples, utterance: _Utterance) -> None:
        low = max(utterance.start, self._now)
        high = min(utterance.stop, self._now + len(block))
        part = block[low - self._now : high - self._now]
        part[:] = utterance.sound[low - utterance.start : high - utterance.start]
        if utterance.faded_from is not None and high > utterance.faded_from:
            low = max(low, utterance.faded_from)
            fading = block[low - self._now : high - self._now]
            fading *= _FADE_OUT[low - utterance.faded_from : high - utterance.faded_from]

    def _add_chimes(self, block: Samples) -> None:
        end = self._now + len(block)
        for start, sound in self._chimes:
            low = max(start, self._now)
            high = min(start + len(sound), end)
            if low < high:
                block[low - self._now : high - self._now] += sound[low - start : high - start]
        self._chimes = [(start, sound) for start, sound in self._chimes if start + len(sound) > end]

    def _gain(self, low: int, high: int) -> Samples:
        before, after, start = self._volume.before, self._volume.after, self._volume.start
        gain = np.full(high - low, after)
        gliding = _FADE_OUT[max(low - start, 0) : max(high - start, 0)]
        gain[: len(gliding)] += (before - after) * gliding
        return gain

    def _report(self) -> None:
        while self._line:
            first = self._line[0]
            if not first.started and first.start <= self._now:
                first.started = True
                self._reports.append(SpeechStarted(first.start, first.id))
            if not first.started or first.stop > self._now:
                break
            self._line.popleft()
            ended = SpeechFinished if first.faded_from is None else SpeechCut
            self._reports.append(ended(first.stop, first.id))


def _limit(block: Samples) -> None:
    # Sample by sample, without memory or delay: what a block becomes does not depend on those around it.
    loudness = np.abs(block)
    if loudness.max(initial=0) <= LIMIT_FROM:
        return
    room = 1 - LIMIT_FROM
    over = np.maximum(loudness - LIMIT_FROM, 0) / room
    np.copysign(np.minimum(loudness, LIMIT_FROM) + room * (over / (1 + over)), block, out=block)
