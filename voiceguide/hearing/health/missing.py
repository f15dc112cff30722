"""Parts of hearing that are not installed: the guide goes on without them, and says which promise weakens."""

from __future__ import annotations

from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.noticed import Remark

_CANCELLER = (
    "There is no echo canceller, so little is heard while the guide speaks: a word of pain may have to wait for a "
    "pause (S1). Install one: pip install pyaec, or apt-get install libspeexdsp1"
)


def missing_parts(front_end: FrontEnd | None) -> list[Remark]:
    """Return a remark for every part that this machine lacks.

    Args:
        front_end: between speaker and microphone, if they share a room.
    """
    if front_end is None or front_end.canceller is not None:
        return []
    # The front end itself has warned, and said why.
    return [Remark("weakened", {"part": "echo canceller", "why": _CANCELLER})]
