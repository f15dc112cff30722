"""Where utterances begin and end."""

from __future__ import annotations

import numpy as np
import pytest
from speakers import Sound, in_a_room, spoken

from voiceguide.core.clock import RATE, samples
from voiceguide.hearing.vad.detector import WINDOW, Detector, Windows
from voiceguide.hearing.vad.endpointer import HANGOVER, LONGEST, PRE_ROLL, TAIL, Endpointer, Utterance


def ended(sound: Sound, size: int = 160) -> list[Utterance]:
    endpointer = Endpointer()
    return [
        one for at in range(0, len(sound), size) for one in endpointer.accept(sound[at : at + size]) if one.over
    ]


def test_an_utterance_holds_its_words_with_what_came_just_before_and_after() -> None:
    words = spoken("next side please")
    (utterance,) = ended(in_a_room(words, before_s=1.0))
    begins, ends = RATE, RATE + len(words)
    assert abs(utterance.began - begins) < samples(0.25)
    assert abs(utterance.spoke_until - ends) < samples(0.25)
    assert utterance.at - utterance.spoke_until == HANGOVER * WINDOW
    first = utterance.at - len(utterance.windows) * WINDOW
    assert utterance.began - first == PRE_ROLL * WINDOW
    assert len(utterance.sound) == utterance.spoke_until + TAIL * WINDOW - first


@pytest.mark.parametrize("size", [1, 77, 160, 4000])
def test_the_size_of_frames_makes_no_difference(size: int) -> None:
    sound = in_a_room(spoken("it hurts"), spoken("stop"))[: 3 * RATE]
    found, usual = ended(sound, size), ended(sound)
    assert [(one.began, one.at) for one in found] == [(one.began, one.at) for one in usual]
    assert all(np.array_equal(one.sound, other.sound) for one, other in zip(found, usual, strict=True))


def test_words_with_a_pause_between_are_two_utterances() -> None:
    assert len(ended(in_a_room(spoken("stop"), spoken("it hurts"), before_s=0.8))) == 2


def test_what_goes_on_and_on_is_cut() -> None:
    talk = spoken("and then we walked along the river and over the bridge and through the whole of the old town")
    first, *_ = ended(in_a_room(np.concatenate([talk, talk])))
    assert first.cut
    assert first.at - first.began == pytest.approx(LONGEST, abs=WINDOW)


def test_silence_and_steady_noise_are_no_speech_and_cost_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    look = Detector.probability

    def counted(detector: Detector, window: Sound) -> float:
        looks.append(1)
        return look(detector, window)

    monkeypatch.setattr(Detector, "probability", counted)
    rng = np.random.default_rng(2)
    quiet = rng.normal(0, 30, 30 * RATE).astype(np.int16)
    assert ended(quiet) == []
    windows = len(quiet) // WINDOW
    assert len(looks) < 0.2 * windows
    assert ended(np.zeros(10 * RATE, np.int16)) == []


def test_windows_come_whole_whatever_the_blocks() -> None:
    windows = Windows()
    sound = np.arange(3000, dtype=np.int16)
    found = [one for at in range(0, 3000, 7) for one in windows.accept(sound[at : at + 7])]
    assert np.array_equal(np.concatenate(found), sound[: len(sound) // WINDOW * WINDOW])
