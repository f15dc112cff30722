"""A recorded session gone through again: the same words at the same samples must lead to the same sound."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from voiceguide.audio.port import BLOCK, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import to_int16
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.session import Session
from voiceguide.errors import AudioError, RecogniserError
from voiceguide.guide import Guide
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.history.journal import Journal
from voiceguide.language.pack import read_language
from voiceguide.presses import Press
from voiceguide.rendition import Sink
from voiceguide.replay.folder import Names
from voiceguide.replay.recorded import TOLD_AGAIN, Recorded, RecordedSpeech, UnknownTextError
from voiceguide.routine.load import load_routine
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples


@dataclass(frozen=True)
class Difference:
    """Where a replayed session first left the recorded one.

    Attributes:
        at: sample time.
        what: what is different, as a sentence without an end.
    """

    at: int
    what: str


@dataclass
class Outcome:
    """How a replay went.

    Attributes:
        blocks: exchanges gone through.
        events: entries of the journal that were compared.
        differences: the first one of the sound and the first one of the events, earliest first; empty when all is
            the same, bit by bit.
    """

    blocks: int = 0
    events: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether the session took the same course."""
        return not self.differences


def replay(recorded: Recorded, sink: Sink | None = None) -> Outcome:
    """Go through a recorded session again.

    Args:
        recorded: the recording.
        sink: takes the guide's voice as it is now.

    Raises:
        RecordingError: a part of the recording is missing or damaged.
        VoiceguideError: its routine or language cannot be read by this version.
    """
    folder, begun = recorded.folder, recorded.circumstances
    language = read_language(folder / Names.LANGUAGE)
    speech, journal = RecordedSpeech(folder), Journal()
    port = _ReplayedPort(recorded, sink)
    entries: list[dict[str, Any]] = []
    # As they are written: what is a word here is a word there.
    journal.watch(lambda entry: entries.append(json.loads(json.dumps(entry))))
    ended = False
    try:
        session = Session(
            load_routine(recorded.routine),
            language.phrases,
            speech.length,
            first_time=begun.first_time,
            remembered=begun.remembered,
            recorded=True,
            loudness=begun.loudness,
            awaits_disk=begun.awaits_disk,
        )
        guide = Guide(
            session,
            port=port,
            hearing=_ReplayedHearing(recorded),
            speech=speech,
            chimes={sound: chime(sound) for sound in Sound},
            journal=journal,
            presses=_ReplayedPresses(recorded, port),
            late=lambda: port.blocks in recorded.late,
        )
        port.guide = guide
        guide.run()
        ended = True
    except _OverError:
        pass
    except UnknownTextError as error:
        port.differs(str(error))
    except (AudioError, RecogniserError):
        if recorded.port_failed is None and recorded.deaf is None:
            raise
    if ended and recorded.whole and port.blocks < recorded.blocks:
        port.differs("the session ends here, the recorded one went on")
    event = _first_different(recorded, entries, exact=ended and recorded.whole)
    found = [one for one in (port.difference, event) if one is not None]
    return Outcome(port.blocks, len(entries), sorted(found, key=lambda one: one.at))


class _OverError(Exception):
    """The recording has come to its end."""


class _ReplayedPort:
    """Gives the recorded microphone's blocks and compares what goes to the speaker with what went."""

    name = "a recording"
    slipped = NO_SLIPS

    def __init__(self, recorded: Recorded, sink: Sink | None) -> None:
        self._recorded = recorded
        self._sink = sink
        # Beside hearing this alone comes from outside, and the events say when it came.
        self._disk: dict[int, list[dict[str, Any]]] = {}
        for entry in recorded.events:
            if entry["kind"] in TOLD_AGAIN:
                self._disk.setdefault(samples(entry["time_s"]), []).append(entry)
        self.guide: Guide | None = None
        self.blocks = 0
        self.difference: Difference | None = None

    def differs(self, what: str, at: int = 0) -> None:
        if self.difference is None:
            self.difference = Difference(at or self.blocks * BLOCK, what)

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        recorded, number = self._recorded, self.blocks
        if number >= recorded.blocks:
            raise _OverError
        self.blocks += 1
        if self._sink is not None:
            self._sink.write(block)
        if self.guide is not None:
            for entry in self._disk.get(self.blocks * BLOCK, []):
                _tell_of_the_disk(self.guide, entry)
        different = np.flatnonzero(to_int16(block) != recorded.spoken(number))
        if len(different):
            self.differs("the guide's sound is another", number * BLOCK + int(different[0]))
        if recorded.port_failed is not None and number >= recorded.port_failed[0]:
            raise AudioError(recorded.port_failed[1])
        if recorded.microphone_ended is not None and number >= recorded.microphone_ended:
            return None
        frame = recorded.heard(number)
        if frame is None:
            raise _OverError
        return frame

    def close(self) -> None:
        """Nothing to close."""


def _tell_of_the_disk(guide: Guide, entry: dict[str, Any]) -> None:
    if entry["kind"] == "history_lost":
        guide.history_lost(entry["reason"])
    else:
        guide.report_kept(entry["report"])


class _ReplayedHearing:
    """Tells what was told, block by block."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._blocks = 0

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Nothing to prepare."""

    def accept(self, _microphone: Frame | None, _spoken: Samples) -> list[Noticed]:
        number, deaf = self._blocks, self._recorded.deaf
        self._blocks += 1
        if deaf is not None and number == deaf[0]:
            raise RecogniserError(deaf[1])
        return self._recorded.noticed.get(number, [])

    def close(self) -> None:
        """Nothing to stop."""


class _ReplayedPresses:
    """Presses what was pressed, block by block."""

    def __init__(self, recorded: Recorded, port: _ReplayedPort) -> None:
        self._recorded = recorded
        self._port = port

    def take(self) -> list[Press]:
        return self._recorded.pressed.get(self._port.blocks - 1, [])

    def take_code(self) -> str | None:
        return None

    def take_voice(self) -> str | None:
        return None


def _first_different(recorded: Recorded, entries: list[dict[str, Any]], *, exact: bool) -> Difference | None:
    """Return the first event that is different; of a session that was stopped the last ones may be missing."""
    for before, now in zip(recorded.events, entries, strict=False):
        if before != now:
            at = min(before["time_s"], now["time_s"])
            return Difference(samples(at), f"recorded was {json.dumps(before)}, now it is {json.dumps(now)}")
    number = min(len(recorded.events), len(entries))
    if exact and len(recorded.events) > number:
        before = recorded.events[number]
        return Difference(samples(before["time_s"]), f"recorded was {json.dumps(before)}, now nothing happens")
    if exact and len(entries) > number:
        now = entries[number]
        return Difference(samples(now["time_s"]), f"now it is {json.dumps(now)}, which was not recorded")
    return None
