"""Sentences as people say them, in natural voices, through the real recogniser and the decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from speakers import HIBARI, JOE, NATURAL, blocks, in_a_room, spoken

from voiceguide.core.commands import PAIN_FAMILY, Command
from voiceguide.core.events import Heard
from voiceguide.hearing.ears import Ears
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Recogniser
from voiceguide.language.pack import load_language
from voiceguide.models.find import find_model

pytestmark = pytest.mark.skipif(
    find_model("en", "moonshine") is None, reason="Moonshine's model is not installed: voiceguide models"
)

POSSIBLE = frozenset(Command)


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    with closing(choose_recogniser("en", "moonshine")) as engine:
        yield engine


def heard(recogniser: Recogniser, text: str, voice: str) -> list[Heard]:
    ears = Ears(recogniser, load_language("en"))
    ears.listen_for(POSSIBLE)
    verdicts = [one for frame in blocks(in_a_room(spoken(text, voice))) for one in ears.accept(frame)]
    ears.close()
    return [one.heard for one in verdicts if one.heard]


@pytest.mark.parametrize(
    ("text", "commands", "voice"),
    [
        ("Okay, next side please.", {Command.NEXT_SIDE}, HIBARI),
        ("Could you repeat that?", {Command.REPEAT, Command.SAY_AGAIN}, JOE),
        ("How much longer is it?", {Command.HOW_LONG}, HIBARI),
        ("Can we slow down a bit?", {Command.SLOWER}, JOE),
        ("I'm ready now.", {Command.READY}, HIBARI),
        ("It doesn't hurt any more.", {Command.NO_PAIN}, HIBARI),
        ("It doesn't hurt any more.", {Command.NO_PAIN}, JOE),
    ],
)
def test_a_request_in_a_sentence_is_obeyed(
    recogniser: Recogniser, text: str, commands: set[Command], voice: str
) -> None:
    (one,) = heard(recogniser, text, voice)
    assert one.command in commands


@pytest.mark.parametrize("voice", NATURAL)
@pytest.mark.parametrize(
    "text",
    [
        "Stop, it hurts!",
        "Ow, my hip hurts when I lean forward.",
        "I have a tingling feeling in my foot.",
    ],
)
def test_pain_in_a_sentence_is_pain_or_asked_about(recogniser: Recogniser, text: str, voice: str) -> None:
    told = [one.command or one.perhaps for one in heard(recogniser, text, voice)]
    assert PAIN_FAMILY & set(told), told


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("I went to the shop yesterday.", HIBARI),
        ("My neighbour painted the kitchen door.", JOE),
        ("The next train leaves from the other side of the station.", HIBARI),
    ],
)
def test_talk_is_unknown_speech(recogniser: Recogniser, text: str, voice: str) -> None:
    assert [(one.command, one.perhaps) for one in heard(recogniser, text, voice)] == [(None, None)]


@pytest.mark.parametrize("voice", NATURAL)
def test_a_denial_is_no_report(recogniser: Recogniser, voice: str) -> None:
    told = [one.command or one.perhaps for one in heard(recogniser, "No, it doesn't hurt at all.", voice)]
    assert not PAIN_FAMILY & set(told), told
    assert set(told) <= {Command.NO_PAIN, Command.NO}
