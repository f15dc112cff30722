"""The second ear with its shipped weights, on voices that nothing was learned from."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from speakers import Sound, blocks, in_a_room, spoken

from voiceguide.core.clock import RATE, samples
from voiceguide.core.commands import PAIN_FAMILY, URGENT, Command
from voiceguide.errors import RecogniserError
from voiceguide.hearing.spotter.head import CONTEXT, Head, Limits, read_limits, shipped
from voiceguide.hearing.spotter.spotter import Spotted, Spotter
from voiceguide.hearing.spotter.sureness import Sureness
from voiceguide.hearing.verdict.evidence import SAFETY


@pytest.fixture(scope="module")
def loaded() -> Iterator[Spotter]:
    pytest.importorskip("pyopen_wakeword", reason="pip install pyopen-wakeword==1.1.0")
    spotter = Spotter()
    yield spotter
    spotter.close()


@pytest.fixture
def spotter(loaded: Spotter) -> Spotter:
    loaded.restart()
    return loaded


def spotted_in(spotter: Spotter, sound: Sound, size: int = 160) -> list[Spotted]:
    return [one for frame in blocks(sound, size) for one in spotter.accept(frame)]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("it hurts", Command.PAIN),
        ("sharp pain", Command.SHARP),
        ("down my leg", Command.SHOOTING),
        ("next side", Command.NEXT_SIDE),
    ],
)
def test_commands_are_spotted_soon_after_they_end(spotter: Spotter, text: str, command: Command) -> None:
    words = spoken(text)
    end = samples(0.5) + len(words)
    found = spotted_in(spotter, in_a_room(words))

    assert command in [one.command for one in found]
    one = next(one for one in found if one.command is command)
    assert end - samples(0.3) < one.at < end + samples(0.6)
    assert abs(one.phrase_end - end) < samples(0.4)
    assert one.score >= spotter.limits(command).alone


def test_what_was_spotted_is_the_strongest(spotter: Spotter) -> None:
    spotted_in(spotter, in_a_room(spoken("it hurts")))

    assert spotter.strongest(Command.PAIN, since=0) >= spotter.limits(Command.PAIN).alone
    assert spotter.strongest(Command.LOUDER, since=0) < spotter.limits(Command.LOUDER).agreeing
    assert spotter.strongest(Command.PAIN, since=spotter.at) == 0.0


def test_silence_and_noise_are_nothing(spotter: Spotter) -> None:
    chance = np.random.default_rng(3)
    hiss = chance.normal(0, 300, samples(5.0)).astype(np.int16)
    clipped = (chance.normal(0, 1, samples(2.0)) > 0).astype(np.int16) * 32767
    hum = (8000 * np.sin(2 * np.pi * 50 * np.arange(samples(3.0)) / RATE)).astype(np.int16)

    assert spotted_in(spotter, np.concatenate([np.zeros(samples(5.0), np.int16), hiss, hum, clipped])) == []


def test_silence_is_slept_through(spotter: Spotter) -> None:
    spotted_in(spotter, np.zeros(samples(3.0), np.int16))
    assert spotter.recent() == []

    spotted_in(spotter, in_a_room(spoken("stop")))
    assert spotter.recent()


@pytest.mark.parametrize("size", [1, 160, 1280, 4001])
def test_frames_of_any_size_give_the_same(spotter: Spotter, size: int) -> None:
    sound = in_a_room(spoken("it hurts"), spoken("stop"), before_s=0.4)
    whole = spotted_in(spotter, sound, len(sound))
    scores = [(hop.at, hop.scores.tolist()) for hop in spotter.recent()]

    spotter.restart()
    assert spotted_in(spotter, sound, size) == whole
    assert [(hop.at, hop.scores.tolist()) for hop in spotter.recent()] == scores
    assert whole


def test_looking_less_often_finds_the_same_words_later() -> None:
    pytest.importorskip("pyopen_wakeword", reason="pip install pyopen-wakeword==1.1.0")
    every, second = Spotter(), Spotter(hops_at_once=2)
    sound = in_a_room(spoken("it hurts"))
    often, seldom = (next(iter(spotted_in(one, sound))) for one in (every, second))
    every.close()
    second.close()

    assert often.command is seldom.command
    assert 0 <= seldom.at - often.at <= 1280


def test_a_missing_wheel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyopen_wakeword", None)
    with pytest.raises(RecogniserError, match=r"pip install pyopen-wakeword"):
        Spotter()


def test_a_language_it_has_not_learned_is_named() -> None:
    with pytest.raises(RecogniserError, match='"ko"'):
        Spotter("ko")


NOT_LEARNED = {Command.LEFT_SIDE, Command.RIGHT_SIDE, Command.SAY_AGAIN}
"""Commands that came after it was trained: it has no say about them."""


def test_every_command_has_weights_and_limits() -> None:
    files = shipped("en")
    assert files is not None
    head, limits = Head(files[0]), read_limits(files[1])

    assert set(head.commands) == set(limits) == set(Command) - NOT_LEARNED
    for command, one in limits.items():
        assert 0 <= one.agreeing <= one.alone < 1, command
        assert one.agreeing or command not in SAFETY, command
        assert 1 <= one.hops <= 5, command
        has_doubt = command in SAFETY
        assert 0 < one.doubt <= one.alone if has_doubt else one.doubt == 1, command
    assert max(limits[command].hops for command in PAIN_FAMILY) <= 2
    assert set(limits) >= URGENT


def test_probabilities_are_probabilities() -> None:
    files = shipped("en")
    assert files is not None
    head = Head(files[0])
    found = head.probabilities(np.random.default_rng(2).normal(0, 16, (CONTEXT + 4, 96)).astype(np.float32))

    assert found.shape == (5, len(head.commands))
    assert found.min() >= 0
    assert found.sum(axis=1).max() <= 1 + 1e-5


def test_a_command_is_told_once_until_it_has_faded() -> None:
    sureness = Sureness((Command.PAIN,), {Command.PAIN: Limits(alone=0.6, agreeing=0.2, hops=2)})
    values = [0.1, 0.5, 0.8, 0.9, 0.5, 0.1, 0.1, 0.9, 0.9]
    told = [
        (number, round(sure.score, 2), sure.since)
        for number, value in enumerate(values)
        for sure in sureness.judge(number, np.array([value], np.float32))
    ]

    assert told == [(2, 0.65, 1), (8, 0.9, 7)]


def test_broken_files_are_named(tmp_path) -> None:  # noqa: ANN001 - pytest's own
    weights, limits = tmp_path / "en.npz", tmp_path / "en.yaml"
    weights.write_bytes(b"not weights")
    limits.write_text("commands: [pain]", encoding="utf-8")
    with pytest.raises(RecogniserError, match=r"en\.npz"):
        Head(weights)
    with pytest.raises(RecogniserError, match=r"en\.yaml"):
        read_limits(limits)
