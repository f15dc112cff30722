"""The rehearsal: a person says the words of safety, and the guide learns how they say them.

    offered -> explaining -> asking -> recording -> asking ... -> learning -> telling -> over

For every word three takes in quiet, then one while the guide speaks. `Taken` tells what became of a take; one
that cannot be used is asked for again, twice at most. Then `Learn` is asked for, and `Learned` told in plain
words, with what to change. Same interface as `Session`, so the same loop runs both.

Pain is never only a word here: outside of a take it stops the rehearsal, and only "continue" leads on (S1, S3).
"Stop" twice, or silence, ends it at any time; the session is not the worse for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from voiceguide.core.actions import Action, End, Sound
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Begun, Event, Heard, HearingLost, SpeechFinished, Tick, ToldToEnd
from voiceguide.core.lines import Line
from voiceguide.core.phrases import Phrases
from voiceguide.core.pressed import Who, who_of
from voiceguide.core.scene import Continuation, Scene
from voiceguide.core.states import State
from voiceguide.core.takes import Capture, Learn, Learned, Problem, Recall, Taken
from voiceguide.core.view import View

LINES: Mapping[str, frozenset[str]] = {
    "offer": frozenset(),
    "welcome": frozenset(),
    "ask": frozenset({"phrase"}),
    "once_more": frozenset({"phrase"}),
    "over_guide": frozenset({"phrase"}),
    "nothing_came": frozenset({"phrase"}),
    "too_quiet": frozenset({"phrase"}),
    "too_loud": frozenset({"phrase"}),
    "noise": frozenset({"phrase"}),
    "too_short": frozenset({"phrase"}),
    "too_long": frozenset({"phrase"}),
    "too_alike": frozenset({"phrase"}),
    "stop_heard": frozenset({"phrase"}),
    "hurts": frozenset(),
    "learning": frozenset(),
    "heard_well": frozenset({"phrase"}),
    "heard_sometimes": frozenset({"phrase"}),
    "heard_hardly": frozenset({"phrase"}),
    "not_learned": frozenset({"phrase"}),
    "advice_nearer": frozenset(),
    "advice_farther": frozenset(),
    "advice_noise": frozenset(),
    "advice_volume": frozenset(),
    "advice_instead": frozenset({"phrase", "other"}),
    "kept": frozenset(),
    "not_kept": frozenset(),
    "ended": frozenset(),
}
"""Every line of the rehearsal, with the blanks its text may use."""

QUIET_TAKES = 3
TRIES = 3
"""How often a take is asked for before the rehearsal goes on without it."""

TAKE_WITHIN = samples(6.0)
"""A person who was just asked for a word says it sooner, or not at all."""

AFTER_GUIDE = samples(0.25)
"""Before a take begins the room still carries the guide's last syllable."""

OVER_GUIDE_WITHIN = samples(2.0)
"""From the guide's last word, when a word is to be said over it."""

ANSWER_WITHIN = samples(10.0)
PAIN_ANSWER_WITHIN = samples(30.0)

QUIET_DBFS = -45.0
"""Takes softer than this are heard less well beside a fan: the advice is to move nearer."""

_SAID_AGAIN: Mapping[Problem, str] = {
    Problem.SILENCE: "nothing_came",
    Problem.QUIET: "too_quiet",
    Problem.CLIPPED: "too_loud",
    Problem.NOISE: "noise",
    Problem.SHORT: "too_short",
    Problem.LONG: "too_long",
    Problem.UNLIKE: "too_short",
    Problem.ALIKE: "too_alike",
}

_ADVICE: Mapping[Problem, str] = {
    Problem.SILENCE: "advice_nearer",
    Problem.QUIET: "advice_nearer",
    Problem.CLIPPED: "advice_farther",
}
"""For all other problems what else can be heard in the room is the likeliest reason."""


@dataclass(frozen=True)
class RehearsalTexts:
    """One language's rehearsal: which words, and what the guide says.

    Attributes:
        words: the phrase to say for each command, in order.
        instead: another phrase for some of them, to be tried when the first is hardly heard.
        lines: the guide's lines, the keys those of `LINES`.
    """

    words: Mapping[Command, str]
    instead: Mapping[Command, str]
    lines: Phrases


class _Stage(StrEnum):
    OFFERED = "offered"
    SPEAKING = "speaking"
    RECORDING = "recording"
    OVER_GUIDE = "over_guide"
    HURTS = "hurts"
    LEARNING = "learning"
    OVER = "over"


class Rehearsal:
    """One rehearsal.

    Args:
        texts: the language's words and lines.
        phrases: the language's prompts, for what is said when something hurts.
        offered: ask first whether to rehearse at all; no answer means no.
    """

    def __init__(self, texts: RehearsalTexts, phrases: Phrases, *, offered: bool = False) -> None:
        self._scene = Scene(phrases)
        self._texts = texts
        self._offered = offered
        self._commands = tuple(texts.words)
        self._word = 0
        self._take = 0  # of this word; QUIET_TAKES is the one over the guide's voice
        self._tries = 0
        self._stage = _Stage.SPEAKING
        self._stops = 0
        self._heard = ""

    def handle(self, event: Event) -> list[Action]:
        """Take one event and return what is to be done, in order.

        Raises:
            ValueError: the event lies before one that was handled already.
        """
        self._scene.reach(event)
        match event:
            case Begun():
                self._begin()
            case SpeechFinished(utterance=utterance):
                self._scene.speech_finished(utterance)
            case Tick():
                self._scene.wait_over()
            case Heard(command=Command() as command, text=text, engine=by) if self._heeds(command, who_of(by)):
                self._heard = text
                self._spoken_to(command)
            case Heard(perhaps=Command() as command, text=text) if command in PAIN_FAMILY and not self._in_a_take:
                # Perhaps pain, perhaps a word that was rehearsed: what is said then fits both (S8).
                self._heard = text
                self._spoken_to(command)
            case Taken():
                self._taken(event)
            case Learned():
                self._tell(event)
            case HearingLost(reason=reason, trouble=trouble):
                self._scene.record("hearing_lost", trouble=trouble.value, reason=reason)
                self._leave("deaf", self._scene.prompt("hearing_lost")[:1])
            case ToldToEnd():
                self._leave("stopped", self._scene.prompt("stopping_now"))
            case _:
                pass
        return self._scene.take_actions()

    def next_deadline(self) -> int | None:
        """Return the sample time at which the rehearsal wants a `Tick`, None when it waits for an event."""
        return self._scene.next_wait()

    def view(self, at: int) -> View:
        """Return what there is to show at a sample time."""
        return View(
            at=at,
            state=State.FINISHED if self._stage is _Stage.OVER else State.WAITING,
            repeat=min(self._take, QUIET_TAKES) + 1,
            repeats=QUIET_TAKES + 1,
            saying=self._scene.saying,
            heard=self._heard,
            commands=self._scene.commands,
        )

    # --- asking -------------------------------------------------------------------------------------------

    @property
    def _command(self) -> Command:
        return self._commands[self._word]

    @property
    def _in_a_take(self) -> bool:
        return self._stage in (_Stage.RECORDING, _Stage.OVER_GUIDE)

    @property
    def _asked_all(self) -> bool:
        return self._word >= len(self._commands)

    def _begin(self) -> None:
        self._scene.listen({Command.STOP, Command.YES, Command.NO, Command.RESUME})
        if self._offered:
            self._stage = _Stage.OFFERED
            self._say("offer", then=lambda: self._scene.wait_for(ANSWER_WITHIN, lambda: self._leave("declined")))
        else:
            self._welcome()

    def _welcome(self) -> None:
        self._stage = _Stage.SPEAKING
        self._say("welcome", then=self._ask)

    def _ask(self) -> None:
        self._stage = _Stage.SPEAKING
        if self._take < QUIET_TAKES:
            self._say("ask" if self._take == 0 else "once_more", then=self._record)
            return
        self._stage = _Stage.OVER_GUIDE
        self._scene.do(Capture(self._scene.now, self._command, over_guide=True))
        self._say("over_guide", then=lambda: self._scene.wait_for(OVER_GUIDE_WITHIN, self._give_up))

    def _record(self) -> None:
        self._scene.wait_for(AFTER_GUIDE, self._record_now)

    def _record_now(self) -> None:
        self._stage = _Stage.RECORDING
        self._scene.do(Capture(self._scene.now, self._command))
        self._scene.wait_for(TAKE_WITHIN, self._nothing_came)

    def _nothing_came(self) -> None:
        self._give_up_capture()
        self._again(Problem.SILENCE)

    def _give_up(self) -> None:
        self._give_up_capture()
        self._next_take()

    def _give_up_capture(self) -> None:
        self._scene.wait = None
        self._scene.do(Capture(self._scene.now, None))

    def _taken(self, taken: Taken) -> None:
        if self._stage not in (_Stage.RECORDING, _Stage.OVER_GUIDE) or taken.command is not self._command:
            return
        self._scene.wait = None
        self._scene.record("take", word=taken.command.value, heard=_name(taken.heard), problem=taken.problem)
        if taken.heard is Command.STOP and taken.command is not Command.STOP:
            self._stop_heard()
            return
        self._stops = 0
        if self._stage is _Stage.RECORDING and taken.problem is not None:
            self._again(taken.problem)
            return
        self._scene.chime(Sound.ACCEPTED)
        self._next_take()

    def _again(self, problem: Problem) -> None:
        self._tries += 1
        if self._tries < TRIES:
            self._stage = _Stage.SPEAKING
            self._say(_SAID_AGAIN[problem], then=self._record)
        elif problem is Problem.SILENCE:
            self._leave("silence")
        else:
            self._next_take()

    def _next_take(self) -> None:
        self._tries = 0
        self._take += 1
        if self._take > QUIET_TAKES:
            self._take = 0
            self._word += 1
        if self._word < len(self._commands):
            self._ask()
            return
        self._stage = _Stage.LEARNING
        self._scene.do(Learn(self._scene.now))
        self._say("learning", phrase=False)

    # --- spoken to outside of a take ----------------------------------------------------------------------

    def _heeds(self, command: Command, who: Who) -> bool:
        """Tell whether a command counts by whoever says or presses it: see `pressed.py`."""
        if who is Who.STRANGER:
            return command in PAIN_FAMILY and self._stage is not _Stage.HURTS
        return who is Who.VOICE or not (command is Command.RESUME and self._stage is _Stage.HURTS)

    def _spoken_to(self, command: Command) -> None:
        if command in PAIN_FAMILY:
            self._hurts(command)
        elif command is Command.STOP or (command is Command.NO and self._stage is _Stage.OFFERED):
            self._stop_or_leave(command)
        elif command is Command.YES and self._stage is _Stage.OFFERED:
            self._scene.wait = None
            self._scene.chime(Sound.ACCEPTED)
            self._welcome()
        elif command is Command.RESUME and self._stage is _Stage.HURTS:
            self._scene.wait = None
            self._scene.chime(Sound.ACCEPTED)
            self._ask()

    def _stop_or_leave(self, command: Command) -> None:
        if command is Command.NO or self._stage in (_Stage.OFFERED, _Stage.HURTS):
            self._leave("declined" if self._stage is _Stage.OFFERED else "stopped")
        elif self._asked_all:
            self._scene.say((), self._end if self._stage is _Stage.OVER else None)
        else:
            self._give_up_capture()
            self._stop_heard()

    def _stop_heard(self) -> None:
        self._stops += 1
        if self._stops > 1:
            self._leave("stopped")
            return
        self._stage = _Stage.SPEAKING
        # Over the guide's voice a take cannot be asked for twice: it is asked for in quiet, once.
        self._take = min(self._take, QUIET_TAKES - 1)
        self._say("stop_heard", then=self._record)

    def _hurts(self, command: Command) -> None:
        self._give_up_capture()
        self._scene.record("pain", pain="unknown", heard=self._heard or command.value)
        if self._asked_all:
            self._leave("pain")
            self._scene.say(self._scene.prompt("safety_release_anywhere"), self._end)
            return
        self._stage = _Stage.HURTS
        lines = [*self._scene.prompt("safety_release_anywhere"), *self._lines("hurts")]
        self._scene.say(lines, lambda: self._scene.wait_for(PAIN_ANSWER_WITHIN, lambda: self._leave("pain")))

    # --- telling ------------------------------------------------------------------------------------------

    def _tell(self, learned: Learned) -> None:
        if self._stage is not _Stage.LEARNING:
            return
        lines: list[Line] = []
        for command, recall in learned.words.items():
            lines += self._lines(grade(recall), phrase=self._texts.words[command])
            lines += self._instead(command, recall)
        for key in advice(learned.words):
            lines += self._lines(key)
        kept = learned.kept and any(recall.learned for recall in learned.words.values())
        self._leave("completed", [*lines, *self._lines("kept" if kept else "not_kept")])

    def _instead(self, command: Command, recall: Recall) -> list[Line]:
        other = self._texts.instead.get(command)
        if other is None or grade(recall) == "heard_well":
            return []
        return self._lines("advice_instead", phrase=self._texts.words[command], other=other)

    def _leave(self, how: str, lines: list[Line] | None = None) -> None:
        if self._stage is _Stage.OVER:
            return
        self._give_up_capture()
        self._stage = _Stage.OVER
        self._scene.record("rehearsed", how=how)
        self._scene.say(self._lines("ended") if lines is None else lines, self._end)

    def _end(self) -> None:
        self._scene.do(End(self._scene.now))

    # --- speaking -----------------------------------------------------------------------------------------

    def _say(self, key: str, then: Continuation | None = None, *, phrase: bool = True) -> None:
        blanks = {"phrase": self._texts.words[self._command]} if phrase else {}
        self._scene.say(self._lines(key, **blanks), then)

    def _lines(self, key: str, **blanks: object) -> list[Line]:
        return [(f"rehearsal_{key}", line) for line in self._texts.lines.lines(key, **blanks)]


def grade(recall: Recall) -> str:
    """Return which line tells how well a word was heard, by the ears there were or by what was learned."""
    if not recall.learned:
        return "not_learned"
    best = max(recall.by_ears, recall.by_own)
    if best == recall.takes:
        return "heard_well"
    return "heard_sometimes" if best else "heard_hardly"


def advice(words: Mapping[Command, Recall]) -> list[str]:
    """Return the keys of the lines that tell what to change, each once; none when all is well."""
    found: dict[str, None] = {}
    for recall in words.values():
        if recall.problem is not None:
            found.setdefault(_ADVICE.get(recall.problem, "advice_noise"))
        elif recall.level_dbfs < QUIET_DBFS:
            found.setdefault("advice_nearer")
    if any(recall.over_guide is False for recall in words.values()):
        found.setdefault("advice_volume")
    return list(found)


def everything_rehearsed(texts: RehearsalTexts) -> Iterator[str]:
    """Return every text a rehearsal can say, so that it can be rendered before the first word."""
    for key, blanks in LINES.items():
        for command, phrase in texts.words.items():
            other = texts.instead.get(command)
            if "other" in blanks and other is None:
                continue
            filled = {"phrase": phrase, "other": other}
            yield from texts.lines.lines(key, **{name: filled[name] for name in blanks})


def _name(command: Command | None) -> str | None:
    return None if command is None else command.value
