"""Scenarios: what a person says in a session, and what must and must not follow from it, as YAML.

    title: Pain in a hold is answered at once
    routine: psoas-short
    lines:
      - {when: {kind: say_finished, key: waiting}, wait_s: 1, say: start, expect: start}
      - {when: {kind: cue, cue: breathe_in}, wait_s: 1.5, say: it hurts, expect: pain}
    checks:
      - {after: {kind: heard, command: pain}, expect: {kind: say_cut}, within_ms: 40}
      - {after: {kind: heard, command: pain}, absent: {kind: cue}}

A scenario runs through the real loop, mouth, ears, understanding, session, language pack and routine. Only the
voice is a tone, and the words are typed: on virtual time, ten minutes take a second or two. It is judged on its
journal.
"""

from __future__ import annotations

import queue
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.core.actions import Sound
from voiceguide.core.clock import samples, seconds
from voiceguide.core.session import Session
from voiceguide.demo.script import Line, Prompter
from voiceguide.guide import Guide
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.recognisers.typed import Lines, TypedRecogniser
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.hearing.verdict.verdict import Verdict
from voiceguide.history.journal import Journal
from voiceguide.language.pack import load_language
from voiceguide.routine.load import find_routine, load_routine
from voiceguide.speaking.chimes import chime
from voiceguide.speaking.voice import Samples
from voiceguide.testing.port import VirtualPort
from voiceguide.testing.speech import VirtualSpeech

Entry = dict[str, Any]
"""A line of the events file."""


class Check(BaseModel):
    """One thing that must hold. Exactly one of `expect`, `next` and `absent` is given.

    Attributes:
        after: fields of the entry after which to look; without it, from the beginning. Every entry that matches
            is judged, and at least one must.
        times: judge only the how-manieth of them; 1 is the first.
        expect: fields of an entry that must follow.
        next: fields that the next entry of the same kind must have.
        absent: fields of an entry that must not follow.
        within_ms: how soon; without it, at any time until the scenario ends.
        for_ms: how long `absent` must hold; without it, until the scenario ends.
        count: how many entries must match `expect`; without it, one or more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Entry = Field(default_factory=dict)
    times: int | None = Field(None, ge=1)
    expect: Entry | None = Field(None, min_length=1)
    next: Entry | None = Field(None, min_length=1)
    absent: Entry | None = Field(None, min_length=1)
    within_ms: float | None = Field(None, ge=0)
    for_ms: float | None = Field(None, gt=0)
    count: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if sum(given is not None for given in (self.expect, self.next, self.absent)) != 1:
            raise ValueError("give one of `expect`, `next` and `absent`")
        if self.next is not None and "kind" not in self.next:
            raise ValueError("`next` needs a `kind`")
        if self.for_ms is not None and self.absent is None:
            raise ValueError("`for_ms` belongs to `absent`; use `within_ms`")
        if self.within_ms is not None and self.absent is not None:
            raise ValueError("`within_ms` belongs to `expect` and `next`; use `for_ms`")
        if self.count is not None and self.expect is None:
            raise ValueError("`count` belongs to `expect`")
        return self

    def problem(self, journal: Sequence[Entry]) -> str | None:
        """Return what is wrong with a journal, or None."""
        found = [number for number, entry in enumerate(journal) if _has(entry, self.after)] if self.after else [-1]
        if self.times is not None:
            found = found[self.times - 1 : self.times]
        if not found:
            return f"there is no {self._which()}"
        return next((wrong for number in found if (wrong := self._wrong_after(journal, number))), None)

    def _wrong_after(self, journal: Sequence[Entry], number: int) -> str | None:
        since = journal[number]["time_s"] if number >= 0 else 0.0
        limit_ms = self.for_ms if self.absent is not None else self.within_ms
        later = [
            entry
            for entry in journal[number + 1 :]
            if limit_ms is None or _samples_between(since, entry) <= samples(limit_ms / 1000)
        ]
        where = f"after {self.after} at {since:.3f} s" if number >= 0 else "in the session"
        if self.absent is not None:
            unwanted = next((entry for entry in later if _has(entry, self.absent)), None)
            return None if unwanted is None else f"{where} came {unwanted}"
        within = "" if limit_ms is None else f" within {limit_ms:g} ms"
        if self.next is not None:
            following = next((entry for entry in later if entry["kind"] == self.next["kind"]), None)
            fits = following is not None and _has(following, self.next)
            return None if fits else f"{where} the next was not {self.next}{within} but {following}"
        matching = sum(_has(entry, self.expect or {}) for entry in later)
        if self.count is None:
            return None if matching else f"{where} there was no {self.expect}{within}"
        return None if matching == self.count else f"{where} {self.expect} came {matching} times{within}"

    def _which(self) -> str:
        return f"{self.after}" if self.times is None else f"{self.times}. {self.after}"


class SaidLine(Line):
    """One thing that the person says.

    Attributes:
        unsure: the ears are not sure of it: the command is only what was probably said. `expect` is null then.
    """

    unsure: bool = False


class Scenario(BaseModel):
    """A session to be played and judged.

    Attributes:
        title: what it shows.
        routine: name of the routine.
        first_time: whether the guide also says what it is and is not.
        lines: what the person says.
        stays_s: seconds for which the session is followed after the person's last line, or until it ends.
        checks: what must hold.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1)
    routine: str
    first_time: bool = False
    lines: list[SaidLine]
    stays_s: float = Field(30, gt=0)
    checks: list[Check] = Field(min_length=1)


@dataclass(frozen=True)
class Played:
    """What happened in a scenario.

    Attributes:
        journal: the entries of the events file.
        spoken: the lines that the person said, each with the sample time of the words.
        unspoken: lines whose moment never came.
        sound: what went to the speaker, `(n,)` float32 at 16 kHz.
    """

    journal: tuple[Entry, ...]
    spoken: tuple[tuple[int, Line], ...]
    unspoken: tuple[Line, ...]
    sound: Samples

    def transcript(self) -> str:
        """Return the conversation, one line for each thing said, for failure messages."""
        shown = {"heard", "say_started", "say_cut", "state", "cue", "cue_left_out", "finished"}
        return "\n".join(
            f"{entry['time_s']:9.3f}  "
            + ", ".join(str(value) for name, value in entry.items() if name != "time_s")
            for entry in self.journal
            if entry["kind"] in shown
        )


def load_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Raises:
        ValueError: it is broken (pydantic's error, with every mistake).
    """
    return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def play(scenario: Scenario) -> Played:
    """Run a scenario from its beginning until the session ends, or the person has listened for long enough.

    Raises:
        VoiceguideError: the routine is missing or broken.
    """
    routine = load_routine(find_routine(scenario.routine))
    language = load_language(routine.language)
    speech, journal = VirtualSpeech(), Journal()
    person = _Person(scenario)
    entries: list[Entry] = []
    journal.watch(entries.append)
    journal.watch(person.notice)
    guide = Guide(
        Session(routine, language.phrases, speech.length, first_time=scenario.first_time),
        port=person,
        hearing=Chain(_UnsureEars(Ears(TypedRecogniser(person.typed), language), person)),
        speech=speech,
        chimes={sound: chime(sound) for sound in Sound},
        journal=journal,
    )
    with suppress(_PersonLeft):
        guide.run()
    return Played(tuple(entries), tuple(person.spoken), tuple(person.prompter.unspoken), person.played)


def judge(scenario: Scenario, played: Played) -> list[str]:
    """Return everything that is not as it should be: lines not said or not heard, and checks that do not hold."""
    problems = [f"never came to say {line.say!r}: there was no {line.when}" for line in played.unspoken]
    heard = [entry for entry in played.journal if entry["kind"] == "heard"]
    for (at, line), entry in zip(played.spoken, [*heard, *[None] * len(played.spoken)], strict=False):
        if entry is None or entry["command"] != line.expect:
            problems.append(f"{line.say!r} at {seconds(at):.3f} s was heard as {entry}")
    problems += [problem for check in scenario.checks if (problem := check.problem(played.journal))]
    return problems


class _PersonLeft(Exception):  # noqa: N818 - no error: the scenario has been followed for long enough
    pass


class _Person(VirtualPort):
    """Types each line at its moment, and leaves some time after the last one."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.prompter = Prompter(scenario.lines)
        self.typed: Lines = queue.SimpleQueue()
        self.spoken: list[tuple[int, Line]] = []
        self._next: tuple[int, Line] | None = None
        self._stays = samples(scenario.stays_s)
        self._last_moved = 0

    def notice(self, entry: Entry) -> None:
        if self._next is None and (line := self.prompter.notice(entry)) is not None:
            self._next = (samples(entry["time_s"] + line.wait_s), line)

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        frame = super().exchange(block)
        if self._next is not None and self._next[0] <= self.now:
            _, line = self._next
            self.typed.put(line.say)
            self.spoken.append((self.now, line))
            self._next, self._last_moved = None, self.now
        waits_in_vain = samples(_PATIENCE_S) if self.prompter.unspoken or self._next else self._stays
        if self.now - self._last_moved >= waits_in_vain:
            raise _PersonLeft
        return frame


class _UnsureEars:
    """Ears that make a guess of what they understood, where the scenario says so."""

    def __init__(self, ears: Ears, person: _Person) -> None:
        self._ears = ears
        self._person = person
        self.listen_for = ears.listen_for
        self.close = ears.close

    def accept(self, frame: Frame, around: Around = QUIET) -> list[Noticed]:
        return [self._less_sure(verdict) for verdict in self._ears.accept(frame, around)]

    def _less_sure(self, verdict: Verdict) -> Verdict:
        heard, said = verdict.heard, self._person.spoken
        if heard is None or heard.command is None or not said or not getattr(said[-1][1], "unsure", False):
            return verdict
        return replace(verdict, heard=replace(heard, command=None, perhaps=heard.command))


_PATIENCE_S = 600
"""A person whose moment does not come within this long leaves: the lines left unspoken say why."""


def _has(entry: Entry, fields: Entry) -> bool:
    return all(name in entry and entry[name] == value for name, value in fields.items())


def _samples_between(since_s: float, entry: Entry) -> int:
    return samples(entry["time_s"]) - samples(since_s)
