"""A simulated room: a person who speaks into the microphone, and all that the guide plays, sample by sample.

The microphone does not hear the loudspeaker, as with headphones or a perfect echo canceller.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.people import Render, call
from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.samples import to_int16
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.demo.person import NOISE_DB
from voiceguide.language.pack import LanguagePack
from voiceguide.speaking.voice import Samples

_NOISE_SECONDS = 60


class LeftRoom(Exception):  # noqa: N818 - no error: how a trial ends
    """The person has left; the port gives no more samples."""


class Room:
    """An audio port.

    Attributes:
        now: samples exchanged so far.
        leaves: sample time at which `LeftRoom` is raised; None for never.
        played: what the guide played, block by block.
        heard: what the microphone heard, block by block.
    """

    name = "a simulated room"
    slipped = NO_SLIPS

    def __init__(self) -> None:
        level = 10 ** (NOISE_DB / 20)
        noise = np.random.default_rng(1).standard_normal(samples(_NOISE_SECONDS)) * level
        self._noise = noise.astype(np.float32)
        self._words: list[tuple[int, Samples]] = []
        self.now = 0
        self.leaves: int | None = None
        self.played: list[SpeakerBlock] = []
        self.heard: list[MicrophoneBlock] = []

    def speak(self, sound: Samples, at: int) -> None:
        """Have the person speak from sample `at` on, now or later."""
        self._words.append((max(at, self.now), sound))

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock:
        """Keep a block of the guide and return one of the person.

        Raises:
            LeftRoom: it is time.
        """
        count = len(block)
        if self.leaves is not None and self.now >= self.leaves:
            raise LeftRoom
        heard = self._noise[(self.now + np.arange(count)) % len(self._noise)]
        for starts, sound in self._words:
            low, high = max(starts, self.now), min(starts + len(sound), self.now + count)
            if low < high:
                heard[low - self.now : high - self.now] += sound[low - starts : high - starts]
        self._words = [(starts, sound) for starts, sound in self._words if starts + len(sound) > self.now + count]
        self.now += count
        self.played.append(block)
        self.heard.append(to_int16(heard))
        return self.heard[-1]

    def close(self) -> None:
        """Nothing to close."""


class ReadyPerson:
    """Somebody who says "start" and "ready" soon after being asked to, and again until it is heard.

    Attributes:
        said: how often they spoke.
    """

    WAIT = samples(0.8)
    AGAIN_AFTER = samples(5)

    def __init__(self, room: Room, render: Render, pack: LanguagePack) -> None:
        self._room = room
        commands = {"waiting": Command.START, "ask_ready": Command.READY}
        self._answers = {key: (command, pack.commands[command][0]) for key, command in commands.items()}
        self._sounds = {words: call(render, words).sound for _, words in self._answers.values()}
        self._wanted: tuple[Command, str] | None = None
        self._due = 0
        self.said = 0

    def notice(self, entry: dict[str, Any]) -> None:
        """Take a journal entry."""
        match entry:
            case {"kind": "say_finished", "key": "waiting" | "ask_ready" as key}:
                self._wanted = self._answers[key]
                self._due = samples(entry["time_s"]) + self.WAIT
            case {"kind": "heard", "command": command} if self._wanted and command == self._wanted[0]:
                self._wanted = None

    def live(self) -> None:
        """Speak when it is time; to be called now and then."""
        if self._wanted is not None and self._room.now >= self._due:
            self._room.speak(self._sounds[self._wanted[1]], self._room.now)
            self._due = self._room.now + self.AGAIN_AFTER
            self.said += 1
