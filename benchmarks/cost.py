"""What the chain of hearing costs: CPU time for each second of sound, and memory."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.callers import GUIDES, guide_says, voice_calls
from benchmarks.chain import chain
from benchmarks.measure import run_job
from benchmarks.phrasings import Half
from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

PERSON_DB, ECHO_DB = -16.0, -6.0
"""Of what is at -20 dBFS: the person at -36, the guide's echo at -26."""

DELAY = samples(0.06)
HISS_DB = -76.0
_BETWEEN = samples(0.5)


def cost(side: Half, length_s: float = 60.0) -> dict[str, Any]:
    """Return shares of a core for a silent room, a person, the guide, and both talking."""
    silence = np.zeros(samples(length_s), np.float32)
    guide = np.resize(np.concatenate(guide_says("hibari")[:60]), len(silence))
    said = [np.pad(finish(call.sound), (0, _BETWEEN)) for call in voice_calls(side, "phrasings")[:40]]
    person = np.resize(np.concatenate(said), len(silence)) * np.float32(10 ** (PERSON_DB / 20))
    moments = {
        "silence": (silence, silence),
        "a person talks": (silence, person),
        "the guide talks": (guide, silence),
        "both talk": (guide, person),
    }
    return {"shares": {name: _share(spoken, heard) for name, (spoken, heard) in moments.items()}}


def memory() -> dict[str, Any]:
    """Return the peak of a process that listens, children included, with either of the guide's voices."""
    found = {}
    for voice in GUIDES:
        with tempfile.TemporaryDirectory() as folder:
            found[voice] = run_job("listen", {"voice": voice}, cache=Path(folder))[0].peak_mb
    return {"peak_mb": found}


def _share(spoken: Samples, person: Samples) -> float:
    hearing = chain()
    hearing.listen_for(frozenset(Command))
    hiss = np.random.default_rng(1).standard_normal(len(spoken)) * 10 ** (HISS_DB / 20)
    echo = np.concatenate([np.zeros(DELAY), spoken[:-DELAY]]) * 10 ** (ECHO_DB / 20)
    microphone = to_int16((hiss + echo + person).astype(np.float32))
    began = time.process_time()
    for at in range(0, len(spoken), BLOCK):
        hearing.accept(microphone[at : at + BLOCK], spoken[at : at + BLOCK])
    took = time.process_time() - began
    hearing.close()
    return round(took / (len(spoken) / RATE), 4)
