"""Asking for a routine by name."""

from __future__ import annotations

import pytest

from voiceguide.core.commands import Command
from voiceguide.language.naming import NamedRoutines
from voiceguide.language.pack import load_language
from voiceguide.language.understanding import Understanding

EN = load_language("en")
CALLED = {"psoas-short": ["short routine", "Short one!"], "constructive-rest": ["rest"]}


@pytest.mark.parametrize(
    ("text", "routine"),
    [
        ("start short routine", "psoas-short"),
        ("start the short routine", "psoas-short"),
        ("Start the short one", "psoas-short"),
        ("let's start the rest", "constructive-rest"),
        ("start rest", "constructive-rest"),
        ("Okay, start the short routine please.", "psoas-short"),
        ("could you start the short one for me", "psoas-short"),
        ("start the short routine when my wife is here", None),
        ("start", None),
        ("start the session", None),
        ("rest", None),
        ("short routine", None),
    ],
)
def test_the_routine_is_found_by_what_was_said(text: str, routine: str | None) -> None:
    assert NamedRoutines(EN, CALLED).find(text) == routine


def test_to_all_that_listens_it_is_the_command_start_and_nothing_else_changes() -> None:
    named = NamedRoutines(EN, CALLED)
    understanding = Understanding(named.pack)
    assert all(understanding.whole(phrase) is Command.START for phrase in named.phrases)
    assert named.pack.commands[Command.START][: len(EN.commands[Command.START])] == EN.commands[Command.START]
    others = {command: phrases for command, phrases in named.pack.commands.items() if command is not Command.START}
    assert others == {command: phrases for command, phrases in EN.commands.items() if command is not Command.START}
    assert EN.commands == load_language("en").commands


def test_a_name_that_means_something_else_already_is_left_out_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    named = NamedRoutines(EN, {"one": ["routine", "short one"], "two": ["short one"]})
    assert named.find("start the routine") is None
    assert named.find("start short one") == "one"
    assert [record.args for record in caplog.records] == [
        ("one", "start the routine"),
        ("two", "let's start short one"),
    ]


def test_in_korean_the_name_comes_first() -> None:
    named = NamedRoutines(load_language("ko"), {"constructive-rest-ko": ["휴식 운동"]})
    assert named.find("휴식 운동 시작해") == "constructive-rest-ko"
    assert named.find("운동 시작해") is None
