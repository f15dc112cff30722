"""Calls through the guide's own voice, in a simulated room, with and without taking that voice out.

A guide speaks without a pause; a person at two metres calls out pain every six seconds. Counted are calls that
were heard as a report of pain, and calls for which the guide fell silent (it gave way), within a second of the
word; and what was heard that nobody said. `python -m benchmarks.own_voice` prints the table.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from voiceguide.audio.port import BLOCK
from voiceguide.audio.room import Room, RoomPort, place
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import VoiceBegan
from voiceguide.core.script import everything_said
from voiceguide.demo.flite import FliteVoice
from voiceguide.hearing.air import Air
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.engines import choose_recogniser
from voiceguide.hearing.evidence import QUIET
from voiceguide.hearing.own_words import OwnWords
from voiceguide.hearing.spotter.spotter import Spotter, second_ear_for
from voiceguide.language.pack import load_language
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

PHRASES = ("it hurts", "that hurts", "sharp pain", "pain", "ouch", "down my leg", "shooting pain")
SPEAKERS = ("slt", "rms")
"""Voices that the recogniser was not tuned on."""

RATIOS_DB = (10.0, 0.0, -10.0, -15.0, -20.0)
"""Speech-to-echo: how much louder the person is at the microphone than the guide."""

FIRST_CALL = samples(15)
EVERY = samples(6)
WITHIN = samples(1)


@dataclass
class Tally:
    """What became of the calls."""

    calls: int = 0
    heard: int = 0
    gave_way: int = 0
    either: int = 0
    false_commands: int = 0
    false_pain: int = 0
    false_yields: int = 0
    seconds: float = 0.0
    delays: list[float] = field(default_factory=list)


class Caller:
    """Says sounds at given samples."""

    has_left = False

    def __init__(self, calls: list[tuple[int, Samples]], length: int) -> None:
        self._voice = np.zeros(length + RATE * 10, np.float32)
        for at, sound in calls:
            self._voice[at : at + len(sound)] += sound
        self._at = 0

    def notice(self, entry: dict[str, Any]) -> None:
        """The caller follows no script."""

    def exchange(self, heard: Samples) -> Samples:
        self._at += len(heard)
        return self._voice[self._at - len(heard) : self._at]


MODES = (("left in", False, False), ("taken out", True, False), ("taken out, two ears", True, True))
"""What is done about the guide's own voice: name, echo cancellation and all that goes with it, a second ear."""


def run(room: Room, speaker: str, guide: Samples, ears: Ears, *, cancel: bool, seed: int) -> Tally:
    placed, voice = place(room, seed), FliteVoice(speaker)
    words = [placed.spoken(finish(voice.render(phrase))) for phrase in PHRASES]
    calls = [(FIRST_CALL + EVERY * number, sound) for number, sound in enumerate(words)]
    length = (FIRST_CALL + EVERY * len(calls)) // BLOCK * BLOCK
    port, air, tally = RoomPort(placed, Caller(calls, length), guide), Air() if cancel else None, Tally()
    ears.listen_for(frozenset(Command))
    commands: list[tuple[int, Command]] = []
    yields: list[int] = []
    said = np.resize(guide, length)
    for at in range(0, length, BLOCK):
        block = said[at : at + BLOCK]
        frame = port.exchange(block)
        assert frame is not None
        if air is not None:
            frame, event = air.listen(frame, block)
            yields += [at + BLOCK] if isinstance(event, VoiceBegan) else []
        around = QUIET if air is None else air.around
        heard = [one.heard for one in ears.accept(frame, around, to_int16(block)) if one.heard]
        commands += [(at + BLOCK, one.command) for one in heard if one.command is not None]
    if air is not None:
        air.close()
    spans = [(at, at + len(sound)) for at, sound in calls]
    for begins, ends in spans:
        pain = [at for at, command in commands if command in PAIN_FAMILY and begins < at <= ends + WITHIN]
        silent = any(begins < at <= ends + WITHIN for at in yields)
        tally.heard += bool(pain)
        tally.gave_way += silent
        tally.either += bool(pain) or silent
        tally.delays += [(pain[0] - ends) / RATE] if pain else []
    outside = [(at, c) for at, c in commands if not any(b < at <= e + WITHIN for b, e in spans)]
    tally.calls = len(calls)
    tally.false_commands = len(outside)
    tally.false_pain = sum(command in PAIN_FAMILY for _, command in outside)
    tally.false_yields = sum(not any(b < at <= e + WITHIN for b, e in spans) for at in yields)
    tally.seconds = length / RATE
    return tally


def main() -> None:
    pack, routine = load_language("en"), load_routine(find_routine("psoas-release"))
    voice, recogniser = choose_voice("en", "pyttsx3"), choose_recogniser("en", "pocketsphinx")
    speech = SpeechStore(voice)
    lines = [text for text in everything_said(routine, pack.phrases) if len(text) > 30][:40]
    gap = np.zeros(samples(0.45), np.float32)
    guide = np.concatenate([part for text in lines for part in (speech.samples(text), gap)])
    table = Table(title="Calls of pain through the guide's own voice", title_justify="left", box=None)
    for column in (
        "speech to echo",
        "own voice",
        "heard",
        "gave way",
        "either",
        "after the word",
        "false in a minute",
    ):
        table.add_column(column)
    for ratio_db in RATIOS_DB:
        for mode, cancel, twice in MODES:
            if twice and not second_ear_for("en"):
                print("no second ear: pip install 'voiceguide[spotter]'", file=sys.stderr)
                continue
            total = Tally()
            for number, speaker in enumerate(SPEAKERS):
                room = Room(speech_to_echo_db=ratio_db, rt60_s=0.3 + 0.1 * number)
                second = (Spotter("en"), OwnWords("en")) if twice else (None, None)
                ears = Ears(recogniser, pack, *second)
                one = run(room, speaker, guide, ears, cancel=cancel, seed=number + 1)
                ears.close()
                for name in vars(total):
                    setattr(total, name, getattr(total, name) + getattr(one, name))
            minutes = total.seconds / 60
            delay = f"{np.median(total.delays):.2f} s" if total.delays else "-"
            false = f"{total.false_commands / minutes:.1f} ({total.false_pain / minutes:.1f} of pain)"
            table.add_row(
                f"{ratio_db:+.0f} dB",
                mode,
                f"{total.heard}/{total.calls}",
                f"{total.gave_way}/{total.calls}" if cancel else "-",
                f"{total.either}/{total.calls}",
                delay,
                f"{false}, {total.false_yields / minutes:.1f} yields",
            )
            print(ratio_db, mode, total, file=sys.stderr, flush=True)
    Console(width=110).print(table)
    voice.close()
    recogniser.close()


if __name__ == "__main__":
    main()
