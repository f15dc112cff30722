"""The session: events in, actions out.

`Session.handle` takes one event and returns what is to be done about it; `Session.next_deadline` tells when it
wants a `Tick`. It never looks at a clock, so a whole session can be walked through in a test by plain calls.

What comes before the routine is in `opening.py`, the walk along it in `walk.py`, what may interrupt it in
`interruptions.py`, what happens while something hurts in `safeguard.py`, while nothing can be heard in
`deafness.py`, and asking what was said in `asking.py`; here is what a person's words do to them. A pain phrase is
decided first, before the table is even asked (S1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voiceguide.core.actions import Action, SetVolume, Sound
from voiceguide.core.answers import code, say_code
from voiceguide.core.asking import Asking
from voiceguide.core.breath import PACE_LEAST, PACE_MOST, PACE_STEP, nearest_pace
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.deafness import Deafness
from voiceguide.core.events import (
    Begun,
    CodeAsked,
    Event,
    Heard,
    HearingBack,
    HearingLost,
    HearingPoor,
    HearingSlow,
    HistoryLost,
    ReportKept,
    SpeechFinished,
    Tick,
    ToldToEnd,
    VoiceBegan,
    VoiceEnded,
)
from voiceguide.core.interruptions import BESIDE, DOES_IT_HURT, Interruptions
from voiceguide.core.keeping import Keeping
from voiceguide.core.lines import Line
from voiceguide.core.memory import NOTHING, Remembered
from voiceguide.core.misheard import Misheard
from voiceguide.core.opening import Opening, neglected_side_first
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Routine, Side
from voiceguide.core.pressed import NO_SOUND, Effect, May, When, Who, effect_of, may, when_of, who_of
from voiceguide.core.safeguard import Safeguard
from voiceguide.core.scene import Scene
from voiceguide.core.states import BEFORE_THE_WALK, MAY_BE_A_CRY, MAY_SPEAK_OF_OTHERS, TABLE, State, Step
from voiceguide.core.timeline import Length
from voiceguide.core.view import View
from voiceguide.core.volume import AS_CHOSEN, Loudness, Volume
from voiceguide.core.walk import Walk
from voiceguide.core.yielding import Yielding

_ENDS = frozenset({Step.END, Step.END_WITH_ADVICE})
_ANSWERS_FOR_ITSELF = frozenset({(Effect.DENIES, When.ASKS), (Effect.LEADS_ON, When.ASKS)})
_ALONG_THE_WALK = frozenset({Step.PROCEED, Step.CHANGE_SIDE, Step.SKIP, Step.GO_BACK})


def _names_no_other(_text: str) -> bool:
    """Tell that a text names no other routine; a function with a name, for sessions are copied."""
    return False


class Session:
    """One guided session of one routine.

    Args:
        routine: a checked routine.
        phrases: the prompts of the routine's language.
        length: samples that a text takes when spoken; every line was rendered before.
        first_time: say once what the guide is and is not (S10).
        remembered: what is known of the sessions before this one.
        recorded: say at the beginning that everything is being recorded.
        loudness: how softly this speaker can be heard, and whether it is night.
        names_another: whether a text that asks for a beginning names another routine than this one.
        awaits_disk: reports of pain are kept, and `ReportKept` tells when each is safe (S6).
    """

    def __init__(  # noqa: PLR0913 - everything that decides the course of a session
        self,
        routine: Routine,
        phrases: Phrases,
        length: Length,
        *,
        first_time: bool = True,
        remembered: Remembered = NOTHING,
        recorded: bool = False,
        loudness: Loudness = AS_CHOSEN,
        names_another: Callable[[str], bool] = _names_no_other,
        awaits_disk: bool = False,
    ) -> None:
        routine, neglected = neglected_side_first(routine, remembered)
        self._scene = Scene(phrases)
        self._phrases = phrases
        self._walk = Walk(self._scene, routine, phrases, length, remembered)
        if neglected is not None:
            self._walk.says_first = self._scene.prompt("begin_with", side=phrases.side(neglected))
        self._walk.pace = nearest_pace(remembered.pace)
        self._volume = Volume(remembered.volume_db, loudness)
        self._last_heard = ""
        self._names_another = names_another
        self._title = routine.title
        self._beside = Interruptions(self._scene, self._walk)
        self._opening = Opening(self._scene, self._walk, remembered, first_time=first_time, recorded=recorded)
        self._misheard = Misheard(self._scene, self._walk)
        self._yielding = Yielding(self._scene)
        self._asking = Asking(self._scene, self._walk)
        keeping = Keeping(awaited=awaits_disk)
        self._safeguard = Safeguard(self._scene, self._walk, self._beside, phrases, keeping)
        self._deafness = Deafness(self._scene, self._walk, self._beside, self._safeguard)

    @property
    def state(self) -> State:
        """Where the session is."""
        return self._scene.state

    def handle(self, event: Event) -> list[Action]:
        """Take one event and return what is to be done, in order.

        Raises:
            ValueError: the event lies before one that was handled already; nothing has changed.
        """
        self._scene.reach(event)
        match event:
            case Heard():
                self._hear(event)
            case Tick():
                self._walk.keep_time()
                if self._yielding.go_on_if_due():
                    self._not_understood()
                self._scene.wait_over()
                self._asking.lapse_if_due()
            case VoiceBegan():
                self._give_way()
            case VoiceEnded():
                self._yielding.voice_ended()
            case SpeechFinished(utterance=utterance):
                self._scene.speech_finished(utterance)
            case Begun():
                self._begin()
            case HearingLost(reason=reason, trouble=trouble):
                self._asking.close()
                self._deafness.lost(trouble, reason)
            case HearingBack(trouble=trouble):
                self._deafness.back(trouble)
            case HearingSlow():
                self._deafness.slow()
            case HearingPoor(why=why):
                self._deafness.poor(why)
            case CodeAsked(digits=digits) if self.state in MAY_SPEAK_OF_OTHERS:
                lines = code(self._phrases, digits)
                if not say_code(self._scene, lines):
                    self._scene.interject(lines)
            case HistoryLost(reason=reason):
                self._scene.record("history_lost", reason=reason)
                self._safeguard.cannot_be_kept()
            case ReportKept(report=report):
                self._safeguard.kept(report)
            case ToldToEnd():
                self._walk.break_off()
            case _:  # the start and the cutting of speech are for the records alone
                pass
        self._deafness.keep_still()
        self._safeguard.settle()
        self._asking.settle()
        return self._scene.take_actions()

    def next_deadline(self) -> int | None:
        """Return the sample time at which the session wants a `Tick`, None when it waits for an event."""
        hold = self._walk.hold
        times = [self._scene.next_wait(), self._yielding.next_deadline(), self._asking.next_deadline()]
        if hold is not None:
            times += [hold.next_cue(), hold.ends]
        return min((time for time in times if time is not None), default=None)

    def view(self, at: int) -> View:
        """Return what there is to show at a sample time."""
        walk = self._walk
        begun = self.state is not State.WAITING
        return View(
            at=at,
            state=self.state,
            exercise=walk.exercise.title if begun else "",
            side=walk.side if begun else None,
            repeat=walk.place.repeat + 1,
            repeats=walk.exercise.repeats,
            hold_left=max(0, walk.hold.ends - at) if walk.hold else None,
            breath=walk.hold.phase(at) if walk.hold else None,
            minutes_left=walk.minutes_left,
            saying=self._scene.saying,
            heard=self._last_heard,
            commands=self._asking.offered,
            deaf=self._deafness.deaf,
            pace=float(walk.pace),
            gain_db=self._volume.chosen_db,
        )

    def _begin(self) -> None:
        if self._volume.gain_db != 0.0:
            self._scene.do(SetVolume(self._scene.now, self._volume.gain_db))
        self._opening.greet()

    def _give_way(self) -> None:
        if not self._safeguard.releasing:
            self._yielding.voice_began(hold=self._walk.hold is not None)

    # --- what was said ------------------------------------------------------------------------------------

    def _hear(self, heard: Heard) -> None:
        who = who_of(heard.engine)
        if heard.command is not None and self._may(heard.command, who) is May.NOTHING:
            return  # and no sound, either: an unknown machine may press all day
        self._last_heard = heard.text
        match heard.command, heard.perhaps:
            case Command() as command, _ if command in PAIN_FAMILY:
                self._yielding.answered()
                self._asking.close()
                self._safeguard.hear(command, heard.text, who)
            case Command() as command, _:
                self._spoken_to(command, heard.engine)
            case None, Command() as perhaps if self._can_ask(perhaps):
                self._half_understood(perhaps, heard.engine)
            case _, perhaps:
                self._not_understood(perhaps, heard.text)

    def _effect(self, command: Command) -> tuple[Effect | None, When]:
        talk, guard = self._safeguard.talk, self._safeguard
        effect = effect_of(command, self.state, talk.stage if talk is not None else None)
        return effect, when_of(self.state, deaf=self._deafness.deaf, hurt=guard.hurt)

    def _may(self, command: Command, who: Who) -> May:
        """Return what becomes of a command by whoever says or presses it."""
        effect, when = self._effect(command)
        if effect is None:
            return May.NOTHING if who is Who.STRANGER else May.DOES
        return may(who, command, effect, when)

    def _not_understood(self, perhaps: Command | None = None, text: str = "") -> None:
        if perhaps in PAIN_FAMILY and self.state in (*DOES_IT_HURT, State.QUIET, State.FINISHED):
            # Does something hurt, it asked; what sounds like a word of pain is an answer. And where the session is
            # over but for its end, there is nothing to go back to: the conversation about pain asks.
            self._safeguard.hear(perhaps, text)
            return
        self._scene.chime(Sound.UNKNOWN)
        if self._deafness.deaf:
            return  # nobody could be heard to answer
        if self._yielding.left_open:
            self._yielding.not_understood()
        if self.state is State.SAFETY:
            self._safeguard.not_understood(perhaps)
        elif perhaps in MAY_BE_A_CRY or not self._yielding.voice_goes_on:  # the end of what is being said decides
            self._beside.not_understood(perhaps if perhaps in MAY_BE_A_CRY else None)
            self._misheard.not_understood()
        if self.state is not State.HOLDING:
            self._yielding.answered()

    def _can_ask(self, perhaps: Command) -> bool:
        another = perhaps is Command.START and self._names_another(self._last_heard)
        return self._asking.can_ask(perhaps) and not another and not self._deafness.deaf

    def _half_understood(self, perhaps: Command, by: str) -> None:
        """Ask by name about what was probably said; in a hold a pause is one at once, and costs little."""
        if self.state is State.HOLDING and TABLE[self.state][perhaps] is Step.PAUSE:
            self._spoken_to(perhaps, by)
            return
        self._scene.chime(Sound.UNKNOWN)
        if self._asking.ask(perhaps):
            self._yielding.answered()
        elif self._yielding.left_open:
            self._yielding.not_understood()

    def _spoken_to(self, said: Command, by: str) -> None:
        command = self._asking.meant(said)
        if command is None:
            self._yielding.answered()
            self._scene.chime(Sound.ACCEPTED)
            return
        step = TABLE[self.state].get(command)
        if step is not None and command is Command.START and self._names_another(self._last_heard):
            self._one_at_a_time()
            return
        if step in _ALONG_THE_WALK and self.state is State.DOUBT and not self._beside.may_move:
            step = None
        if step is Step.PAIN and not self._safeguard.possible(command):
            self._scene.chime(Sound.UNKNOWN)
            return
        if step is None or not self._confirms(step, by):
            self._not_now(step)
            return
        self._yielding.answered()
        self._misheard.understood()
        self._scene.chime(Sound.ACCEPTED)
        who = who_of(by)
        if self._may(command, who) is not May.DOES:
            self._ask_the_room()
            return
        if who is Who.VOICE and self._effect(command) in _ANSWERS_FOR_ITSELF:
            self._safeguard.asked = False
        match step:
            case Step.PAIN:
                self._safeguard.answer(command, who)
            case Step.IT_HURTS:
                self._safeguard.hear(command, self._last_heard, who)
            case Step.SAY_AGAIN:
                self._beside.say_again()
            case Step.SAY_LAST:
                self._say_last()
            case Step.TO_SIDE:
                self._to_side(Side.LEFT if command is Command.LEFT_SIDE else Side.RIGHT)
            case Step.CARRY_ON:
                pass
            case Step.ANSWER:
                self._answer(command)
            case Step.PACE:
                self._change_pace(1 if command is Command.SLOWER else -1)
            case Step.VOLUME:
                self._change_volume(command)
            case _:
                self._move(step)

    def _confirms(self, step: Step, by: str) -> bool:
        """Tell whether a second word is a second act: its question was heard, or it is no sound at all.

        A dog that barks twice is taken for "stop" twice.
        """
        confirms = step in _ENDS and self.state in (State.STOPPING, State.ENDING)
        return not confirms or by in NO_SOUND or not self._scene.lines.busy

    def _not_now(self, step: Step | None) -> None:
        """Answer a command that means nothing at the moment; the question that is being said goes on."""
        self._scene.chime(Sound.UNKNOWN)
        if step is None:
            self._yielding.answered()
            self._misheard.not_now()

    def _one_at_a_time(self) -> None:
        """Answer whoever asks for another routine: they are not led on in this one, nor out of it by one word."""
        if self.state is State.SAFETY:
            self._not_understood(text=self._last_heard)
            return
        self._yielding.answered()
        self._scene.chime(Sound.ACCEPTED)
        self._interject(self._scene.prompt("one_at_a_time", routine=self._title))

    def _ask_the_room(self) -> None:
        """Answer a press that only a voice may answer for."""
        if self._deafness.deaf:
            self._scene.add(self._scene.prompt("hearing_lost"))
        elif self.state is State.SAFETY:
            self._safeguard.say_again()
        elif self.state is State.WAITING:
            self._scene.say(self._scene.prompt("start_asked"))
        elif self.state in BEFORE_THE_WALK or self.state in BESIDE:
            self._beside.say_again()
        else:
            self._interject(self._scene.prompt("voice_asked"))

    def _move(self, step: Step) -> None:
        walk, course, beside = self._walk, self._walk.course, self._beside
        match step:
            case Step.PROCEED:
                beside.proceed()
            case Step.CHANGE_SIDE:
                walk.go(course.next_side(walk.place) or course.next_exercise(walk.place))
            case Step.SKIP:
                walk.go(course.next_exercise(walk.place))
            case Step.GO_BACK:
                walk.go(course.before(walk.place))
            case Step.HOLD_AGAIN:
                walk.hold_again()
            case Step.PAUSE:
                beside.pause(self._scene.prompt("paused"))
            case Step.RESUME:
                beside.resume()
            case Step.AS_BEFORE:
                beside.as_before()
            case Step.ASK_WHETHER_IT_HURTS:
                beside.ask_whether_it_hurts()
            case Step.ASK_END:
                beside.ask_end()
            case Step.END:
                walk.finish("stopped")
            case Step.END_WITH_ADVICE:
                walk.finish("stopped", self._scene.prompt("safety_stop_unasked"))
            case Step.ADVISE_AGAINST:
                self._opening.advise_against()
            case Step.WAIT_FOR_START:
                walk.wait_for_start()
            case Step.FROM_THE_BEGINNING:
                self._opening.from_the_beginning()
            case _:
                raise AssertionError(f"no move for {step}")

    def _to_side(self, side: Side) -> None:
        walk = self._walk
        place = walk.course.on_side(walk.place, side)
        if walk.side is None:
            self._interject(self._scene.prompt("no_sides"))
        elif place is None or side is walk.side:
            self._interject(self._scene.prompt("this_side", side=walk.name_of(walk.side)))
        else:
            walk.go(place)

    def _say_last(self) -> None:
        walk, scene = self._walk, self._scene
        if walk.hold is None and not scene.can_say_last:
            self._beside.say_again()
        else:
            scene.say_last(walk.setup_lines(fully=False), resume=walk.hold is None)

    def _answer(self, question: Command) -> None:
        walk, hold = self._walk, self._walk.hold
        left = hold.ends - self._scene.now if hold else None
        lines = walk.answers.lines(
            question, self.state, walk.place, minutes_left=walk.minutes_left, hold_left=left
        )
        self._interject(lines)

    def _change_pace(self, direction: int) -> None:
        walk = self._walk
        pace = min(max(walk.pace + direction * PACE_STEP, PACE_LEAST), PACE_MOST)
        if pace == walk.pace:
            self._interject(self._scene.prompt("slowest" if direction > 0 else "fastest"))
            return
        walk.pace = pace
        self._scene.record("pace", pace=float(pace))
        if walk.hold is not None:
            walk.hold.change_pace(pace, self._scene.now)
        self._interject(self._scene.prompt("slower" if direction > 0 else "faster"))

    def _change_volume(self, command: Command) -> None:
        if not self._volume.change(command):
            if not self._safeguard.releasing:  # the way out is said to its end
                self._interject(self._scene.prompt("loudest" if command is Command.LOUDER else "quietest"))
            return
        self._scene.record("volume", gain_db=self._volume.chosen_db)
        self._scene.do(SetVolume(self._scene.now, self._volume.gain_db))

    def _interject(self, lines: Iterable[Line]) -> None:
        # In a hold the breath does not wait for an answer, so what it cut off is not said late.
        self._scene.interject(lines, resume=self._walk.hold is None)
