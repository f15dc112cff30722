"""The words of safety, asked for and heard through the real ears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest
from asked_person import HISS, Asked, spoken

from voiceguide.app import listening
from voiceguide.audio.port import AudioPort
from voiceguide.core.commands import Command
from voiceguide.doctor.check import Check, Verdict
from voiceguide.doctor.sound import level_dbfs
from voiceguide.doctor.words import words
from voiceguide.errors import RecogniserError
from voiceguide.hearing.noticed import Noticed
from voiceguide.hearing.recognisers.choose import choose_recogniser
from voiceguide.hearing.recognisers.recogniser import Frame, Recogniser
from voiceguide.language.pack import load_language
from voiceguide.speaking.voice import Samples
from voiceguide.testing import VirtualSpeech

TryWords = Callable[[AudioPort], list[Check]]
EN = load_language("en")
FLOOR = level_dbfs(np.random.default_rng(3).normal(0, HISS / 32768, 16_000).astype(np.float32))


@pytest.fixture(scope="module")
def recogniser() -> Iterator[Recogniser]:
    with closing(choose_recogniser("en")) as engine:
        yield engine


@pytest.fixture
def try_words(recogniser: Recogniser) -> TryWords:
    def run(port: AudioPort) -> list[Check]:
        hearing = listening(recogniser, EN, cancel_echo=False)
        return list(words(port, hearing, EN, VirtualSpeech(), floor_dbfs=FLOOR))

    return run


def test_who_says_them_is_heard_and_told_how_loud(try_words: TryWords) -> None:
    pain, stop = spoken("it hurts"), spoken("stop")
    checks = try_words(Asked([pain, stop]))
    assert [(check.name, check.verdict) for check in checks] == [
        ("“it hurts”", Verdict.GOOD),
        ("“stop”", Verdict.GOOD),
    ]
    for check, said in zip(checks, (pain, stop), strict=True):
        loudest = max(level_dbfs(said[at : at + 1600]) for at in range(0, len(said) - 1600, 160))
        # It counts up to when the word was heard, which may be before its end.
        assert loudest - 6.0 < check.figures["level_dbfs"] < loudest + 1.0
        assert check.figures["tries"] == 1
        assert check.figures["ear"]
        assert "above the noise" in check.found


def test_who_says_nothing_is_not_safe(try_words: TryWords) -> None:
    checks = try_words(Asked([]))
    assert [check.verdict for check in checks] == [Verdict.FAILS, Verdict.FAILS]
    assert "not heard in 2 tries" in checks[0].found
    assert "nearer" in checks[0].remedy


def test_who_is_heard_at_the_second_try_is_warned(try_words: TryWords) -> None:
    checks = try_words(Asked([None, spoken("it hurts"), spoken("stop")]))
    assert [check.verdict for check in checks] == [Verdict.WARNING, Verdict.GOOD]
    assert "second try" in checks[0].found


def test_another_word_of_safety_is_safe_but_told(try_words: TryWords) -> None:
    checks = try_words(Asked([spoken("stop"), spoken("stop")]))
    assert [check.verdict for check in checks] == [Verdict.WARNING, Verdict.GOOD]
    assert checks[0].figures["heard"] == "stop"


class Fails:
    """Hearing that breaks after two seconds."""

    def __init__(self) -> None:
        self._at = 0

    def listen_for(self, commands: frozenset[Command], *, hold: bool = False) -> None:
        pass

    def accept(self, microphone: Frame | None, spoken: Samples) -> list[Noticed]:
        self._at += len(spoken)
        if self._at > 32_000:
            raise RecogniserError("The recogniser's process ended. Start voiceguide again.")
        return []

    def close(self) -> None:
        pass


def test_ears_that_fail_are_not_safe() -> None:
    (check,) = words(Asked([]), Fails(), EN, VirtualSpeech())
    assert check.verdict is Verdict.FAILS
    assert "process ended" in check.found
