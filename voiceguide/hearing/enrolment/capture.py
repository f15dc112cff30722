"""Listening during a rehearsal: keeps what is said as takes, learns from them, and forgets their sound.

It stands between the microphone's clean sound and the ears, so a take is what the ears hear, with the guide's
voice taken out. While a take is recorded, and for a moment after it, what the ears make of it is noted and goes no
further: a rehearsed "it hurts" is no report of pain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.takes import Capture, Learn, Learned, Problem, Recall, Taken
from voiceguide.errors import RecogniserError
from voiceguide.hearing.ears import Listening
from voiceguide.hearing.enrolment.embedding import SpeechEmbedding
from voiceguide.hearing.enrolment.learning import BOUNDS, Lesson, learn, recognised, sketched
from voiceguide.hearing.enrolment.takes import examine
from voiceguide.hearing.enrolment.templates import Template
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.recogniser import Frame
from voiceguide.hearing.vad.endpointer import Endpointer
from voiceguide.hearing.verdict.rules import SAFETY
from voiceguide.hearing.verdict.situation import QUIET, Around
from voiceguide.hearing.verdict.verdict import Verdict

EARS_DECIDE_WITHIN = samples(1.2)
"""After the end of a word: a recogniser's final result comes up to 1.1 s later."""

_LONGEST_S = 4.0


@dataclass
class _Open:
    """A take that is being recorded."""

    command: Command
    over_guide: bool
    sound: list[Frame] = field(default_factory=list)
    heard: Command | None = None
    ended: int | None = None  # sample time of the end of the utterance


@dataclass
class _Kept:
    """What has been recorded of one word."""

    takes: list[Frame] = field(default_factory=list)
    heard: list[Command | None] = field(default_factory=list)
    over_guide: Frame | None = None
    heard_over_guide: bool = False
    sketches: tuple[Template, ...] = ()  # of each take, to hold other words against


class Capturing:
    """Ears that also record takes when a rehearsal asks for them.

    Args:
        ears: what listens as in a session; closed with this.
        language: whose words are learned.
        path: where what was learned is kept.
        live: learn in a thread, so that the loudspeaker never waits; on files it is done at once.

    Raises:
        RecogniserError: the speech embedding is missing.
    """

    def __init__(self, ears: Listening, language: str, path: Path, *, live: bool = False) -> None:
        self._ears = ears
        self._language = language
        self._path = path
        self._embedding = SpeechEmbedding()
        self._thread: Executor | None = ThreadPoolExecutor(1) if live else None
        self._learning: Future[Learned] | None = None
        self._endpointer = Endpointer()
        self._at = 0
        self._quiet_until = 0
        self._open: _Open | None = None
        self._kept: dict[Command, _Kept] = {}
        self._failure = ""
        self._learned: Learned | None = None

    @property
    def learned(self) -> Learned | None:
        """What was learned; None as long as nothing was."""
        return self._learned

    @property
    def failure(self) -> str:
        """Why what was learned could not be written down; empty when it could."""
        return self._failure

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        """Set the commands that are possible from now on; the pain family always is."""
        self._ears.listen_for(commands, hold=hold)

    def do(self, action: Capture | Learn) -> None:
        """Do what the rehearsal asks for."""
        match action:
            case Capture(command=None):
                self._give_up()
            case Capture(command=Command() as command, over_guide=over_guide):
                self._give_up()
                self._open = _Open(command, over_guide)
                self._endpointer = Endpointer()
            case Learn():
                self._begin_to_learn()

    def accept(self, frame: Frame, around: Around = QUIET) -> Sequence[Noticed]:
        """Take the next frame and return what is noticed by now, in order.

        Raises:
            RecogniserError: an ear failed and cannot go on.
        """
        self._at += len(frame)
        noticed = list(self._ears.accept(frame, around))
        if self._open is not None:
            noticed = self._record(self._open, frame, noticed)
        elif self._at <= self._quiet_until:
            noticed = [one for one in noticed if _meant(one) is None]
        if self._learning is not None and self._learning.done():
            self._learned, self._learning = self._learning.result(), None
            noticed.append(self._learned)
        return noticed

    def close(self) -> None:
        """Stop listening; takes that nothing was learned from are gone."""
        self._forget()
        if self._thread is not None:
            self._thread.shutdown()
        self._embedding.close()
        self._ears.close()

    # --- takes --------------------------------------------------------------------------------------------

    def _record(self, take: _Open, frame: Frame, noticed: list[Noticed]) -> list[Noticed]:
        take.sound.append(frame.copy())
        passed: list[Noticed] = []
        for one in noticed:
            command = _command(one)
            if _meant(one) is None:
                passed.append(one)
            elif command is not None and take.heard not in SAFETY:
                take.heard = command
        if take.over_guide:
            return [*passed, self._taken(take)] if take.heard in SAFETY else passed
        if take.ended is None and any(one.over for one in self._endpointer.accept(frame)):
            take.ended = self._at
        decided = take.ended is not None and (take.heard or self._at - take.ended >= EARS_DECIDE_WITHIN)
        return [*passed, self._taken(take)] if decided else passed

    def _taken(self, take: _Open) -> Taken:
        self._open = None
        self._quiet_until = (self._at if take.ended is None else take.ended) + EARS_DECIDE_WITHIN
        kept = self._kept.setdefault(take.command, _Kept())
        sound = np.concatenate(take.sound)
        if take.over_guide:
            kept.over_guide, kept.heard_over_guide = sound, take.heard in SAFETY
            return Taken(self._at, take.command, take.heard)
        problem = examine(sound).problem
        if problem is None and self._like_another(take.command, sound):
            problem = Problem.ALIKE
        if problem is not Problem.ALIKE:
            kept.takes.append(sound)
            kept.heard.append(take.heard)
            kept.sketches += sketched(sound, self._embedding)
        return Taken(self._at, take.command, take.heard, problem)

    def _like_another(self, command: Command, sound: Frame) -> bool:
        """Tell whether a take sounds like one of another word, whatever was asked for."""
        others = [one for other, kept in self._kept.items() if other is not command for one in kept.sketches]
        return bool(others) and recognised(sound, others, self._embedding) >= BOUNDS.agreeing

    def _give_up(self) -> None:
        if self._open is not None and self._open.over_guide:
            self._taken(self._open)  # nobody noticed anything; what was learned may
        self._open = None

    # --- learning -----------------------------------------------------------------------------------------

    def _begin_to_learn(self) -> None:
        kept, self._kept = self._kept, {}
        if self._thread is not None:
            self._learning = self._thread.submit(self._learn, kept)
            return
        self._learning = Future()
        self._learning.set_result(self._learn(kept))

    def _learn(self, kept: Mapping[Command, _Kept]) -> Learned:
        lesson = learn({command: one.takes for command, one in kept.items()}, self._embedding, self._language)
        words = {command: self._recall(command, one, lesson) for command, one in kept.items()}
        written = lesson.enrolment is not None
        if lesson.enrolment is not None:
            try:
                lesson.enrolment.save(self._path)
            except RecogniserError as error:
                self._failure = str(error)
                written = False
        return Learned(self._at, words, written)

    def _recall(self, command: Command, kept: _Kept, lesson: Lesson) -> Recall:
        word = lesson.words[command]
        used = [number for number, problem in enumerate(word.problems) if problem is None]
        levels = [examine(kept.takes[number]).level_dbfs for number in used or range(len(kept.takes))]
        over_guide: bool | None = None
        if kept.over_guide is not None:
            learned = lesson.enrolment.templates.get(command, ()) if lesson.enrolment is not None else ()
            over_guide = kept.heard_over_guide or (
                bool(learned) and recognised(kept.over_guide, learned, self._embedding) >= BOUNDS.alone
            )
        return Recall(
            takes=len(used),
            by_ears=sum(kept.heard[number] in SAFETY for number in used),
            by_own=word.by_own,
            over_guide=over_guide,
            level_dbfs=float(np.mean(levels)) if levels else float("-inf"),
            problem=word.problem,
        )

    def _forget(self) -> None:
        self._open = None
        self._kept = {}


def _meant(one: Noticed) -> Command | None:
    """Return the command that was heard, or perhaps was."""
    if not isinstance(one, Verdict) or one.heard is None:
        return None
    return one.heard.command or one.heard.perhaps


def _command(one: Noticed) -> Command | None:
    return one.heard.command if isinstance(one, Verdict) and one.heard is not None else None
