"""What the session does when the guide cannot hear (S7): it says so, pauses, and goes nowhere until it can again.

More than one thing may be wrong at once, and only when all of them are over can the guide hear. Until then nothing
leads on, a button neither: whoever presses it cannot be heard when it hurts.
"""

from __future__ import annotations

from voiceguide.core.events import Poor, Trouble
from voiceguide.core.interruptions import BESIDE, Interruptions
from voiceguide.core.lines import Line
from voiceguide.core.safeguard import Safeguard
from voiceguide.core.scene import Scene
from voiceguide.core.states import BEFORE_THE_WALK, State
from voiceguide.core.walk import Walk

GOES_ON = frozenset(
    {State.INTRODUCING, State.SETTING_UP, State.HOLDING, State.RESTING, State.CHANGING, State.DOUBT}
)
"""States that time leads out of, or that a person is led through a position in: not for a deaf guide."""

_IN_THE_POSITION = (State.SETTING_UP, State.HOLDING, State.RESTING)


class Deafness:
    """Why the guide cannot hear, and what it does about it.

    Args:
        scene: the session's present.
        walk: the walk along the routine.
        beside: what interrupts it.
        safeguard: what happens while something hurts.
    """

    def __init__(self, scene: Scene, walk: Walk, beside: Interruptions, safeguard: Safeguard) -> None:
        self._scene = scene
        self._walk = walk
        self._beside = beside
        self._safeguard = safeguard
        self._troubles: list[Trouble] = []

    @property
    def deaf(self) -> bool:
        """True while the guide cannot hear."""
        return bool(self._troubles)

    def lost(self, trouble: Trouble, reason: str) -> None:
        """Say what is wrong and pause. Told of the same trouble again, say it again: nobody heard it."""
        self._scene.record("hearing_lost", trouble=trouble.value, reason=reason)
        if trouble not in self._troubles:
            self._troubles.append(trouble)
        self._pause(trouble)

    def back(self, trouble: Trouble) -> None:
        """Offer to go on, if this was the last trouble."""
        self._scene.record("hearing_back", trouble=trouble.value)
        if trouble in self._troubles:
            self._troubles.remove(trouble)
        if self.deaf:
            return
        scene, again = self._scene, self._scene.prompt("hearing_back")
        match scene.state:
            case State.PAUSED:
                scene.say([*again, *scene.prompt("hearing_back_paused")])
            case State.WAITING:
                self._walk.wait_for_start(again)
            case State.SAFETY:
                self._safeguard.say_again()
            case State.FINISHED:
                pass
            case _:
                scene.add(again)

    def keep_still(self) -> None:
        """Pause again if something has led on all the same."""
        if self._troubles and self._scene.state in GOES_ON:
            self._pause(self._troubles[-1])

    def slow(self) -> None:
        """Say that it takes longer to hear."""
        self._scene.record("hearing_slow")
        self._mention("hearing_slow")

    def poor(self, why: Poor) -> None:
        """Say why not everything can be heard."""
        self._mention(f"hearing_{why.value}")

    def _mention(self, key: str) -> None:
        lines = self._scene.prompt(key)
        match self._scene.state:
            case State.FINISHED:
                pass
            case State.SAFETY | State.QUIET:
                self._scene.add(lines)
            case _:
                # In a hold the breath does not wait, so what it cut off is not said late.
                self._scene.interject(lines, resume=self._walk.hold is None)

    def _pause(self, trouble: Trouble) -> None:
        scene, walk = self._scene, self._walk
        lost = [*scene.prompt("hearing_lost"), *scene.prompt(f"hearing_lost_{trouble.value}")]
        lost_for_now = scene.prompt("hearing_lost_for_now")
        interrupted = self._beside.interrupted if scene.state in BESIDE else scene.state
        match scene.state:
            case State.FINISHED:
                pass
            case State.SAFETY | State.QUIET:
                scene.add([*lost, *lost_for_now])  # what is being said matters more and comes first
            case state if state in BEFORE_THE_WALK:
                walk.enter(State.WAITING, walk.begins)
                scene.say([*lost, *lost_for_now])
            case _ if walk.position is not None and interrupted in _IN_THE_POSITION:
                # Whoever has come out of the position is led into it again.
                self._beside.rest_before(walk.set_up_gently, [*lost, *self._way_out(), *lost_for_now])
            case _:
                self._beside.pause([*lost, *self._way_out(), *lost_for_now])

    def _way_out(self) -> list[Line]:
        return self._walk.way_out() or self._scene.prompt("hearing_lost_rest")
