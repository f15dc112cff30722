"""The walk along a routine: introduce, set up, hold, rest, change sides, finish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial

from voiceguide.core.actions import End
from voiceguide.core.answers import Answers
from voiceguide.core.clock import samples, seconds
from voiceguide.core.course import Course, Place
from voiceguide.core.hold import Hold, LayOut
from voiceguide.core.lines import LINE_GAP, Line
from voiceguide.core.memory import NOTHING, Remembered
from voiceguide.core.outlook import Outlook
from voiceguide.core.phrases import Phrases
from voiceguide.core.plan import Exercise, HoldCue, Routine, Side
from voiceguide.core.scene import Continuation, Scene
from voiceguide.core.states import TABLE, State
from voiceguide.core.tally import Tally
from voiceguide.core.timeline import Length, Timeline, lay_out, say_again

WARNINGS = ("not_a_device", "four_reasons", "week_rule", "week_unknown")
"""Said before the first exercise even to somebody who says "start" early (S9, S10)."""

LOST = samples(2)
"""A line of a hold that is so long and was cut off is said again; a short one is understood from its beginning."""


class Walk:
    """Where in the routine the session is, and every move along it.

    What comes later is kept as bound methods and partial calls of them, never as closures, so that a session can
    be copied with all that it waits for.

    Args:
        scene: the session's present.
        routine: a checked routine.
        phrases: the prompts of its language.
        length: samples that a text takes when spoken.
        remembered: the sessions before.

    Attributes:
        place: the hold the session is at.
        position: whose position the person may be in; None before the set-up and after the release was spoken.
        hold: the hold that is running.
        pace: breathing pace.
        begins: what "start" leads to.
        says_first: lines before the first exercise.
        how: how the session ended, once it has.
        tally: what was done.
    """

    def __init__(
        self,
        scene: Scene,
        routine: Routine,
        phrases: Phrases,
        length: Length,
        remembered: Remembered = NOTHING,
    ) -> None:
        self.place = Place()
        self.position: Exercise | None = None
        self.hold: Hold | None = None
        self.pace = Fraction(1)
        self._started = False
        self._led_into: int | None = None  # the exercise whose position was explained in full
        self._halfway_said = False  # in this hold
        self._again: Line | None = None  # a line of this hold that was cut off and waits for its place
        self._done = 0  # samples of this place's hold that are over, while none is running
        self.course = Course(routine)
        self.outlook = Outlook(self.course, phrases, length)
        self.tally = Tally(self.course, phrases, remembered)
        self.answers = Answers(self.course, phrases, self.tally, remembered)
        self.begins: Continuation = self.introduce_routine
        self.says_first: list[Line] = []
        self.how = ""
        self._scene = scene
        self._phrases = phrases
        self._length = length
        self._say_again: Continuation = self.wait_for_start

    @property
    def exercise(self) -> Exercise:
        """The exercise the session is at."""
        return self.course.exercise(self.place)

    @property
    def side(self) -> Side | None:
        """The side the session is at, None where the exercise has none."""
        return self.course.side(self.place)

    @property
    def minutes_left(self) -> int:
        """Whole minutes to the end of the routine."""
        done = self.hold.position(self._scene.now) if self.hold else self._done
        return self.outlook.minutes(self.place, self.pace, done)

    def name_of(self, side: Side) -> str:
        """Return the language's word for a side."""
        return self._phrases.side(side)

    def where(self) -> dict[str, object]:
        """Return the place in words, for records."""
        return {
            "exercise": self.exercise.id,
            "side": self.side.value if self.side else None,
            "repeat": self.place.repeat + 1,
            "repeats": self.exercise.repeats,
        }

    def enter(self, state: State, proceed: Callable[[], None] | None = None) -> None:
        """Change the state; a hold that was running is over, as far as it came."""
        self._leave_hold()
        self._scene.enter(state, proceed)
        self._scene.record("state", state=state.value, **self.where())
        if state is not State.SAFETY:  # there the pain conversation says what can be answered
            self._scene.listen(TABLE[state])

    # --- before the hold ----------------------------------------------------------------------------------

    def wait_for_start(self, before: Iterable[Line] = ()) -> None:
        """Wait until the person wants to begin."""
        self.enter(State.WAITING, self.begins)
        self._say_again = self.wait_for_start
        title = self.course.routine.title
        self._scene.say([*before, *self._scene.prompt("waiting", routine=title)])

    def introduce_routine(self) -> None:
        """Say what this routine is, then introduce its first exercise."""
        self._start(Place(), [("welcome", line) for line in self.course.routine.welcome], resumed=False)

    def go_on_at(self, place: Place) -> None:
        """Begin the routine at a hold in the middle of it, where the last session was cut off."""
        self._start(place, self._scene.prompt("resumed"), resumed=True)

    def _start(self, place: Place, lines: list[Line], *, resumed: bool) -> None:
        self._move_to(place)
        self.enter(State.INTRODUCING, partial(self.introduce, place))
        self._say_again = partial(self._start, place, lines, resumed=resumed)
        if not self._started:
            self._started = True
            routine = self.course.routine.id
            self._scene.record("started", routine=routine, resumed=resumed, plan=self._plan())
        warnings = [line for line in self._scene.lines.unsaid() if line[0] in WARNINGS]
        if not resumed:
            lines = [*lines, *self.says_first]
            lines += self._scene.prompt("duration", minutes=self.outlook.total_minutes(self.pace))
        self._scene.say([*warnings, *lines], self._scene.proceed)

    def _planned_s(self, exercise: Exercise) -> float:
        return exercise.repeats * seconds(self.outlook.hold(exercise, self.pace))

    def _plan(self) -> list[dict[str, object]]:
        return [
            {
                "exercise": exercise.id,
                "side": side.value if side else None,
                "planned_s": self._planned_s(exercise),
            }
            for exercise in self.course.routine.exercises
            for side in exercise.sides or (None,)
        ]

    def introduce(self, place: Place) -> None:
        """Say what an exercise is and what it is for, then set it up."""
        self._move_to(place)
        self.position = self._led_into = None
        exercise = self.exercise
        self.enter(State.INTRODUCING, partial(self.set_up, place))
        self._say_again = partial(self.introduce, place)
        lines = [("title", exercise.title), *(("purpose", line) for line in exercise.purpose)]
        for number, item in enumerate(exercise.equipment):
            lines += self._scene.prompt("equipment_more" if number else "equipment", item=item)
        self._scene.say(lines, self._scene.proceed)

    def set_up(self, place: Place, *, before: Iterable[Line] = (), fully: bool = True) -> None:
        """Lead into the position, then wait for "ready" or for the time that the routine gives.

        Args:
            place: the hold to set up.
            before: lines spoken first, such as how to come out of the last position.
            fully: the long instructions; the short ones otherwise.
        """
        same_exercise = place.exercise == self.place.exercise
        again = self._scene.state is State.CHANGING and place == self.place
        changing = same_exercise and (again or place.side != self.place.side)
        self._move_to(place)
        self.position = self.exercise
        self._led_into = place.exercise
        self.enter(State.CHANGING if changing else State.SETTING_UP, self.begin)
        self._say_again = partial(self.set_up, place)
        lines = [*before, *self._now_side(), *self.setup_lines(fully=fully)]
        if self.exercise.wait_s is None:
            self._scene.say([*lines, *self._scene.prompt("ask_ready")])
            return
        length = samples(self.exercise.wait_s)
        self._scene.say(lines, partial(self._scene.wait_for, length, self.begin))

    def set_up_gently(self) -> None:
        """Set the same hold up again after a report of pain; nothing but a spoken "ready" begins it."""
        self._move_to(self.place)
        self.position = self.exercise
        self.enter(State.SETTING_UP, self.begin)
        self._say_again = self.set_up_gently
        self._scene.say([*self.setup_lines(fully=False), *self._scene.prompt("ask_ready")])

    def begin(self) -> None:
        """Begin the hold that was set up."""
        self._lead_in(self._scene.prompt("begin"), 0)

    def take_up(self, begins: int) -> None:
        """Go on with a hold that was interrupted, from one of its breaths."""
        self.enter(State.SETTING_UP)
        self._lead_in(self._scene.prompt("resumed"), begins)

    def _lead_in(self, lines: Iterable[Line], begins: int) -> None:
        self._scene.proceed = partial(self._start_soon, begins)
        self._scene.wait = None
        self._scene.say(lines, self._scene.proceed)

    def _start_soon(self, begins: int) -> None:
        # After a moment of silence, so that no fading word pushes the first breath off its place.
        self._scene.hush()
        self._scene.wait_for(LINE_GAP, partial(self._start_hold, begins))

    # --- the hold and the rest after it -------------------------------------------------------------------

    def _start_hold(self, begins: int = 0) -> None:
        self.enter(State.HOLDING, self._go_on)
        if begins == 0:
            self._halfway_said = False
            self._scene.cut = self._again = None
        self.hold = Hold(self._scene.now - begins, self._layout(), self.pace, begins)
        if self._again is not None:
            self.hold.say_again(partial(self._with_again, self._again), self._scene.now)
        self.keep_time()

    def keep_time(self) -> None:
        """Speak the cues that are due, and end the hold when it is over."""
        hold, now = self.hold, self._scene.now
        self._say_what_was_cut()
        while hold is not None and (due := hold.next_cue()) is not None and due <= now:
            cue = hold.take_cue()
            # While an answer has the voice the breath goes on without its word.
            kind = "cue_left_out" if self._scene.lines.busy else "cue"
            self._scene.record(kind, cue=cue.key, text=cue.text, due_s=seconds(due))
            if kind == "cue":
                self._halfway_said |= cue.key == "halfway"
                self._again = None if self._again == (cue.key, cue.text) else self._again
                self._scene.say([(cue.key, cue.text)], over_chime=True)
        if hold is not None and hold.ends <= now:
            self._hold_over()

    def _say_what_was_cut(self) -> None:
        """Find another place in the hold for a line of its own that was cut off."""
        hold, cut, now = self.hold, self._scene.cut, self._scene.now
        if hold is None or cut is None or self._scene.lines.busy or hold.ends <= now:
            return
        self._scene.cut = None
        if self._length(cut[1]) >= LOST:
            self._again = cut
            hold.say_again(partial(self._with_again, cut), now)

    def _with_again(self, line: Line, timeline: Timeline, at: int) -> Timeline:
        return say_again(timeline, line, self._phrases, self._length, at)

    def _go_on(self) -> None:
        self.go(self.course.after(self.place))

    def _layout(self) -> LayOut:
        exercise, side = self.exercise, self.side
        texts = self._phrases.sided(tuple(cue.text for cue in exercise.cues), side)
        coaching = tuple(HoldCue(cue.at_s, text) for cue, text in zip(exercise.cues, texts, strict=True))
        # Between repeats the rest says what comes next.
        upcoming = "" if self.course.next_repeat(self.place) else self.answers.upcoming(self.place)[0][1]
        return partial(self._lay_out, exercise, coaching, upcoming)

    def _lay_out(
        self, exercise: Exercise, coaching: tuple[HoldCue, ...], upcoming: str, pace: Fraction, begins: int
    ) -> Timeline:
        halfway = not self._halfway_said
        return lay_out(
            *(exercise, coaching, self._phrases, self._length, pace),
            begins=begins,
            halfway=halfway,
            upcoming=upcoming,
        )

    def _hold_over(self) -> None:
        self._leave_hold()
        again = self.course.next_repeat(self.place)
        if again is None:
            self.go(self.course.after(self.place))
        else:
            self.rest(again)

    def _leave_hold(self) -> None:
        hold, self.hold = self.hold, None
        if hold is not None:
            planned, done = hold.ends - hold.starts, hold.position(self._scene.now)
            self._done = done
            held_s, complete = seconds(done - hold.begins), done == planned
            self.tally.held(self.place, held_s, complete=complete)
            times = {"planned_s": seconds(planned), "from_s": seconds(hold.begins), "held_s": held_s}
            self._scene.record("hold", **times, complete=complete, **self.where())

    def rest(self, again: Place) -> None:
        """Rest between repeats; the next hold begins when the time is over and the lines are spoken."""
        self._move_to(again)
        self.enter(State.RESTING, self.begin)
        lines = [
            *self._scene.prompt("ease_off"),
            *self.answers.numbered(again),
            *self.setup_lines(fully=False),
        ]
        self._scene.say(lines)
        self._scene.wait_for(samples(self.exercise.between_s), self._start_hold)

    # --- moving -------------------------------------------------------------------------------------------

    def go(self, place: Place | None) -> None:
        """Come out of the position and go to another hold, or to the end."""
        release = self.way_out()
        if place is None:
            self.finish("completed", [("closing", line) for line in self.course.routine.closing])
        elif place.exercise == self._led_into:
            self.set_up(place, before=release, fully=False)
        elif release:
            self._come_out(release, place)
        else:
            self.introduce(place)

    def _move_to(self, place: Place) -> None:
        self.place = place
        self._done = 0

    def _come_out(self, release: list[Line], place: Place) -> None:
        self.enter(State.CHANGING, partial(self.introduce, place))
        self._done = samples(self.exercise.hold_s)
        self._say_again = partial(self._come_out, release, place)
        self._scene.say(release, self._scene.proceed)

    def say_again(self) -> None:
        """Say once more what the state began with, in full."""
        self._say_again()

    def says_again(self, again: Continuation) -> None:
        """Set how a state before the walk begins anew."""
        self._say_again = again

    def hold_again(self) -> None:
        """Do a hold once more: the one that runs, or in the rest after it the one before."""
        resting = self._scene.state is State.RESTING
        place = self.course.before(self.place) if resting else self.place
        self.set_up(place, before=self._scene.prompt("once_more"), fully=False)

    def finish(self, how: str, closing: Iterable[Line] = ()) -> None:
        """Come out of the position, sum up and end the session.

        Args:
            how: `completed`, `stopped` or `pain`, for the records.
            closing: last lines before the summing-up.
        """
        lines = [*self.way_out(), *closing]
        if how != "pain" and not self.how:
            lines += self.tally.summary()
            lines += self.tally.uneven(
                {(e.id, side): self._planned_s(e) for e in self.course.routine.exercises for side in e.sides}
            )
        self.how = how
        self.enter(State.FINISHED)
        self._scene.say([*lines, *self._scene.prompt("goodbye")], self._end)

    def break_off(self) -> None:
        """End at once and wherever the person is, because the program is told to end.

        The records come first: nobody knows whether there is time for the words. The next session offers to go on
        from here, as after a power cut.
        """
        words = "stopping_now" if self.position is None else "stopping_in_position"
        self.how = self.how or "cut_off"
        self.enter(State.FINISHED)
        self._scene.record("finished", how=self.how)
        self._scene.say(
            [("stopping_now", line) for _, line in self._scene.prompt(words)], self._leave, over_chime=True
        )

    def _end(self) -> None:
        self._scene.record("finished", how=self.how)
        self._leave()

    def _leave(self) -> None:
        self._scene.do(End(self._scene.now))

    def _now_side(self) -> list[Line]:
        return self._scene.prompt("now_side", side=self._phrases.side(self.side)) if self.side else []

    def setup_lines(self, *, fully: bool) -> list[Line]:
        """Return how to get into the position, in full or in short."""
        setup = self.exercise.setup if fully else self.exercise.setup_short
        return [("setup", line) for line in self._phrases.sided(setup, self.side)]

    def way_out(self) -> list[Line]:
        """Return how to come out of the position, if the person may be in one."""
        if self.position is None:
            return []
        return [("release", line) for line in self._phrases.sided(self.position.release, self.side)]
