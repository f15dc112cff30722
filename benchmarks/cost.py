"""What the chain of hearing costs, part by part: CPU time for each second of sound, and memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from voiceguide.hearing.spotter.spotter import Spotter
from voiceguide.hearing.verdict.own_words import OwnWords

from benchmarks.callers import GUIDES, guide_says, parties, party_calls
from benchmarks.conditions import Amount
from benchmarks.measure import run_job
from voiceguide.audio.port import BLOCK
from voiceguide.audio.samples import to_int16
from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import Command
from voiceguide.hearing.chain import Chain
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.front_end.front_end import FrontEnd
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.language.pack import load_language
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples

LENGTH_S = 45.0
PERSON_DB, ECHO_DB = -16.0, -6.0
"""Of what is at -20 dBFS: the person at -36, the guide's echo at -26."""

DELAY = samples(0.06)
HISS_DB = -76.0


class Timed:
    """Something whose calls are timed.

    Args:
        inner: what.
        names: which methods.

    Attributes:
        took: CPU seconds in them.
    """

    def __init__(self, inner: Any, *names: str) -> None:
        self._inner = inner
        self._names = names
        self.took = 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in self._names:
            return found

        def timed(*args: Any, **more: Any) -> Any:
            began = time.thread_time()
            result = found(*args, **more)
            result = list(result) if isinstance(result, Iterator) else result
            self.took += time.thread_time() - began
            return result

        return timed


def cost() -> dict[str, Any]:
    """Return shares of a core by part, for a silent room, somebody who talks without a pause, and both talking."""
    silence = np.zeros(samples(LENGTH_S), np.float32)
    guide = np.concatenate(guide_says("hibari"))[: len(silence)]
    said = [finish(call.sound) for call in party_calls(parties("test")[0], Amount.MANY)]
    person = np.resize(np.concatenate(said), len(silence)) * np.float32(10 ** (PERSON_DB / 20))
    moments = {"silence": (silence, silence), "a person talks": (silence, person), "both talk": (guide, person)}
    return {"parts": {name: _parts(spoken, heard) for name, (spoken, heard) in moments.items()}}


def memory() -> dict[str, Any]:
    """Return the peak of a process that listens, children included, with either of the guide's voices."""
    found = {}
    for voice in GUIDES:
        with tempfile.TemporaryDirectory() as folder:
            found[voice] = run_job("listen", {"voice": voice}, cache=Path(folder))[0].peak_mb
    return {"peak_mb": found}


def _parts(spoken: Samples, person: Samples) -> dict[str, float]:
    front_end = FrontEnd()
    canceller = Timed(front_end._canceller, "process")  # noqa: SLF001 - looked at from inside
    other_voice = Timed(front_end._voice, "accept")  # noqa: SLF001 - same
    front_end._canceller, front_end._voice = canceller, other_voice  # type: ignore[assignment]  # noqa: SLF001 - same
    recogniser = Timed(choose_recogniser("en", "pocketsphinx"), "accept")
    second, own_words = Timed(Spotter("en"), "accept"), Timed(OwnWords("en"), "accept")
    chain = Chain(Ears(recogniser, load_language("en"), second, own_words), front_end)  # type: ignore[arg-type]
    chain.listen_for(frozenset(Command))
    hiss = np.random.default_rng(1).standard_normal(len(spoken)) * 10 ** (HISS_DB / 20)
    echo = np.concatenate([np.zeros(DELAY), spoken[:-DELAY]]) * 10 ** (ECHO_DB / 20)
    microphone = to_int16((hiss + echo + person).astype(np.float32))
    began = time.thread_time()
    for at in range(0, len(spoken), BLOCK):
        chain.accept(microphone[at : at + BLOCK], spoken[at : at + BLOCK])
    whole = time.thread_time() - began
    chain.close()
    seconds = len(spoken) / RATE
    took = {
        "echo canceller": canceller.took,
        "another voice": other_voice.took,
        "recogniser": recogniser.took,
        "second ear": second.took,
        "own words": own_words.took,
    }
    took["decision and the rest"] = whole - sum(took.values())
    took["all"] = whole
    return {name: value / seconds for name, value in took.items()}
