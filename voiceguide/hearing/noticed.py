"""What hearing tells the guide's loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceguide.core.events import HearingBack, HearingLost, HearingPoor, HearingSlow, VoiceBegan, VoiceEnded
from voiceguide.core.takes import Learned, Taken
from voiceguide.hearing.verdict.verdict import Verdict


@dataclass(frozen=True)
class Remark:
    """Something about hearing itself, for the records.

    Attributes:
        kind: of the journal's entry, see docs/events.md.
        fields: its JSON-ready details.
    """

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


Noticed = (
    Verdict
    | VoiceBegan
    | VoiceEnded
    | HearingLost
    | HearingPoor
    | HearingSlow
    | HearingBack
    | Taken
    | Learned
    | Remark
)
