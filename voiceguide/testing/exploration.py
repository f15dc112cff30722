"""Every state that a session can reach, and every event in each of them.

A session is copied with all that it waits for, fed one event, and looked at: a breadth-first walk that ends when
nothing new is found. What counts as one state, `fingerprint` says: whatever decides what happens next. Left out
are the exact time, the pace, the volume and the count of holds done, which only change numbers; of time there
remains how many cues of a hold are still to come. Left out is also how often the guide gave way in vain, asked by
name or said that it did not understand, so that here it nearly always does.
"""
# ruff: noqa: SLF001 -- what decides in a session is more than it shows

from __future__ import annotations

import io
import pickle
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from fractions import Fraction
from functools import partial
from types import BuiltinFunctionType, FunctionType
from typing import Any

from voiceguide.core.actions import Action
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.course import Place
from voiceguide.core.events import (
    Event,
    Heard,
    HearingBack,
    HearingLost,
    HearingSlow,
    HistoryLost,
    ReportKept,
    SpeechFinished,
    Tick,
    VoiceBegan,
    VoiceEnded,
)
from voiceguide.core.interruptions import BESIDE
from voiceguide.core.memory import Remembered
from voiceguide.core.pain import KIND_OF, Kind
from voiceguide.core.plan import Exercise
from voiceguide.core.pressed import STRANGER, effect_of
from voiceguide.core.safety import REPLY_OF
from voiceguide.core.session import Session
from voiceguide.core.states import BEFORE_THE_WALK, TABLE, State
from voiceguide.core.walk import WARNINGS

MOMENT = samples(1.1)
"""How long it stays quiet between two words."""

PERHAPS = (Command.SKIP, Command.HOW_LONG, Command.PAUSE, Command.STOP)
"""What was probably said, one of each kind: what leads on, what does not, what makes less happen, and a cry."""

_NEVER_CHANGES = (type, FunctionType, BuiltinFunctionType, Enum, Fraction, Exercise, Place, Remembered)
"""Shared by all copies of a session: to make or find one anew takes much of a copy's time."""

PRESSED_BY = ("button", "page", STRANGER)
"""One of each kind of presser (`Heard.engine`)."""

_KEPT_OUT_OF_DOUBT = (State.PAUSED, State.STOPPING, State.ENDING)
"""States in which it does not count how often the guide has doubted: doubt leads around them, too."""


@dataclass(frozen=True)
class Edge:
    """One event in one state.

    Attributes:
        before: the session as it was; a copy of its own.
        event: what happened.
        actions: what the session asked for.
        after: the session as it is then.
    """

    before: Session
    event: Event
    actions: list[Action]
    after: Session


@dataclass(frozen=True)
class Explored:
    """How much there was to explore.

    Attributes:
        states: different states reached.
        edges: events tried in them.
    """

    states: int
    edges: int


class Tried(StrEnum):
    """Which events are tried in each state."""

    EVERYTHING = "everything"
    ONE_OF_A_KIND = "one of a kind"
    """Of commands that do the same in a state one, each time another, pressed by one kind of presser, each time
    another; and nothing that is only told."""


def explore(
    session: Session,
    judge: Callable[[Edge], None],
    tried: Tried = Tried.EVERYTHING,
    *,
    most: int = 1_000_000,
    depth: int | None = None,
) -> Explored:
    """Try every event in every state that a session can reach.

    Args:
        session: one that has begun, of a routine with short holds.
        judge: is shown every edge and raises `AssertionError` when a promise is broken.
        tried: which events.
        most: give up after this many states.
        depth: try nothing in states that are this many events away; None for no end.

    Raises:
        AssertionError: the judge's, with the events that lead there.
        RuntimeError: there are more states.
    """
    store = Store(session)
    ways: dict[Hashable, tuple[Hashable, Event] | None] = {fingerprint(session): None}
    waiting = deque([(fingerprint(session), store.keep(session), 0)])
    edges = 0
    while waiting:
        known, kept, far = waiting.popleft()
        if far == depth:
            break
        before, after, found = store.copy(kept), store.copy(kept), known
        for event in _events(before, tried, edges):
            if found != known or event.at < after._scene.now:
                after = store.copy(kept)  # one that nothing has happened to serves again
            edges += 1
            try:
                actions = after.handle(event)
                judge(Edge(before, event, actions, after))
            except Exception as error:
                way = "\n".join(map(str, (*_way(ways, known), event)))
                raise AssertionError(f"{error}\nafter:\n{way}") from error
            found = fingerprint(after)
            if found not in ways:
                if len(ways) >= most:
                    raise RuntimeError(f"more than {most} states")
                ways[found] = (known, event)
                after.view(event.at)  # every state can be shown
                waiting.append((found, store.keep(after), far + 1))
    return Explored(len(ways), edges)


def fingerprint(session: Session) -> Hashable:
    """Return everything of a session that decides what happens next."""
    scene, walk, guard = session._scene, session._walk, session._safeguard
    sharp = {exercise: reports for exercise, reports in guard._sharp_reports.items() if reports and not guard.over}
    now = (
        scene.state,
        session._deafness.deaf,
        scene.lines.speaking,
        scene.lines.held_back,
        walk.place,
        walk.position is None,
        guard.over,
        guard._keeping._newest is not None,
        guard._keeping._lost and guard._keeping._awaited,
        *sharp,
        *map(_plain, (scene.lines.unsaid(), scene.after_lines, scene.wait and scene.wait[1])),
        *_asking(session),
    )
    if scene.state in (State.SAFETY, State.QUIET, State.FINISHED):
        # What was interrupted is not taken up from here, only where it was counts; and what a conversation keeps
        # to itself is explored by a test of its own.
        beside = session._beside.interrupted
        talk = guard.talk
        told = talk and (talk.stage, talk.kind is Kind.UNKNOWN, talk.over, talk.red_flag, talk._noted)
        tried = talk is not None and talk.sharp_reports > 0
        return (*now, beside in BEFORE_THE_WALK, beside is State.FINISHED, told, tried)
    suspended = session._beside._suspended if scene.state in BESIDE else None
    return (
        *now,
        walk.hold and (walk.hold.begins, walk.hold._passed),
        (session._yielding._in_a_hold, session._yielding._speaks) if scene.state is State.HOLDING else None,
        guard.reported or (guard.asked and "asked"),
        scene.cut is None,
        walk._halfway_said,
        walk._again,
        session._beside._returns_to if scene.state in BESIDE else None,
        session._beside._asked_again if scene.state in BESIDE else session._opening._asked_again,
        0 if scene.state in _KEPT_OUT_OF_DOUBT else len(session._beside._doubts),
        *map(_plain, (scene.proceed, walk.begins, walk._say_again)),
        # Words of its own come before the lines it takes up: one or more make no difference.
        suspended and tuple(_plain(value, most_lines=1) for value in vars(suspended).values()),
    )


def _asking(session: Session) -> tuple[Hashable, ...]:
    """Return what decides what an answer means: nothing while nothing is asked by name."""
    asking = session._asking
    if asking.asked is None:
        return ()
    return asking.asked, asking.overtaken, asking._until is None, session._scene.lines.waiting, *asking._where


def _plain(value: Any, most_lines: int = 2) -> Hashable:
    """Return a continuation, or what it carries, as something that can be compared."""
    match value:
        case partial():
            named = sorted(value.keywords.items())
            return tuple(_plain(one, most_lines) for one in (value.func, *value.args, *named))
        case Exercise():
            return value.id
        case [(str(), str()), *_] | ():
            # Lines: whether one or more are still to be said decides what happens next, and which are warnings.
            return (min(len(value), most_lines), *sorted({key for key, _ in value if key in WARNINGS}))
        case tuple() | list():
            return tuple(_plain(one, most_lines) for one in value)
        case _ if callable(value):
            return value.__qualname__  # type: ignore[no-any-return] # every callable here is a method
        case _:
            return value  # type: ignore[no-any-return] # frozen values of the core


def _events(session: Session, tried: Tried, number: int) -> Iterator[Event]:
    now, due = session._scene.now, session.next_deadline()
    for command in Command if tried is Tried.EVERYTHING else _one_of_a_kind(session.state, number):
        yield Heard(now, command, "words")
    for by in PRESSED_BY if tried is Tried.EVERYTHING else [PRESSED_BY[number % len(PRESSED_BY)]]:
        for command in Command if tried is Tried.EVERYTHING else _one_of_each_effect(session, number):
            yield Heard(now, command, "", by)
    yield Heard(now, None, "words")
    yield Heard(now, None, "words", perhaps=Command.PAIN)
    for command in PERHAPS if tried is Tried.EVERYTHING else [PERHAPS[number % len(PERHAPS)]]:
        yield Heard(now, None, "words", perhaps=command)
    yield VoiceBegan(now)
    yield VoiceEnded(now)
    yield HearingLost(now, "no frames")
    yield HearingBack(now)
    if tried is Tried.EVERYTHING:
        yield HearingSlow(now)
        yield HistoryLost(now, "no room")
    if session._safeguard._keeping.unsafe:
        yield ReportKept(now, session._safeguard._reports)
    if session._scene.lines.speaking:
        yield SpeechFinished(now + 1, session._scene.lines._utterance)
    if due is not None:
        yield Tick(max(now, due))
    if due is None or due > now + MOMENT:
        yield Tick(now + MOMENT)


def _one_of_a_kind(state: State, number: int) -> list[Command]:
    """Return one command of each kind that the tables tell apart in a state: the `number`th, counted around."""
    kinds: dict[Hashable, list[Command]] = {}
    for command in Command:
        kind = (command in PAIN_FAMILY, TABLE[state].get(command), REPLY_OF.get(command), KIND_OF.get(command))
        kinds.setdefault(kind if state is State.SAFETY or kind[0] else kind[1], []).append(command)
    return [alike[number % len(alike)] for alike in kinds.values()]


def _one_of_each_effect(session: Session, number: int) -> list[Command]:
    """Return pain, "stop" and of each effect that a press may have one command: the `number`th, counted around."""
    kinds: dict[Hashable, list[Command]] = {}
    stage = session._safeguard.talk.stage if session._safeguard.talk else None
    for command in Command:
        by_itself = command if command in (Command.PAIN, Command.STOP) else None
        kinds.setdefault((effect_of(command, session.state, stage), by_itself), []).append(command)
    return [alike[number % len(alike)] for alike in kinds.values()]


def _way(ways: dict[Hashable, tuple[Hashable, Event] | None], state: Hashable) -> list[Event]:
    events: list[Event] = []
    while (step := ways[state]) is not None:
        state, event = step
        events.append(event)
    return events[::-1]


class Store:
    """Keeps sessions as bytes. What never changes is shared and not copied, such as the routine.

    Args:
        session: one of the sessions to be kept; all must be of the same routine.
    """

    def __init__(self, session: Session) -> None:
        course, phrases = session._walk.course, session._walk._phrases
        self._shared: list[object] = [course, phrases, session._walk.outlook]
        self._ids = {id(one): number for number, one in enumerate(self._shared)}
        self._values: dict[Hashable, int] = {}

    def keep(self, session: Session) -> bytes:
        """Return a session as it is now."""
        file = io.BytesIO()
        pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        pickler.persistent_id = self._id  # type: ignore[method-assign] # the documented way to share objects
        pickler.dump(session)
        return file.getvalue()

    def copy(self, kept: bytes) -> Session:
        """Return a copy of a session that was kept."""
        unpickler = pickle.Unpickler(io.BytesIO(kept))  # noqa: S301 # our own bytes of a moment ago
        unpickler.persistent_load = self._shared.__getitem__  # type: ignore[method-assign]
        session: Session = unpickler.load()
        return session

    def _id(self, one: Any) -> int | None:
        if (known := self._ids.get(id(one))) is not None or not isinstance(one, _NEVER_CHANGES):
            return known
        number = self._values.setdefault((type(one), one), len(self._shared))  # members of two enums may be equal
        if number == len(self._shared):
            self._shared.append(one)
        return number
