"""A session for a listener who is always ready: the guide's voice alone, as it would go without interruption."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Routine
from voiceguide.core.session import Session
from voiceguide.core.view import View
from voiceguide.guide import Guide
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.history.journal import Journal, Watcher
from voiceguide.speaking.voice import Samples

_ANSWERS = {"check_ask": Command.START, "ask_ready": Command.READY}
"""Key of the guide's line, and what the listener answers to it."""


class Speech(Protocol):
    """Rendered speech."""

    def samples(self, text: str) -> Samples:
        """Return a text as speaker samples at 16 kHz."""
        ...

    def length(self, text: str) -> int:
        """Return how many samples that are."""
        ...


class Sink(Protocol):
    """Takes the guide's samples."""

    def write(self, samples: SpeakerBlock) -> None:
        """Append `(n,)` float32 samples at 16 kHz."""
        ...


class Nowhere:
    """A sink for whoever wants the times and not the sound."""

    def write(self, samples: SpeakerBlock) -> None:
        """Drop the samples."""


class RenditionPort:
    """A speaker that writes to a sink, and a microphone in an empty room.

    Args:
        sink: takes the guide's samples.
    """

    name = "a rendition"
    slipped = NO_SLIPS

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Write a block; nothing is ever heard."""
        self._sink.write(block)
        return np.zeros(len(block), np.int16)

    def close(self) -> None:
        """Nothing: the sink's owner closes it."""


class ReadyListener:
    """Answers "start" and "ready" a while after the guide asked; stands in for hearing.

    Args:
        ready_after_s: seconds from the end of the guide's question to the answer.
    """

    def __init__(self, ready_after_s: float) -> None:
        self._after = samples(ready_after_s)
        self._now = 0
        self._due: tuple[int, Command] | None = None

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry."""
        if entry["kind"] == "say_finished" and entry["key"] in _ANSWERS:
            self._due = (samples(entry["time_s"]) + self._after, _ANSWERS[entry["key"]])

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Nothing to prepare."""

    def accept(self, _microphone: MicrophoneBlock | None, spoken: Samples) -> list[Noticed]:
        """Count a block and answer when it is time."""
        self._now += len(spoken)
        if self._due is None or self._now < self._due[0]:
            return []
        _, command = self._due
        self._due = None
        heard = Heard(self._now, command, command.value, "rendition")
        return [Verdict(self._now, Rule.SURE, heard, command.value, "rendition", command, 1.0)]

    def close(self) -> None:
        """Nothing to stop."""


def perform(
    routine: Routine,
    phrases: Phrases,
    speech: Speech,
    sink: Sink,
    *,
    ready_after_s: float,
    notice: Watcher | None = None,
    watch: Callable[[View], None] | None = None,
) -> int:
    """Run a whole session for a listener who is always ready, as fast as the machine can.

    It is the session that a person gets, without the warning before the very first one and without chimes.

    Args:
        routine: a checked routine.
        phrases: the prompts of its language.
        speech: what is said; lines that were not rendered yet are rendered when they are needed.
        sink: takes the guide's voice.
        ready_after_s: seconds from the guide's question until the listener is ready.
        notice: is called with every entry of the journal.
        watch: is shown the session ten times a second.

    Returns:
        The session's length in samples.

    Raises:
        VoiceError: the voice failed.
    """
    listener, journal = ReadyListener(ready_after_s), Journal()
    journal.watch(listener.notice)
    if notice is not None:
        journal.watch(notice)
    guide = Guide(
        Session(routine, phrases, speech.length, first_time=False),
        port=RenditionPort(sink),
        hearing=listener,
        speech=speech,
        chimes={sound: np.zeros(0, np.float32) for sound in Sound},
        journal=journal,
        watch=watch,
    )
    guide.run()
    return guide.now
