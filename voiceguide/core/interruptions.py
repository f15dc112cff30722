"""What stands beside the walk: a pause, the questions whether something hurts and whether to end, and doubt.

All of them keep what they interrupt and can take it up again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from voiceguide.core.clock import samples
from voiceguide.core.commands import Command
from voiceguide.core.lines import Line
from voiceguide.core.scene import Continuation, Scene
from voiceguide.core.states import BEFORE_THE_WALK, ON_THE_WALK, State
from voiceguide.core.walk import Walk

ANSWER_WITHIN = samples(15)
"""A question that nobody answers is asked once more after this long."""

DOUBT_WITHIN = samples(10)
"""When nobody answers whether something hurts the hold goes on after this long: a false stop costs ten seconds."""

OWN_VOICE = samples(1)
"""Unknown speech that ends this soon after the guide's own words may be their echo, and raises no doubt."""

DOUBTS = 2
DOUBTS_IN = samples(180)
"""So many doubts in so much time at the most. More is a cough or a television, and answered by a chime alone."""

BESIDE = (State.PAUSED, State.STOPPING, State.ENDING, State.DOUBT, State.SAFETY)
"""States that keep what they interrupt."""


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
        self._doubts: deque[int] = deque(maxlen=DOUBTS)  # sample times of the last ones
        self._asked_again = False

    @property
    def interrupted(self) -> State | None:
        """The state that was interrupted last."""
        return self._suspended.state if self._suspended else None

    def suspend(self, state: State) -> None:
        """Fall silent, enter a state beside the walk and keep what it interrupts."""
        if self._scene.state not in BESIDE:
            self._suspended = _Suspended(self._scene.state, self._how_to_resume(), self._scene.proceed)
        self._scene.hush()
        self._walk.enter(state)

    def resume(self) -> None:
        """Take up what was interrupted."""
        kept, self._suspended = self._suspended, None
        if kept is not None:
            kept.resume()
        else:
            self._walk.wait_for_start()

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
            case State.ENDING | State.STOPPING:
                self._ask(self._question())
            case State.QUIET:
                self._scene.say(self._scene.prompt("safety_rest"))
            case State.PAUSED:
                self._scene.say(self._scene.prompt("paused"))
            case State.DOUBT:
                self._ask_in_doubt()
            case _:
                self._walk.say_again()

    # --- pause --------------------------------------------------------------------------------------------

    def pause(self, lines: Iterable[Line]) -> None:
        """Pause until somebody says how to go on."""
        self.suspend(State.PAUSED)
        self._scene.say(lines)

    def rest_before(self, resume: Continuation, lines: Iterable[Line]) -> None:
        """Pause, to go on in another way than where it was interrupted."""
        self._suspended = _Suspended(State.SETTING_UP, resume, resume)
        self._walk.enter(State.PAUSED)
        self._scene.say(lines)

    def _how_to_resume(self) -> Continuation:
        scene, walk, hold, place = self._scene, self._walk, self._walk.hold, self._walk.place
        if scene.state in BEFORE_THE_WALK:
            return walk.wait_for_start
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
        self.suspend(State.STOPPING)
        self._asked_again = False
        self._ask(self._question())

    def ask_end(self) -> None:
        """Ask whether the session shall end; without an answer it stays paused."""
        self.suspend(State.ENDING)
        self._asked_again = False
        self._ask(self._question())

    def _question(self) -> list[Line]:
        return self._scene.prompt("stop_hurts" if self._scene.state is State.STOPPING else "stop_ask")

    def _ask(self, question: Iterable[Line]) -> None:
        self._scene.say(question, partial(self._scene.wait_for, ANSWER_WITHIN, self._no_answer))

    def _no_answer(self) -> None:
        if not self._asked_again:
            self._asked_again = True
            self._ask(self._question())
        elif self.interrupted is None or self.interrupted in BEFORE_THE_WALK:
            self._walk.wait_for_start()
        else:
            self.suspend(State.PAUSED)

    # --- doubt --------------------------------------------------------------------------------------------

    def not_understood(self, perhaps: Command | None, *, another_voice: bool = False) -> None:
        """Somebody spoke and it was no command: in a hold that is reason enough to pause and ask (S8).

        Args:
            perhaps: the cry that it may have been: reason enough to ask anywhere on the walk, also
                right after the guide's own words, as whoever takes it for one has thought of their echo.
            another_voice: the guide has just given way to a voice, so that this is no echo of its own words.
        """
        listening = not self._scene.lines.busy
        no_echo = perhaps or another_voice or self._scene.silent_for(OWN_VOICE)
        match self._scene.state:
            case State.HOLDING if self._may_doubt() and no_echo:
                self._doubt()
            case state if state in ON_THE_WALK and perhaps and self._may_doubt():
                self._doubt()
            case State.DOUBT if listening and not self._asked_again:
                self._asked_again = True
                self._ask_in_doubt()
            case State.STOPPING if listening and not self._asked_again:
                self._asked_again = True
                self._ask(self._question())
            case State.DOUBT | State.STOPPING if listening:
                # Somebody goes on talking to us and we do not understand: wait for as long as it takes.
                self.pause(self._scene.prompt("paused"))
            case _:
                pass

    def _doubt(self) -> None:
        self._doubts.append(self._scene.now)
        self._asked_again = False
        self.suspend(State.DOUBT)
        self._ask_in_doubt()

    def _may_doubt(self) -> bool:
        return len(self._doubts) < DOUBTS or self._scene.now - self._doubts[0] >= DOUBTS_IN

    def _ask_in_doubt(self) -> None:
        self._scene.say(self._scene.prompt("doubt_ask"), partial(self._scene.wait_for, DOUBT_WITHIN, self.resume))
