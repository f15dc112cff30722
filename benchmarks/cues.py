"""Where the cues of a session truly are in its sound, compared with where they were due.

Nothing is simulated here: the events file and the speaker's file that `voiceguide run` wrote are read, and the
voice's rendered samples are looked for.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import samples
from voiceguide.speaking.cache import SpeechStore

_SEARCHED = samples(0.5)

Pcm = NDArray[np.int16]


def cue_errors(events: Path, speaker: Path, speech: SpeechStore) -> dict[str, Any]:
    """Return how far, in samples, cues came from where they were due.

    Args:
        events: the session's events file.
        speaker: what the speaker played, 16 kHz mono, 16 bits.
        speech: the rendered speech that was played.
    """
    played, _ = soundfile.read(speaker, dtype="int16")
    entries = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    reported, heard, blocks = [], [], []
    for number, entry in enumerate(entries):
        if entry["kind"] != "cue":
            continue
        due = samples(entry["due_s"])
        started = next(
            later["time_s"]
            for later in entries[number:]
            if later["kind"] == "say_started" and later["text"] == entry["text"]
        )
        reported.append(samples(started) - due)
        heard.append(_onset(played, to_int16(speech.samples(entry["text"])), due) - due)
        blocks.append(-due % BLOCK)
    return {"reported": _errors(reported), "heard": _errors(heard), "on_whole_blocks": _errors(blocks)}


def _onset(played: Pcm, sound: Pcm, due: int) -> int:
    """Return the sample at which a sound begins: `due` if it is there bit by bit, else where it fits best."""
    if due >= 0 and np.array_equal(played[due : due + len(sound)], sound):
        return due
    low = max(0, due - _SEARCHED)
    around = played[low : due + len(sound) + _SEARCHED].astype(np.float64)
    return low + int(np.argmax(np.correlate(around, sound.astype(np.float64), mode="valid")))


def _errors(errors: list[int]) -> dict[str, int]:
    distances = [abs(error) for error in errors]
    return {
        "cues": len(errors),
        "off": sum(distance > 0 for distance in distances),
        "median": int(np.median(distances)) if distances else 0,
        "worst": max(distances, default=0),
    }
