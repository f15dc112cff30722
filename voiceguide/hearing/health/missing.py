"""Parts of hearing that are not installed: the guide goes on without them, and says which promise weakens."""

from __future__ import annotations

import importlib.util
import logging

from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.noticed import Remark
from voiceguide.hearing.spotter.head import shipped

_SECOND_EAR = (
    "There is no second ear, so one recogniser alone decides: more words are missed, and more are heard that "
    "nobody said (S1, S8). Install it: pip install pyopen-wakeword"
)
_CANCELLER = (
    "There is no echo canceller, so little is heard while the guide speaks: a word of pain may have to wait for a "
    "pause (S1). Install one: pip install pyaec, or apt-get install libspeexdsp1"
)

_log = logging.getLogger(__name__)


def missing_parts(language: str, front_end: FrontEnd | None) -> list[Remark]:
    """Return a remark for every part that this machine lacks, and warn.

    Args:
        language: of the session.
        front_end: between speaker and microphone, if they share it.
    """
    remarks = []
    if shipped(language) is not None and importlib.util.find_spec("pyopen_wakeword") is None:
        _log.warning(_SECOND_EAR)
        remarks.append(Remark("weakened", {"part": "second ear", "why": _SECOND_EAR}))
    if front_end is not None and front_end.canceller is None:
        # The front end itself has warned, and said why.
        remarks.append(Remark("weakened", {"part": "echo canceller", "why": _CANCELLER}))
    return remarks
