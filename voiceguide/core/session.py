"""The session: events in, actions out.

`Session.handle` takes one event and returns what is to be done about it; `Session.next_deadline` tells when it
wants a `Tick`. It never looks at a clock, so a whole session can be walked through in a test by plain calls.

The walk along the routine is in `walk.py`, what may interrupt it in `interruptions.py`; here is what a person's
words do to them. A pain phrase is decided first, in `handle` itself, before the table is even asked (S1).
"""

from __future__ import annotations

from collections.abc import Iterable

from voiceguide.core.actions import Action, SetVolume, Sound
from voiceguide.core.breath import PACE_LEAST, PACE_MOST, PACE_STEP
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import (
    Begun,
    Event,
    Heard,
    HearingBack,
    HearingLost,
    SpeechFinished,
    Tick,
    VoiceBegan,
    VoiceEnded,
)
from voiceguide.core.interruptions import ANSWER_WITHIN, Interruptions
from voiceguide.core.lines import Line
from voiceguide.core.memory import NOTHING, Remembered
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Routine
from voiceguide.core.safety import Outcome, PainConversation, Stage, Turn
from voiceguide.core.scene import Scene
from voiceguide.core.states import TABLE, State, Step
from voiceguide.core.timeline import Length
from voiceguide.core.view import View
from voiceguide.core.walk import Walk
from voiceguide.core.yielding import Yielding

VOLUME_STEP_DB = 3.0
VOLUME_LEAST_DB = -18.0
VOLUME_MOST_DB = 6.0


class Session:
    """One guided session of one routine.

    Args:
        routine: a checked routine.
        phrases: the prompts of the routine's language.
        length: samples that a text takes when spoken; every line was rendered before.
        first_time: say once what the guide is and is not (S10).
        remembered: what is known of the sessions before this one.
    """

    def __init__(
        self,
        routine: Routine,
        phrases: Phrases,
        length: Length,
        *,
        first_time: bool = True,
        remembered: Remembered = NOTHING,
    ) -> None:
        self._remembered = remembered
        self._scene = Scene(phrases)
        self._walk = Walk(self._scene, routine, phrases, length)
        self._phrases = phrases
        self._first_time = first_time
        self._volume_db = 0.0
        self._last_heard = ""
        self._beside = Interruptions(self._scene, self._walk)
        self._yielding = Yielding(self._scene)
        self._pain: PainConversation | None = None
        self._reports = 0
        self._answers: list[str] = []
        self._sharp_reports: dict[str, int] = {}
        self._over = False

    @property
    def state(self) -> State:
        """Where the session is."""
        return self._scene.state

    def handle(self, event: Event) -> list[Action]:
        """Take one event and return what is to be done, in order.

        Raises:
            ValueError: the event lies before one that was handled already; nothing has changed.
        """
        if event.at < self._scene.now:
            raise ValueError(f"{event} comes before sample {self._scene.now}, which has been handled already")
        self._scene.now = event.at
        match event:
            case Heard(command=Command() as command, text=text) if command in PAIN_FAMILY:
                self._last_heard = text
                self._pain_phrase(command)
            case Heard(command=command, text=text):
                self._last_heard = text
                self._spoken_to(command)
            case Tick():
                self._walk.keep_time()
                self._yielding.go_on_if_due()
                self._scene.wait_over()
            case VoiceBegan():
                self._give_way()
            case VoiceEnded():
                self._yielding.voice_ended()
            case SpeechFinished(utterance=utterance):
                self._scene.speech_finished(utterance)
            case Begun():
                self._greet()
            case HearingLost(reason=reason):
                self._hearing_lost(reason)
            case HearingBack():
                self._hearing_back()
            case _:  # the start and the cutting of speech are for the records alone
                pass
        return self._scene.take_actions()

    def next_deadline(self) -> int | None:
        """Return the sample time at which the session wants a `Tick`, None when it waits for an event."""
        hold = self._walk.hold
        times = [self._scene.next_wait(), self._yielding.next_deadline()]
        if hold is not None:
            times += [hold.next_cue(), hold.ends]
        return min((time for time in times if time is not None), default=None)

    def view(self, at: int) -> View:
        """Return what there is to show at a sample time."""
        walk, line = self._walk, self._scene.lines.current
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
            saying=line[1] if line else "",
            heard=self._last_heard,
        )

    def _greet(self) -> None:
        first = [*self._scene.prompt("not_a_device"), *self._scene.prompt("how_to_speak")]
        self._walk.wait_for_start(first if self._first_time else ())

    def _give_way(self) -> None:
        # The way out of a position is said to its end, whoever speaks (S5).
        releasing = self._pain is not None and self._pain.stage is Stage.RELEASING
        if not releasing:
            self._yielding.voice_began(keep_line=self._walk.hold is None)

    # --- commands -----------------------------------------------------------------------------------------

    def _spoken_to(self, command: Command | None) -> None:
        step = TABLE[self.state].get(command) if command is not None else None
        if command is None or step is None or (step is Step.PAIN and not self._possible_answer(command)):
            self._scene.chime(Sound.UNKNOWN)
            if command is None:
                self._beside.not_understood()
            return
        self._scene.chime(Sound.ACCEPTED)
        walk, course = self._walk, self._walk.course
        match step:
            case Step.PAIN:
                self._answer_pain(command)
            case Step.IT_HURTS:
                self._pain_phrase(Command.PAIN)
            case Step.PROCEED:
                self._beside.proceed()
            case Step.CHANGE_SIDE:
                walk.go(course.next_side(walk.place) or course.next_exercise(walk.place))
            case Step.SKIP:
                walk.go(course.next_exercise(walk.place))
            case Step.GO_BACK:
                walk.go(course.before(walk.place))
            case Step.SAY_AGAIN:
                self._beside.say_again()
            case Step.HOLD_AGAIN:
                walk.hold_again()
            case Step.PAUSE:
                self._beside.pause(self._scene.prompt("paused"))
            case Step.RESUME:
                self._beside.resume()
            case Step.ASK_END:
                self._beside.ask_end()
            case Step.END:
                walk.finish("stopped")
            case Step.ANSWER:
                self._answer(command)
            case Step.PACE:
                self._change_pace(1 if command is Command.SLOWER else -1)
            case Step.VOLUME:
                self._change_volume(1 if command is Command.LOUDER else -1)

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

    def _change_volume(self, direction: int) -> None:
        gain = min(max(self._volume_db + direction * VOLUME_STEP_DB, VOLUME_LEAST_DB), VOLUME_MOST_DB)
        if gain == self._volume_db:
            self._interject(self._scene.prompt("loudest" if direction > 0 else "quietest"))
            return
        self._volume_db = gain
        self._scene.record("volume", gain_db=gain)
        self._scene.do(SetVolume(self._scene.now, gain))

    def _interject(self, lines: Iterable[Line]) -> None:
        # In a hold the breath does not wait for an answer, so what it cut off is not said late.
        self._scene.interject(lines, resume=self._walk.hold is None)

    # --- safety -------------------------------------------------------------------------------------------

    def _pain_phrase(self, command: Command) -> None:
        if self._pain is not None and command is not Command.PAIN:
            self._scene.chime(Sound.ACCEPTED)
            self._answer_pain(command)
            return
        if self._pain is None:
            self._pain = self._open_conversation()
        self._beside.suspend(State.SAFETY)
        turn = self._pain.report(command)
        self._reports += 1
        self._answers = []
        pain = {"report": self._reports, "pain": self._pain.kind.name.lower()}
        self._scene.record("pain", **pain, heard=self._last_heard, **self._walk.where())
        self._scene.breathe_before_speaking()
        self._take_turn(turn)

    def _open_conversation(self) -> PainConversation:
        position = self._walk.position
        before = self._sharp_reports.get(position.id, 0) if position else 0
        return PainConversation(
            self._phrases, position, self._walk.side, sharp_before=before, already_over=self._over
        )

    def _possible_answer(self, command: Command) -> bool:
        return self._pain is not None and command in self._pain.answers()

    def _answer_pain(self, command: Command) -> None:
        pain = self._pain
        if pain is None:
            return
        kind = pain.kind
        turn = pain.answer(command)
        self._answers.append(command.value)
        if pain.kind is not kind:
            self._scene.record("pain_kind", **self._report_of(pain), **self._walk.where())
        if turn is not None:
            self._take_turn(turn)

    def _take_turn(self, turn: Turn) -> None:
        pain = self._pain
        if pain is None:
            return
        if turn.outcome is not None:
            self._leave_safety(pain, turn.outcome)
            return
        if turn.lines:
            self._scene.wait = None
            self._scene.say(turn.lines, self._pain_lines_spoken)
        self._scene.listen({*pain.answers(), *PAIN_FAMILY, Command.LOUDER, Command.QUIETER})

    def _pain_lines_spoken(self) -> None:
        pain = self._pain
        if pain is None:
            return
        turn = pain.spoken()
        if turn.lines or turn.outcome:
            self._take_turn(turn)
        elif pain.awaits_answer:
            self._scene.wait_for(ANSWER_WITHIN, lambda: self._take_turn(pain.silence()))

    def _report_of(self, pain: PainConversation) -> dict[str, object]:
        return {"report": self._reports, "pain": pain.kind.name.lower(), "over": pain.over}

    def _leave_safety(self, pain: PainConversation, outcome: Outcome) -> None:
        walk, interrupted = self._walk, self._beside.interrupted
        closed = {"answers": self._answers, "outcome": outcome.value}
        self._scene.record("pain_closed", **self._report_of(pain), **closed, **walk.where())
        self._pain = None
        self._over = pain.over
        position, walk.position = walk.position, None  # the release was spoken
        if position is not None:
            self._sharp_reports[position.id] = pain.sharp_reports
        at_rest = interrupted in (None, State.WAITING, State.QUIET, State.FINISHED)
        match outcome:
            case Outcome.REST if pain.over:
                walk.enter(State.QUIET)
                self._scene.say(self._scene.prompt("safety_rest"))
            case Outcome.END:
                walk.finish("pain")
            case _ if interrupted is State.FINISHED:
                walk.finish("pain")
            case _ if at_rest:
                walk.wait_for_start()
            case Outcome.REST:
                self._beside.rest_before(walk.set_up_gently)
            case Outcome.AGAIN if position is None:
                walk.introduce(walk.place)
            case Outcome.AGAIN:
                walk.set_up_gently()
            case Outcome.CHANGE_SIDE:
                walk.go(walk.course.next_side(walk.place) or walk.course.next_exercise(walk.place))
            case Outcome.SKIP:
                walk.go(walk.course.next_exercise(walk.place))

    # --- hearing ------------------------------------------------------------------------------------------

    def _hearing_lost(self, reason: str) -> None:
        self._scene.record("hearing_lost", reason=reason)
        match self.state:
            case State.SAFETY | State.QUIET | State.FINISHED:
                pass  # nothing routine runs there, and what is being said matters more
            case State.WAITING:
                self._scene.say(self._scene.prompt("hearing_lost"))
            case _:
                self._beside.pause(self._scene.prompt("hearing_lost"))

    def _hearing_back(self) -> None:
        self._scene.record("hearing_back")
        match self.state:
            case State.PAUSED:
                self._scene.say(self._scene.prompt("hearing_back"))
            case State.WAITING:
                self._walk.wait_for_start()
            case _:
                pass
