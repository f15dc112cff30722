"""What hearing told the session, to and from plain JSON."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from voiceguide.core.events import HearingBack, HearingLost, HearingPoor, HearingSlow, VoiceBegan, VoiceEnded
from voiceguide.core.takes import Learned, Taken
from voiceguide.errors import RecordingError
from voiceguide.handwritten.problems import shown
from voiceguide.hearing.noticed import Noticed, Remark
from voiceguide.hearing.verdict.verdict import Verdict

_KINDS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (
        Verdict,
        VoiceBegan,
        VoiceEnded,
        HearingLost,
        HearingPoor,
        HearingSlow,
        HearingBack,
        Taken,
        Learned,
        Remark,
    )
}


def to_json(noticed: Noticed) -> dict[str, Any]:
    """Return what was noticed as plain values, under the name of its kind."""
    kind = type(noticed).__name__
    return {kind: _KINDS[kind].dump_python(noticed, mode="json")}


def from_json(entry: dict[str, Any]) -> Noticed:
    """Return what was noticed.

    Raises:
        RecordingError: it is nothing that this version knows.
    """
    try:
        ((kind, values),) = entry.items()
        noticed: Noticed = _KINDS[kind].validate_python(values)
    except (KeyError, ValueError, TypeError, AttributeError, ValidationError) as error:
        raise RecordingError(
            f"The recording holds something heard that this version does not know: {shown(entry)}. Replay it with "
            "the version that made it; session.json names it."
        ) from error
    return noticed
