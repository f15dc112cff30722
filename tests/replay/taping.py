"""Sessions on virtual time, recorded for real: noise in the microphone, tones for speech, words by script."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.memory import NOTHING, Remembered
from voiceguide.core.session import Session
from voiceguide.core.volume import AS_CHOSEN, Loudness
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears, Listening
from voiceguide.hearing.health.microphone import MicrophoneWatch
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.hearing.recognisers.typed import TypedRecogniser
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.presses import Presses
from voiceguide.replay.folder import Circumstances
from voiceguide.replay.recorder import Recorder
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.chimes import chime
from voiceguide.testing import VirtualPort, VirtualSpeech

ROUTINE = "psoas-short"
SCRIPT = (
    (10.0, "start"),
    (16.0, "ready"),
    (24.0, "ready"),
    (40.0, "ready"),
    (58.0, "it hurts"),
    (75.0, "sharp pain"),
)
"""Into a hold, and pain in it."""


class NoisyPort(VirtualPort):
    """A microphone in a noisy room; what it gave is kept.

    Args:
        mic_s: seconds until it comes to its end.
        failing: the block at which something goes wrong, and what.
    """

    def __init__(self, mic_s: float, failing: tuple[int, BaseException] | None = None) -> None:
        super().__init__(mic_s)
        self._noise = np.random.default_rng(3)
        self._failing = failing
        self.given: list[MicrophoneBlock] = []

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        if self._failing is not None and len(self.given) == self._failing[0]:
            raise self._failing[1]
        frame = super().exchange(block)
        if frame is None:
            return None
        frame = self._noise.integers(-300, 300, len(frame)).astype(np.int16)
        self.given.append(frame)
        return frame


def typed(script: Iterable[tuple[float, str]] = SCRIPT) -> TypedRecogniser:
    return TypedRecogniser(script=[(samples(at_s), words) for at_s, words in script])


def tape(  # noqa: PLR0913 - everything a session can be given
    folder: Path,
    port: VirtualPort,
    recogniser: Recogniser | None = None,
    *,
    ears: Callable[[Ears], Listening] = lambda ears: ears,
    watch: MicrophoneWatch | None = None,
    remembered: Remembered = NOTHING,
    loudness: Loudness = AS_CHOSEN,
    full_at_s: float | None = None,
    pressing: tuple[float, Command] | None = None,
    kept_after_s: float | None = None,
    late: Callable[[], bool] | None = None,
) -> None:
    """Record a session until it ends, or something raises.

    From a time on the history's disk is full, or a button is pressed; a report of pain is on the disk a while
    after it was made; some blocks come too late for the card.
    """
    routine, language = find_routine(ROUTINE), load_language("en")
    journal, presses = Journal(), Presses()
    pressed: list[Command] = []
    with closing(Recorder(folder, routine, live=False)) as recorder:
        recorder.begin(
            Circumstances(
                routine=ROUTINE,
                language="en",
                voice="tones",
                recogniser="typed",
                first_time=True,
                remembered=remembered,
                loudness=loudness,
                cancel_echo=False,
                live=False,
                awaits_disk=kept_after_s is not None,
                audio=port.name,
            )
        )
        journal.watch(recorder.notice)
        speech = recorder.speech(VirtualSpeech())
        session = Session(
            load_routine(routine),
            language.phrases,
            speech.length,
            remembered=remembered,
            recorded=True,
            loudness=loudness,
            awaits_disk=kept_after_s is not None,
        )
        guide = Guide(
            session,
            port=recorder.port(port),
            hearing=recorder.hearing(Chain(ears(Ears(recogniser or typed(), language)), watch=watch)),
            speech=speech,
            chimes={sound: chime(sound) for sound in Sound},
            journal=journal,
            presses=recorder.presses(presses),
            late=recorder.late(late or (lambda: False)),
        )
        if kept_after_s is not None:
            reported: list[float] = []

            def keep(entry: dict[str, Any]) -> None:
                if entry["kind"] == "pain":
                    reported.append(entry["time_s"])
                elif reported and entry["time_s"] > reported[-1] + kept_after_s:
                    guide.report_kept(len(reported))
                    reported.clear()

            journal.watch(keep)
        if full_at_s is not None:

            def lose(entry: dict[str, Any]) -> None:
                if entry["kind"] == "heard" and entry["time_s"] >= full_at_s:
                    guide.history_lost("the disk is full")

            journal.watch(lose)
        if pressing is not None:

            def press(entry: dict[str, Any]) -> None:
                if entry["kind"] == "say_started" and entry["time_s"] >= pressing[0] and not pressed:
                    pressed.append(pressing[1])
                    presses.press(pressing[1], "button")

            journal.watch(press)
        with closing(guide):
            guide.run()
