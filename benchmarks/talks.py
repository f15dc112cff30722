"""Whole conversations about pain by sound: `python -m benchmarks.talks`, from the repository's root.

A person in one of three positions says that something hurts and answers what they are asked, in a synthetic
voice; the real recogniser hears them, the session goes its way and a real history keeps it. What
is said and what must come of it is in `talks.yaml`. Two things are judged, and told apart:

- that nothing unsafe happened, whatever was understood: the way out of the very position came first, no cue of the
  routine came in between, each advice was said to its end and once, a red flag led to rest or the end, and the
  history holds what the events file tells;
- that it came out as it was meant: the very kind of pain, advice and way on, however often it had to be said.

Ends with exit code 1 if anything unsafe happened.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from rich.console import Console

from benchmarks.people import Person, Render, call, people
from benchmarks.tables import Section, Table, Target, targets_table
from voiceguide.app import Choices, Prepared, prepare
from voiceguide.audio.port import MicrophoneBlock, SpeakerBlock
from voiceguide.audio.room import Occupant, Room, RoomPort, place
from voiceguide.audio.samples import to_int16
from voiceguide.audio.slips import NO_SLIPS
from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.demo.actor import Actor, Words
from voiceguide.demo.piper import PiperVoice
from voiceguide.demo.script import Line
from voiceguide.history.database import open_to_read
from voiceguide.history.history import History
from voiceguide.history.journal import Journal
from voiceguide.history.past import PastPain, read_sessions
from voiceguide.speaking.voice import Samples

HERE = Path(__file__).parent
ROUTINE = HERE / "three-positions.yaml"

PEOPLE = ("piper joe", "hibari heart", "flite slt", "flite rms")
"""Voices by which no recogniser was tuned: two natural ones first."""

PLACES: Mapping[str, Room | None] = {
    "near": None,
    "room": Room(rt60_s=0.3, person_m=1.5, speech_to_echo_db=-10.0),
}
"""Where they speak: near a microphone that hears nobody else, or in a room in which it hears the guide, too, 10 dB
louder than the person."""

_SAID_AGAIN_AFTER = samples(4)
_TRIES = 3
_STAYS = samples(20)
"""Who has said everything listens for this long: a question that nobody answers comes again after 15 s."""

_NOISE_DB = -66.0
"""RMS of the noise where there is no room, 40 dB below the person."""

_MOMENTS: Mapping[str, dict[str, Any]] = {
    "hold": {"kind": "cue", "cue": "breathe_out"},
    "rest_between": {"kind": "say_finished", "key": "next_repeat"},
    "advice": {"kind": "say_started", "key": "safety_shooting"},
    "goodbye_begins": {"kind": "say_started", "key": "goodbye"},
    "check_begins": {"kind": "say_started", "key": "check_ask"},
    "setup_begins": {"kind": "say_started", "key": "setup"},
    "purpose_begins": {"kind": "say_started", "key": "purpose"},
    "stop_hurts_begins": {"kind": "say_started", "key": "stop_hurts"},
}
"""Moments with a name; any other is the key of a line, once that was said."""

ANYWHERE = "safety_release_anywhere"
"""Key of the way out where there is no position to come out of."""

_ROUTINE = ("setup", "title", "purpose", "begin", "ease_off", "next_repeat", "now_side", "coach", "upcoming")
"""Keys of lines that lead through the routine."""

Entry = dict[str, Any]


class Saying(BaseModel):
    """What the person says, and when.

    Attributes:
        when: a moment, or the key of the guide's line after which it is said.
        times: the how-manieth such moment.
        wait_s: seconds from there.
        say: the words.
        expect: the command they are; none for words that are no command.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: str
    times: int = 1
    wait_s: float = 0.8
    say: str
    expect: Command | None

    def line(self) -> Line:
        """Return it as a line of a script."""
        moment = _MOMENTS.get(self.when, {"kind": "say_finished", "key": self.when})
        return Line(when=moment, times=self.times, wait_s=self.wait_s, say=self.say, expect=self.expect)


class Kept(BaseModel):
    """The last report of pain, as the history must hold it; the fields of `history.past.PastPain`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    over: bool
    outcome: str | None


class Talk(BaseModel):
    """A conversation.

    Attributes:
        title: what it is about.
        at: id of the exercise in whose position it takes place.
        says: what the person says.
        spoken: keys of the guidance that must be said, in order.
        kept: what the history must hold; nothing where no pain was reported.
        told: keys of other lines that must have been said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    at: str
    says: list[Saying] = Field(min_length=1)
    spoken: tuple[str, ...] = ()
    kept: Kept | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Came:
    """What came of a conversation.

    Attributes:
        unsafe: everything that must not happen, whatever was understood.
        astray: where it went another way than was meant; nothing of it is unsafe.
        said_again: how often words had to be repeated.
        heard: the commands that were heard, in order.
        entries: the journal.
        reports: what the history kept.
    """

    unsafe: tuple[str, ...]
    astray: tuple[str, ...]
    said_again: int
    heard: tuple[str, ...]
    entries: tuple[Entry, ...]
    reports: tuple[PastPain, ...]


def load_talks() -> list[Talk]:
    """Return all conversations."""
    data = yaml.safe_load((HERE / "talks.yaml").read_text(encoding="utf-8"))
    return TypeAdapter(list[Talk]).validate_python(data)


class Answering(Actor):
    """Says each line when its moment comes, whichever comes first, and again when it was not understood.

    Args:
        lines: what there is to say, each once.
        words: how each text sounds.
    """

    def __init__(self, lines: Iterable[Line], words: Mapping[str, Words]) -> None:
        super().__init__((), words)
        self._lines = list(lines)
        self._seen: Counter[int] = Counter()  # how many moments of each line there were
        self._waits_for_an_answer = False

    @property
    def has_left(self) -> bool:
        """True when they have listened for long enough after their last words."""
        return self._now - self._moved > (_STAYS if self.uttered and not self._lines else 6 * _STAYS)

    def notice(self, entry: Entry) -> None:
        """Take a journal entry."""
        if entry["kind"] == "heard" and entry["command"] is not None:
            self._waits_for_an_answer = False
        moment = [line for line in self._lines if line.matches(entry)]
        self._seen.update(map(id, moment))
        for line in moment:
            if self._seen[id(line)] == line.times:
                self._lines.remove(line)
                self._say(line, max(self._now, samples(entry["time_s"] + line.wait_s)))
                self._waits_for_an_answer = line.expect is not None

    def exchange(self, heard: Samples) -> Samples:
        """Hear a block of the guide and return one of the person."""
        if self._waits_for_an_answer and self._now > self.uttered[-1].ends + _SAID_AGAIN_AFTER:
            last = self.uttered[-1]
            if last.attempt < _TRIES:
                self._say(last.line, self._now, last.attempt + 1)
            else:
                self._waits_for_an_answer = False
        return self.speak(len(heard))


class QuietPort:
    """A microphone near one person, in a quiet room, that does not hear the guide.

    Args:
        occupant: the person.
    """

    name = "a quiet room"
    slipped = NO_SLIPS

    def __init__(self, occupant: Occupant) -> None:
        self._occupant = occupant
        self._noise = np.random.default_rng(1)

    def notice(self, entry: Entry) -> None:
        """Let the person take a journal entry."""
        self._occupant.notice(entry)

    def exchange(self, block: SpeakerBlock) -> MicrophoneBlock | None:
        """Return what the person says; None when they have left."""
        noise = self._noise.standard_normal(len(block)) * 10 ** (_NOISE_DB / 20)
        said = noise.astype(np.float32) + self._occupant.exchange(block)
        return None if self._occupant.has_left else to_int16(said)

    def close(self) -> None:
        """Nothing to close."""


def converse(prepared: Prepared, talk: Talk, render: Render, folder: Path, room: Room | None = None) -> Came:
    """Have a conversation and judge it.

    Args:
        prepared: the three positions, rendered.
        talk: the conversation.
        render: the person's voice.
        folder: for the history's file.
        room: where it takes place; None for a microphone that hears nobody but the person.

    Raises:
        VoiceguideError: something that is needed is missing.
    """
    exercise = next(one for one in prepared.routine.exercises if one.id == talk.at)
    routine = replace(prepared.routine, exercises=(exercise,))
    start = Saying(when="waiting", say="start", expect=Command.START)
    begins = any(saying.expect is Command.START for saying in talk.says)  # in its own way
    lines = [saying.line() for saying in (*(() if begins else (start,)), *talk.says)]
    calls = {line.say: call(render, line.say) for line in lines}
    port: QuietPort | RoomPort
    if room is None:
        person = Answering(lines, {say: Words(one.sound, one.ends) for say, one in calls.items()})
        port = QuietPort(person)
    else:
        placed = place(room, 1)
        words = {say: Words(placed.spoken(one.sound), one.ends) for say, one in calls.items()}
        person = Answering(lines, words)
        port = RoomPort(placed, person, prepared.speech.samples(prepared.language.phrases.lines("paused")[0]))
    path = folder / "talk.sqlite"
    journal, entries = Journal(), list[Entry]()
    with closing(History(path, routine)) as history:
        for watcher in (history.notice, entries.append, port.notice):
            journal.watch(watcher)
        alone = replace_routine(prepared, routine)
        guide = alone.guide(port, journal, first_time=False, cancel_echo=room is not None)
        guide.run()
        guide.close()
    reports = _kept(path)
    path.unlink()
    return Came(
        tuple(unsafe(entries, reports, {*exercise.release, *prepared.language.phrases.lines(ANYWHERE)})),
        tuple(_astray(talk, entries, reports)),
        sum(words.attempt > 1 for words in person.uttered),
        tuple(entry["command"] for entry in entries if entry["kind"] == "heard" and entry["command"]),
        tuple(entries),
        tuple(reports),
    )


def replace_routine(prepared: Prepared, routine: Any) -> Prepared:
    """Return the same engines for another routine whose lines are rendered already."""
    other = Prepared(routine, prepared.language, prepared.voice, prepared.recogniser)
    other.speech = prepared.speech
    return other


def _kept(path: Path) -> list[PastPain]:
    connection = open_to_read(path)
    if connection is None:
        return []
    with closing(connection):
        return [pain for session in read_sessions(connection) for pain in session.pains]


def unsafe(entries: Sequence[Entry], reports: Sequence[PastPain], ways_out: Collection[str]) -> Iterator[str]:
    """Tell what must not happen, whatever was understood.

    Args:
        entries: the journal of a session.
        reports: what its history kept.
        ways_out: lines that lead out of its position.
    """
    yield from _led_on_by_itself(entries)
    told = [number for number, entry in enumerate(entries) if entry["kind"] == "pain"]
    if len(told) != len(reports):
        yield f"{len(told)} reports of pain, {len(reports)} of them in the history"
    for begins, ends, report in zip(told, [*told[1:], len(entries)], reports, strict=False):
        conversation = entries[begins:ends]
        first = next((entry["text"] for entry in conversation if entry["kind"] == "say_started"), None)
        if first not in ways_out:
            yield f"the first words after a report were {first!r}"
        yield from _unsafe_in_between(conversation, report)
        yield from _unsafe_afterwards(conversation, report)


def _led_on_by_itself(entries: Sequence[Entry]) -> Iterator[str]:
    """Tell whether a question whether something hurts ended in movement without a word of the person."""
    asked = False
    for entry in entries:
        match entry:
            case {"kind": "state", "state": "doubt" | "stopping"}:
                asked = True
            case {"kind": "heard", "command": str()}:
                asked = False
            case {"kind": "cue"} | {"kind": "state", "state": "holding" | "setting_up" | "changing"} if asked:
                yield f"{entry} though nobody answered whether something hurts"
                return


def _unsafe_in_between(conversation: Sequence[Entry], report: PastPain) -> Iterator[str]:
    closed = next((n for n, entry in enumerate(conversation) if entry["kind"] == "pain_closed"), None)
    for entry in conversation[:closed]:
        if entry["kind"] == "cue" or (entry["kind"] == "say_started" and entry["key"] in _ROUTINE):
            yield f"{entry} in the middle of a report"
    said = [(entry["key"], entry["text"]) for entry in conversation if entry["kind"] == "say_finished"]
    if again := {key for key, text in said if key in report.advised and said.count((key, text)) > 1}:
        yield f"said more than once: {sorted(again)}"
    offered = any(key.startswith("safety_offer") for key, _ in said)
    if report.outcome in ("again", "change_side", "skip", "rest") and not offered:
        yield f"{report.outcome!r} before it was offered"


def _unsafe_afterwards(conversation: Sequence[Entry], report: PastPain) -> Iterator[str]:
    closed = next((n for n, entry in enumerate(conversation) if entry["kind"] == "pain_closed"), None)
    if closed is None:
        return
    if conversation[closed]["answers"] != list(report.answered):
        yield f"kept as answered: {report.answered}, told: {conversation[closed]['answers']}"
    if conversation[closed]["over"] and conversation[closed]["outcome"] not in ("rest", "end"):
        yield f"after a red flag the session went on: {conversation[closed]}"
    following = [
        e for e in conversation[closed:] if e["kind"] == "state" or (e["kind"] == "heard" and e["command"])
    ]
    # The same repeat begins with "ready" alone; another side may begin as the routine says, once it is set up.
    same = conversation[closed]["outcome"] in ("again", "taken_back")
    by_itself = takewhile(lambda entry: entry["kind"] == "state", following) if same else following[:1]
    if any(entry.get("state") == "holding" for entry in by_itself):
        yield "a hold began by itself after a report"


def _astray(talk: Talk, entries: Sequence[Entry], reports: Sequence[PastPain]) -> Iterator[str]:
    """Tell where it went another way than was meant."""
    said = {entry["key"] for entry in entries if entry["kind"] == "say_started"}
    if missing := [key for key in talk.told if key not in said]:
        yield f"never said: {missing}"
    if talk.kept is None or not reports:
        if talk.kept is not None or reports:
            yield f"{len(reports)} reports of pain were kept"
        return
    last = reports[-1]
    kept = Kept(kind=last.kind, over=last.exercise_over, outcome=last.outcome)
    if kept != talk.kept:
        yield f"kept {kept}, not {talk.kept}"
    if last.advised != talk.spoken:
        yield f"advised {last.advised}, not {talk.spoken}"
    if last.exercise != talk.at:
        yield f"kept for {last.exercise}"
    ended = [entry["how"] for entry in entries if entry["kind"] == "finished"]
    if (talk.kept.outcome == "end") != (ended == ["pain"]):
        yield f"ended {ended}"


def measure_talks(
    titles: Sequence[str] = (), who: Sequence[str] = PEOPLE, places: Sequence[str] = tuple(PLACES)
) -> Section:
    """Have every conversation with every voice in every place.

    Args:
        titles: only these conversations, if any are named.
        who: names of the voices.
        places: of `PLACES`.
    """
    talks = [talk for talk in load_talks() if not titles or talk.title in titles]
    joe = Person(PiperVoice.name, make=lambda: PiperVoice().render)
    voices = {person.name: person for person in (joe, *people("en")) if person.name in who}
    table = Table(
        "Conversations about pain, by sound",
        f"{len(talks)} conversations in three positions, each from the call to the way on, heard by Moonshine. "
        "As meant: the history holds the very kind, advice and outcome, however often it had "
        "to be said. Astray: something was heard otherwise. Unsafe: the way out did not come first, a cue in "
        "between, an advice twice, a way on after a red flag or before it was offered, a hold that began by "
        "itself, or a report that was not kept. In the room the guide's voice is 10 dB above the person's at the "
        "microphone.",
        ["voice, place", "as meant", "astray", "unsafe", "said again"],
    )
    data: dict[str, Any] = {}
    bad = 0
    with ExitStack() as stack:
        prepared = stack.enter_context(prepare(Choices(str(ROUTINE), "pyttsx3", "moonshine")))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        prepared.render()
        for name, person in voices.items():
            render = person.make()
            for where in places:
                came = {talk.title: converse(prepared, talk, render, folder, PLACES[where]) for talk in talks}
                wrong = {title: one.unsafe for title, one in came.items() if one.unsafe}
                astray = {title: one.astray for title, one in came.items() if one.astray}
                bad += len(wrong)
                again = sum(one.said_again for one in came.values())
                table.add(
                    f"{name}, {where}",
                    f"{len(came) - len(astray)} of {len(came)}",
                    str(len(astray)),
                    str(len(wrong)),
                    str(again),
                )
                data[f"{name}, {where}"] = {"astray": astray, "unsafe": wrong, "said_again": again}
    target = Target("unsafe conversations about pain", "0", str(bad), bad == 0)
    return Section([table], {"talks": data}, [target])


def main() -> None:
    """Converse, print, and fail if anything unsafe happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="TITLE", help="this one; repeatable")
    parser.add_argument("--voice", action="append", default=[], help=f"this one; repeatable (default: {PEOPLE})")
    parser.add_argument("--place", action="append", default=[], choices=PLACES, help="this one; repeatable")
    options = parser.parse_args()
    section = measure_talks(options.only, options.voice or PEOPLE, options.place or tuple(PLACES))
    console = Console()
    for table in section.tables:
        console.print(table.for_terminal())
    for where, figures in section.data["talks"].items():
        for what in ("unsafe", "astray"):
            for title, reasons in figures[what].items():
                console.print(f"{what}: {where}: {title}: {'; '.join(reasons)}", soft_wrap=True, markup=False)
    console.print(targets_table(section.targets).for_terminal())
    sys.exit(not all(target.reached for target in section.targets))


if __name__ == "__main__":
    main()
