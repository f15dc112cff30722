"""From the end of a word of pain to the decision, and from there to silence: the real guide, in sample time.

A trial lets the guide walk to a moment of a routine with somebody who answers at once, then a person calls out.
From two seconds before the real recogniser listens, which has heard that person say "start" and "ready", as in
any session. Tried are a moment of set-up in which the guide speaks without a pause, a silence in the hold that
follows, and that silence once more with a recogniser to which these are the first words ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from benchmarks.people import Call, Render, call, people
from benchmarks.room import LeftRoom, Room
from voiceguide.app import Choices, Prepared, prepare
from voiceguide.audio.port import BLOCK, AudioPort, MicrophoneBlock, SpeakerBlock
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples, seconds
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.core.session import Session
from voiceguide.demo.verdict import HEARD_WITHIN_S
from voiceguide.errors import VoiceError
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Hearing
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.noticed import Noticed
from voiceguide.history.journal import Journal
from voiceguide.language.pack import LanguagePack
from voiceguide.rendition import ReadyListener, RenditionPort
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples

SILENCE = 10 ** (-80 / 20)
"""Amplitude (-80 dBFS) below which the speaker counts as silent."""

Moment = Literal["speaking", "silent", "first words"]

_LISTENS_BEFORE = samples(2.0)
_LONGEST_CALL = samples(2.0)
_ROOM_TO_DECIDE = samples(0.6)
_FRAME = samples(0.02)
_AUDIBLE = 10 ** (-50 / 20)
_STAYS_AFTER = samples(0.3)
"""The release is spoken 0.2 s after the decision: then all is known."""


class LateEars:
    """Answers "start" and "ready" by itself until sample `wake`; from then on the recogniser listens.

    Args:
        ears: what listens.
        wake: when.
        known: what the ears hear before anything else.

    Attributes:
        heard: what the recogniser heard, at the session's sample times.
    """

    def __init__(self, ears: Ears, wake: int, known: Sequence[MicrophoneBlock]) -> None:
        self._ears = ears
        self._wake = wake - wake % BLOCK
        if known:
            ears.listen_for(frozenset(Command))
        for frame in known:
            ears.accept(frame)
        self._earlier = ears.at
        self._now = 0
        self._commands: frozenset[Command] = frozenset()
        self.before = ReadyListener(ready_after_s=0.5)
        self.heard: list[Heard] = []

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:  # noqa: ARG002 - as asked
        """Remember the commands; the recogniser is told them when it listens."""
        self._commands = commands

    def accept(self, microphone: MicrophoneBlock | None, spoken: Samples) -> list[Noticed]:
        """Answer, or listen."""
        self._now += len(spoken)
        if self._now <= self._wake or microphone is None:
            return self.before.accept(microphone, spoken)
        self._ears.listen_for(self._commands)
        found = self._ears.accept(microphone)
        shift = self._wake - self._earlier
        self.heard += [replace(one.heard, at=one.heard.at + shift) for one in found if one.heard]
        return [*found]

    def close(self) -> None:
        """Nothing to stop."""


class _Nowhere:
    def write(self, block: SpeakerBlock) -> None:
        """Drop it."""


@dataclass(frozen=True)
class Trial:
    """What came of one call, in seconds of sample time; None where nothing was heard.

    Attributes:
        decided_after_s: from the end of the words to the decision; negative when it fell before.
        silent_after_s: from the decision to the first sample from which the speaker stays silent until the guide
            begins to speak again; None when nothing sounded at the decision.
        heard: the command that was decided on.
        taken_for: what was heard first, when that was another command or unknown speech.
    """

    decided_after_s: float | None
    silent_after_s: float | None
    heard: Command | None
    taken_for: str | None


def trials(routine: str, engine: str, voice: str) -> Iterator[dict[str, Any]]:
    """Try every phrase of the pain family in every voice at every moment, and report each.

    Raises:
        VoiceguideError: the engine or the guide's voice is missing.
    """
    with prepare(Choices(routine, voice, engine)) as prepared:
        prepared.render()
        pack = prepared.language
        moments = _moments(prepared)
        phrases = [(command, words) for command in sorted(PAIN_FAMILY) for words in pack.commands[command]]
        for person in people(pack.language):
            about = {"person": person.name, "tuned_with": person.tuned_with}
            try:
                render = person.make()
                known = _known(render, pack)
                calls = {words: call(render, words) for _, words in phrases}
            except VoiceError as error:
                yield {**about, "skipped": str(error)}
                continue
            for command, words in phrases:
                for moment, at in moments.items():
                    before = () if moment == "first words" else known
                    trial = _try(prepared, calls[words], at, before)
                    yield {**about, "moment": moment, "command": command.value, "words": words, **asdict(trial)}


def _known(render: Render, pack: LanguagePack) -> list[MicrophoneBlock]:
    """Return a person saying the first words of a session in the simulated room."""
    room, end = Room(), samples(1.0)
    for command in (Command.START, Command.READY):
        sound = call(render, pack.commands[command][0]).sound
        room.speak(sound, end)
        end += len(sound) + samples(1.0)
    return [room.exchange(np.zeros(BLOCK, np.float32)) for _ in range(end // BLOCK)]


def _moments(prepared: Prepared) -> dict[Moment, int]:
    """Return at which sample a call ends, by walking through the routine without anybody to hear."""
    journal, listener, entries = Journal(), ReadyListener(ready_after_s=0.5), list[dict[str, Any]]()
    journal.watch(listener.notice)
    journal.watch(entries.append)
    _guide(prepared, RenditionPort(_Nowhere()), listener, journal).run()
    spoken = [(samples(one["time_s"]), samples(other["time_s"]), one) for one, other in _pairs(entries)]
    stretches = [
        (length, start + offset)
        for start, _, entry in spoken
        if entry["key"] == "setup"
        for length, offset in [_unbroken(prepared.speech.samples(entry["text"]))]
    ]
    length, start = max(stretches)
    hold = next(samples(entry["time_s"]) for entry in entries if entry.get("state") == "holding")
    quiet = next(
        end
        for (_, end, _), (start, _, _) in pairwise(spoken)
        if end > hold and start - end > _LONGEST_CALL + samples(HEARD_WITHIN_S)
    )
    # Decisions fall from half a second before the end of a call to as much after it.
    speaking = start + max(length - _ROOM_TO_DECIDE, length // 2)
    silent = quiet + _LONGEST_CALL
    return {"speaking": speaking, "silent": silent, "first words": silent}


def _guide(prepared: Prepared, port: AudioPort, hearing: Hearing, journal: Journal) -> Guide:
    """Return the guide as `Prepared.guide` does, with other hearing."""
    return Guide(
        Session(prepared.routine, prepared.language.phrases, prepared.speech.length, first_time=False),
        port=port,
        hearing=hearing,
        speech=prepared.speech,
        chimes={sound: chime(sound) for sound in Sound},
        journal=journal,
    )


def _unbroken(sound: Samples) -> tuple[int, int]:
    """Return the length and the start of the longest stretch of a sound without a pause."""
    frames = np.abs(sound[: len(sound) // _FRAME * _FRAME]).reshape(-1, _FRAME).max(axis=1)
    pauses = [-1, *np.flatnonzero(frames < _AUDIBLE), len(frames)]
    length, start = max((int(after - before - 1), int(before + 1)) for before, after in pairwise(pauses))
    return length * _FRAME, start * _FRAME


def _pairs(entries: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    started = {}
    for entry in entries:
        if entry["kind"] == "say_started":
            started[entry["utterance"]] = entry
        elif entry["kind"] == "say_finished":
            yield started[entry["utterance"]], entry


def _try(prepared: Prepared, called: Call, ends: int, known: Sequence[MicrophoneBlock]) -> Trial:
    at = ends - called.ends
    ears = LateEars(Ears(prepared.recogniser, prepared.language), at - _LISTENS_BEFORE, known)
    room, journal, starts = Room(), Journal(), list[int]()
    room.speak(called.sound, at)
    room.leaves = ends + samples(HEARD_WITHIN_S)

    def notice(entry: dict[str, Any]) -> None:
        if entry["kind"] == "say_started":
            starts.append(samples(entry["time_s"]))
        elif entry["kind"] == "pain":
            room.leaves = room.now + _STAYS_AFTER

    journal.watch(ears.before.notice)
    journal.watch(notice)
    with suppress(LeftRoom):
        _guide(prepared, room, ears, journal).run()
    after = [one for one in ears.heard if one.at > at]
    pain = next((one for one in after if one.command in PAIN_FAMILY), None)
    first = after[0] if after and after[0] is not pain else None
    taken_for = None if first is None else first.command or "unknown speech"
    if pain is None:
        return Trial(None, None, None, taken_for)
    until = next((start for start in starts if start > pain.at), None)
    played = np.concatenate(room.played)[pain.at : until]
    loud = np.flatnonzero(np.abs(played) > SILENCE)
    silent_after_s = seconds(int(loud[-1]) + 1) if loud.size else None
    return Trial(seconds(pain.at - ends), silent_after_s, pain.command, taken_for)
