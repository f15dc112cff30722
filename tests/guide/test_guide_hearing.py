"""A guide that cannot hear pain does not go on (S7), and a microphone's file may end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.core.clock import samples
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears_thread import EarsInThread
from voiceguide.hearing.recognisers.recogniser import Frame, Hypothesis
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.testing import VirtualPort

NewRig = Callable[..., Any]
Script = tuple[tuple[float, str], ...]

SAYS_SO = ("hearing_lost", "hearing_lost_recogniser")


class DyingRecogniser(TypedRecogniser):
    """Hears what is typed until a moment, then fails."""

    def __init__(self, script: Iterable[tuple[float, str]], dies_s: float) -> None:
        super().__init__(script=[(samples(at_s), words) for at_s, words in script])
        self._left = samples(dies_s)

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        self._left -= len(frame)
        if self._left < 0:
            raise RecogniserError("the recogniser lost its model; please start voiceguide again")
        return super().accept(frame)

    def expect(self, phrases: Sequence[str]) -> None:
        if self._left < 0:
            raise RecogniserError("nobody is there any more")
        super().expect(phrases)


def spoken_after(rig: Any, at: int) -> list[str]:
    return [entry["key"] for entry in rig.of("say_started") if samples(entry["time_s"]) >= at]


def test_s7_a_recogniser_that_dies_in_a_hold_pauses_it_and_is_told(new_rig: NewRig, into_a_hold: Script) -> None:
    rig = new_rig(recogniser=DyingRecogniser(into_a_hold, 28.0))
    with pytest.raises(RecogniserError, match="lost its model"):
        rig.guide.run()
    lost = rig.at("hearing_lost")
    assert 0 < lost - samples(28.0) <= 160
    assert rig.of("hearing_lost")[0]["reason"] == "the recogniser lost its model; please start voiceguide again"
    assert rig.at("state", state="paused") == lost
    assert rig.of("hold")[0]["complete"] is False
    assert spoken_after(rig, lost) == [*SAYS_SO, "release", "hearing_lost_for_now"]
    assert rig.entries[-1]["kind"] == "say_finished", "the guide finishes its sentence before the program ends"
    assert rig.port.now - samples(rig.entries[-1]["time_s"]) <= 160


def test_s7_a_recogniser_that_dies_before_the_start_is_told_too(new_rig: NewRig) -> None:
    rig = new_rig(recogniser=DyingRecogniser((), 2.0))
    with pytest.raises(RecogniserError):
        rig.guide.run()
    lost = rig.at("hearing_lost")
    assert rig.at("say_cut", key="check_ask") - lost <= samples(0.025)
    assert spoken_after(rig, lost) == [*SAYS_SO, "hearing_lost_for_now"]


def test_s7_the_way_out_of_pain_is_spoken_to_its_end_though_nobody_hears(
    new_rig: NewRig, into_a_hold: Script
) -> None:
    rig = new_rig(recogniser=DyingRecogniser((*into_a_hold, (28.0, "pain")), 29.0))
    with pytest.raises(RecogniserError):
        rig.guide.run()
    assert not [entry for entry in rig.of("say_cut") if samples(entry["time_s"]) > rig.at("hearing_lost")]
    assert rig.of("say_finished", key="release")
    assert rig.of("say_finished", key="safety_ask_again"), "asked once more, then silence"
    assert not rig.of("state", state="paused")


def test_s7_a_dead_recogniser_is_asked_no_more(new_rig: NewRig) -> None:
    recogniser = DyingRecogniser((), 2.0)
    rig = new_rig(recogniser=recogniser)
    with pytest.raises(RecogniserError):
        rig.guide.run()
    assert recogniser._left == -160


def test_a_microphone_that_ends_while_the_guide_waits_for_words_ends_the_run(new_rig: NewRig) -> None:
    rig = new_rig(mic_s=2.0)
    rig.guide.run()
    assert rig.of("say_finished", key="waiting"), "the sentence is finished first"
    assert [entry["kind"] for entry in rig.entries[-2:]] == ["say_finished", "microphone_ended"]
    assert rig.entries[-1]["time_s"] == pytest.approx(rig.entries[-2]["time_s"], abs=0.011)


def test_a_microphone_that_ends_in_a_hold_does_not_end_what_time_leads_on(
    new_rig: NewRig, into_a_hold: Script
) -> None:
    rig = new_rig(into_a_hold, mic_s=28.0)
    rig.guide.run()
    # Both repeats of the first side, and the set-up of the second, where only "ready" leads on.
    assert [hold["side"] for hold in rig.of("hold", complete=True)] == ["left", "left"]
    assert rig.entries[-2]["key"] == "ask_ready"
    assert rig.entries[-1]["kind"] == "microphone_ended"


class PacedPort(VirtualPort):
    """Waits, like a sound card, until the frame before was listened to."""

    def __init__(self, mic_s: float, listened: threading.Semaphore) -> None:
        super().__init__(mic_s)
        self._listened = listened

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        if self.now:
            assert self._listened.acquire(timeout=60)
        return super().exchange(block)


class CountedRecogniser(DyingRecogniser):
    """Tells with each frame that it was listened to."""

    def __init__(self, script: Script, dies_s: float, listened: threading.Semaphore) -> None:
        super().__init__(script, dies_s)
        self._listened = listened

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        try:
            heard = super().accept(frame)
        except RecogniserError:
            self._listened.release(10_000)  # nobody listens any more, and the sound card goes on
            raise
        if len(frame):
            self._listened.release()
        return heard


def live(new_rig: NewRig, script: Script, mic_s: float, dies_s: float) -> Any:
    listened = threading.Semaphore(0)
    recogniser = CountedRecogniser(script, dies_s, listened)
    return new_rig(port=PacedPort(mic_s, listened), recogniser=recogniser, ears=EarsInThread)


def test_live_words_are_heard_in_a_thread_and_answered(new_rig: NewRig, into_a_hold: Script) -> None:
    rig = live(new_rig, (*into_a_hold, (29.8, "it hurts")), mic_s=31.0, dies_s=9999.0)
    rig.guide.run()
    rig.guide.close()
    assert [entry["command"] for entry in rig.of("heard")] == ["start", "ready", "ready", "ready", "pain"]
    # One frame to be handed over, and one in which the answer is fetched.
    assert 0 <= rig.at("heard", command="pain") - samples(29.8) <= 2 * 160
    assert rig.at("say_cut", key="breathe_out") - rig.at("pain") <= samples(0.040)
    assert not [thread for thread in threading.enumerate() if thread.name == "ears"]


def test_s7_live_a_recogniser_that_dies_in_its_thread_pauses_the_session(
    new_rig: NewRig, into_a_hold: Script
) -> None:
    rig = live(new_rig, into_a_hold, mic_s=60.0, dies_s=28.0)
    with pytest.raises(RecogniserError, match="lost its model"):
        rig.guide.run()
    rig.guide.close()
    assert rig.at("state", state="paused") == rig.at("hearing_lost")
    assert rig.entries[-1]["key"] == "hearing_lost_for_now"


class HangingRecogniser(TypedRecogniser):
    """Never answers, as a C library that hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs = threading.Semaphore(0)
        self.wakes = threading.Event()

    def accept(self, frame: Frame) -> Iterable[Hypothesis]:
        self.hangs.release(10_000)
        assert self.wakes.wait(60)
        return super().accept(frame)


def test_s7_live_a_recogniser_that_hangs_is_noticed(new_rig: NewRig) -> None:
    recogniser = HangingRecogniser()
    rig = new_rig(port=PacedPort(60.0, recogniser.hangs), recogniser=recogniser, ears=EarsInThread)
    with pytest.raises(RecogniserError, match="has been stuck for 5 s"):
        rig.guide.run()
    recogniser.wakes.set()
    rig.guide.close()
    # Told as soon as it is three seconds behind; three seconds may wait for it, five more are lost.
    lost = rig.of("hearing_lost")
    assert 3.0 <= lost[0]["time_s"] < 3.1
    assert 8.0 < lost[-1]["time_s"] < 8.1
    assert [entry["key"] for entry in rig.of("say_finished")][-1] == "hearing_lost_for_now"


def test_frames_reach_the_recogniser_as_the_microphone_brought_them(new_rig: NewRig) -> None:
    class NoisyPort(VirtualPort):
        def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
            frame = super().exchange(block)
            return None if frame is None else np.full(len(block), self.now // 160 % 1000, np.int16)

    class Remembering(TypedRecogniser):
        frames: list[int] = []  # noqa: RUF012 - one instance

        def accept(self, frame: Frame) -> Iterable[Hypothesis]:
            self.frames.append(int(frame[0]))
            return super().accept(frame)

    recogniser = Remembering()
    new_rig(port=NoisyPort(6.0), recogniser=recogniser).guide.run()
    assert recogniser.frames[:600] == list(range(1, 601))
