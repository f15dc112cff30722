"""Real sessions in a simulated room in which nobody speaks but a television: how often it asks for nothing.

Guide, session, chain and room are those of the program. What a session needs to go on ("start", "ready", that
nothing hurts) is put in as if by a key.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.conditions import CONDITIONS, TELEVISION
from benchmarks.phrasings import Half
from benchmarks.unrelated import television
from voiceguide.app import Choices, Prepared, prepare
from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.room import Nobody, RoomPort, place
from voiceguide.audio.slips import NO_SLIPS, Slips
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.events import Heard
from voiceguide.core.session import Session
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.verdict.rules import Rule
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.history.journal import Journal
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples

Entry = dict[str, Any]
Data = dict[str, Any]

ANSWERS_AFTER = samples(0.8)
KEY = "key"

_ANSWERS = {
    "check_ask": Command.NO,
    "waiting": Command.START,
    "ask_ready": Command.READY,
    "return_ask": Command.NO,
    "doubt_ask": Command.NO,
    "stop_hurts": Command.NO,
    "stop_ask": Command.NO,
    "did_you_say": Command.NO,
    "paused": Command.RESUME,
}
QUESTIONS = ("doubt_ask", "stop_hurts", "did_you_say")
"""What a session asks because of something it heard."""


class Over(Exception):  # noqa: N818 - no error: how a session ends here
    """Nothing more is to be seen."""


class Keyed:
    """A hearing to which answers are given by a key.

    Args:
        hearing: what truly listens.
    """

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._pressed: deque[tuple[int, Command]] = deque()
        self._now = 0

    def notice(self, entry: Entry) -> None:
        """Take a journal entry."""
        if entry["kind"] == "say_finished" and entry["key"] in _ANSWERS:
            self._pressed.append((samples(entry["time_s"]) + ANSWERS_AFTER, _ANSWERS[entry["key"]]))

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Hand it on."""
        self._hearing.listen_for(commands, hold=hold)

    def accept(self, microphone: MicrophoneBlock | None, spoken: Samples) -> list[Noticed]:
        """Return what was noticed, and what was pressed."""
        noticed = self._hearing.accept(microphone, spoken)
        self._now += len(spoken)
        while self._pressed and self._pressed[0][0] <= self._now:
            command = self._pressed.popleft()[1]
            noticed.append(Verdict(self._now, Rule.SURE, Heard(self._now, command, engine=KEY)))
        return noticed

    def close(self) -> None:
        """Close what truly listens."""
        self._hearing.close()


@dataclass
class Watched:
    """A port that ends the session after a while."""

    port: RoomPort
    longest: int
    name: str = "a watched room"
    slipped: Slips = NO_SLIPS
    now: int = 0

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Exchange a block.

        Raises:
            Over: it is time.
        """
        self.now += len(block)
        if self.now > self.longest:
            raise Over
        return self.port.exchange(block)

    def close(self) -> None:
        """Nothing to close."""


def evening(number: int, seconds: float, voice: str, side: Half, folder: Path | None) -> Data:
    """Return what happened in a session in which nobody speaks but the television.

    Args:
        number: of the room.
        seconds: how long it is watched.
        voice: the guide's.
        side: of who is on television.
        folder: people's recordings.
    """
    with prepare(Choices("psoas-release", voice)) as prepared:
        prepared.render()
        entries = _session(prepared, number, television(side, folder, number), samples(seconds))
    said = [entry["key"] for entry in entries if entry["kind"] == "say_started"]
    heard = [entry for entry in entries if entry["kind"] == "heard" and entry["engine"] != KEY]
    return {
        "seconds": entries[-1]["time_s"],
        "yields": sum(entry["kind"] == "gave_way" for entry in entries),
        "questions": sum(said.count(key) for key in QUESTIONS),
        "commands": [entry["command"] for entry in heard if entry["command"]],
    }


def _session(prepared: Prepared, number: int, noise: Samples, longest: int) -> list[Entry]:
    placed = place(CONDITIONS[TELEVISION].room(number), number + 1)
    speech = np.concatenate([prepared.speech.samples(line) for line in prepared.routine.welcome])
    room = RoomPort(placed, Nobody(), speech, noise)
    keyed = Keyed(prepared.hearing(cancel_echo=True))
    journal, entries = Journal(), list[Entry]()
    journal.watch(entries.append)
    journal.watch(keyed.notice)
    guide = Guide(
        Session(prepared.routine, prepared.language.phrases, prepared.speech.length, first_time=False),
        port=Watched(room, longest),
        hearing=keyed,
        speech=prepared.speech,
        chimes={sound: chime(sound) for sound in Sound},
        journal=journal,
    )
    with suppress(Over):
        guide.run()
    guide.close()
    return entries
