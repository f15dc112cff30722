"""Pain answered by a real voice: heard by the real ears, led out of the position, advised once, and kept.

The conversations are those of `benchmarks/talks.yaml`; `python -m benchmarks.talks` has all of them, in more
voices and across a room.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.people import Render
from benchmarks.talks import ROUTINE, converse, load_talks, unsafe
from voiceguide.app import Choices, Prepared, prepare
from voiceguide.errors import VoiceError
from voiceguide.speaking.voices.hibari import HibariVoice

TALKS = {talk.title: talk for talk in load_talks()}

SPOKEN = (
    "dull, and on",
    "sharp on the ball, moved once, then over",
    "down the leg",
    "numb",
    "worse after the stretch",
    "cannot move",
    "my knee, and no",
    "a bit, not really",
    "a false alarm at once",
    "silence, then stop",
    "stop in the middle of a red flag",
    "in the goodbye",
    "in a set-up, as people say it",
    "help, it hurts, in an introduction",
    "does something hurt? yeah",
    "does something hurt? it does",
    "does something hurt? a little bit",
    "does something hurt? a groan, and then silence",
    "does something hurt? silence after a voice",
    "a cry over a line of the guide's own",
    "yes, there is a reason, in the middle of the question",
    "the same sound twice is no confirmation",
    "a command at the wrong moment, and words that are none",
)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Prepared]:
    with prepare(Choices(str(ROUTINE), "pyttsx3", "moonshine")) as everything:
        everything.render()
        yield everything


@pytest.fixture(scope="module")
def voice() -> Render:
    try:
        return HibariVoice().render
    except VoiceError as error:
        pytest.skip(str(error))


@pytest.mark.slow("a whole conversation through the real ears")
@pytest.mark.parametrize("title", SPOKEN)
def test_pain_is_answered(prepared: Prepared, voice: Render, title: str, tmp_path: Path) -> None:
    came = converse(prepared, TALKS[title], voice, tmp_path)
    assert came.unsafe == (), came.heard
    assert came.astray == (), came.heard


def test_what_would_be_unsafe_is_found(prepared: Prepared, voice: Render, tmp_path: Path) -> None:
    came = converse(prepared, TALKS["dull, and on"], voice, tmp_path)
    way_out = {"Ease your weight back, and bring both hands to the floor."}
    reported = next(number for number, entry in enumerate(came.entries) if entry["kind"] == "pain")
    cue = {"time_s": 0.0, "kind": "cue", "cue": "breathe_in", "text": "Breathe in"}
    without_the_way_out = [entry for entry in came.entries if entry.get("text") not in way_out]
    with_a_cue = [*came.entries[: reported + 1], cue, *came.entries[reported + 1 :]]
    assert list(unsafe(came.entries, came.reports, way_out)) == []
    for entries, reports in (
        (came.entries, ()),
        (without_the_way_out, came.reports),
        (with_a_cue, came.reports),
    ):
        assert list(unsafe(entries, reports, way_out))
