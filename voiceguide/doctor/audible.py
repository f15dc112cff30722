"""How softly the guide may speak and still be heard: measured by doctor, kept for the sessions.

The file is `audible.json` in the user's data folder: `{"least_gain_db": -12.0}`, decibels on top of the guide's
usual volume. It holds for where the devices stand and how loud the room was; whoever moves them runs doctor again.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from voiceguide import places
from voiceguide.private import private_folder

MARGIN_DB = 20.0
"""By how much the guide's voice must stand out from the noise at the microphone to be clear to the person: 10 dB
to be understood with ease, and 10 dB because they lie farther from the loudspeaker than the microphone stands.
Both are choices, not measurements."""


def place() -> Path:
    """Return where the figure is kept."""
    return places.data_folder() / "audible.json"


def least_gain(voice_dbfs: float, floor_dbfs: float) -> float:
    """Return the least gain at which the guide is clear, in dB.

    Args:
        voice_dbfs: level of the guide's voice in the microphone at its usual volume.
        floor_dbfs: level of what else is heard there.
    """
    return MARGIN_DB - (voice_dbfs - floor_dbfs)


def keep(gain_db: float) -> None:
    """Write a least gain down, in place of the one before.

    Raises:
        OSError: it cannot be written.
    """
    file = place()
    private_folder(file.parent)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"least_gain_db": round(gain_db, 1)}) + "\n")
    part.replace(file)


def kept() -> float | None:
    """Return the least gain in dB that doctor found; None when it has found none, or the file is damaged."""
    try:
        gain_db = json.loads(place().read_text())["least_gain_db"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(gain_db) if isinstance(gain_db, int | float) and math.isfinite(gain_db) else None
