"""Asking by name, as in "Did you say next side?".

What was probably said, but not surely, is neither done nor alarmed about: the guide asks, and takes "yes" or the
command itself, said again, for an answer. "No" and silence change nothing.

The question is no state of its own. It lies over the state in which it is asked. A hold goes on breathing
meanwhile; elsewhere the guide keeps silent until it is answered, and nothing leads on by itself. It is asked only
where "yes" and "no" answer no other question, and closed by whatever leads elsewhere.

A television that is taken for a person must not keep the guide asking: see `ASKS`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Set as AbstractSet

from voiceguide.core.clock import samples
from voiceguide.core.commands import ASKED_BY_NAME, Command
from voiceguide.core.course import Place
from voiceguide.core.pressed import LEADS_ON
from voiceguide.core.scene import Scene
from voiceguide.core.states import MAY_BE_A_CRY, ON_THE_WALK, TABLE, State, Step
from voiceguide.core.walk import Walk

ANSWER_WITHIN = samples(6)
"""From the end of the question: after this long without an answer the guide goes on."""

ASKS = 2
ASKS_IN = samples(60)
"""So many questions in so much time at the most. More is a television, and answered by a chime alone."""

ASKED_IN = ON_THE_WALK | {State.WAITING, State.HOLDING, State.PAUSED}
"""States that ask nothing that "yes" or "no" answers."""

_NO = frozenset({Command.NO, Command.NO_PAIN})
_ANSWERS = _NO | {Command.YES}


class Asking:
    """Asks what was said, and knows what an answer means.

    Args:
        scene: the session's present.
        walk: the walk along the routine.

    Attributes:
        asked: the command that was asked about, None while no question is open.
    """

    def __init__(self, scene: Scene, walk: Walk) -> None:
        self.asked: Command | None = None
        self._scene = scene
        self._walk = walk
        self._question: tuple[str, str] | None = None  # its line, until the session has gone on from it
        self._where: tuple[State, Place] = State.WAITING, Place()
        self._until: int | None = None  # None until the question has been spoken
        self._times: deque[int] = deque(maxlen=ASKS)  # sample times of the last ones

    @property
    def overtaken(self) -> bool:
        """True when the hold in which it was asked has ended meanwhile."""
        return self.asked is not None and self._where != (self._scene.state, self._walk.place)

    @property
    def offered(self) -> frozenset[Command]:
        """What is worth saying now: whatever is listened for and makes a difference."""
        row, answers = TABLE[self._scene.state], _ANSWERS if self.asked else frozenset[Command]()
        listened = self._scene.commands
        return frozenset(one for one in listened if one in answers or row.get(one) is not Step.CARRY_ON)

    def can_ask(self, command: Command) -> bool:
        """Tell whether a command can be asked about by name: it is possible now, and no cry."""
        state = self._scene.state
        on_the_floor = state is State.HOLDING or state in ON_THE_WALK
        if command in MAY_BE_A_CRY and (state is State.HOLDING or (command is Command.STOP and on_the_floor)):
            return False
        return state in ASKED_IN and command in ASKED_BY_NAME and command in TABLE[state]

    def ask(self, command: Command) -> bool:
        """Ask whether a command was said, unless that is being asked already or was asked too often.

        Returns:
            Whether it is asked.
        """
        scene = self._scene
        too_often = len(self._times) == ASKS and scene.now - self._times[0] < ASKS_IN
        if command is self.asked or too_often:
            return False
        self._times.append(scene.now)
        self.asked = command
        self._where = scene.state, self._walk.place
        self._until = None
        scene.record("asked", command=command.value)
        [self._question] = scene.prompt("did_you_say", phrase=scene.name_of(command))
        scene.interject([self._question], resume=self._walk.hold is None, wait=self._walk.hold is None)
        return True

    def meant(self, command: Command) -> Command | None:
        """Return what a command means now: itself, what was asked about, or None for "go on as before"."""
        asked, state = self.asked, self._scene.state
        if asked is None:
            return command
        if command not in _ANSWERS:
            if command in TABLE[state]:
                self.close()
            return command
        step, overtaken = TABLE[state].get(asked), self.overtaken
        self.close()
        if command in _NO or step is None or (overtaken and step in LEADS_ON):
            return None  # what it would lead on from is over
        return asked

    def close(self) -> None:
        """Take no answer any more."""
        self.asked = None

    def next_deadline(self) -> int | None:
        """Return when the question lapses."""
        if self.asked is None or self._until is None or self._scene.lines.speaking:
            return None
        return max(self._until, self._scene.now)

    def lapse_if_due(self) -> None:
        """Go on when nobody answers."""
        due = self.next_deadline()
        if due is not None and due <= self._scene.now:
            self.close()

    def settle(self) -> None:
        """Follow what an event has led to: close a question that is over, go on from one that is closed."""
        if self._question is None:
            return
        scene, state = self._scene, self._scene.state
        being_said = self._question in scene.lines.unsaid()
        if self.asked is not None and not self._stays_open(being_said=being_said):
            self.close()
        if self.asked is not None:
            if self._until is None and not being_said:
                self._until = scene.now + ANSWER_WITHIN
            self._listen(TABLE[state].keys() | _ANSWERS)
            return
        self._question = None
        if being_said:
            scene.interject([], resume=self._walk.hold is None)
        elif scene.lines.waiting:
            scene.go_on()
        if state in ASKED_IN:
            self._listen(TABLE[state].keys())

    def _stays_open(self, *, being_said: bool) -> bool:
        state, (asked_in, _) = self._scene.state, self._where
        if asked_in is State.HOLDING:
            return state is State.HOLDING or state in ON_THE_WALK
        return state is asked_in and (being_said or self._scene.lines.waiting)

    def _listen(self, commands: AbstractSet[Command]) -> None:
        if self._scene.commands != commands:
            self._scene.listen(commands)
