"""What stands beside the walk: a pause, the questions whether something hurts and whether to end, and doubt.

All of them keep what they interrupt and can take it up again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from voiceguide.core.clock import samples
from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.lines import Line
from voiceguide.core.scene import Continuation, Scene
from voiceguide.core.states import BEFORE_THE_WALK, ON_THE_WALK, State
from voiceguide.core.walk import Walk

ANSWER_WITHIN = samples(15)
"""A question that nobody answers is asked once more after this long."""

TOLD_AGAIN_AFTER = samples(60)
"""Speech that is no answer is told so often that the guide waits: a television talks on."""

DOUBTS = 2
DOUBTS_IN = samples(180)
"""So many doubts in so much time at the most, for speech that is not like a cry. More is a cough or a television,
and answered by a chime alone."""

DOES_IT_HURT = (State.DOUBT, State.STOPPING)
"""States that ask whether something hurts. Only words lead out of them."""

BESIDE = (State.PAUSED, State.STOPPING, State.ENDING, State.DOUBT, State.SAFETY)
"""States that keep what they interrupt."""

QUESTIONS = {State.STOPPING: "stop_hurts", State.ENDING: "stop_ask", State.DOUBT: "doubt_ask"}
"""The prompt that asks, in each state beside the walk that asks something."""


@dataclass(frozen=True)
class _Suspended:
    """What was interrupted.

    Attributes:
        state: the state that was interrupted.
        resume: takes it up again.
        proceed: goes on to what would have come next.
    """

    state: State
    resume: Continuation
    proceed: Continuation | None


class Interruptions:
    """Interrupts the walk and takes it up again.

    Args:
        scene: the session's present.
        walk: the walk along the routine.
    """

    def __init__(self, scene: Scene, walk: Walk) -> None:
        self._scene = scene
        self._walk = walk
        self._suspended: _Suspended | None = None
        self._returns_to: State | None = None  # the pause or the question that was interrupted beside the walk
        self._doubts: deque[int] = deque(maxlen=DOUBTS)  # sample times of the last ones
        self._asked_again = False
        self._told_to_wait: int | None = None  # when it was last said that the guide waits for an answer

    @property
    def interrupted(self) -> State | None:
        """The state that was interrupted last."""
        return self._suspended.state if self._suspended else None

    @property
    def may_move(self) -> bool:
        """True when a walk was interrupted along which a command may move."""
        return self.interrupted is State.HOLDING or self.interrupted in ON_THE_WALK

    def suspend(self, state: State) -> None:
        """Fall silent, enter a state beside the walk and keep what it interrupts."""
        interrupted = self._scene.state
        if interrupted not in BESIDE:
            self._suspended = _Suspended(interrupted, self._how_to_resume(), self._scene.proceed)
            self._returns_to = None
        elif interrupted in (State.PAUSED, State.ENDING) and interrupted is not state:
            self._returns_to = interrupted
        self._scene.hush()
        self._walk.enter(state)

    def resume(self) -> None:
        """Take up what was interrupted."""
        kept, self._suspended = self._suspended, None
        self._returns_to = None
        if kept is not None:
            kept.resume()
        else:
            self._walk.wait_for_start()

    def as_before(self) -> None:
        """Take up what was interrupted, a pause or another question included."""
        before, self._returns_to = self._returns_to, None
        match before:
            case State.PAUSED:
                self.pause(self._scene.prompt("paused"))
            case State.ENDING:
                self.ask_end()
            case _:
                self.resume()

    def proceed(self) -> None:
        """Go on to what comes next, of the walk or of what was interrupted."""
        proceed = self._scene.proceed
        if self._scene.state in BESIDE and self._suspended is not None:
            proceed = self._suspended.proceed
            self._walk.enter(State.SETTING_UP)  # on the way, whatever comes: no longer waiting for words
        if proceed is not None:
            proceed()

    def say_again(self) -> None:
        """Say once more what the present state began with."""
        match self._scene.state:
            case State.ENDING | State.STOPPING | State.DOUBT:
                self._ask()
            case State.QUIET:
                self.rest()
            case State.PAUSED:
                self._scene.say(self._scene.prompt("paused"))
            case _:
                self._walk.say_again()

    def rest(self) -> None:
        """Rest until the end: the exercise is over (S4)."""
        self._walk.enter(State.QUIET)
        self._scene.say(self._scene.prompt("safety_rest"))

    # --- pause --------------------------------------------------------------------------------------------

    def pause(self, lines: Iterable[Line]) -> None:
        """Pause until somebody says how to go on."""
        self.suspend(State.PAUSED)
        self._scene.say(lines)

    def rest_before(self, resume: Continuation, lines: Iterable[Line]) -> None:
        """Pause, to go on in another way than where it was interrupted."""
        self._suspended = _Suspended(State.SETTING_UP, resume, resume)
        self._returns_to = None
        self._walk.enter(State.PAUSED)
        self._scene.say(lines)

    def _how_to_resume(self) -> Continuation:
        scene, walk, hold, place = self._scene, self._walk, self._walk.hold, self._walk.place
        if scene.state in BEFORE_THE_WALK:
            return walk.say_again
        if hold is not None:
            return partial(walk.take_up, hold.breath(scene.now).begins)
        if scene.state is State.RESTING:
            return partial(walk.rest, place)
        unsaid = tuple(line for line in scene.lines.unsaid() if line[0] != "did_you_say")  # nobody asks it again
        return partial(self._go_on, scene.state, unsaid, scene.after_lines, scene.proceed)

    def _go_on(
        self,
        state: State,
        unsaid: tuple[Line, ...],
        after_lines: Continuation | None,
        proceed: Continuation | None,
    ) -> None:
        self._walk.enter(state, proceed)
        lines = unsaid or (() if after_lines else self._scene.prompt("ask_ready"))
        self._scene.say([*self._scene.prompt("resumed"), *lines], after_lines)

    # --- "stop" -------------------------------------------------------------------------------------------

    def ask_whether_it_hurts(self) -> None:
        """Fall silent and ask whether something hurts: "stop" and a call of pain may be taken for each other."""
        self._begin_to_ask(State.STOPPING)

    def ask_end(self) -> None:
        """Ask whether the session shall end; without an answer it stays paused."""
        self._begin_to_ask(State.ENDING)

    def _begin_to_ask(self, state: State) -> None:
        self.suspend(state)
        self._asked_again = False
        self._told_to_wait = None
        self._ask()

    def _ask(self) -> None:
        question = self._scene.prompt(QUESTIONS[self._scene.state])
        self._scene.say(question, partial(self._scene.wait_for, ANSWER_WITHIN, self._no_answer))

    def _no_answer(self) -> None:
        if not self._asked_again:
            self._asked_again = True
            self._ask()
        elif self._scene.state in DOES_IT_HURT:
            self._wait_for_words()
        elif self.interrupted is None or self.interrupted in BEFORE_THE_WALK:
            self._walk.wait_for_start()
        else:
            self.suspend(State.PAUSED)

    def _wait_for_words(self) -> None:
        """Wait for as long as it takes: whether something hurts was asked, and silence is no answer (S8)."""
        now = self._scene.now
        if self._told_to_wait is None or now - self._told_to_wait >= TOLD_AGAIN_AFTER:
            self._told_to_wait = now
            self._scene.say(self._scene.prompt("hurts_wait"))

    # --- doubt --------------------------------------------------------------------------------------------

    def not_understood(self, perhaps: Command | None) -> None:
        """Somebody spoke and it was no command: in a hold that is reason enough to pause and ask (S8).

        Args:
            perhaps: the cry that it may have been: reason enough to ask anywhere, however often. Where the
                session is over but for its end, `Safeguard` asks.
        """
        state = self._scene.state
        if state in DOES_IT_HURT:
            if not self._scene.lines.busy:
                self._no_answer()
        elif state is State.HOLDING:
            if perhaps or self._may_doubt():
                self._doubt()
        elif perhaps in PAIN_FAMILY or (perhaps and state in ON_THE_WALK):
            self._doubt()

    def _doubt(self) -> None:
        self._doubts.append(self._scene.now)
        self._begin_to_ask(State.DOUBT)

    def _may_doubt(self) -> bool:
        return len(self._doubts) < DOUBTS or self._scene.now - self._doubts[0] >= DOUBTS_IN
