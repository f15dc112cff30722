"""Speaker and microphone in one room: the guide hears through its own voice and does not answer itself."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from speakers import JOE, natural_voice

from voiceguide.app import Choices, Prepared, prepare
from voiceguide.audio.room import Room, place
from voiceguide.demo.script import Line
from voiceguide.demo.visit import Visit, visit
from voiceguide.history.journal import Journal
from voiceguide.speaking.voice import Voice

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("pyroomacoustics") is None,
        reason="pyroomacoustics is not installed (extra: bench)",
    ),
]

ROOM = Room(rt60_s=0.3, person_m=1.5, speech_to_echo_db=-10.0)
"""The guide is 10 dB louder at the microphone than the person."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    # Rendered here, in order: espeak-ng sounds a little different after other words, and whether "start" is heard
    # after its echo hangs on that (in four of eight orders it was not).
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        with prepare(Choices("psoas-short", "pyttsx3", "moonshine")) as everything:
            everything.render()
            yield everything


@pytest.fixture(scope="module")
def person() -> Voice:
    return natural_voice(JOE)


def guided(prepared: Prepared, person: Voice, lines: Sequence[Line]) -> tuple[Visit, list[dict[str, Any]]]:
    """Guide a person in the room until they have nothing more to say."""
    guide_speech = np.concatenate([prepared.speech.samples(line) for line in prepared.routine.welcome])
    visited = visit(place(ROOM, 1), lines, person, guide_speech)
    journal, entries = Journal(), list[dict[str, Any]]()
    journal.watch(entries.append)
    journal.watch(visited.port.notice)
    guide = prepared.guide(visited.port, journal, cancel_echo=True)
    guide.run()
    guide.close()
    return visited, entries


def line(kind: str, key: str, wait_s: float, say: str, expect: str) -> Line:
    return Line(when={"kind": kind, "key": key}, wait_s=wait_s, say=say, expect=expect)


HURTS = [
    # A lone "start" of this voice is obeyed in three of ten moments, else asked about; that is not tried here.
    line("say_finished", "waiting", 0.9, "okay, start please", "start"),
    line("say_started", "purpose", 1.2, "it hurts", "pain"),
    line("say_finished", "safety_ask", 1.0, "sharp pain", "sharp"),
    line("say_finished", "safety_offer_rest", 1.5, "stop", "stop"),
]


@pytest.mark.slow("two minutes through the real ears and the echo canceller")
def test_pain_gets_through_the_guides_own_voice(prepared: Prepared, person: Voice) -> None:
    visited, entries = guided(prepared, person, HURTS)
    heard = [entry for entry in entries if entry["kind"] == "heard" and entry["command"]]
    assert [entry["command"] for entry in heard] == ["start", "pain", "sharp", "stop"], [
        (entry["kind"], entry["time_s"], entry.get("text") or entry.get("why")) for entry in entries
    ]
    calls = [words for words in visited.uttered if words.line.expect == "pain"]
    assert len(calls) <= 3
    assert [entry["how"] for entry in entries if entry["kind"] == "finished"] == ["pain"]
    # For more than a minute the guide spoke into its own microphone and did not answer itself.
    assert sum(entry["kind"] == "say_finished" for entry in entries) >= 8
    fields = {entry["kind"]: set(entry) - {"time_s", "kind"} for entry in entries}
    assert fields["not_heard"] == {"command", "text", "engine", "why", "sure"}
