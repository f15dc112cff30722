"""What only a voice may do: begin, lead on after pain, and lead on while the guide cannot hear.

A press takes the very path of the voice, from the button at the speaker as from a page or a home's bus. But
whoever presses on a page need not be in the room. So a page asks for a beginning, the guide asks the room, and
the room answers. After a report of pain only a spoken answer leads on (S3). And while the guide is deaf no press
leads on, wherever it comes from: it could not hear a cry (S7).

Whatever makes less happen, such as pain, "stop" or "pause", is never refused.
"""

from __future__ import annotations

from voiceguide.core.commands import Command
from voiceguide.core.safety import REPLY_OF, Reply
from voiceguide.core.states import BEFORE_THE_WALK, State, Step

MAY_BE_ELSEWHERE = frozenset({"page", "home"})
"""Where a press comes from when nobody knows whether the person is in the room (`Heard.engine`)."""

PRESSED = MAY_BE_ELSEWHERE | {"button"}
"""Where anything comes from that is pressed and not spoken."""

NO_SOUND = PRESSED | {"typed"}
"""Where anything comes from that no noise can be taken for."""

LEADS_ON = frozenset(
    {
        *(Step.PROCEED, Step.FROM_THE_BEGINNING, Step.WAIT_FOR_START, Step.RESUME, Step.AS_BEFORE),
        *(Step.CHANGE_SIDE, Step.TO_SIDE, Step.SKIP, Step.GO_BACK, Step.HOLD_AGAIN),
    }
)
"""Steps after which somebody moves, or soon will: "no" to the question for a reason not to begin is one, too."""

_BACK_TO_IT = frozenset({Reply.CONTINUE, Reply.YES, Reply.OTHER_SIDE, Reply.SKIP})


def takes_a_voice(command: Command, step: Step, state: State, by: str, *, deaf: bool = False) -> bool:
    """Tell whether a command must be spoken to count.

    Args:
        command: what was pressed or said.
        step: what it does in this state.
        state: where the session is.
        by: what it came from (`Heard.engine`).
        deaf: the guide has said that it cannot hear.
    """
    leads_on = REPLY_OF.get(command) in _BACK_TO_IT if state is State.SAFETY else step in LEADS_ON
    if deaf:
        return leads_on and by in PRESSED
    return leads_on and by in MAY_BE_ELSEWHERE and (state in BEFORE_THE_WALK or state is State.SAFETY)
