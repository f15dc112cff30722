"""Real sessions in a simulated room: what a person who calls in pain gets, and what a television costs.

Guide, session, chain and room are those of the program. The person on the floor calls again every 1.5 s, at most
three times, and asked whether something hurts they say "yes", at most twice. What else a session needs to go on
("start", "ready") is put in as if by a key, so that a noisy room cannot keep it from what is measured; where no
person is the key also says that nothing hurts.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from voiceguide.hearing.verdict.GONE import Claim, Ear

from benchmarks.callers import Call, Party, called, calls, parties
from benchmarks.conditions import Amount, Condition
from training.voices import spoken
from voiceguide.app import Choices, Prepared, prepare
from voiceguide.audio.port import AudioPort, MicrophoneBlock, SpeakerBlock
from voiceguide.audio.room import Nobody, RoomPort, place
from voiceguide.core.actions import Sound
from voiceguide.core.clock import RATE, samples, seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.core.session import Session
from voiceguide.demo.actor import Words
from voiceguide.demo.insistent import InsistentActor
from voiceguide.demo.neighbours import background_of
from voiceguide.demo.script import Line
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

TURNED = {"gave_way": "yield", "safety": "word", "stopping": "word", "doubt": "doubt"}
"""Kinds and states of the journal that mean that the guide has turned to the person, and by what."""

WITHIN_S = 1.0
INTO_THE_HOLD_S = 5.0
INTO_THE_WORDS_S = 1.5
ANSWERS_AFTER = samples(0.8)
_LONGEST = samples(150)
_LOOKED_AT = samples(12)
"""So long after the last word the session is still watched: the longest question takes 7 s."""

_PATIENCE = samples(4)
"""From the beginning of a call until the person calls again, though the guide fell silent, as nothing followed."""

_MAY_ANSWER = 2

_ANSWERS = {
    "check_ask": Command.NO,
    "waiting": Command.START,
    "ask_ready": Command.READY,
    "return_ask": Command.NO,
}
_NOTHING_HURTS = {
    "doubt_ask": Command.NO,
    "stop_hurts": Command.NO,
    "stop_ask": Command.NO,
    "paused": Command.RESUME,
}
_ASKS = ("doubt_ask", "stop_hurts")

_STRAIGHT_INTO_THE_HOLD = {"setup": Command.READY}
"""Half a minute of the guide's voice is enough before a call."""


class Over(Exception):  # noqa: N818 - no error: how a trial ends
    """Nothing more is to be seen."""


class Keyed:
    """A hearing to which answers can be given by a key.

    Args:
        hearing: what truly listens.
        answers: what is pressed when a line with this key has been said.
    """

    def __init__(self, hearing: Hearing, answers: dict[str, Command]) -> None:
        self._hearing = hearing
        self._answers = answers
        self._pressed: deque[tuple[int, Command]] = deque()
        self._now = 0

    def notice(self, entry: Entry) -> None:
        """Take a journal entry."""
        if entry["kind"] == "say_finished" and entry["key"] in self._answers:
            self._pressed.append((samples(entry["time_s"]) + ANSWERS_AFTER, self._answers[entry["key"]]))

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Hand it on."""
        self._hearing.listen_for(commands, hold=hold)

    def accept(self, microphone: MicrophoneBlock | None, spoken: Samples) -> list[Noticed]:
        """Return what was noticed, and what was pressed."""
        noticed = self._hearing.accept(microphone, spoken)
        self._now += len(spoken)
        while self._pressed and self._pressed[0][0] <= self._now:
            command = self._pressed.popleft()[1]
            claim = Claim(self._now, command, Ear.WORDS, "key")
            noticed.append(Verdict(self._now, claim, Rule.SURE, Heard(self._now, command, engine="key")))
        return noticed

    def close(self) -> None:
        """Close what truly listens."""
        self._hearing.close()


@dataclass
class Watched:
    """A port that ends the session when nothing more is to be seen."""

    port: RoomPort
    person: InsistentActor | None
    longest: int
    name: str = "a watched room"
    slipped: int = 0
    now: int = 0

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Exchange a block.

        Raises:
            Over: it is time.
        """
        self.now += len(block)
        said = self.person.uttered if self.person else []
        if self.now > self.longest or (said and self.now > said[-1].ends + _LOOKED_AT):
            raise Over
        return self.port.exchange(block)

    def close(self) -> None:
        """Nothing to close."""


def trials(condition: Condition, side: str, each: int) -> Data:
    """Return what became of calls of pain in real sessions.

    Args:
        condition: the room, and whether the guide speaks or a position is held.
        side: of the voices.
        each: calls of each voice.
    """
    found = []
    with prepare(Choices("psoas-short", None, "pocketsphinx")) as prepared:
        prepared.render()
        for number, party in enumerate(parties(side)):
            for take in party.callers:
                pain = [call for call in calls(take, Amount.MANY) if call.command in PAIN_FAMILY]
                yes = called(take.name, "yes", Command.YES, spoken(take, ["yes"])["yes"])
                found += [_trial(prepared, condition, number, party, call, yes) for call in pain[:each]]
    return {"trials": found}


def evening(condition: Condition, number: int, seconds: float, voice: str) -> Data:
    """Return what happened in a session in which nobody speaks but the television, or whatever sounds there.

    Args:
        condition: the noise.
        number: of the room.
        seconds: how long it is watched.
        voice: the guide's.
    """
    with prepare(Choices("psoas-release", voice, "pocketsphinx")) as prepared:
        prepared.render()
        entries = _session(prepared, condition, number, parties("test")[number], None, samples(seconds))
    heard = [entry for entry in entries if entry["kind"] == "heard" and entry["engine"] != "key"]
    states = [entry["state"] for entry in entries if entry["kind"] == "state"]
    return {
        "seconds": entries[-1]["time_s"],
        "yields": sum(entry["kind"] == "gave_way" for entry in entries),
        "doubts": states.count("doubt"),
        "heard": [entry["command"] for entry in heard],
    }


def _trial(prepared: Prepared, condition: Condition, number: int, party: Party, call: Call, yes: Call) -> Data:
    when = {"kind": "say_started", "key": "setup"} if condition.guide else {"kind": "state", "state": "holding"}
    line = Line(
        when=when,
        times=2 if condition.guide else 1,
        wait_s=INTO_THE_WORDS_S if condition.guide else INTO_THE_HOLD_S,
        say=call.text,
        expect=call.command,
    )
    placed = place(condition.room(number), number + 1)
    asked = {"kind": "say_finished", "key": "doubt_ask"}
    answer = Line(when=asked, wait_s=seconds(ANSWERS_AFTER), say=yes.text, expect=yes.command)
    words = {one.text: Words(placed.spoken(one.sound), one.ends) for one in (call, yes)}
    person = InsistentActor([line, *[answer] * _MAY_ANSWER], words, patience=_PATIENCE)
    entries = _session(prepared, condition, number, party, person, _LONGEST)
    turned, by, tries = None, None, 0
    calls_made = [said for said in person.uttered if said.line is line]
    for attempt, said in enumerate(calls_made, 1):
        begins, ends = said.starts / RATE, said.ends / RATE
        for entry in entries:
            kind = TURNED.get(entry["state"] if entry["kind"] == "state" else entry["kind"])
            if kind and not tries and begins < entry["time_s"] <= ends + WITHIN_S:
                turned, by, tries = round(entry["time_s"] - calls_made[0].ends / RATE, 3), kind, attempt
    ends = calls_made[0].ends / RATE if calls_made else 0.0
    reports = [entry["time_s"] for entry in entries if entry["kind"] == "pain"]
    questions = [entry["time_s"] for entry in entries if entry["kind"] == "say_started" and entry["key"] in _ASKS]
    return {
        "voice": call.voice,
        "text": call.text,
        "said": len(calls_made),
        "tries": tries,
        "by": by,
        "after_s": turned,
        "asked_after_s": round(questions[0] - ends, 3) if questions else None,
        "pain_after_s": round(reports[0] - ends, 3) if reports else None,
        "left_in": next((entry["state"] for entry in reversed(entries) if entry["kind"] == "state"), None),
    }


def _session(
    prepared: Prepared,
    condition: Condition,
    number: int,
    party: Party,
    person: InsistentActor | None,
    longest: int,
) -> list[Entry]:
    placed = place(condition.room(number), number + 1)
    speech = np.concatenate([prepared.speech.samples(line) for line in prepared.routine.welcome])
    noise = background_of(placed.room, placed.seed, party.neighbours)
    room = RoomPort(placed, person or Nobody(), speech, noise)
    port: AudioPort = Watched(room, person, longest)
    in_a_hold = person is not None and not condition.guide
    pressed = (
        _ANSWERS | (_NOTHING_HURTS if person is None else {}) | (_STRAIGHT_INTO_THE_HOLD if in_a_hold else {})
    )
    keyed = Keyed(prepared.hearing(cancel_echo=True), pressed)
    journal, entries = Journal(), list[Entry]()
    journal.watch(entries.append)
    journal.watch(room.notice)
    journal.watch(keyed.notice)
    guide = Guide(
        Session(prepared.routine, prepared.language.phrases, prepared.speech.length, first_time=False),
        port=port,
        hearing=keyed,
        speech=prepared.speech,
        chimes={sound: chime(sound) for sound in Sound},
        journal=journal,
    )
    with suppress(Over):
        guide.run()
    guide.close()
    return entries
