"""A session's account: every sample in it once, and the figures those of the session."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from voiceguide.core.clock import samples, seconds
from voiceguide.core.plan import Side
from voiceguide.core.states import State
from voiceguide.preview.account import Account
from voiceguide.testing.speech import spoken_length

AccountOf = Callable[[str, str], Account]


def test_every_sample_is_in_one_passage(short: Account) -> None:
    assert short.passages[0].begins == 0
    assert all(before.ends == after.begins for before, after in pairwise(short.passages))
    assert sum(passage.length for passage in short.passages) == short.length
    assert sum(chapter.length for chapter in short.chapters) == short.length


def test_every_line_has_its_true_length_and_place(short: Account) -> None:
    lines = [(passage, line) for passage in short.passages for line in passage.spoken]
    assert all(line.ends - line.begins == spoken_length(line.text) for _, line in lines)
    assert all(passage.begins <= line.begins < passage.ends for passage, line in lines)
    assert all(before.ends <= after.begins for (_, before), (_, after) in pairwise(lines))
    first = short.routine.exercises[0]
    said = [line.text for _, line in lines]
    assert {*short.routine.welcome, *first.purpose, *short.routine.closing} <= set(said)


def test_the_chapters_are_exercises_and_sides(short: Account) -> None:
    names = [(chapter.exercise.id if chapter.exercise else None, chapter.side) for chapter in short.chapters]
    assert names == [
        (None, None),
        ("hip-flexor-stretch", Side.RIGHT),
        ("hip-flexor-stretch", Side.LEFT),
        ("constructive-rest", None),
        (None, None),
    ]
    _, right, left, rest, _ = short.chapters
    assert right.spent(State.HOLDING) == left.spent(State.HOLDING) == samples(3 * 20)
    assert right.spent(State.RESTING) == left.spent(State.RESTING) == samples(2 * 15)
    assert right.breaths == left.breaths == (2, 2, 2)
    assert rest.breaths == (30,)


def test_breaths_are_where_the_session_had_them(small: Account) -> None:
    holds = [passage for passage in small.passages if passage.state is State.HOLDING]
    assert len(holds) == 5
    for hold in holds:
        assert [seconds(breath.begins - hold.begins) for breath in hold.breaths] == [0, 10]
        assert [seconds(breath.turns - breath.begins) for breath in hold.breaths] == [4, 4]
        assert hold.breaths[-1].ends == hold.ends
        words = [line.begins for line in hold.spoken if line.key in ("breathe_in", "breathe_out")]
        assert words == [at for breath in hold.breaths for at in (breath.begins, breath.turns)]
        assert hold.breath_words == 4


def test_waiting_for_the_person_is_told_apart(small: Account) -> None:
    waited = [round(seconds(passage.waited)) for passage in small.passages if passage.waited]
    assert waited == [5, 5, 5]  # for "start", and for "ready" on each side


def test_a_cue_without_a_place_is_named(account_of: AccountOf) -> None:
    line = "so " * 100 + "long"
    account = account_of("Keep the tailbone down.", line)
    unsaid = [passage.unsaid for passage in account.passages if passage.state is State.HOLDING]
    assert unsaid == [(line,)] * 4 + [()]


def test_a_line_that_takes_the_place_of_breath_words_is_noticed(account_of: AccountOf) -> None:
    line = "let it sink " * 7  # six seconds of virtual speech
    account = account_of("rest_seconds: 20", f"rest_seconds: 20\n    cues: [{{at_second: 1, say: {line}}}]")
    rest = [passage for passage in account.passages if passage.state is State.HOLDING][-1]
    assert rest.unsaid == ()
    assert rest.breath_words == 3


@pytest.mark.parametrize("repeats", [1, 3])
def test_the_account_follows_the_routine(account_of: AccountOf, repeats: int) -> None:
    account = account_of("repeats: 2", f"repeats: {repeats}")
    holds = [passage for passage in account.passages if passage.state is State.HOLDING]
    assert [(hold.side, hold.repeat) for hold in holds[:-1]] == [
        (side, repeat) for side in (Side.LEFT, Side.RIGHT) for repeat in range(1, repeats + 1)
    ]
