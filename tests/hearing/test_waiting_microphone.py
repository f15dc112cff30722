"""While the guide waits nobody need speak: a quiet room is no quiet microphone, but words far too soft are."""

from __future__ import annotations

import numpy as np
import pytest

from voiceguide.audio.port import BLOCK
from voiceguide.core.clock import samples
from voiceguide.core.events import HearingPoor, Poor
from voiceguide.demo.flite import FliteVoice
from voiceguide.hearing.health.microphone import HEARD_OF_WITHIN, MicrophoneWatch
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.speaking.finish import finish

SPEECH = finish(FliteVoice("rms").render("start please")) * np.float32(32768)
"""At -20 dBFS."""


def room(words: int, level_db: float, hiss: float = 3.0) -> Frame:
    """Return a word every eight seconds, in a room's noise of so many steps."""
    sound = np.random.default_rng(1).normal(0, hiss, samples(8.0) * words)
    for word in range(words):
        begins = samples(8.0 * word + 2.0)
        sound[begins : begins + len(SPEECH)] += SPEECH * 10 ** (level_db / 20)
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def told(watch: MicrophoneWatch, sound: Frame) -> list[Poor]:
    noticed = [one for at in range(0, len(sound), BLOCK) for one in watch.accept(sound[at : at + BLOCK])]
    return [one.why for one in noticed if isinstance(one, HearingPoor)]


@pytest.fixture
def watch() -> MicrophoneWatch:
    waiting = MicrophoneWatch()
    waiting.nobody_need_speak = True
    return waiting


def test_a_quiet_room_is_not_told_and_in_a_session_it_is(watch: MicrophoneWatch) -> None:
    quiet = np.random.default_rng(2).normal(0, 3, samples(120)).astype(np.int16)
    assert told(watch, quiet) == []
    watch.nobody_need_speak = False
    assert told(watch, quiet) == [Poor.QUIET]


def test_words_that_are_far_too_soft_are_told_once(watch: MicrophoneWatch) -> None:
    assert told(watch, room(12, -44.0)) == [Poor.QUIET]


def test_soft_words_of_a_microphone_that_has_been_loud_are_somebody_far_away(watch: MicrophoneWatch) -> None:
    assert told(watch, room(1, -15.0)) == []
    assert told(watch, room(12, -44.0)) == []


def test_nobody_is_woken_by_it_hours_later(watch: MicrophoneWatch) -> None:
    minute = np.random.default_rng(2).normal(0, 3, samples(60)).astype(np.int16)
    for _ in range(HEARD_OF_WITHIN // len(minute)):
        assert told(watch, minute) == []
    assert told(watch, room(12, -44.0)) == []


def test_clipping_is_told_while_it_waits(watch: MicrophoneWatch) -> None:
    assert told(watch, room(2, 30.0)) == [Poor.CLIPPING]


def test_in_a_session_a_minute_of_silence_after_loud_words_is_silence() -> None:
    """As with headphones, while somebody listens to long instructions."""
    session = MicrophoneWatch()
    assert told(session, room(2, -10.0)) == []
    assert told(session, np.random.default_rng(2).normal(0, 3, samples(120)).astype(np.int16)) == []
