"""Standby: no session runs, and the guide waits until somebody in the room asks for one.

    waiting -- "start" --> asking -- "yes" --> over, with a routine wanted
    waiting, asking -- "it hurts" --> hurts -- "yes" --> over, with a report of pain to be taken up
    asking, hurts -- "no", "stop", silence --> waiting

Same interface as `Session`, so the same loop runs both. Standby may last for days beside a television, which is
now and then mistaken for a person, and nobody lies in a position meanwhile. So it speaks seldom: only "start" and
a word of pain are always answered. What else may be said (help, the last time), or what was only probably "start"
or a word of pain, is answered, and when no word follows that, not again for a while, which doubles each time
(`patience.py`). What could be changed unnoticed, such as the volume, is listened for only while somebody is being
talked to.

A report of pain begins a session's own conversation about it (S1 to S6). Standby only asks whether it heard well.
No press answers that it did not, nor begins a session, unless it is that of the button at the speaker. What an
unknown machine presses is asked about as seldom as what was only probably said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from voiceguide.core.actions import Action, End, SetVolume, Sound
from voiceguide.core.answers import code, last_time, say_code
from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import (
    Begun,
    CodeAsked,
    Event,
    Heard,
    HearingBack,
    HearingLost,
    HearingPoor,
    SpeechFinished,
    Tick,
    ToldToEnd,
    Trouble,
)
from voiceguide.core.lines import Line
from voiceguide.core.memory import Remembered
from voiceguide.core.patience import Patience
from voiceguide.core.phrases import Phrases
from voiceguide.core.pressed import Who, who_of
from voiceguide.core.scene import AFTER_CHIME, Scene
from voiceguide.core.states import State
from voiceguide.core.view import View
from voiceguide.core.volume import Volume

LINES: Mapping[str, frozenset[str]] = {
    "here": frozenset(),
    "ask": frozenset({"routine"}),
    "declined": frozenset(),
    "help": frozenset(),
    "help_name": frozenset({"name"}),
    "hurts": frozenset(),
    "no_pain": frozenset(),
    "deaf": frozenset(),
    "hears_again": frozenset(),
}
"""Every line of standby, with the blanks its text may use."""

ANSWER_WITHIN = samples(10)
"""A question that nobody answers was not meant for anybody here: back to waiting."""

ATTENTIVE = samples(20)
"""After an answer the person is still there: for so long the volume can be changed as well."""

_ANYTIME = frozenset({Command.START, Command.HELP, Command.LAST_TIME})
_VOLUME = frozenset({Command.LOUDER, Command.QUIETER})
_QUESTION = _VOLUME | {Command.YES, Command.NO, Command.STOP, Command.START, Command.REPEAT}


@dataclass(frozen=True)
class StandbyTexts:
    """One language's words for standby.

    Attributes:
        start_by_name: templates of phrases that ask for a routine by its name, which stands for `{name}`.
        lines: the guide's lines, the keys those of `LINES`.
    """

    start_by_name: tuple[str, ...]
    lines: Phrases


@dataclass(frozen=True)
class Offer:
    """A routine that can be asked for.

    Attributes:
        routine: its id.
        title: how the guide calls it.
        name: how people may call it after "start", for the help; None when it is not chosen by name.
    """

    routine: str
    title: str
    name: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What standby has come to.

    Attributes:
        routine: id of the routine to begin.
        pain: what was reported; the session is to begin with it. None when nothing hurts.
        by: who said so.
    """

    routine: str
    pain: Command | None = None
    by: Who = Who.VOICE


class _Stage(StrEnum):
    WAITING = "waiting"
    ASKING = "asking"
    HURTS = "hurts"
    OVER = "over"


class Standby:
    """The time until the next session.

    Args:
        lines: the language's lines, the keys those of `LINES`.
        phrases: the language's prompts.
        offers: what can be asked for; a bare "start" means the first.
        named: which routine a text asks for by name, None when it names none.
        remembered: what is known of the sessions before, at the moment when somebody asks.
        volume: how loud to be.
        troubles: why nothing can be heard from the beginning, which was said before.
        announced: say that the guide is here, as after it was switched on.

    Attributes:
        wanted: what was asked for; None until then.
    """

    def __init__(
        self,
        lines: Phrases,
        phrases: Phrases,
        offers: Sequence[Offer],
        *,
        named: Callable[[str], str | None],
        remembered: Callable[[], Remembered],
        volume: Volume,
        troubles: Iterable[Trouble] = (),
        announced: bool = False,
    ) -> None:
        self.wanted: Wanted | None = None
        self._lines = lines
        self._phrases = phrases
        self._scene = Scene(phrases)
        self._offers = {offer.routine: offer for offer in offers}
        self._first = offers[0]
        self._asked = offers[0]
        self._named = named
        self._remembered = remembered
        self._volume = volume
        self._announced = announced
        self._stage = _Stage.WAITING
        self._pain = Command.PAIN
        self._pain_by = Who.VOICE
        self._troubles = set(troubles)
        self._questions = Patience()
        self._reports = Patience()

    def handle(self, event: Event) -> list[Action]:
        """Take one event and return what is to be done, in order.

        Raises:
            ValueError: the event lies before one that was handled already.
        """
        self._scene.reach(event)
        match event:
            case SpeechFinished(utterance=utterance):
                self._scene.speech_finished(utterance)
            case Tick():
                self._scene.wait_over()
            case HearingLost() if self.wanted is not None:
                self.wanted = None  # a session that cannot hear does not begin (S7)
                self._take(event)
            case _ if self._stage is not _Stage.OVER:
                self._take(event)
            case _:
                pass
        return self._scene.take_actions()

    def next_deadline(self) -> int | None:
        """Return the sample time at which standby wants a `Tick`, None when it waits for an event."""
        return self._scene.next_wait()

    def view(self, at: int) -> View:
        """Return what there is to show at a sample time; never what was heard."""
        return View(
            at=at,
            state=State.WAITING,
            saying=self._scene.saying,
            standby=True,
            deaf=bool(self._troubles),
            commands=self._scene.commands,
            gain_db=self._volume.chosen_db,
        )

    def _take(self, event: Event) -> None:
        match event:
            case Begun():
                self._begin()
            case Heard(command=Command() as command, text=text, engine=by):
                self._spoken_to(command, text, who_of(by))
            case Heard(command=None, perhaps=Command.START, text=text) if self._may_begin():
                self._perhaps_start(text)
            case Heard(command=None, perhaps=Command() as perhaps) if perhaps in PAIN_FAMILY:
                self._perhaps_hurts(perhaps)
            case Heard(command=None) if self._stage is not _Stage.WAITING:
                self._scene.chime(Sound.UNKNOWN)
            case HearingLost(trouble=trouble, reason=reason):
                self._hearing_lost(trouble, reason)
            case HearingBack(trouble=trouble):
                self._hearing_back(trouble)
            case HearingPoor(why=why):
                self._scene.interject(self._scene.prompt(f"hearing_{why.value}"))
            case CodeAsked(digits=digits) if self._stage is _Stage.WAITING:
                lines = code(self._phrases, digits)
                if not say_code(self._scene, lines):
                    self._wait(lines)
            case ToldToEnd():
                self._leave("told_to_end")
                self._scene.say(self._scene.prompt("stopping_now"), self._end, over_chime=True)
            case _:
                pass

    # --- waiting ------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._scene.do(SetVolume(self._scene.now, self._volume.gain_db))
        self._wait(self._line("here") if self._announced else [])

    def _wait(self, lines: Iterable[Line] = ()) -> None:
        """Wait for somebody to ask for something, after some last words for a while attentively."""
        lines = list(lines)
        self._enter(_Stage.WAITING, _ANYTIME | _VOLUME if lines else _ANYTIME)
        if lines:
            self._scene.say(lines, partial(self._scene.wait_for, ATTENTIVE, self._attend_no_more))

    def _attend_no_more(self) -> None:
        self._scene.listen(_ANYTIME)

    def _nobody_there(self, patience: Patience) -> None:
        """Nobody said another word, so that nobody may have spoken in the first place."""
        patience.nobody_there(self._scene.now)
        self._wait()

    def _somebody_there(self) -> None:
        self._questions.somebody_there()
        self._reports.somebody_there()

    def _spoken_to(self, command: Command, text: str, by: Who) -> None:
        if by is Who.STRANGER and not self._heeds_stranger(command):
            return
        if self._troubles:
            self._say_that_it_is_deaf()  # a button still works; no session begins deaf (S7)
        elif command in PAIN_FAMILY:
            self._hurts(command, by)
        elif command is Command.START and self._stage is not _Stage.HURTS:
            self._start(text, by)
        elif command in _VOLUME and command in self._scene.commands:
            self._change_volume(command)
        elif self._stage is not _Stage.WAITING:
            self._answered(command, by)
        elif command in _ANYTIME and self._questions.heeds(self._scene.now):
            self._scene.chime(Sound.ACCEPTED)
            self._tell(self._help() if command is Command.HELP else last_time(self._phrases, self._remembered()))

    def _heeds_stranger(self, command: Command) -> bool:
        """Tell whether a press of an unknown machine counts: pain now and then, "stop" where nothing hurts."""
        if self._troubles or self._stage is _Stage.HURTS:
            return False
        if self._stage is _Stage.ASKING:
            return command in PAIN_FAMILY | {Command.STOP}
        return command in PAIN_FAMILY and self._reports.heeds(self._scene.now)

    def _tell(self, lines: list[Line]) -> None:
        """Answer, and see whether anybody goes on to speak."""
        self._enter(_Stage.WAITING, _ANYTIME | _VOLUME)
        self._scene.say(lines, partial(self._wait_for_a_word, ATTENTIVE, self._questions))

    def _wait_for_a_word(self, length: int, patience: Patience) -> None:
        self._scene.wait_for(length, partial(self._nobody_there, patience))

    def _help(self) -> list[Line]:
        names = [offer.name for offer in self._offers.values() if offer.name is not None]
        return [*self._line("help"), *(line for name in names for line in self._line("help_name", name=name))]

    # --- asking -------------------------------------------------------------------------------------------

    def _start(self, text: str, by: Who) -> None:
        named = self._offers.get(self._named(text) or "")
        again = self._stage is _Stage.ASKING and named in (None, self._asked)
        if again and by >= Who.HERE:
            self._begin_session()
            return
        self._scene.chime(Sound.ACCEPTED)
        self._asked = named or (self._asked if again else self._first)
        self._ask()

    def _may_begin(self) -> bool:
        waiting = self._stage is _Stage.WAITING and not self._troubles
        return waiting and self._questions.heeds(self._scene.now)

    def _perhaps_start(self, text: str) -> None:
        """Somebody has probably asked for a session: the question is the same, and seldom asked in vain."""
        self._scene.chime(Sound.UNKNOWN)
        self._asked = self._offers.get(self._named(text) or "") or self._first
        self._ask(self._questions)

    def _ask(self, patience: Patience | None = None) -> None:
        self._enter(_Stage.ASKING, _QUESTION)
        line = self._line("ask", routine=self._asked.title)
        silence = self._wait if patience is None else partial(self._nobody_there, patience)
        self._scene.say(line, partial(self._scene.wait_for, ANSWER_WITHIN, silence))

    def _answered(self, command: Command, by: Who) -> None:
        """Take the answer to the question whether to begin, or whether something hurts."""
        hurts = self._stage is _Stage.HURTS
        match command:
            case Command.YES if hurts:
                self._session(Wanted(self._first.routine, self._pain, max(by, self._pain_by)))
            case Command.YES if by >= Who.HERE:
                self._begin_session()
            case Command.NO | Command.STOP | Command.NO_PAIN if hurts and by is not Who.VOICE:
                self._scene.chime(Sound.ACCEPTED)
                self._ask_whether_it_hurts()  # a press takes no report of pain back (S3)
            case Command.NO | Command.STOP | Command.NO_PAIN:
                self._somebody_there()
                self._scene.chime(Sound.ACCEPTED)
                self._wait(self._line("no_pain" if hurts else "declined"))
            case Command.REPEAT | Command.YES:
                self._scene.chime(Sound.ACCEPTED)
                self._ask_whether_it_hurts() if hurts else self._ask()
            case _:
                self._scene.chime(Sound.UNKNOWN)

    def _begin_session(self) -> None:
        self._session(Wanted(self._asked.routine))

    def _session(self, wanted: Wanted) -> None:
        self._somebody_there()
        self._scene.chime(Sound.ACCEPTED)
        self.wanted = wanted
        self._leave("session")
        self._scene.hush()
        self._scene.wait_for(AFTER_CHIME, self._end)

    # --- something hurts ----------------------------------------------------------------------------------

    def _hurts(self, command: Command, by: Who = Who.VOICE) -> None:
        if self._stage is _Stage.HURTS:
            self._session(Wanted(self._first.routine, command, max(by, self._pain_by)))
        else:
            self._pain = Command.PAIN if by is Who.STRANGER else command
            self._pain_by = by
            self._scene.chime(Sound.ACCEPTED)
            self._ask_whether_it_hurts()

    def _perhaps_hurts(self, perhaps: Command) -> None:
        """What was probably a word of pain is asked about; where that was just asked, it answers."""
        there = self._stage is not _Stage.WAITING or self._reports.heeds(self._scene.now)
        if there and not self._troubles:
            self._hurts(perhaps)

    def _ask_whether_it_hurts(self) -> None:
        self._enter(_Stage.HURTS, _QUESTION - {Command.START} | {Command.NO_PAIN})
        self._scene.say(self._line("hurts"), partial(self._wait_for_a_word, ANSWER_WITHIN, self._reports))

    # --- the rest -----------------------------------------------------------------------------------------

    def _change_volume(self, command: Command) -> None:
        self._scene.chime(Sound.ACCEPTED)
        if not self._volume.change(command):
            self._scene.interject(self._scene.prompt("loudest" if command is Command.LOUDER else "quietest"))
            return
        self._scene.record("volume", gain_db=self._volume.chosen_db)
        self._scene.do(SetVolume(self._scene.now, self._volume.gain_db))

    def _hearing_lost(self, trouble: Trouble, reason: str) -> None:
        self._scene.record("hearing_lost", trouble=trouble.value, reason=reason)
        if trouble not in self._troubles:
            self._troubles.add(trouble)
            self._enter(_Stage.WAITING, _ANYTIME)
        self._say_that_it_is_deaf()  # told again, there is a loudspeaker to say it now

    def _say_that_it_is_deaf(self) -> None:
        why = [line for one in sorted(self._troubles) for line in self._scene.prompt(f"hearing_lost_{one.value}")]
        self._scene.say([*self._line("deaf"), *why])

    def _hearing_back(self, trouble: Trouble) -> None:
        self._scene.record("hearing_back", trouble=trouble.value)
        was_deaf = bool(self._troubles)
        self._troubles.discard(trouble)
        if was_deaf and not self._troubles:
            self._wait(self._line("hears_again"))

    def _enter(self, stage: _Stage, commands: Iterable[Command]) -> None:
        if stage is not self._stage or not self._scene.commands:
            self._scene.record("standby", stage=stage.value)
        self._stage = stage
        self._scene.wait = None
        self._scene.listen(commands)

    def _leave(self, how: str) -> None:
        self._stage = _Stage.OVER
        self._scene.wait = None
        self._scene.record("standby", stage=_Stage.OVER.value, how=how)

    def _end(self) -> None:
        self._scene.do(End(self._scene.now))

    def _line(self, key: str, **blanks: object) -> list[Line]:
        return [(f"standby_{key}", line) for line in self._lines.lines(key, **blanks)]


def everything_said_in_standby(lines: Phrases, phrases: Phrases, offers: Sequence[Offer]) -> Iterator[str]:
    """Return every text of standby, so that it can be rendered before the first word.

    The prompts that a session has as well are among what a session says.
    """
    for key, blanks in LINES.items():
        if "routine" in blanks:
            for offer in offers:
                yield from lines.lines(key, routine=offer.title)
        elif "name" in blanks:
            for offer in offers:
                if offer.name is not None:
                    yield from lines.lines(key, name=offer.name)
        else:
            yield from lines.lines(key)
    yield from phrases.lines("stopping_now")
